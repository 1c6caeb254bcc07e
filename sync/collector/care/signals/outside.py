"""Outside: presses when the office is closed. They are set aside already; who pressed is the question. Pure.

Method: presses out of hours, and those counted on a day off of which the kiosk was not told, as a share of all
against the median share of the counters: honest is up to three times that, and at least one in twenty. Binomial
tail. Threshold: p < 1e-6 and at least 10. What a kiosk set aside because it was not told of a worked day is none.
"""

from collections.abc import Sequence

from sync.collector.care.signals.chance import DOUBT, binomial_tail, median
from sync.collector.care.signals.watched import FoundSign, Sign, Watched, by_week, part_of, span_of

LEAST = 10
SHARE_LEAST = 0.05
PEER_N_LEAST = 50


def usual_outside(all_of_them: Sequence[Watched]) -> float:
    """The share of the middle counter."""
    shares = [_outside(watched) / watched.n for watched in all_of_them if watched.n >= PEER_N_LEAST]
    return median(shares) if shares else 0.0


def find_outside(watched: Watched, usual: float) -> FoundSign | None:
    """The sign, where there is one."""
    k = _outside(watched)
    n = watched.n + sum(pressed.outside for pressed in watched.half_days.values())
    if k < LEAST or binomial_tail(k, n, max(3 * usual, SHARE_LEAST)) >= DOUBT:
        return None
    there = {half: pressed.while_closed for half, pressed in watched.half_days.items() if pressed.while_closed}
    first, last = span_of(there)
    days = len({half.day for half in there})
    evidence = {"outside": k, "n": n, "days": days, "weeks": by_week(there, watched.half_days)}
    return FoundSign(watched.counter_id, Sign.OUTSIDE, first, last, part_of(there), evidence)


def _outside(watched: Watched) -> int:
    return sum(pressed.while_closed for pressed in watched.half_days.values())
