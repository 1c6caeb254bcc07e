"""Recovery: a journal that is not what was last known is put aside whole and continued in a new one.

Nothing is ever started over in silence: the new journal's first entry names the old one
and says why, how much was carried over and how much could not be read. What the
collector is not known to have is carried with its own times and where it came from, so
that nothing is lost and nothing is counted twice.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor, chain_next
from kiosk.journal.counts.served import note_served_of
from kiosk.journal.counts.sums import keep_sums
from kiosk.journal.counts.tally import keep_tally, tally_of
from kiosk.journal.counts.touch_test import note_touch_tests_of
from kiosk.journal.disk.engine import create_private, writer_engine
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.disk.schema import schema_version
from kiosk.journal.lines import LineUnreadable, OpenedLine, carried_line, decode_line
from kiosk.journal.reader import Entry, anchor_of, hash_at, head_of
from kiosk.journal.recovery.acknowledged import acknowledged_by_collector, parted_from_collector
from kiosk.journal.recovery.exchange import finish_exchange, new_path
from kiosk.journal.recovery.remains import UNREADABLE, Remains, entries_from, is_damage, read_remains
from kiosk.journal.writing import build_journal, write_bytes

_log = logging.getLogger(__name__)

_TAIL_CHECKED = 200
"""So many of the last entries are checked against the chain at every start."""
_NOT_CARRIED = ("opened", "settings", "clock", "pruned")
"""Entries that speak of their own journal only."""


@dataclass(frozen=True, slots=True)
class ContinuedJournal:
    """The journal that was continued in a new one."""

    journal_id: str
    seqs: Mapping[int, int]
    """Where those of its entries that were carried over stand now."""


def make_sound(path: Path, now: Instant, software: str) -> ContinuedJournal | None:
    """Afterwards the file at ``path`` is a sound journal or empty, and what was wrong is in its first entry.

    Returns the older journal if it had to be continued in a new one.
    """
    finish_exchange(path)
    known = HeadFile(path).read()
    why = find_trouble(path, known)
    if why is not None:
        return continue_in_new(path, why, known, now, software)
    if known is not None and (common := parted_from_collector(path.parent, known[0])) is not None:
        return continue_in_new(path, "diverged", known, now, software, after=common)
    return None


def find_trouble(path: Path, known: tuple[str, Cursor] | None) -> str | None:
    """What is wrong with the journal at ``path``, measured by its last known head; None if nothing is."""
    if not path.exists() or path.stat().st_size == 0:
        return None if known is None else "missing"
    engine = writer_engine(path)
    try:
        with engine.connect() as connection:
            if schema_version(connection) == 0:
                return None if known is None else "missing"
            return _damage(connection) or _mismatch(connection, known)
    except UNREADABLE as error:
        if is_damage(error):
            return "damaged"
        raise
    finally:
        engine.dispose()


def continue_in_new(
    path: Path,
    why: str,
    known: tuple[str, Cursor] | None,
    now: Instant,
    software: str,
    remains_at: Path | None = None,
    after: int | None = None,
) -> ContinuedJournal:
    """Put the file at ``path`` aside and continue it in a new journal there; safe against a crash at any point.

    What is continued is read from ``remains_at`` where that is another file: a backup. ``after`` is the last entry
    that the collector has; where it is not given, the agent's notes say.
    """
    source = remains_at or path
    remains = read_remains(source) if source.exists() else Remains("", (), {})
    old_id = remains.journal_id or (known[0] if known else "")
    if after is None:
        after = acknowledged_by_collector(path.parent, old_id).next_seq - 1
    unsent = [entry for entry in remains.entries if entry.seq > after]
    carried = [entry for entry in unsent if _is_carried(entry)]
    expected = known[1].next_seq - 1 if known and known[0] == old_id else 0
    opened = {
        "why": why,
        "continues": old_id or None,
        "continues_seq": remains.head.next_seq - 1 if remains.journal_id else None,
        "continues_head": remains.head.head.hex() if remains.journal_id else None,
        "carried": len(carried),
        "carried_after": after if old_id else None,
        "lost": max(0, expected - after - len(unsent)) or None,
    }
    _log.error("journal %s: %s; %d entries carried over, %s lost", old_id, why, len(carried), opened["lost"] or 0)
    seqs = _build_new(path, remains, carried, now, software, opened)
    finish_exchange(path)
    return ContinuedJournal(old_id, seqs)


def _damage(connection: Connection) -> str | None:
    # quick_check leaves out the indexes against their tables, and takes a fifth of a second for a million entries.
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        return "damaged"
    journal_id = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'journal_id'").scalar_one_or_none()
    if journal_id is None:
        return "damaged"
    # What was pruned is no gap: the chain begins at the anchor.
    first = max(anchor_of(connection, journal_id).next_seq, head_of(connection, journal_id).next_seq - _TAIL_CHECKED)
    head = hash_at(connection, journal_id, first - 1)
    for entry in entries_from(connection, first):
        if head is not None and chain_next(head, entry.line) != entry.hash:
            return "damaged"
        head = entry.hash
    return None


def _mismatch(connection: Connection, known: tuple[str, Cursor] | None) -> str | None:
    if known is None:
        return None
    known_id, known_head = known
    journal_id = str(connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'journal_id'").scalar_one())
    if journal_id == known_id:
        # The head file is written, not synced, with each entry: after a power cut it may be older than what was pruned.
        is_past = known_head.next_seq < anchor_of(connection, journal_id).next_seq
        is_on_chain = is_past or hash_at(connection, journal_id, known_head.next_seq - 1) == known_head.head
        return None if is_on_chain else "rolled back"
    first = next(iter(entries_from(connection, 1)), None)
    opened = decode_line(first.line) if first is not None else None
    # A crash between the exchange and the writing of the head file leaves the old journal's head there.
    return None if isinstance(opened, OpenedLine) and opened.continues == known_id else "replaced"


def _build_new(
    path: Path, remains: Remains, carried: list[Entry], now: Instant, software: str, opened: Mapping[str, object]
) -> dict[int, int]:
    new = new_path(path)
    create_private(new)
    engine = writer_engine(new)
    seqs: dict[int, int] = {}
    try:
        with engine.begin() as connection:
            end = head_of(connection, build_journal(connection, now, software, **opened))
            for entry in carried:
                seqs[entry.seq] = seq = end.next_seq
                origin = (remains.journal_id, entry.seq, entry.hash.hex())
                end = write_bytes(connection, end, carried_line(entry.line, seq, origin, seqs)).end
                if (enclosure := remains.enclosures.get(entry.seq)) is not None:
                    connection.exec_driver_sql("INSERT INTO enclosure VALUES (?, ?, ?)", (seq, *enclosure))
            _keep_desk(connection, remains, opened["why"])
            note_touch_tests_of(connection, (entry.line for entry in remains.entries))
            note_served_of(connection, (entry.line for entry in remains.entries))
    finally:
        engine.dispose()
    return seqs


def _keep_desk(connection: Connection, remains: Remains, why: object) -> None:
    """The kiosk's own numbers go on, those of pruned entries too; in a damaged file only the lines are believed."""
    known = remains.tally if why != "damaged" else {}
    keep_tally(connection, known or tally_of(entry.line for entry in remains.entries))
    keep_sums(connection, remains.sums, remains.journal_id)


def _is_carried(entry: Entry) -> bool:
    try:
        return decode_line(entry.line).kind not in _NOT_CARRIED
    except LineUnreadable:
        return False
