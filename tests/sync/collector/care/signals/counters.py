"""Counters as people would press them, honest and not, seeded."""

import random
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from sync.collector.care.signals.watched import SLOT_S, HalfDay, Pressed, Watched

FIRST = date(2026, 10, 5)
"""A Monday."""
OPENS = {"am": 7.5 * 3600, "pm": 13.5 * 3600}
LASTS = {"am": 4 * 3600, "pm": 3.5 * 3600}


def working_days(weeks: int = 4) -> list[date]:
    days = [FIRST + timedelta(days=number) for number in range(7 * weeks)]
    return [day for day in days if day.weekday() < 5]


def pressed_at(times: list[tuple[float, int]], outside: int = 0, quick_s: int = 60) -> Pressed:
    """What a half day looks like that was pressed at these seconds of the day."""
    ordered = sorted(times)
    quick = Counter(level for (before, _), (at, level) in pairwise(ordered) if at - before < quick_s)
    slots = Counter(int(at) // SLOT_S for at, _ in ordered)
    return Pressed(Counter(level for _, level in ordered), quick.total(), quick, slots, outside)


def honest(
    counter_id: int, per_half_day: float = 6, satisfied: float = 0.85, pairs: float = 0.0, **more: object
) -> Watched:
    """People come in a wave in the middle of the half day and press what they think; some in pairs."""
    chance = random.Random(counter_id)
    halves = {}
    for day in working_days():
        for part, opens in OPENS.items():
            times = []
            for _ in range(max(0, round(chance.gauss(per_half_day, per_half_day**0.5)))):
                at = opens + LASTS[part] * chance.betavariate(1.6, 1.9)
                level = chance.choice((4, 5, 5)) if chance.random() < satisfied else chance.choice((1, 2, 3))
                times.append((at, level))
                if chance.random() < pairs:
                    times.append((at + chance.uniform(8, 40), level))
            if times:
                halves[HalfDay(day.isoformat(), part)] = pressed_at(times)
    open_days = frozenset(day.isoformat() for day in working_days())
    return Watched(counter_id, halves, open_days=open_days, **more)  # type: ignore[arg-type]


def office_of(n: int = 40, **more: object) -> list[Watched]:
    """Counters that differ as counters do."""
    return [
        honest(number, per_half_day=3 + number % 12, satisfied=0.75 + number % 5 * 0.05, **more)
        for number in range(1, n + 1)
    ]
