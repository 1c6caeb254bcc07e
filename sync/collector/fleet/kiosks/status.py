"""Status: what kiosks say of themselves, kept for many of them at a time, and what each is told in return.

Each kiosk says a word every minute, so words are most of what a collector does. One statement reads what is known of
those that came together, one their journals, which may lie elsewhere, and one for each table keeps what they said.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, select, update

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor
from sync.collector.errors import JournalForeign
from sync.collector.fleet.devices.last_words import BOOTS, closed_word
from sync.collector.fleet.kiosks.commands import GIVEN_UP_AFTER, commands_for, is_asked, settle_commands
from sync.collector.fleet.kiosks.days import longest_gap_until
from sync.collector.fleet.kiosks.hours import Hours
from sync.collector.fleet.kiosks.status_rows import StatusRow, among, keep_rows
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.effective import Base, base_of, select_bases
from sync.collector.people.audit import note
from sync.collector.replica.boots import keep_boot, read_boot_offset
from sync.collector.replica.stored import read_cursor
from sync.collector.store.schema import device, device_day, device_status, journal, micros
from sync.protocol.messages import DeviceCommand, DeviceStatus, UpgradeRefused

BOOTS_MAX = 4
"""Of so many boots it is remembered how far they had come; one before these is known as ended (``boot_clock``)."""

MOVED_US_MIN = 100_000
"""By so much a boot's clock must have moved against ours to be written down anew: no press is dated more closely, and a
journal's row is then written some times a day instead of every minute."""


class Word(NamedTuple):
    """What one kiosk said, and the key by which it was believed."""

    device_id: str
    public_key: str
    """Base64, as it is kept."""
    status: DeviceStatus
    clock: Instant
    received_at: datetime


class Heard(NamedTuple):
    """A word that was kept, and what its kiosk is to be told."""

    base: Base
    cursor: Cursor
    """Where the copy of its journal ends."""
    commands: list[DeviceCommand]


class NotKept(Enum):
    """Why nothing of a word was kept."""

    KEY = "the kiosk has another key by now, or none"


Outcome = Heard | NotKept | JournalForeign


class _Said(NamedTuple):
    """A word beside what is known of its kiosk."""

    word: Word
    row: Row[Any]
    day: date
    today: Row[Any] | None
    """How the kiosk was heard on this day before."""
    copy: Row[Any] | None
    """The copy of its journal, where there is one."""
    is_new: bool
    """Whether it is later than all others of its boot: one that is sent again would date that boot's entries anew."""


def keep_words(connection: Connection, words: Sequence[Word], calendars: Calendars, zone: ZoneInfo) -> list[Outcome]:
    """Keep each kiosk's word in the place of its last one, what its boot clock read, and that it was heard today.

    Of each kiosk one word at most. Of one whose key is no more, or that speaks of another's journal, nothing is kept.
    """
    rows: dict[str, list[Row[Any]]] = defaultdict(list)
    days = {word.received_at.astimezone(zone).date() for word in words}
    wanted = _known(connection.dialect.name == "sqlite")
    for row in connection.execute(wanted, _asked(words, days)):
        rows[row.device_id].append(row)
    journals = {"journals": [word.status.journal_id for word in words]}
    copies = {
        (row.device_id, row.journal_id): row
        for row in connection.execute(_copies(connection.dialect.name == "sqlite"), journals)
    }
    found = [
        _said(connection, word, rows[word.device_id], copies.get((word.device_id, word.status.journal_id)), zone)
        for word in words
    ]
    outcomes = [_heard(connection, said) if isinstance(said, _Said) else said for said in found]
    kept = [said for said, outcome in zip(found, outcomes, strict=True) if isinstance(outcome, Heard)]
    _keep(connection, [said for said in kept if isinstance(said, _Said)], calendars, zone)
    return outcomes


def _asked(words: Sequence[Word], days: Collection[date]) -> dict[str, Any]:
    return {
        "devices": [word.device_id for word in words],
        "days": [day.isoformat() for day in days],
        "asked_after": max(word.received_at for word in words) - GIVEN_UP_AFTER,
    }


@cache
def _known(is_sqlite: bool) -> Select[Any]:
    """All that is known of kiosks before their words are kept: a row for each, or a few at midnight."""
    wanted = select_bases().add_columns(
        device.c.public_key, device.c.revoked_at, device_status.c.received_at, device_status.c.status,
        device_day.c.day, device_day.c.last_at, device_day.c.gap_s,
        is_asked(device.c.device_id, bindparam("asked_after")).label("is_asked"),
    )  # fmt: skip
    days = (device_day.c.device_id == device.c.device_id) & among(device_day.c.day, "days", is_sqlite)
    return (
        wanted.outerjoin(device_status, device_status.c.device_id == device.c.device_id)
        .outerjoin(device_day, days)
        .where(among(device.c.device_id, "devices", is_sqlite))
    )


@cache
def _copies(is_sqlite: bool) -> Select[Any]:
    """The copies of their journals: in a question of their own, for in a distributed database these lie elsewhere."""
    c = journal.c
    wanted = select(c.journal_id, c.device_id, c.next_seq, c.head, c.boot, c.boot_offset_us)
    return wanted.where(among(c.journal_id, "journals", is_sqlite))


def _said(
    connection: Connection, word: Word, rows: Sequence[Row[Any]], copy: Row[Any] | None, zone: ZoneInfo
) -> _Said | NotKept:
    if not rows or rows[0].revoked_at is not None or rows[0].public_key != word.public_key:
        return NotKept.KEY
    day = word.received_at.astimezone(zone).date()
    today = next((row for row in rows if row.day == day), None)
    return _Said(word, rows[0], day, today, copy, _is_new(connection, word, rows[0].status, copy))


def _heard(connection: Connection, said: _Said) -> Heard | JournalForeign:
    device_id, status, now = said.word.device_id, said.word.status, said.word.received_at
    if said.copy is None:
        try:
            cursor = read_cursor(connection, device_id, status.journal_id)
        except JournalForeign as refusal:
            return refusal
    else:
        cursor = Cursor(said.copy.next_seq, said.copy.head)
    settle_commands(connection, device_id, status.done, now)
    commands = commands_for(connection, device_id, now) if said.row.is_asked else []
    return Heard(base_of(said.row), cursor, commands)


def _keep(connection: Connection, kept: Sequence[_Said], calendars: Calendars, zone: ZoneInfo) -> None:
    # In one order everywhere, so that two processes never wait for each other.
    kept = sorted(kept, key=lambda said: said.word.device_id)
    for said in kept:
        if said.word.status.upgrade_refused is not None:
            _note_refusal(connection, said, said.word.status.upgrade_refused)
    hours = {said.row.path: Hours(calendars.of(said.row.path), zone) for said in kept}
    keep_rows(connection, [_row(said, hours[said.row.path]) for said in kept])
    _keep_clocks(connection, kept)
    for said in kept:
        if said.copy is not None and said.copy.boot != said.word.clock.boot and said.is_new:
            _note_boot(connection, said)


def _row(said: _Said, hours: Hours) -> StatusRow:
    word, row, today = said.word, said.row, said.today
    told = {
        **msgspec.to_builtins(msgspec.structs.replace(word.status, done=[])),
        **closed_word(row.status, row.received_at, word.received_at, hours.zone),
        BOOTS: _boots_now(said),
    }
    received_us = micros(word.received_at)
    gap_s = longest_gap_until(word.received_at, hours, None if today is None else (today.last_at, today.gap_s))
    ahead_us = micros(word.clock.wall) - received_us
    status = msgspec.json.encode(told).decode()
    return StatusRow(word.device_id, received_us, ahead_us, status, said.day.isoformat(), gap_s)


def _keep_clocks(connection: Connection, kept: Sequence[_Said]) -> None:
    """Write down what boot clocks read, of boots that their journals know already, where that has moved.

    Where a journal's lines are taken just now, its kiosk's next word says this anew.
    """
    rows = []
    for said in kept:
        copy, word = said.copy, said.word
        if copy is None or not said.is_new or copy.boot != word.clock.boot:
            continue
        offset_us = micros(word.received_at) - word.clock.mono_us
        if copy.boot_offset_us is None or abs(offset_us - copy.boot_offset_us) >= MOVED_US_MIN:
            rows.append({"wanted": copy.journal_id, "at_boot": copy.boot, "offset_us": offset_us})
    if rows:
        connection.execute(_CLOCK, rows)


_FREE = journal.alias("free").c
_CLOCK = (
    update(journal)
    .where(
        journal.c.journal_id == bindparam("wanted"),
        journal.c.boot == bindparam("at_boot"),
        # Where nobody has it locked: 64 kiosks must not wait until the cuts of one are judged.
        select(_FREE.journal_id)
        .where(_FREE.journal_id == bindparam("wanted"))
        .with_for_update(skip_locked=True, key_share=True)
        .scalar_subquery()
        == journal.c.journal_id,
    )
    .values(boot_offset_us=bindparam("offset_us"))
)


def _is_new(connection: Connection, word: Word, before: Mapping[str, Any] | None, copy: Row[Any] | None) -> bool:
    boot, mono_us = word.clock.boot, word.clock.mono_us
    known = _boots(before).get(boot)
    if known is not None:
        return mono_us > known
    # The first word of a boot, or one of a boot that had ended before the present one began.
    is_present = copy is None or copy.boot == boot
    return is_present or read_boot_offset(connection, word.status.journal_id, boot) is None


def _boots(before: Mapping[str, Any] | None) -> dict[str, int]:
    """How far the clocks of a kiosk's last boots had come, by its words; the newest first."""
    boots: dict[str, int] = (before or {}).get(BOOTS, {})
    return boots


def _boots_now(said: _Said) -> dict[str, int]:
    before, clock = _boots(said.row.status), said.word.clock
    boots = {clock.boot: clock.mono_us, **{boot: at for boot, at in before.items() if boot != clock.boot}}
    return dict(islice(boots.items(), BOOTS_MAX)) if said.is_new else before


def _note_refusal(connection: Connection, said: _Said, refused: UpgradeRefused) -> None:
    """Write a refused upgrade down once, however often it is told: the status forgets it when a later one succeeds."""
    before: Mapping[str, Any] = (said.row.status or {}).get("upgrade_refused") or {}
    told, device_id = {"version": refused.version, "why": refused.why}, said.word.device_id
    if told != {name: before.get(name) for name in told}:
        note(connection, said.word.received_at, f"device {device_id}", "device.upgrade", device_id, told)


def _note_boot(connection: Connection, said: _Said) -> None:
    # A boot that only ever said how it is, and sent its entries after the next start, is heard here.
    journal_id, clock = said.word.status.journal_id, said.word.clock
    wanted = select(journal).where(journal.c.journal_id == journal_id).with_for_update(skip_locked=True)
    found = connection.execute(wanted).one_or_none()
    if found is None:
        # Its lines are taken or judged just now. Others' words must not wait for that: its next one says this anew.
        return
    if found.boot is not None and found.boot != clock.boot:
        keep_boot(connection, journal_id, found.boot, found.boot_offset_us)
    offset_us = micros(said.word.received_at) - clock.mono_us
    known = update(journal).where(journal.c.journal_id == journal_id)
    connection.execute(known.values(boot=clock.boot, boot_offset_us=offset_us))
