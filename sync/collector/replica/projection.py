"""Step 11, project: lines become ratings and reasons; what cannot be read is kept aside with a reason.

Interpretation comes after storage. The lines are kept whatever this step makes of them,
so it never refuses: a bad entry becomes an ``Unread`` and the ones behind it go on,
also where reading it fails in a way that nobody foresaw.
Pure: no database, no clock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kiosk.domain.visit.rating import SERVED_MAX
from kiosk.journal.lines import (
    BlockLine,
    ClockLine,
    CommentLine,
    CountLine,
    Line,
    LineUnreadable,
    MaintenanceLine,
    OpenedLine,
    PrunedLine,
    RatingLine,
    ReasonsLine,
    RevisedLine,
    SettingsLine,
    decode_line,
)
from kiosk.journal.sound import NUL_MARK, has_nul, is_sound
from kiosk.journal.visits import Late, late_for
from sync.collector.calendar.presstime import LocalDays, PressClock, TimeUnreadable
from sync.collector.calendar.usual import Usual
from sync.collector.replica.alike import rows_alike
from sync.collector.replica.aside import (
    DETAIL_CHARS_MAX,
    HASH,
    KEY_ID,
    Aside,
    printable,
    require_numbers,
    require_rating,
    require_sound,
)
from sync.collector.replica.projection_rows import (
    CountRow,
    LateLine,
    Projection,
    RatingRow,
    ReasonRow,
    ReceiptRow,
    Unread,
    UnreadReason,
)
from sync.collector.replica.sender import Spans, counter_on

NUMBER_MAX = 100_000
"""What any kiosk can write as the transactions of a day, plausible or not."""
COUNT_DAYS_BACK = timedelta(days=32)
"""Kiosks take the transactions of the last 31 days."""
FOREVER = 2**63
_row = tuple.__new__


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the sender besides its lines."""

    counter_id: int
    """Where the kiosk stands."""
    counters: Mapping[str, int]
    """The counters that it was granted, by code, for a kiosk that serves a whole hall."""
    clock: PressClock
    days: LocalDays
    moves: Sequence[tuple[int, int]] = ()
    """Until when it stood at which other counter, in order."""
    spans: Spans = field(default_factory=dict)
    """Of counters that were moved themselves."""
    ended: Mapping[int, int] = field(default_factory=dict)
    """Of the counters those that are granted no longer, and until when they were."""
    usual: Mapping[bytes, Usual] = field(default_factory=dict)
    """What of the lines is read already."""

    def counter_at(self, pressed_us: int) -> int:
        """Where the kiosk stood at that moment."""
        if not self.moves:
            return self.counter_id
        return next((counter_id for until_us, counter_id in self.moves if pressed_us < until_us), self.counter_id)


def project(first_seq: int, lines: Sequence[bytes], context: Context, duplicates: Collection[int] = ()) -> Projection:
    """What the consecutive ``lines`` from ``first_seq`` say but for the ``duplicates``; any bytes are taken."""
    entries: Iterable[tuple[int, bytes]] = enumerate(lines, first_seq)
    return project_entries((each for each in entries if each[0] not in duplicates) if duplicates else entries, context)


def project_entries(entries: Iterable[tuple[int, bytes]], context: Context) -> Projection:
    """What any lines say, given with their seqs and in order."""
    run = _Run(dict(entries), context, None if context.moves or context.spans else context.counter_id)
    # Found by the line's own bytes: it was read when the batch was, and is read once.
    usual, ratings, unread = context.usual, run.ratings, run.unread
    alike = _alike(run)
    if len(alike) == len(run.lines):
        return replace(run.said(), ratings=alike)
    for seq, line in run.lines.items():
        if (row := alike.get(seq)) is not None:
            ratings[seq] = row
            continue
        try:
            entry = usual.get(line) or _decode(line)
            if entry.seq != seq:
                raise Aside(UnreadReason.WRONG_SEQ, f"the line calls itself {entry.seq}")
            if isinstance(entry, RatingLine):
                ratings[seq] = run.rate(entry)
                if entry.receipt is not None and HASH.fullmatch(entry.receipt):
                    # Of what is no hash nothing is kept: the rating counts all the same.
                    run.receipts.append(ReceiptRow(seq, bytes.fromhex(entry.receipt)))
            else:
                run.take(entry)
        except Aside as aside:
            unread.append(Unread(seq, aside.reason, aside.detail[:DETAIL_CHARS_MAX]))
        except Exception as error:  # noqa: BLE001 - the lines behind this one must not wait for whatever it is
            unread.append(failed(seq, error))
    return run.said()


def _alike(run: "_Run") -> dict[int, RatingRow]:
    """The rows, by seq, of those ratings that are understood together; none with a receipt is among them."""
    context, usual = run.context, run.context.usual
    if run.always_at is None or not usual:
        return {}
    entries = [
        each
        for seq, line in run.lines.items()
        if (each := usual.get(line)) is not None and each.seq == seq and each.receipt is None
    ]
    try:
        return {row[0]: row for row in rows_alike(entries, run.always_at, context.clock, context.days)}
    except Exception:  # noqa: BLE001 - whatever it is, each is read alone then, and it is told of that one
        return {}


def failed(seq: int, error: Exception) -> Unread:
    """The entry whose reading, or keeping, ended in ``error``."""
    said = getattr(error, "orig", None) or error
    return Unread(seq, UnreadReason.FAILED, printable(f"{type(said).__name__}: {said}"))


def reasons_of(entry: ReasonsLine) -> list[ReasonRow]:
    """The reasons that an entry brings, each once, in its order."""
    return [ReasonRow(entry.rating, reason, entry.seq) for reason in dict.fromkeys(entry.reasons)]


def _decode(line: bytes) -> Line:
    if NUL_MARK in line and has_nul(line):
        raise Aside(UnreadReason.BAD_VALUE, "a NUL in a text")
    try:
        return decode_line(line)
    except (LineUnreadable, RecursionError) as error:
        raise Aside(UnreadReason.NOT_A_LINE, printable(str(error))) from error


def _counter_of(code: str | None, moment_us: int, day: str, context: Context) -> int:
    counter_id = context.counter_at(moment_us) if code is None else context.counters.get(code)
    is_over = code is not None and counter_id is not None and moment_us >= context.ended.get(counter_id, FOREVER)
    if counter_id is None or is_over:
        raise Aside(UnreadReason.UNKNOWN_COUNTER, printable(f"counter {code}"))
    return counter_on(context.spans, counter_id, day)


def _count(entry: CountLine, context: Context) -> CountRow:
    try:
        noon_us = context.days.noon_us(entry.day)
        typed_us, _ = context.clock.date(entry.at, entry.mono, entry.boot)
        typed_on = date.fromisoformat(context.days.place(typed_us)[0])
    except TimeUnreadable as error:
        raise Aside(UnreadReason.BAD_VALUE, printable(f"day {entry.day}")) from error
    if not 0 <= entry.n <= NUMBER_MAX:
        raise Aside(UnreadReason.BAD_VALUE, f"{entry.n} transactions")
    if not typed_on - COUNT_DAYS_BACK <= date.fromisoformat(entry.day) <= typed_on:
        raise Aside(UnreadReason.BAD_COUNT, f"day {entry.day}, typed in on {typed_on}")
    if entry.n > SERVED_MAX:
        raise Aside(UnreadReason.BAD_COUNT, f"{entry.n} transactions")
    return CountRow(_counter_of(entry.counter, noon_us, entry.day, context), entry.day, entry.n, entry.seq)


@dataclass(slots=True)
class _Run:
    """Lines while they are read: each is understood in the light of those before it."""

    lines: Mapping[int, bytes]
    context: Context
    always_at: int | None
    """Where the kiosk stood all the time; None where it or a counter was moved."""
    ratings: dict[int, RatingRow] = field(default_factory=dict)
    reasons: list[ReasonRow] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    comments: list[CommentLine] = field(default_factory=list)
    counts: dict[tuple[int, str], CountRow] = field(default_factory=dict)
    late: list[LateLine] = field(default_factory=list)
    opened: OpenedLine | None = None
    receipts: list[ReceiptRow] = field(default_factory=list)
    sound: set[tuple[str, str, int, str]] = field(default_factory=set)
    """What ratings said that can be."""

    def said(self) -> Projection:
        """What all of them say."""
        return Projection(
            self.ratings, self.reasons, self.unread, self.comments, self.counts, self.late, self.opened, self.receipts
        )

    def rate(self, entry: RatingLine) -> RatingRow:
        """Understand a rating."""
        survey, question, level, standing = said = entry.survey, entry.question, entry.level, entry.standing
        # A batch says few things and says them often.
        if said not in self.sound:
            require_sound(entry)
            self.sound.add(said)
        context = self.context
        try:
            pressed_us, quality = context.clock.date(entry.at, entry.mono, entry.boot)
            day, part = context.days.place(pressed_us)
        except TimeUnreadable as error:
            raise Aside(UnreadReason.BAD_TIME, printable(str(error))) from error
        counter_id = self.always_at if entry.counter is None else None
        if counter_id is None:
            counter_id = _counter_of(entry.counter, pressed_us, day, context)
        # As a whole, without its own constructor's call for each of its values: this is done for every rating.
        return _row(RatingRow, (entry.seq, counter_id, survey, question, level, None, standing, pressed_us,
                                quality._value_, day, part))  # fmt: skip

    def take(self, entry: Line) -> None:
        """Understand one that is no rating."""
        match entry:
            case ReasonsLine():
                self._take_reasons(entry)
            case RevisedLine():
                self._take_revision(entry)
            case CommentLine():
                self._take_comment(entry)
            case CountLine():
                row = _count(entry, self.context)
                self.counts[row.counter_id, row.day] = row
            case OpenedLine():
                require_numbers(entry)
                self.opened = entry if entry.seq == 1 else self.opened
            case SettingsLine() | ClockLine() | PrunedLine() | MaintenanceLine() | BlockLine():
                pass
            case _:
                raise Aside(UnreadReason.UNKNOWN_KIND, printable(entry.kind))

    def _take_reasons(self, entry: ReasonsLine) -> None:
        if not is_sound(entry):
            raise Aside(UnreadReason.BAD_VALUE, printable(f"reasons {', '.join(entry.reasons)}"))
        if entry.rating_journal is not None or entry.rating not in self.ratings:
            self._take_late(entry)
            return
        self._require_visit(entry)
        if any(row.rating_seq == entry.rating for row in self.reasons):
            raise Aside(UnreadReason.NO_RATING, f"rating {entry.rating} has its reasons already")
        self.reasons.extend(reasons_of(entry))

    def _take_revision(self, entry: RevisedLine) -> None:
        if not is_sound(entry):
            raise Aside(UnreadReason.BAD_VALUE, f"level {entry.level}")
        row = None if entry.rating_journal is not None else self.ratings.get(entry.rating)
        if row is None:
            self._take_late(entry)
            return
        self._require_visit(entry)
        self.ratings[entry.rating] = row.revised(entry.level)

    def _take_comment(self, entry: CommentLine) -> None:
        if not HASH.fullmatch(entry.enclosure):
            raise Aside(UnreadReason.BAD_VALUE, printable(f"enclosure {entry.enclosure}"))
        if entry.sealed is not None and not KEY_ID.fullmatch(entry.sealed):
            raise Aside(UnreadReason.BAD_VALUE, printable(f"sealed {entry.sealed}"))
        require_rating(entry)
        if entry.rating_journal is None and entry.rating in self.ratings:
            self._require_visit(entry)
        self.comments.append(entry)

    def _take_late(self, entry: LateLine) -> None:
        require_rating(entry)
        self.late.append(entry)

    def _require_visit(self, entry: LateLine | CommentLine) -> None:
        """The rating in this run is one of the entry's own visit, and was not cut before it."""
        late = late_for(self.lines, entry.rating, entry)
        if late is Late.VISIT:
            raise Aside(UnreadReason.NOT_IN_VISIT, f"rating {entry.rating} was not made in this visit")
        if late is Late.CUT and not isinstance(entry, CommentLine):
            raise Aside(UnreadReason.AFTER_CUT, f"rating {entry.rating} was cut before")
