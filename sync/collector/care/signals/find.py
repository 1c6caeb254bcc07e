"""Find: every sign over a stretch of days, counter by counter, each against the others. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sync.collector.care.signals.bursts import find_bursts
from sync.collector.care.signals.capacity import find_capacity
from sync.collector.care.signals.closing import closing_slots, find_closing, usual_shares
from sync.collector.care.signals.levels import find_one_level, usual_share
from sync.collector.care.signals.outside import find_outside, usual_outside
from sync.collector.care.signals.unpressed import find_unpressed, idle_days
from sync.collector.care.signals.watched import FoundSign, Gathered, Sign, Watched
from sync.collector.settings.signals import Signals

OF_VISITS = frozenset({Sign.CAPACITY, Sign.OUTSIDE, Sign.UNPRESSED})
"""Signs of whole visits, whatever was asked; the others are of one question."""
LookedAt = Mapping[tuple[int, Sign], str]
"""Up to which day a person has decided about a counter's sign."""


def find_all(gathered: Gathered, settings: Signals, looked_at: LookedAt) -> list[FoundSign]:
    """What is to be looked at, of visits and of everything that was asked.

    Where a counter has one sign with two questions, that of the question answered more comes last.
    """
    found = find_signs(gathered.visits, settings, looked_at, OF_VISITS)
    for of_series in gathered.by_series:
        found += find_signs(of_series, settings, looked_at, frozenset(Sign) - OF_VISITS)
    return found


def find_signs(
    all_of_them: Sequence[Watched],
    settings: Signals,
    looked_at: LookedAt,
    wanted: Collection[Sign] = tuple(Sign),
) -> list[FoundSign]:
    """Which of the wanted signs are there."""
    slots = closing_slots(all_of_them)
    closing, one_level, outside = usual_shares(all_of_them, slots), usual_share(all_of_them), usual_outside(all_of_them)
    idle = idle_days(all_of_them)
    asked: dict[Sign, Callable[[Watched], FoundSign | None]] = {
        Sign.BURST: lambda watched: find_bursts(watched, settings.quick_s),
        Sign.CLOSING: lambda watched: find_closing(watched, slots, closing),
        Sign.ONE_LEVEL: lambda watched: find_one_level(watched, one_level),
        Sign.CAPACITY: lambda watched: find_capacity(watched, settings.capacity_per_hour),
        Sign.OUTSIDE: lambda watched: find_outside(watched, outside),
        Sign.UNPRESSED: lambda watched: find_unpressed(watched, idle),
    }
    found = []
    for watched in all_of_them:
        for sign, ask in asked.items():
            if sign not in wanted:
                continue
            since = looked_at.get((watched.counter_id, sign), "")
            # Whether anybody presses is read from all that came before; once looked at, it is one until the next press.
            finding = ask(watched if sign is Sign.UNPRESSED else watched.after(since))
            if finding is not None and finding.first > since:
                found.append(finding)
    return found
