"""Tempers: how citizens meet each counter; most differ a little, a few have a story."""

import random
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Temper:
    """How citizens meet one counter."""

    per_day: float
    """Ratings on a usual working day."""
    satisfied: float
    """Which part of them is satisfied."""
    asked: float
    """Which part of the served press at all."""
    worse: tuple[date, date] | None = None
    """In these days many more are dissatisfied, mostly for one reason."""
    worse_reason: str = "deadline"
    worse_satisfied: float = 0.55
    """Which part is satisfied then."""
    gamed: bool = False
    """From the last two months on somebody presses before closing time."""
    silent_from: date | None = None
    """Its kiosk has not been heard since."""
    offline: tuple[date, date] | None = None
    """Without a network in these days; what was pressed comes afterwards."""
    counts: bool = True
    """Somebody types in how many were served."""


def temper_of(number: int, of: int, chance: random.Random, today: date) -> Temper:
    """The temper of one counter of so many."""
    per_day, satisfied, asked = chance.uniform(7, 26), min(0.97, chance.gauss(0.86, 0.045)), chance.uniform(0.15, 0.34)
    match number:
        case 5:
            return Temper(17, 0.86, 0.24, worse=(_ago(today, 76), _ago(today, 48)), worse_reason="wait")
        case 9:
            return Temper(16, 0.86, 0.2, worse=(_ago(today, 62), today))
        case 11:
            worse = (_ago(today, 20), today)
            return Temper(12, 0.85, 0.22, worse=worse, worse_reason="guidance", worse_satisfied=0.66)
        case 28:
            worse = (_ago(today, 58), _ago(today, 36))
            return Temper(15, 0.87, 0.26, worse=worse, worse_reason="trips", worse_satisfied=0.6)
        case 33:
            return Temper(13, 0.86, 0.21, worse=(_ago(today, 13), today), worse_reason="wait", worse_satisfied=0.6)
        case 13:
            return Temper(9, 0.84, 0.24, gamed=True)
        case 16:
            return Temper(14, 0.85, 0.28, silent_from=_ago(today, 4))
        case 20:
            return Temper(13, 0.83, 0.22, offline=(_ago(today, 19), _ago(today, 9)))
        case 24 | 25:
            return Temper(per_day, 0.8, asked, counts=False)
    return Temper(1.4, 0.85, 0.1) if number == of - 1 else Temper(per_day, satisfied, asked)


def _ago(today: date, days: int) -> date:
    return today - timedelta(days=days)
