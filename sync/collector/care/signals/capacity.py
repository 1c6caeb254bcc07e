"""Capacity: more ratings than people served, or than anybody could serve. Pure.

Method: over the days whose transactions somebody typed in, ratings are counted against transactions: a
tenth more, and 10 more, is a sign. Without that, a half day with more ratings than the counter serves in
four hours is one. Arithmetic, no statistics: one person may leave one rating of one transaction.
"""

from collections import Counter

from sync.collector.care.signals.watched import FoundSign, Sign, Watched, part_of, span_of
from sync.collector.replica.stretch import ANY_PART

HALF_DAY_H = 4
MORE = 1.1
LEAST_MORE = 10


def find_capacity(watched: Watched, per_hour: int) -> FoundSign | None:
    """The sign, where there is one."""
    return _above_served(watched) or _above_pace(watched, per_hour)


def _above_served(watched: Watched) -> FoundSign | None:
    rated: Counter[str] = Counter()
    for half, pressed in watched.half_days.items():
        if half.day in watched.served:
            rated[half.day] += pressed.n
    n, served = rated.total(), sum(watched.served[day] for day in rated)
    if n < MORE * served or n - served < LEAST_MORE:
        return None
    days = [day for day, ratings in rated.items() if ratings > watched.served[day]]
    evidence = {"n": n, "served": served, "days": len(days)}
    return FoundSign(watched.counter_id, Sign.CAPACITY, min(days), max(days), ANY_PART, evidence)


def _above_pace(watched: Watched, per_hour: int) -> FoundSign | None:
    above = {half: one.n for half, one in watched.half_days.items() if one.n > per_hour * HALF_DAY_H}
    if not above:
        return None
    first, last = span_of(above)
    evidence = {"half_days": len(above), "most": max(above.values()), "per_hour": per_hour}
    return FoundSign(watched.counter_id, Sign.CAPACITY, first, last, part_of(above), evidence)
