"""Silence: nothing comes from a counter where something came every day. Pure.

Method: a working day is one on which at least half of the counters that are usually pressed were pressed, so that
holidays are none. The working days at the end without any press are compared with the counter's own mean before,
halved because people come in waves: exp(-mean × days / 2). Threshold: p < 1e-6 and at least 2 working days.
"""

from collections import Counter
from collections.abc import Sequence
from math import exp

from sync.collector.signals.chance import DOUBT
from sync.collector.signals.watched import ANY_PART, Finding, Sign, Watched

DAYS_LEAST = 2
BEFORE_LEAST = 5
WAVES = 2.0


def working_days(all_of_them: Sequence[Watched]) -> list[str]:
    """The days on which the offices worked, in order."""
    pressed: Counter[str] = Counter()
    for watched in all_of_them:
        pressed.update({half.day for half in watched.half_days})
    if not pressed:
        return []
    most = sorted(pressed.values())[-max(1, len(pressed) // 4)]
    return sorted(day for day, counters in pressed.items() if 2 * counters >= most)


def find_silence(watched: Watched, days: Sequence[str]) -> Finding | None:
    """The sign, where there is one."""
    by_day: Counter[str] = Counter()
    for half, pressed in watched.half_days.items():
        by_day[half.day] += pressed.n + pressed.outside
    if not watched.has_kiosk or not by_day:
        return None
    last_pressed = max(by_day)
    silent = [day for day in days if day > last_pressed]
    before = [day for day in days if min(by_day) <= day <= last_pressed]
    if len(silent) < DAYS_LEAST or len(before) < BEFORE_LEAST:
        return None
    mean = sum(by_day[day] for day in before) / len(before)
    if exp(-mean * len(silent) / WAVES) >= DOUBT:
        return None
    evidence = {"days": len(silent), "usual": round(mean), "heard": watched.heard}
    return Finding(watched.counter_id, Sign.SILENT, silent[0], silent[-1], ANY_PART, evidence)
