"""Indicators: at a few counters a second kiosk asks the three questions of Circular 01/2018."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sync.collector.run.demo_data.desk import Desk
from sync.collector.run.demo_data.tempers import Temper

SURVEY = "tt01-2018@1"
LEGACY = (2, 18, 30)
"""The places of their counters among the province's."""
TEMPER = Temper(per_day=6, satisfied=0, asked=0.1, counts=False)
"""Fewer come by there; how many were served is typed in at the first kiosk."""
_WEIGHTS: Mapping[str, tuple[int, int, int]] = {"time": (8, 66, 26), "contacts": (10, 30, 60), "agencies": (6, 72, 22)}
"""How often citizens press the levels 1, 2 and 3 of each question."""
_BETWEEN = timedelta(seconds=6)


def answer(desk: Desk, at: datetime) -> int:
    """One citizen answers every question; how many ratings count."""
    for number, question in enumerate(desk.survey.questions):
        (level,) = desk.chance.choices((1, 2, 3), _WEIGHTS[question.id])
        desk.press(at + _BETWEEN * number, level, question=question.id)
    if desk.chance.random() < 0.03:
        desk.press(at + _BETWEEN * 3, 1, "repeat")
    return len(desk.survey.questions)
