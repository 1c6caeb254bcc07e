"""Day words: one row of the days' table as the staff read it on the screen. No Kivy here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kiosk.base.table import Cell, Form, Mark, Table, write_cell
from kiosk.base.texts import Texts
from kiosk.domain.office_day import PARTS, part_hours, part_told_from
from kiosk.domain.visit.rating import Standing
from kiosk.numbers.days import ASIDE, Tally
from kiosk.ui.wiring.desk import Seen


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, a number, and how long its bar is."""

    name: str
    number: str
    share: float | None
    """The bar's length as a share of the longest; None where the number is not told."""
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
    levels: tuple[Bar, ...] = ()
    """The most satisfied first; empty where there are none to show."""
    parts: tuple[Bar, ...] = (Bar("", "", 0),) * len(PARTS)
    why: str = ""
    """Why there are no levels."""
    legend: str = ""
    """What the hatched bars mean, and what is not in the numbers."""


def words_of_day(seen: Seen, t: Texts) -> DayWords:
    """The words of the day that is looked at; without numbers yet, next to none."""
    if seen.counted is None or seen.day is None:
        return DayWords(why=t("One moment, please …"))
    return day_words(seen.counted.table, seen.counted.tally, seen.day, t)


def day_words(table: Table, tally: Tally, day: date, t: Texts) -> DayWords:
    """The words of a day; ``table`` is that of all days."""
    row = _Row(table, tally, (day - tally.days[0].day).days, t)
    return DayWords(
        f"{t.weekday(day)} {t.day(day)}",
        (row.counted(), row.satisfied(), row.answered()),
        row.levels() if isinstance(row.cell("n"), int) and row.cell("n") else (),
        row.parts(day),
        row.why(),
        row.legend(),
    )


def strip_words(table: Table, tally: Tally, days: Sequence[date], t: Texts) -> list[Bar]:
    """The days of a week: weekday, number, and the day of the month under it."""
    first = tally.days[0].day
    numbers = {day: tally.of(day).numbers.n for day in days if first <= day <= tally.days[-1].day}
    most = max((n for n in numbers.values() if isinstance(n, int)), default=0) or 1
    bars = []
    for day in days:
        name, under = t.weekday(day, short=True), f"{day:%d/%m}"
        if day not in numbers:
            bars.append(Bar(name, "", 0, under))
            continue
        n = table.cell((day - first).days, "n")
        closed = not n and tally.terms.calendar.is_closed_on(day)
        number = t("closed") if closed else _write(n, Form.COUNT, t, tally.terms.policy.cell_min)
        bars.append(Bar(name, number, n / most if isinstance(n, int) else None if n is Mark.FEW else 0, under))
    return bars


def week_words(tally: Tally, first: date, last: date, t: Texts) -> str:
    """A week in one line: how many ratings, and the share of the satisfied."""
    shown = tally.together(first, last)
    days = t("Week {first} to {last}", first=f"{first:%d/%m}", last=f"{last:%d/%m}")
    if not shown.n:
        return days
    counted = t("{n} ratings", n=t.number(shown.n))
    share = tally.share_of(shown.counts)
    percent = share.percent(1) if shown.percent else None
    if percent is None:
        return f"{days} · {counted}"
    k, n = t.number(share.numerator), t.number(share.denominator)
    satisfied = t("satisfied {percent} ({k}/{n})", percent=t.percent(percent), k=k, n=n)
    return f"{days} · {counted} · {satisfied}"


def counter_words(seen: Seen, t: Texts) -> str:
    """How a hall's counter did on the day that is looked at; empty where the kiosk serves one counter only."""
    if seen.counted is None or seen.counted.counters is None or seen.day is None:
        return ""
    table, cell_min, day = seen.counted.counters, seen.counted.tally.terms.policy.cell_min, t.day(seen.day)
    place = next((n for n, row in enumerate(table.rows) if row[:2] == (day, seen.counter)), None)
    if place is None:
        return ""
    n, answered = table.cell(place, "n"), table.cell(place, "answered")
    told = t("Ratings of this counter: {n}", n=_write(n, Form.COUNT, t, cell_min))
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
        return _write(self.cell(key), form, self._t, self._tally.terms.policy.cell_min)

    def counted(self) -> Figure:
        t = self._t
        n = "–" if self.cell("n") is Mark.OPEN else self.written("n")
        names = {
            Standing.REPEAT: t("repeats"),
            Standing.OUT_OF_HOURS: t("out of hours"),
            Standing.TEST: t("tests"),
        }
        aside = {names[reason]: int(str(self.cell(reason.value))) for reason in ASIDE if self.cell(reason.value)}
        each = ", ".join(f"{why}\u00a0{t.number(count)}".replace(" ", "\u00a0") for why, count in aside.items())
        return Figure(
            t("Ratings counted"),
            n,
            t("{n} set aside: {each}", n=t.number(sum(aside.values())), each=each) if aside else t("Nothing set aside"),
        )

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
            least = t.number(self._tally.terms.policy.percent_min)
            return Figure(name, "–", t("A percentage needs {n} ratings.", n=least))
        return Figure(name, "–", "")

    def answered(self) -> Figure:
        t, share, name = self._t, self.cell("answered"), self._t("Participation")
        if isinstance(share, Decimal):
            basis = t("{n}/{served} transactions", n=self.written("n"), served=self.written("served"))
            return Figure(name, t.percent(share), basis)
        if self.cell("served") is Mark.UNKNOWN:
            return Figure(name, t("unknown"), t("The transactions served were not typed in."))
        return Figure(name, "–", t("{served} transactions", served=self.written("served")))

    def levels(self) -> tuple[Bar, ...]:
        heads = [column for column in self._table.columns if column.key.startswith("level_")]
        cells = [self.cell(column.key) for column in heads]
        most = max((cell for cell in cells if isinstance(cell, int)), default=0) or 1
        return tuple(
            Bar(column.head, self.written(column.key), cell / most if isinstance(cell, int) else None)
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
                cell / most if isinstance(cell, int) else 0 if cell is Mark.OPEN else None,
                self._hours(day, part),
            )
            for part, cell in cells.items()
        )

    def why(self) -> str:
        t = self._t
        match self.cell("n"):
            case Mark.OPEN:
                return self._open_words()
            case Mark.FEW:
                return t("Too few ratings to be shown without giving single ones away.")
            case 0 if self._tally.days[self._place].other_survey:
                return t("On this day citizens answered another survey, too; the collector's pages have it.")
            case 0:
                return t("No ratings to show yet. That is not 0%: nobody's opinion is known.")
        return ""

    def _open_words(self) -> str:
        """From when on the part of the day that is not over is told."""
        day = self._tally.days[self._place].day
        part = next(part for part in PARTS if self.cell(part) is Mark.OPEN)
        told_from = part_told_from(day, part, self._tally.terms.calendar)
        time = f"{told_from:%H:%M}"
        return self._t("This part of the day is told from {time} on, if it has enough ratings.", time=time)

    def legend(self) -> str:
        t, numbers = self._t, self._tally.days[self._place].numbers
        said = []
        if numbers.kept_back and numbers.hidden is None:
            together = sum(numbers.counts.get(level, 0) for level in numbers.kept_back)
            said.append(t("Hatched levels were chosen by few and are told together: {n}.", n=t.number(together)))
        if numbers.more and numbers.hidden is None:
            said.append(t("A few more of this day are too few to be shown; they are in the sum of their whole week."))
        return " ".join(said)

    def _percent(self, key: str) -> str:
        cell = self.cell(key)
        return self._t.percent(cell) if isinstance(cell, Decimal) else "–"

    def _hours(self, day: date, part: str) -> str:
        t, calendar = self._t, self._tally.terms.calendar
        if not calendar.openings and not calendar.is_off(day):
            return t("until 12:00") if part == "am" else t("from 12:00")
        spans = part_hours(calendar, day, part)
        return " · ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in spans) or t("closed")


def _write(cell: Cell, form: Form, t: Texts, cell_min: int) -> str:
    """As in a table; but what is read from afar is said in words."""
    return t("fewer than {n}", n=cell_min) if cell is Mark.FEW else write_cell(cell, form, t, cell_min)
