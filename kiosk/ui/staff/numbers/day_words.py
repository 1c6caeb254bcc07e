"""Day words: one row of the days' table as the staff read it on the screen. No Kivy here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kiosk.base.table import Cell, Form, Mark, Table, write_cell
from kiosk.base.texts import Texts
from kiosk.domain.office_day import PARTS, part_hours
from kiosk.domain.visit.rating import Standing
from kiosk.numbers.days import ASIDE, DayTally, Tally
from kiosk.numbers.waiting import open_words, why_lines
from kiosk.ui.wiring.desk import Seen


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, a number, and how long its bar is."""

    name: str
    number: str
    share: float
    """The bar's length as a share of the longest."""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A large number, what it is, and what it rests on."""

    name: str
    number: str
    basis: str


@dataclass(frozen=True, slots=True)
class DayWords:
    """Everything that is shown of a day."""

    title: str = ""
    figures: tuple[Figure, ...] = (Figure("", "", ""),) * 3
    levels_head: str = ""
    """How many of those recorded have levels."""
    levels: tuple[Bar, ...] = ()
    """The most satisfied first; empty where there are none to show."""
    parts: tuple[Bar, ...] = (Bar("", "", 0),) * len(PARTS)
    why: str = ""
    """Why there are no levels."""
    legend: str = ""
    """What waits and why."""


def words_of_day(seen: Seen, t: Texts) -> DayWords:
    """The words of the day that is looked at; without numbers yet, next to none."""
    if seen.counted is None or seen.day is None:
        return DayWords(levels_head=t("By level"), why=t("One moment, please …"))
    return day_words(seen.counted.table, seen.counted.tally, seen.day, t)


def day_words(table: Table, tally: Tally, day: date, t: Texts) -> DayWords:
    """The words of a day; ``table`` is that of all days."""
    row = _Row(table, tally, (day - tally.days[0].day).days, t)
    return DayWords(
        f"{t.weekday(day)} {t.day(day)}",
        (row.counted(), row.satisfied(), row.answered()),
        row.levels_head(),
        row.levels() if isinstance(row.cell("n"), int) and row.cell("n") else (),
        row.parts(day),
        row.why(),
        row.legend(),
    )


def strip_words(table: Table, tally: Tally, days: Sequence[date], t: Texts) -> list[Bar]:
    """The days of a week: weekday, number, and the day of the month under it."""
    first = tally.days[0].day
    recorded = {day: tally.of(day).told.recorded for day in days if first <= day <= tally.days[-1].day}
    most = max(recorded.values(), default=0) or 1
    bars = []
    for day in days:
        name, under = t.weekday(day, short=True), f"{day:%d/%m}"
        if day not in recorded:
            bars.append(Bar(name, "", 0, under))
            continue
        n = table.cell((day - first).days, "recorded")
        closed = not n and tally.terms.calendar.is_closed_on(day)
        number = t("closed") if closed else write_cell(n, Form.COUNT, t)
        bars.append(Bar(name, number, recorded[day] / most, under))
    return bars


def week_words(tally: Tally, first: date, last: date, t: Texts) -> str:
    """A week in one line: how many ratings, and the share of the satisfied."""
    told = tally.together(first, last)
    days = t("Week {first} to {last}", first=f"{first:%d/%m}", last=f"{last:%d/%m}")
    if not told.recorded:
        return days
    counted = t("{n} recorded", n=t.number(told.recorded))
    if told.waiting.n:
        counted += " · " + t("{n} waiting", n=t.number(told.waiting.n))
    share = tally.share_of(told.counts)
    percent = share.percent(1)
    if percent is None or told.n < tally.terms.percent_min:
        return f"{days} · {counted}"
    k, n = t.number(share.numerator), t.number(share.denominator)
    satisfied = t("satisfied {percent} ({k}/{n})", percent=t.percent(percent), k=k, n=n)
    return f"{days} · {counted} · {satisfied}"


def counter_words(seen: Seen, t: Texts) -> str:
    """How a hall's counter did on the day that is looked at; empty where the kiosk serves one counter only."""
    if seen.counted is None or seen.counted.counters is None or seen.day is None:
        return ""
    table = seen.counted.counters
    place = next((n for n, row in enumerate(table.rows) if row[:2] == (seen.day, seen.counter)), None)
    if place is None:
        return ""
    n, answered = table.cell(place, "recorded"), table.cell(place, "answered")
    told = t("Ratings of this counter: {n}", n=write_cell(n, Form.COUNT, t))
    if isinstance(answered, Decimal):
        told += " · " + t("participation {percent}", percent=t.percent(answered))
    return told


class _Row:
    """One row of the table, cell by cell."""

    def __init__(self, table: Table, tally: Tally, place: int, t: Texts) -> None:
        self._table, self._tally, self._place, self._t = table, tally, place, t

    def cell(self, key: str) -> Cell:
        return self._table.cell(self._place, key)

    def written(self, key: str, form: Form = Form.COUNT) -> str:
        return write_cell(self.cell(key), form, self._t)

    def counted(self) -> Figure:
        t = self._t
        n = "–" if self.cell("recorded") is Mark.OPEN else self.written("recorded")
        names = {
            Standing.REPEAT: t("repeats"),
            Standing.OUT_OF_HOURS: t("out of hours"),
            Standing.TEST: t("tests"),
        }
        aside = {names[reason]: int(str(self.cell(reason.value))) for reason in ASIDE if self.cell(reason.value)}
        each = ", ".join(f"{why}\u00a0{t.number(count)}".replace(" ", "\u00a0") for why, count in aside.items())
        basis = t("{n} set aside: {each}", n=t.number(sum(aside.values())), each=each)
        return Figure(t("Ratings recorded"), n, basis if aside else t("Nothing set aside"))

    @property
    def _waits(self) -> bool:
        return self.cell("waiting") not in (0, Mark.OPEN)

    def satisfied(self) -> Figure:
        t, share, name = self._t, self.cell("share"), self._t("Share of the satisfied")
        if isinstance(share, Decimal):
            basis = t(
                "{k}/{n} ratings · interval {low} to {high}",
                k=self.written("satisfied"),
                n=self.written("n"),
                low=self.written("low", Form.PERCENT),
                high=self._percent("high"),
            )
            return Figure(name, t.percent(share), basis)
        if share is Mark.NO_PERCENT:
            least = t.number(self._tally.terms.percent_min)
            return Figure(name, "–", t("A percentage needs {n} ratings.", n=least))
        return Figure(name, "–", "")

    def answered(self) -> Figure:
        t, share, name = self._t, self.cell("answered"), self._t("Participation")
        if isinstance(share, Decimal):
            basis = t("{n}/{served} transactions", n=self.written("recorded"), served=self.written("served"))
            return Figure(name, t.percent(share), basis)
        if self.cell("served") is Mark.UNKNOWN:
            return Figure(name, t("unknown"), t("The transactions served were not typed in."))
        return Figure(name, "–", t("{served} transactions", served=self.written("served")))

    def levels_head(self) -> str:
        t = self._t
        if not self._waits or not self.cell("n"):
            return t("By level")
        return t("By level: {n} of {recorded}", n=self.written("n"), recorded=self.written("recorded"))

    def levels(self) -> tuple[Bar, ...]:
        heads = [column for column in self._table.columns if column.key.startswith("level_")]
        cells = [self.cell(column.key) for column in heads]
        most = max((cell for cell in cells if isinstance(cell, int)), default=0) or 1
        return tuple(
            Bar(column.head, self.written(column.key), cell / most if isinstance(cell, int) else 0)
            for column, cell in zip(heads, cells, strict=True)
        )

    def parts(self, day: date) -> tuple[Bar, ...]:
        t = self._t
        cells = {part: self.cell(part) for part in PARTS}
        most = max((cell for cell in cells.values() if isinstance(cell, int)), default=0) or 1
        names = {"am": t("Before noon"), "pm": t("After noon")}
        return tuple(
            Bar(
                names[part],
                self.written(part),
                cell / most if isinstance(cell, int) else 0,
                self._hours(day, part),
            )
            for part, cell in cells.items()
        )

    def why(self) -> str:
        t = self._t
        if self.cell("n"):
            return open_words(self._day, t) if self.cell("n") is Mark.OPEN else ""
        if self._waits:
            return t(
                "Recorded, and none of them shown yet: fewer than {least} would give single ones away.",
                least=t.number(self._tally.terms.least),
            )
        return t("No ratings to show yet. That is not 0%: nobody's opinion is known.")

    def legend(self) -> str:
        """What waits and why; where the levels' place says it already, not again."""
        said = why_lines(self._tally, self._day, self._t)
        return " ".join(words for words in said if words != self.why())

    @property
    def _day(self) -> DayTally:
        return self._tally.days[self._place]

    def _percent(self, key: str) -> str:
        cell = self.cell(key)
        return self._t.percent(cell) if isinstance(cell, Decimal) else "–"

    def _hours(self, day: date, part: str) -> str:
        t, calendar = self._t, self._tally.terms.calendar
        if not calendar.openings and not calendar.is_off(day):
            return t("until 12:00") if part == "am" else t("from 12:00")
        spans = part_hours(calendar, day, part)
        return " · ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in spans) or t("closed")
