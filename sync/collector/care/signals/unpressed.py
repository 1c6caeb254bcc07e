"""Unpressed: nobody presses any more at a counter where somebody pressed every day. Pure.

Method: the days on which the counter's office is open stand in the calendar. Of these, days on which hardly anybody
pressed anywhere are passed over, for storms and elections are in no calendar: fewer than half as many of the open
counters as usual, where five or more were open. The open days at the end without any press are compared with the
counter's own mean before, halved because people come in waves: exp(-mean × days / 2). Threshold: p < 1e-6 and at
least 2 such days.
"""

from collections import Counter
from collections.abc import Sequence, Set
from math import exp

from sync.collector.care.signals.chance import DOUBT
from sync.collector.care.signals.watched import FoundSign, Sign, Watched
from sync.collector.replica.stretch import ANY_PART

DAYS_LEAST = 2
BEFORE_LEAST = 5
OPEN_LEAST = 5
WAVES = 2.0


def idle_days(all_of_them: Sequence[Watched]) -> frozenset[str]:
    """The days on which offices were open as the calendar has it, and hardly anybody pressed."""
    opened, pressed = Counter[str](), Counter[str]()
    for watched in all_of_them:
        opened.update(watched.open_days)
        pressed.update(watched.open_days & {half.day for half in watched.half_days})
    shares = {day: pressed[day] / n for day, n in opened.items() if n >= OPEN_LEAST}
    usual = sorted(shares.values())[-max(1, len(shares) // 4) :][:1]
    return frozenset(day for day, share in shares.items() if 2 * share < usual[0])


def find_unpressed(watched: Watched, idle: Set[str]) -> FoundSign | None:
    """The sign, where there is one."""
    by_day: Counter[str] = Counter()
    for half, pressed in watched.half_days.items():
        by_day[half.day] += pressed.n + pressed.outside + pressed.untold
    if not watched.has_kiosk or not by_day:
        return None
    days, last_pressed = sorted(watched.open_days - idle), max(by_day)
    unpressed = [day for day in days if day > last_pressed]
    before = [day for day in days if min(by_day) <= day <= last_pressed]
    if len(unpressed) < DAYS_LEAST or len(before) < BEFORE_LEAST:
        return None
    mean = sum(by_day[day] for day in before) / len(before)
    if exp(-mean * len(unpressed) / WAVES) >= DOUBT:
        return None
    evidence = {"days": len(unpressed), "usual": round(mean), "heard": watched.heard}
    return FoundSign(watched.counter_id, Sign.UNPRESSED, unpressed[0], unpressed[-1], ANY_PART, evidence)
