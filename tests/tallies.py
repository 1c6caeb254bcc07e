"""Tallies for tests and pictures: a month of one kiosk, cut as a kiosk cuts it."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.base.texts import texts
from kiosk.domain.numbers.blocks import Cut, Rated, Series, cut
from kiosk.domain.office_calendar import Calendar, Opening
from kiosk.domain.visit.rating import Standing
from kiosk.journal.counts.sums import CutSums, Row, sums_kept
from kiosk.journal.counts.tally import TallyRow
from kiosk.journal.reader import DeskCounts
from kiosk.numbers.days import DAYS_BACK, Tally, Terms, read_tally
from kiosk.numbers.tables import tables_of
from kiosk.ui.wiring.desk import Counted
from tests.builders import ZONE

FRIDAY_EVENING = datetime(2026, 11, 20, 17, 30, tzinfo=ZONE)
SATURDAY_MORNING = datetime(2026, 11, 21, 7, 0, tzinfo=ZONE)
"""All of Friday is told."""
WEEKDAYS = frozenset(range(5))
HOURS = Calendar((Opening(WEEKDAYS, time(7, 30), time(11, 30)), Opening(WEEKDAYS, time(13, 30), time(17))))
MOOD = (5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1)
HOUR = {"am": 9, "pm": 15}
LEVELS = {"sipas-5": (1, 2, 3, 4, 5), "tt32-3": (1, 2, 3)}


Press = tuple[str, str, str, str, str, int, int]
"""Day, part, survey, counter, standing, level, and how many."""


@dataclass
class Rows:
    """What a journal's reader gives out of presses that its kiosk cut at ``now``."""

    presses: list[Press] = field(default_factory=list)
    typed: dict[tuple[str, str], int] = field(default_factory=dict)
    left: dict[Row, int] = field(default_factory=dict)
    """Ratings of before it cut."""
    now: datetime = FRIDAY_EVENING

    def desk(self, first: date, last: date) -> DeskCounts:
        ends = first.isoformat(), last.isoformat()
        tally: Counter[tuple[str, str, str, str, str, str, int]] = Counter()
        for day, part, survey, counter, standing, level, n in self._pressed():
            tally[day, part, survey, "overall", counter, standing, level] += n
        for (day, part, survey, question, counter), n in self.left.items():
            tally[day, part, survey, question, counter, "counted", 4] += n
        rows = [TallyRow(*key, n) for key, n in tally.items() if ends[0] <= key[0] <= ends[1]]
        levels = {survey: {"overall": _levels(survey)} for _, _, survey, *_ in self.presses}
        return DeskCounts(rows, self.cuts(), self.left, levels, cuts_itself=True)

    def cuts(self) -> list[CutSums]:
        rated = self._rated()
        at, found, spent = self.now.isoformat(), [], dict[Any, int]()
        for one in cut(rated, at):
            found.append(sums_kept(one, [each for each in rated if _in(each, one, spent.get(one.stream, 0))]))
            spent[one.stream] = one.last
        return [each for each in found if each is not None]

    def served(self, first: date, last: date) -> Mapping[tuple[str, str], int]:
        return {key: n for key, n in self.typed.items() if first.isoformat() <= key[0] <= last.isoformat()}

    def press(
        self, day: date, part: str, levels: Mapping[int, int], counter: str = "", standing: str = "counted",
        survey: str = "sipas-5@1",
    ) -> None:  # fmt: skip
        for level, n in levels.items():
            self.presses.append((day.isoformat(), part, survey, counter, standing, level, n))

    def leave(self, day: date, part: str, n: int, survey: str = "sipas-5@1") -> None:
        """Ratings of before the kiosk began to cut."""
        self.left[day.isoformat(), part, survey, "overall", ""] = n

    def _rated(self) -> list[Rated]:
        rated: list[Rated] = []
        for day, part, survey, counter, standing, level, n in sorted(self._pressed(), key=lambda each: each[:2]):
            series = Series(survey.partition("@")[0], "overall", _levels(survey))
            rated += [
                Rated(seq, _at(day, part), (counter, series), level, standing, version=survey)
                for seq in range(len(rated) + 1, len(rated) + n + 1)
            ]
        return rated

    def _pressed(self) -> list[Press]:
        return [each for each in self.presses if _at(*each[:2]) <= self.now.isoformat()]


def _in(rated: Rated, one: Cut, spent: int) -> bool:
    return rated.stream == one.stream and spent < rated.seq <= one.last


def _at(day: str, part: str) -> str:
    return f"{day}T{HOUR[part]:02}:00:00+07:00"


def _levels(survey: str) -> tuple[int, ...]:
    return LEVELS[survey.partition("@")[0]]


def terms(survey: str = "sipas-5", counters: Mapping[str, Any] | None = None, **others: Any) -> Terms:
    loaded = load_survey(resource("config", "surveys", f"{survey}.toml"))
    return Terms(loaded, **{"calendar": HOURS, "counters": counters or {}, **others})


def a_month(counters: Mapping[str, Any] | None = None) -> Rows:
    """Weekdays of differing business, a quiet week, set-aside presses, transactions typed in on most days."""
    rows, dice = Rows(), random.Random(7)
    for back in range(45):
        day = FRIDAY_EVENING.date() - timedelta(days=back)
        if day.weekday() > 4:
            continue
        quiet = back in (9, 10)
        total = 0
        for counter in counters or ("",):
            for part in ("am", "pm"):
                presses = [dice.choice(MOOD) for _ in range(dice.randint(0, 4) if quiet else dice.randint(14, 34))]
                rows.press(day, part, {level: presses.count(level) for level in range(1, 6)}, counter)
                total += len(presses)
            if back % 5 != 3:
                rows.typed[day.isoformat(), counter] = round(total * dice.uniform(1.5, 2.6))
        rows.press(day, "am", {5: dice.randint(0, 4)}, standing=Standing.REPEAT)
        rows.press(day, "pm", {1: dice.randint(0, 2)}, standing=Standing.OUT_OF_HOURS)
        rows.press(day, "am", {3: 5 if back % 6 == 1 else 0}, standing=Standing.TEST)
    return rows


def a_tally(now: datetime = FRIDAY_EVENING, rows: Rows | None = None, by: Terms | None = None) -> Tally:
    """The last days as the staff's screen asks for them."""
    rows = rows or a_month()
    rows.now = now
    first = now.date() - timedelta(days=DAYS_BACK)
    return read_tally(rows, first, now.date(), now, by or terms())  # type: ignore[arg-type]


def busy_tally() -> Tally:
    """A day with numbers as long as they come, and every reason to set ratings aside, or to let them wait."""
    rows, day = Rows(), FRIDAY_EVENING.date()
    for part in ("am", "pm"):
        rows.press(day, part, {5: 8_700, 4: 8_300, 3: 2_500, 2: 1_640, 1: 1_230})
        for standing in (Standing.REPEAT, Standing.OUT_OF_HOURS, Standing.TEST):
            rows.press(day, part, {5: 47}, standing=standing)
    rows.typed[day.isoformat(), ""] = 99_999
    return a_tally(rows=rows)


def waiting_tally(now: datetime = datetime(2026, 12, 1, 7, 0, tzinfo=ZONE)) -> Tally:
    """The last of a month, of a kiosk in a hall that began to cut then: ratings wait for every reason there is."""
    rows, day = Rows(), date(2026, 11, 30)
    rows.leave(day, "am", 1_234)
    rows.press(day - timedelta(days=1), "pm", {5: 4}, counter="Q1")
    rows.press(day, "am", {2: 1, 5: 2}, counter="Q1")
    rows.press(day, "am", {4: 52, 5: 61, 3: 12}, counter="Q2")
    rows.press(day, "am", {1: 3}, counter="Q3")
    rows.press(day, "am", {1: 2}, survey="tt32-3@1")
    for standing in (Standing.REPEAT, Standing.OUT_OF_HOURS, Standing.TEST):
        rows.press(day, "am", {5: 47}, standing=standing)
    return a_tally(now, rows)


def counted(tally: Tally | None = None) -> Counted:
    """As the staff's screens are told of them."""
    tally = tally or a_tally()
    return Counted(tally, *tables_of(tally, texts("kiosk", "vi")))
