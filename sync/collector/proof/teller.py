"""Teller: when and where a rating counts, by its line and by what is known of its kiosk now.

What is learnt later of a kiosk's places moves what came before (``services.relocate``), so now is right for all of it;
but for what came at the very moment of a move, which follows some minutes later (``chores.settle``).
A time of the boot that sent the batch is recomputed to the microsecond, one of an earlier boot as near as the boot
clocks of kiosk and collector stay together. One that rests on a wall clock is only held to its bounds.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import CountLine, RatingLine
from sync.collector.calendar.bounds import Walls
from sync.collector.calendar.presstime import LocalDays, PressClock, TimeQuality
from sync.collector.proof.chain import Piece
from sync.collector.proof.rows import Kind, kind_of
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.boots import boot_of_device
from sync.collector.replica.projection import Context, project_entries
from sync.collector.replica.sender import Device, counter_on
from sync.collector.replica.stretch import Stretch
from sync.collector.store.schema import audit, block, suspicion
from sync.protocol.errors import ClockUnreadable
from sync.protocol.kiosk_clock import parse_kiosk_clock

SETTLED_AFTER = timedelta(minutes=5)
"""By then whatever was counted where it no longer belonged has followed …"""
ACTS_MAX = 500
"""… and so many lines of the audit log are looked through for a move, as for settling it."""
DRIFT_US_MAX = 600_000_000
"""So far a boot clock and ours drift apart while a kiosk runs."""
_SUSPECT, _COUNTED = str(Standing.SUSPECT), str(Standing.COUNTED)
_EXACT, _CORRECTED, _UNCERTAIN, _RECEIVED = map(str, TimeQuality)

Dated = tuple[int, int, str]
"""A rating as it is kept: its entry, when it was pressed in microseconds since 1970, and its kind."""


class Teller:
    """Tells where and when the ratings of one journal count."""

    def __init__(self, connection: Connection, journal_id: str, sender: Device, days: LocalDays, now: datetime) -> None:
        self._connection, self._journal_id, self._sender = connection, journal_id, sender
        self._now = now
        self._moved: set[tuple[str, str]] | None = None
        self.place: Callable[[int], tuple[str, str]] = days.place
        self._days = days
        self.is_plain = not sender.moves and not sender.spans
        """Whether it never depends on the moment where a rating counts."""
        self._boots: dict[str, int | None] = {}
        self._suspect: list[Stretch] | None = None
        self._cuts_here: bool | None = None

    @property
    def cuts_here(self) -> bool:
        """Whether any cut of the journal was made at the collector: at a moment that its lines do not tell."""
        if self._cuts_here is None:
            made = select(block.c.last_seq).where(block.c.journal_id == self._journal_id, block.c.is_kiosks.is_(False))
            self._cuts_here = self._connection.execute(made.limit(1)).first() is not None
        return self._cuts_here

    def clock_of(self, piece: Piece) -> tuple[str, int, int]:
        """The boot that sent these lines, what its boot clock read then, and our clock minus it."""
        try:
            sent = parse_kiosk_clock(piece.kiosk_clock)
        except ClockUnreadable:
            return "", -1, 0
        return ("" if piece.by_file else sent.boot), sent.mono_us, piece.received_us - sent.mono_us

    def check_time(self, said: RatingLine, at: Dated, piece: Piece) -> None:
        """Hold a time that the sending boot did not measure to what is known of its boot; raises Wrong."""
        seq, pressed, kind = at
        quality = kind_of(kind).quality
        boot, mono_us, since_us = self.clock_of(piece)
        is_measured = said.boot == boot and 0 <= said.mono <= mono_us
        if quality == _RECEIVED:
            # What was measured and lies before the kiosk can have been in use stands at its arrival.
            is_early = since_us + said.mono < self._sender.floor.kiosk_us
            if pressed == piece.received_us and (not is_measured or is_early):
                return
        elif quality == _CORRECTED and not is_measured:
            offset = self._offset_of(said.boot)
            if offset is not None and abs(offset + said.mono - pressed) <= DRIFT_US_MAX:
                return
        elif quality == _UNCERTAIN and not is_measured and pressed <= piece.received_us:
            return
        # What came before it was noted whether it came in a file may have come in one: its clock dated nothing then.
        if quality == _EXACT or piece.by_file is not None or pressed > piece.received_us:
            raise Wrong(What.RATING_CHANGED, first=seq, column="pressed_at")

    def check_counter(self, seq: int, said: RatingLine, pressed: int, found: Kind) -> None:
        """Hold the counter to where the kiosk stood, or to the one that the line names; raises Wrong."""
        wanted = self._stood(pressed) if said.counter is None else self._sender.counters.get(said.counter)
        if wanted is not None and found.counter_id == counter_on(self._sender.spans, wanted, found.day):
            return
        if wanted is None or found.counter_id not in self._left_lately(wanted, by_itself=said.counter is None):
            raise Wrong(What.RATING_CHANGED, first=seq, column="counter")

    def counter_of(self, said: CountLine) -> int:
        """Where the transactions of a day count: where the kiosk stood at its noon, or at the counter that it names."""
        noon_us = self._days.noon_us(said.day)
        wanted = self._stood(noon_us) if said.counter is None else self._sender.counters.get(said.counter)
        if wanted is None:
            raise Wrong(What.COUNT_CHANGED, day=said.day)
        return counter_on(self._sender.spans, wanted, said.day)

    def may_be_at(self, counter_id: int) -> set[int]:
        """Where else what is said of a counter may be counted, until a move that was just booked is settled."""
        return self._left_lately(counter_id, by_itself=True)

    def _left_lately(self, wanted: int, *, by_itself: bool) -> set[int]:
        """Where it may still be counted: where the kiosk stood until just now, or its counter did."""
        found, sender, lately = {wanted}, self._sender, self._moved_lately()
        if by_itself and ("device.moved", sender.device_id) in lately:
            found |= {before for _, before in sender.moves}
        for code, row in sender.counters.items():
            if ("counter.moved", code) in lately and not found.isdisjoint({row, *self._places(row)}):
                found |= self._places(row)
        return found

    def _places(self, row: int) -> set[int]:
        """Every row of a counter that was moved."""
        return {span.counter_id for span in self._sender.spans.get(row, ())}

    def _moved_lately(self) -> set[tuple[str, str]]:
        """Moves booked so lately that what came meanwhile may not have followed yet, by action and subject."""
        if self._moved is None:
            c, since = audit.c, self._now - SETTLED_AFTER
            newest = select(c.at, c.action, c.subject).order_by(c.audit_id.desc()).limit(ACTS_MAX)
            rows = self._connection.execute(newest)
            self._moved = {(row.action, row.subject) for row in rows if row.at >= since}
        return self._moved

    def check_suspect(self, seq: int, said: str, found: Kind) -> None:
        """A standing is the line's, but where a person decided that what counts is suspect; raises Wrong."""
        if self._suspect is None:
            known = {*self._sender.counters.values(), *self._sender.spans, self._sender.counter_id}
            self._suspect = _decided(self._connection, known)
        is_decided = any(each.covers(found.counter_id, found.day, found.part) for each in self._suspect)
        if found.standing != _SUSPECT or said != _COUNTED or not is_decided:
            raise Wrong(What.RATING_CHANGED, first=seq, column="standing")

    def reads(self, seq: int, line: bytes, piece: Piece) -> bool:
        """Whether an entry that was set aside is one that would be counted today."""
        sender, (boot, mono_us, _) = self._sender, self.clock_of(piece)
        clock = PressClock(piece.received_us, boot, mono_us, self._offset_of, Walls([line], sender.floor))
        context = Context(
            sender.counter_id, sender.counters, clock, self._days, sender.moves, sender.spans, sender.ended
        )
        return seq in project_entries([(seq, line)], context).ratings

    def _stood(self, moment_us: int) -> int:
        sender = self._sender
        return next((before for until_us, before in sender.moves if moment_us < until_us), sender.counter_id)

    def _offset_of(self, boot: str) -> int | None:
        if boot not in self._boots:
            self._boots[boot] = boot_of_device(self._connection, self._sender.device_id, boot)
        return self._boots[boot]


def _decided(connection: Connection, counters: set[int]) -> list[Stretch]:
    """What of these counters was ever found suspect: a decision of before blocks that was taken back moves nothing."""
    c = suspicion.c
    wanted = select(c.counter_id, c.first_day, c.last_day, c.part).where(c.counter_id.in_(sorted(counters)))
    return [Stretch(*row) for row in connection.execute(wanted)]
