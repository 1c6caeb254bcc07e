"""Lines: each rating, its levels and its reasons as they are kept, held against the lines that say them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection

from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import (
    BlockLine,
    CountLine,
    Line,
    LineUnreadable,
    OpenedLine,
    RatingLine,
    ReasonsLine,
    RevisedLine,
    decode_line,
    is_carried,
)
from kiosk.journal.sound import is_sound
from kiosk.journal.visits import ENTRIES_MAX, Late, late_for
from sync.collector.calendar.presstime import MICROS_PER_QUARTER_HOUR as QUARTER_US
from sync.collector.calendar.presstime import TimeQuality
from sync.collector.proof.chain import Piece
from sync.collector.proof.elsewhere import Elsewhere, is_counted_there
from sync.collector.proof.kept.counts import CounterDay, Served
from sync.collector.proof.kept.receipts import check_receipts
from sync.collector.proof.rows import Page, Ratings, Row, kind_of, read_duplicates, read_reasons, read_unread
from sync.collector.proof.teller import Dated, Teller
from sync.collector.proof.wrong import What, Whose, Wrong
from sync.collector.replica.continued import Position
from sync.collector.replica.projection_rows import UnreadReason
from sync.collector.replica.stored import stored_entries

_decode = msgspec.json.Decoder(RatingLine).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_COUNTED = str(Standing.COUNTED)


@dataclass(slots=True)
class Kept:
    """What was found to be kept of a journal's lines, for whoever adds it up."""

    gone: int = 0
    """The last entry that was dropped: what is said of ratings up to there cannot be held to them any more."""
    tally: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By level and kind, of the ratings in the blocks that were seen; those in ``free`` come on top."""
    reasons: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    free: dict[int, Row] = field(default_factory=dict)
    """The ratings that no block was seen to hold, by seq."""
    named: dict[int, list[str]] = field(default_factory=dict)
    """The reasons of those of these that count."""
    cuts: dict[int, BlockLine] = field(default_factory=dict)
    """The cuts that the kiosk stated and that no block was seen for, by seq."""
    stated: list[int] = field(default_factory=list)
    """The entries of the last lines that state a cut, carried ones too."""
    opened: OpenedLine | None = None
    """The first entry, if it was read and was not set aside."""
    served: dict[CounterDay, Served] = field(default_factory=dict)
    """The transactions that were typed in last for each day."""
    unread: dict[int, str] = field(default_factory=dict)
    """Of these cuts those that were set aside."""
    ignored: Wrong | None = None
    """The first entry that was set aside and would be read today."""


class Lines:
    """One journal while its lines are read."""

    def __init__(
        self, connection: Connection, journal_id: str, teller: Teller, elsewhere: Elsewhere, kept: Kept,
        *, is_alone: bool,
    ) -> None:  # fmt: skip
        self._connection, self._journal_id = connection, journal_id
        self._teller, self._elsewhere = teller, elsewhere
        self._ratings = Ratings(connection, journal_id)
        self._duplicates = read_duplicates(connection, journal_id)
        self._unread: Mapping[int, str] = {}
        self._said: dict[int, tuple[int, list[str]]] = {}
        self._chosen: dict[int, tuple[int, list[str]]] = {}
        self._receipts: dict[int, str] = {}
        """Of the last lines, what ratings say that citizens took along."""
        self.kept, self._is_alone = kept, is_alone

    def take(self, pieces: Sequence[Piece]) -> None:
        """Hold what is kept of these lines against them; raises Wrong at the first that is kept otherwise."""
        first, last = pieces[0].first, pieces[-1].last
        self.kept.stated.clear()
        self._receipts.clear()
        self._unread = read_unread(self._connection, self._journal_id, first, last)
        page = self._ratings.read(first, last)
        matched = sum(self._take_piece(piece, page) for piece in pieces)
        if matched < len(page.rows) or not page.is_once:
            raise Wrong(What.RATING_INVENTED, first=self._unmatched(pieces, page.rows))
        self.kept.free |= page.rows
        check_receipts(self._connection, self._journal_id, first, last, self._receipts)
        for rating, reason, seq in read_reasons(self._connection, self._journal_id, first, last):
            brought, chosen = self._chosen.setdefault(rating, (seq, []))
            if seq != brought:
                raise Wrong(What.REASONS_CHANGED, first=rating)
            chosen.append(reason)
        self.settle(seq for seq in [*self._chosen, *self._said] if seq <= last - ENTRIES_MAX)

    def end(self) -> None:
        """All lines were taken in."""
        self.settle([*self._chosen, *self._said])
        self.settle_levels({at.seq for at in (*self._elsewhere.levels, *self._elsewhere.revised)})

    def settle_levels(self, ratings: Iterable[int]) -> None:
        """Compare the levels of these ratings: of a kiosk with one journal no other one can say anything of them."""
        if self._is_alone:
            said = {at.seq for at in (*self._elsewhere.levels, *self._elsewhere.revised)}
            for seq in sorted(said.intersection(ratings)):
                self._elsewhere.settle_level(Position(self._journal_id, seq))

    def _take_piece(self, piece: Piece, page: Page) -> int:
        """Hold one segment's lines to these rows; how many of them are ratings that count here."""
        # The one loop over every line: nothing is called in it that need not be.
        others, quarter, half, kinds = 0, -1, ("", ""), dict[Any, str]()
        boot, mono_us, since_us = self._teller.clock_of(piece)
        decode, place, (rows, presses, firsts, _) = _decode, self._teller.place, page
        row_of = rows.get
        for seq, line in enumerate(piece.lines, piece.first):
            try:
                said = decode(line)
            except _UNREADABLE:
                self._take_other(seq, line, piece)
                others += 1
                continue
            row = row_of(seq)
            if row is None or said.kind != "rating" or said.seq != seq:
                self._take_uncounted(seq, line, said, row, piece)
                others += 1
                continue
            level, kind = row
            pressed = presses[seq]
            if said.receipt is not None:
                self._receipts[seq] = said.receipt
            if level != said.level or seq in firsts:
                self._elsewhere.levels[Position(self._journal_id, seq)] = (said.level, level, firsts.get(seq))
            if pressed // QUARTER_US != quarter:
                quarter = pressed // QUARTER_US
                kinds = kinds if place(pressed) == half else {}
                half = place(pressed)
            asked = said.survey, said.question, said.standing, said.counter
            if kind != kinds.get(asked) and self._check_kind(said, (seq, pressed, kind), piece, half):
                kinds[asked] = kind
            if said.boot != boot or not 0 <= said.mono <= mono_us or pressed != since_us + said.mono:
                self._teller.check_time(said, (seq, pressed, kind), piece)
        return len(piece.lines) - others

    def _check_kind(self, said: RatingLine, at: Dated, piece: Piece, half: tuple[str, str]) -> bool:
        """Hold all but the level to the line; whether whatever says the same in this half day is of this kind."""
        seq, pressed, kind = at
        found = kind_of(kind)
        if (found.survey, found.question) != (said.survey, said.question):
            raise _changed(seq, "question")
        if found.standing != said.standing:
            self._teller.check_suspect(seq, said.standing, found)
        if (found.day, found.part) != half:
            raise _changed(seq, "day")
        self._teller.check_counter(seq, said, pressed, found)
        is_exact = found.quality == TimeQuality.EXACT
        if not is_exact:
            self._teller.check_time(said, at, piece)
        return is_exact and self._teller.is_plain

    def _unmatched(self, pieces: Sequence[Piece], rows: dict[int, Row]) -> int:
        """The first row of a rating whose line says none."""
        for piece in pieces:
            for seq, line in enumerate(piece.lines, piece.first):
                if seq in rows and (_kind(line) != "rating"):
                    return seq
        return min(rows)

    def _take_uncounted(self, seq: int, line: bytes, said: RatingLine, row: Row | None, piece: Piece) -> None:
        """A line that is no rating, or one that is counted nowhere or elsewhere."""
        if row is not None:
            raise Wrong(What.RATING_INVENTED, first=seq)
        if said.kind != "rating":
            self._take_other(seq, line, piece)
        elif said.seq != seq:
            raise Wrong(What.PLACE_WRONG, Whose.KIOSK, first=seq)
        elif seq in self._duplicates:
            self._check_duplicate(seq, line)
        elif seq not in self._unread:
            raise Wrong(What.RATING_MISSING, first=seq)
        elif self._teller.reads(seq, line, piece):
            self._note_ignored(seq)

    def _take_other(self, seq: int, line: bytes, piece: Piece) -> None:
        try:
            said = decode_line(line)
        except (LineUnreadable, RecursionError):
            said = None
        if said is None or said.seq != seq:
            if seq not in self._unread and seq not in self._duplicates:
                raise Wrong(What.UNREAD_MISSING, first=seq)
        else:
            self._take_line(seq, line, said, piece)

    def _take_line(self, seq: int, line: bytes, said: Line, piece: Piece) -> None:
        """One that can be read and is no rating."""
        if isinstance(said, BlockLine):
            self.kept.stated.append(seq)
            if not is_carried(line):
                self.kept.cuts[seq] = said
                if seq in self._unread:
                    self.kept.unread[seq] = self._unread[seq]
        if seq in self._duplicates:
            at, here = Position(*self._duplicates[seq]), Position(self._journal_id, seq)
            if not is_counted_there(self._connection, here, line, at, is_rating=False):
                raise Wrong(What.DUPLICATE_WRONG, first=seq)
        elif isinstance(said, ReasonsLine | RevisedLine):
            self._take_late(seq, said)
        elif isinstance(said, OpenedLine) and seq == 1 and seq not in self._unread:
            self.kept.opened = said
        elif isinstance(said, CountLine) and seq not in self._unread:
            served = Served(seq, said.n, piece.received_us)
            self.kept.served[CounterDay(self._teller.counter_of(said), said.day)] = served

    def _take_late(self, seq: int, said: ReasonsLine | RevisedLine) -> None:
        """What changes or adds to a rating that came before, unless it was set aside with reason."""
        if seq in self._unread:
            if self._unread[seq] in _ABOUT and self._is_in_time(said):
                self._note_ignored(seq)
            return
        at = self._elsewhere.counted(self._journal_id, self._duplicates, said)
        if self._elsewhere.is_gone(at):
            return
        if isinstance(said, RevisedLine):
            self._elsewhere.revised.setdefault(at, []).append(said.level)
        elif at.journal_id == self._journal_id:
            self._said[at.seq] = (seq, list(dict.fromkeys(said.reasons)))
        else:
            self._elsewhere.said[at] = sorted(dict.fromkeys(said.reasons))

    def _note_ignored(self, seq: int) -> None:
        # Somebody may have granted a counter since, or installed a newer version: the rest is checked all the same.
        if self.kept.ignored is None:
            self.kept.ignored = Wrong(What.ENTRY_IGNORED, Whose.UNKNOWN, first=seq)

    def _is_in_time(self, said: ReasonsLine | RevisedLine) -> bool:
        """Whether an entry that was set aside as late is in its visit, and its rating is here and in no block yet."""
        at = self._elsewhere.counted(self._journal_id, self._duplicates, said)
        if at.journal_id != self._journal_id or at.seq not in self.kept.free or not is_sound(said):
            return False
        if isinstance(said, ReasonsLine) and at.seq in self._said:
            return False
        entries = stored_entries(self._connection, self._journal_id, at.seq, said.seq)
        lines = {seq: line for seq, _, line in entries if at.seq <= seq <= said.seq}
        late: Late | None = late_for(lines, at.seq, said)
        return late is None and not self._teller.cuts_here

    def _check_duplicate(self, seq: int, line: bytes) -> None:
        at = Position(*self._duplicates[seq])
        if not is_counted_there(self._connection, Position(self._journal_id, seq), line, at):
            raise Wrong(What.RATING_MISSING, first=seq)

    def settle(self, ratings: Iterable[int]) -> None:
        """Compare the reasons of these ratings, to which nothing can be added any more."""
        for rating in sorted((self._said.keys() | self._chosen.keys()).intersection(ratings)):
            said, kept = self._said.pop(rating, None), self._chosen.pop(rating, None)
            row = self.kept.free.get(rating)
            if kept is not None and row is not None:
                self._count_reasons(rating, row, kept[1])
            if said is None and kept is not None:
                self._elsewhere.unsaid[Position(self._journal_id, rating)] = sorted(kept[1])
            elif said is not None and (kept is None or (kept[0], sorted(kept[1])) != (said[0], sorted(said[1]))):
                raise Wrong(What.REASONS_CHANGED, first=rating)

    def _count_reasons(self, seq: int, row: Row, reasons: list[str]) -> None:
        found = kind_of(row[1])
        place = (found.counter_id, found.day, found.part, found.survey, found.question, found.standing)
        self.kept.reasons.update((*place, reason) for reason in reasons)
        if found.standing == _COUNTED:
            self.kept.named[seq] = reasons


_ABOUT = frozenset({str(UnreadReason.NOT_IN_VISIT), str(UnreadReason.AFTER_CUT), str(UnreadReason.NO_RATING)})


def _changed(seq: int, column: str) -> Wrong:
    return Wrong(What.RATING_CHANGED, first=seq, column=column)


def _kind(line: bytes) -> str:
    try:
        return _decode(line).kind
    except _UNREADABLE:
        return ""
