"""Tallies for tests and pictures: a month of one kiosk, from rows as a journal keeps them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.base.texts import texts
from kiosk.domain.numbers.disclosure import Policy
from kiosk.domain.office_calendar import Calendar, Opening
from kiosk.domain.visit.rating import Standing
from kiosk.journal.counts.tally import TallyRow
from kiosk.numbers.days import DAYS_BACK, Tally, Terms, read_tally
from kiosk.numbers.tables import tables_of
from kiosk.ui.wiring.desk import Counted
from tests.builders import ZONE

FRIDAY_EVENING = datetime(2026, 11, 20, 17, 30, tzinfo=ZONE)
WEEKDAYS = frozenset(range(5))
HOURS = Calendar((Opening(WEEKDAYS, time(7, 30), time(11, 30)), Opening(WEEKDAYS, time(13, 30), time(17))))
MOOD = (5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1)


@dataclass
class Rows:
    """What a journal's reader gives out."""

    tallies: list[TallyRow] = field(default_factory=list)
    typed: dict[tuple[str, str], int] = field(default_factory=dict)

    def tally(self, first: date, last: date) -> list[TallyRow]:
        return [row for row in self.tallies if first.isoformat() <= row.day <= last.isoformat()]

    def served(self, first: date, last: date) -> Mapping[tuple[str, str], int]:
        return {key: n for key, n in self.typed.items() if first.isoformat() <= key[0] <= last.isoformat()}

    def press(
        self, day: date, part: str, levels: Mapping[int, int], counter: str = "", standing: str = "counted",
        survey: str = "sipas-5@1",
    ) -> None:  # fmt: skip
        for level, n in levels.items():
            self.tallies.append(TallyRow(day.isoformat(), part, survey, "overall", counter, standing, level, n))


def terms(survey: str = "sipas-5", counters: Mapping[str, Any] | None = None, **others: Any) -> Terms:
    loaded = load_survey(resource("config", "surveys", f"{survey}.toml"))
    return Terms(loaded, **{"policy": Policy(), "calendar": HOURS, "counters": counters or {}, **others})


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
    first = now.date() - timedelta(days=DAYS_BACK)
    return read_tally(rows or a_month(), first, now.date(), now, by or terms())  # type: ignore[arg-type]


def busy_tally() -> Tally:
    """Friday with numbers as long as they come, and every reason to set ratings aside."""
    rows, day = Rows(), FRIDAY_EVENING.date()
    for part in ("am", "pm"):
        rows.press(day, part, {5: 8_700, 4: 8_300, 3: 2_500, 2: 1_640, 1: 1_230})
        for standing in (Standing.REPEAT, Standing.OUT_OF_HOURS, Standing.TEST):
            rows.press(day, part, {5: 47}, standing=standing)
    rows.typed[day.isoformat(), ""] = 99_999
    return a_tally(rows=rows)


def counted(tally: Tally | None = None) -> Counted:
    """As the staff's screens are told of them."""
    tally = tally or a_tally()
    return Counted(tally, *tables_of(tally, texts("kiosk", "vi")))
