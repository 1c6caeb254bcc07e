"""Demo data: a believable province, written by kiosks of its own through the real ingest.

Seeded, so that the same command writes the same province. Each kiosk keeps a chained journal,
signs what it sends, stands still at night and at the week's end, and some of them fail:
one is gamed before closing time, one falls silent, one comes back after days without a network.
"""

import base64
import math
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from kiosk.domain.instant import Instant
from kiosk.domain.survey import Survey
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import CountLine, Line, OpenedLine, RatingLine, ReasonsLine, encode_line
from sync.collector.database import Database
from sync.collector.errors import UsageWrong
from sync.collector.ingest import Batch, Device, Receipt, append_batch
from sync.collector.partitions import ensure_partitions
from sync.collector.presstime import LocalDays
from sync.collector.schema import counter, device, unit
from sync.collector.units import import_units, new_counter
from sync.protocol.batch import pack_batch
from sync.protocol.messages import BATCH_MEDIA_TYPE
from sync.protocol.signature import sign_request

UNITS = 18
"""Communes with kiosks, besides the province's centre."""
SUBJECTS = ("Tư pháp, hộ tịch", "Đất đai, môi trường", "Kinh tế, xây dựng", "Văn hóa, xã hội")
HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
CENTRE_COUNTERS = 8
Progress = Callable[[str, int], None]
"""Told after each kiosk: its counter's name and how many of its ratings count."""
_URL = "https://demo.invalid"


@dataclass(frozen=True, slots=True)
class Temper:
    """How citizens meet one counter."""

    per_day: float
    """Ratings on a usual working day."""
    satisfied: float
    """Which part of them is satisfied."""
    asked: float
    """Which part of the served press at all."""
    worsens_from: date | None = None
    """From then on a third are dissatisfied, mostly by late results."""
    gamed: bool = False
    """From the last two months on somebody presses before closing time."""
    silent_from: date | None = None
    """Its kiosk has not been heard since."""
    offline: tuple[date, date] | None = None
    """Without a network in these days; what was pressed comes afterwards."""
    counts: bool = True
    """Somebody types in how many were served."""


@dataclass(slots=True)
class Journal:
    """The journal that one kiosk writes."""

    journal_id: str
    boot: str
    lines: list[bytes] = field(default_factory=list)
    head: Cursor | None = None
    sent: int = 0

    def add(self, make: type[Line], at: datetime, kind: str, **values: object) -> int:
        """Append a line; its seq."""
        seq = self.sent + len(self.lines) + 1
        line = make(seq=seq, at=at.isoformat(timespec="seconds"), mono=mono_us(at), boot=self.boot, kind=kind, **values)
        self.lines.append(encode_line(line))
        return seq

    def take(self) -> Batch:
        """Everything that was not sent yet."""
        start = self.head or Cursor.start(self.journal_id)
        batch = Batch(self.journal_id, start, tuple(self.lines))
        self.head, self.sent = start.after(self.lines), self.sent + len(self.lines)
        self.lines = []
        return batch


_START = datetime(2020, 1, 1, tzinfo=ZoneInfo("UTC"))


def mono_us(at: datetime) -> int:
    """What a boot clock that has run since 2020 reads."""
    return int((at - _START).total_seconds() * 1_000_000)


@dataclass(slots=True)
class Desk:
    """One counter with its kiosk, and what becomes of them."""

    known: Device
    key: Ed25519PrivateKey
    temper: Temper
    chance: random.Random
    journal: Journal
    days: LocalDays
    survey: Survey
    now: datetime

    def moment(self, day: date, at: time) -> datetime:
        """A local time of a day."""
        return datetime.combine(day, at, self.days.zone)

    def is_offline(self, day: date) -> bool:
        """Whether its network is down that day."""
        return self.temper.offline is not None and self.temper.offline[0] <= day <= self.temper.offline[1]

    def press(self, at: datetime, level: int, standing: str = "counted") -> int:
        """A press on a face; its seq."""
        question = self.survey.questions[0].id
        values = {"survey": self.survey.ref, "question": question, "level": level, "standing": standing}
        return self.journal.add(RatingLine, at, "rating", **values)


def write_province(
    database: Database, province: str, months: int, seed: int, now: datetime, days: LocalDays, survey: Survey,
    progress: Progress,
) -> int:  # fmt: skip
    """Write a province of ``months`` up to ``now``; how many ratings were counted.

    Raises UsageWrong where counters are there already: demo data must never mix with real ones.
    """
    chance = random.Random(seed)  # noqa: S311 - a demonstration, no secret
    today = now.astimezone(days.zone).date()
    first = today - timedelta(days=round(30.5 * months))
    with database.writing() as connection:
        if connection.execute(select(counter.c.code).limit(1)).first() is not None:
            raise UsageWrong("there are counters here already; write demo data into a folder of its own")
        import_units(connection, [province], lambda *_: None)
        places = _make_counters(connection, province, chance, now)
    written = 0
    for number, (code, name, counter_id) in enumerate(places):
        temper = _temper(number, len(places), chance, today)
        known = Device(_uuid(chance), b"", counter_id, {code: counter_id}, False)
        key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        journal = Journal(_uuid(chance), _uuid(chance))
        desk = Desk(known, key, temper, chance, journal, days, survey, now)
        with database.writing() as connection:
            added = _write_kiosk(connection, desk, first, today)
        progress(f"{code} {name}", added)
        written += added
    return written


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _make_counters(
    connection: Connection, province: str, chance: random.Random, now: datetime
) -> list[tuple[str, str, int]]:
    top = connection.execute(select(unit).where(unit.c.code == province)).one()
    communes = connection.execute(select(unit).where(unit.c.parent_id == top.unit_id).order_by(unit.c.code)).all()
    chosen = sorted(chance.sample(list(communes), min(UNITS, len(communes))), key=lambda row: str(row.code))
    code = f"{province}.HCC"
    centre = {
        "code": code, "name": "Trung tâm Phục vụ hành chính công tỉnh", "kind": "office",
        "parent_id": top.unit_id, "path": f"{top.path}{code}/",
    }  # fmt: skip
    centre_id = connection.execute(insert(unit).values(centre).returning(unit.c.unit_id)).scalar_one()
    halls = [(centre_id, code, CENTRE_COUNTERS)]
    halls += [(row.unit_id, row.code, chance.choice((2, 2, 3, 4))) for row in chosen]
    # One commune that has just begun, so that small numbers are seen as they are shown.
    halls[-1] = (halls[-1][0], halls[-1][1], 1)
    return [
        _make_counter(connection, unit_id, unit_code, place, now)
        for unit_id, unit_code, counters in halls
        for place in range(counters)
    ]


def _make_counter(
    connection: Connection, unit_id: int, unit_code: str, place: int, now: datetime
) -> tuple[str, str, int]:
    code, name = f"{unit_code}-{place + 1}", f"Quầy {place + 1} – {SUBJECTS[place % len(SUBJECTS)]}"
    new_counter(connection, code, name, unit_id, now)
    found = select(counter.c.counter_id).where(counter.c.code == code)
    return code, name, int(connection.execute(found).scalar_one())


def _temper(number: int, of: int, chance: random.Random, today: date) -> Temper:
    """Most counters differ a little; a few have a story."""
    per_day, satisfied, asked = chance.uniform(7, 26), min(0.97, chance.gauss(0.86, 0.045)), chance.uniform(0.15, 0.34)
    match number:
        case 9:
            return Temper(16, 0.86, 0.2, worsens_from=today - timedelta(days=62))
        case 13:
            return Temper(9, 0.84, 0.24, gamed=True)
        case 16:
            return Temper(14, 0.85, 0.28, silent_from=today - timedelta(days=4))
        case 20:
            return Temper(13, 0.83, 0.22, offline=(today - timedelta(days=19), today - timedelta(days=9)))
        case 24 | 25:
            return Temper(per_day, 0.8, asked, counts=False)
    return Temper(1.4, 0.85, 0.1) if number == of - 1 else Temper(per_day, satisfied, asked)


def _write_kiosk(connection: Connection, desk: Desk, first: date, today: date) -> int:
    """Write one kiosk's months and bring them in as they would have come; how many ratings count."""
    began = desk.moment(first, time(7))
    desk.journal.add(OpenedLine, began, "opened", software="0.1.0")
    enrolled = {
        "device_id": desk.known.device_id, "counter_id": desk.known.counter_id, "info": {}, "enrolled_at": began,
        "public_key": base64.b64encode(desk.key.public_key().public_bytes_raw()).decode(),
    }  # fmt: skip
    connection.execute(insert(device).values(enrolled))
    pressed = 0
    for day in _working_days(first, today):
        if desk.temper.silent_from is not None and day >= desk.temper.silent_from:
            return pressed
        pressed += sum(_write_half_day(connection, desk, day, opens, closes) for opens, closes in HOURS)
        if desk.temper.counts and day < today:
            _write_count(desk, day)
    _send(connection, desk, desk.now)
    return pressed


def _working_days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def _write_half_day(connection: Connection, desk: Desk, day: date, opens_at: time, closes_at: time) -> int:
    opens, closes, chance = desk.moment(day, opens_at), desk.moment(day, closes_at), desk.chance
    usual = desk.temper.per_day * (1.25, 1.05, 1.0, 0.95, 0.8)[day.weekday()] * (0.56 if opens.hour < 12 else 0.44)
    wanted = max(0, round(chance.gauss(usual, math.sqrt(usual))))
    times = sorted(opens + (closes - opens) * chance.betavariate(1.6, 1.9) for _ in range(wanted))
    times = [at for at in times if at < desk.now]
    for at in times:
        _visit(desk, at)
    pressed = len(times)
    if closes < desk.now:
        if chance.random() < 0.05:
            desk.press(closes + timedelta(minutes=25), 5, "out_of_hours")
        if desk.temper.gamed and opens.hour >= 12 and (desk.now - closes).days < 60:
            pressed += _press_up(desk, closes)
    if opens < desk.now and not desk.is_offline(day):
        # Kiosks send within a minute of a press; what is pressed last before noon comes just after it.
        _send(connection, desk, min(desk.now, closes + timedelta(minutes=26)))
    return pressed


def _press_up(desk: Desk, closes: datetime) -> int:
    """Somebody at the counter presses the best face again and again before closing time."""
    wanted = desk.chance.randrange(3, 9)
    for number in range(wanted):
        desk.press(closes - timedelta(minutes=26) + timedelta(seconds=47 * number + desk.chance.randrange(9)), 5)
    return wanted


def _visit(desk: Desk, at: datetime) -> None:
    chance, temper = desk.chance, desk.temper
    worse = temper.worsens_from is not None and at.date() >= temper.worsens_from
    level = _level(chance, 0.55 if worse else temper.satisfied, worse=worse)
    seq = desk.press(at, level)
    if chance.random() < (0.68 if level < 4 else 0.22):
        chosen = _reasons(chance, worse=worse and level < 4)
        desk.journal.add(ReasonsLine, at + timedelta(seconds=5), "reasons", rating=seq, reasons=chosen)
    if chance.random() < 0.045:
        desk.press(at + timedelta(seconds=chance.randrange(6, 18)), level, "repeat")


def _level(chance: random.Random, satisfied: float, *, worse: bool) -> int:
    if chance.random() < satisfied:
        return 5 if chance.random() < 0.52 else 4
    return chance.choices((1, 2, 3), (3, 4, 3) if worse else (1.3, 3, 5.7))[0]


_USUAL = {
    "wait": 24, "deadline": 17, "guidance": 18, "trips": 12, "attitude": 11, "papers": 8, "place": 8, "result": 6,
    "fee": 2, "other": 5,
}  # fmt: skip


def _reasons(chance: random.Random, *, worse: bool) -> list[str]:
    weights = {**_USUAL, "deadline": 90} if worse else _USUAL
    chosen = chance.choices(list(weights), list(weights.values()), k=chance.choice((1, 1, 1, 2)))
    return list(dict.fromkeys(chosen))


def _write_count(desk: Desk, day: date) -> None:
    served = max(1, round(desk.chance.gauss(desk.temper.per_day / desk.temper.asked, 3)))
    desk.journal.add(CountLine, desk.moment(day, time(17, 10)), "count", day=day.isoformat(), n=served)


def _send(connection: Connection, desk: Desk, at: datetime) -> None:
    """Bring what was written to the collector: signed, chained and appended as any kiosk's batch."""
    if not desk.journal.lines:
        return
    batch, clock = desk.journal.take(), Instant(at, mono_us(at), desk.journal.boot)
    body = pack_batch(batch.lines)
    start = batch.start
    headers = sign_request(
        method="POST", body=body, keyid=desk.known.device_id, private_key=desk.key, clock=clock,
        url=f"{_URL}/v1/journals/{batch.journal_id}/entries?from={start.next_seq}&prev={start.head.hex()}",
        headers={"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"},
    )  # fmt: skip
    receipt = Receipt(at, clock, headers["Signature"], headers["Kiosk-Clock"])
    ensure_partitions(connection, at)
    append_batch(connection, desk.known, replace(batch, body=body), receipt, desk.days)
