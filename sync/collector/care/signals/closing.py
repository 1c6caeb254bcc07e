"""Closing: presses that gather in the last half hour before the counters close. Pure.

Method: the closing half hour of mornings and of afternoons is learnt from all counters together: the last
one with at least 1 % of the presses. A counter's share there is compared with the median share of the
others: honest is up to twice that, or 10 points more, whichever is more. Binomial tail. Threshold:
p < 1e-6, at least 10 presses there, on at least 3 days. Fewer than 5 other counters with 50 presses give no
median: then a seventh is taken, as if presses were spread over three and a half hours.
"""

from collections import Counter
from collections.abc import Sequence

from sync.collector.care.signals.chance import DOUBT, binomial_tail, median
from sync.collector.care.signals.watched import FoundSign, Sign, Watched, by_week, span_of

LEAST = 10
DAYS_LEAST = 3
PEER_N_LEAST = 50
PEERS_LEAST = 5
USUAL_SHARE = 1 / 7
OPEN_FROM = 0.01
PARTS = ("am", "pm")


def closing_slots(all_of_them: Sequence[Watched]) -> dict[str, int]:
    """The last half hour in which counters are open, of mornings and of afternoons."""
    found = {}
    for part in PARTS:
        slots: Counter[int] = Counter()
        for watched in all_of_them:
            for pressed in watched.of_part(part).values():
                slots.update(pressed.slots)
        busy = [slot for slot, n in slots.items() if n >= OPEN_FROM * slots.total()]
        if busy:
            found[part] = max(busy)
    return found


def usual_shares(all_of_them: Sequence[Watched], slots: dict[str, int]) -> dict[str, float]:
    """Which share of the presses the middle counter has in the closing half hour."""
    found = {}
    for part, slot in slots.items():
        shares = [at / n for at, n in (_in_slot(watched, part, slot) for watched in all_of_them) if n >= PEER_N_LEAST]
        found[part] = median(shares) if len(shares) >= PEERS_LEAST else USUAL_SHARE
    return found


def find_closing(watched: Watched, slots: dict[str, int], usual: dict[str, float]) -> FoundSign | None:
    """The sign, where there is one; of two, that of the afternoons."""
    for part in reversed(PARTS):
        if part in slots and (found := _find(watched, part, slots[part], usual[part])) is not None:
            return found
    return None


def _find(watched: Watched, part: str, slot: int, usual: float) -> FoundSign | None:
    there = {half: pressed.slots[slot] for half, pressed in watched.of_part(part).items() if pressed.slots[slot]}
    k, n = _in_slot(watched, part, slot)
    if k < LEAST or len(there) < DAYS_LEAST:
        return None
    if binomial_tail(k, n, min(0.9, max(2 * usual, usual + 0.1))) >= DOUBT:
        return None
    first, last = span_of(there)
    evidence = {
        "at_close": k,
        "n": n,
        "usual_percent": round(100 * usual),
        "days": len(there),
        "weeks": by_week(there, watched.of_part(part)),
    }
    return FoundSign(watched.counter_id, Sign.CLOSING, first, last, part, evidence)


def _in_slot(watched: Watched, part: str, slot: int) -> tuple[int, int]:
    halves = watched.of_part(part).values()
    return sum(pressed.slots[slot] for pressed in halves), sum(pressed.n for pressed in halves)
