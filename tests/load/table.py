"""Table: what was seen beside what must hold, and what it comes to for a whole fleet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.load.generator import Seen
from tests.load.kiosk import APPEND, CURSOR, HEARTBEAT, PROVE, SETTINGS
from tests.load.plan import ALIVE_S_MAX, FLEET, P99_S_MAX, RECKONED_FROM, RSS_MB_MAX, SEEN_S_MAX, WORST_S_MAX
from tests.load.run import Outcome, Spent, quantile

_WIDTH = 62
_REFUSED = (429, 503)


@dataclass(frozen=True)
class Row:
    """One line: a figure, and its limit where it has one."""

    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    at_most: bool = True

    @property
    def ok(self) -> bool:
        """Whether it keeps its limit."""
        if self.limit is None:
            return True
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def __str__(self) -> str:
        bound = "" if self.limit is None else f"{'≤' if self.at_most else '≥'} {self.limit:,g}"
        verdict = "" if self.limit is None else ("ok" if self.ok else "SHORT")
        return f"  {self.name:<{_WIDTH}}{f'{self.value:,.4g} {self.unit}':>16}  {bound:>10}  {verdict}"


def rows_of(outcome: Outcome) -> Iterator[Row]:
    """All lines of a run."""
    if outcome.rest is not None:
        yield from _rest(outcome, outcome.rest)
    if outcome.plan.outage:
        yield from _outage(outcome)
    if outcome.fault:
        yield Row("broken off", 1, "", 0)
    for number, peak in enumerate(outcome.peaks_mb, start=1):
        yield Row(f"most memory of collector {number}", peak, "MB", RSS_MB_MAX)


def _rest(outcome: Outcome, spent: Spent) -> Iterator[Row]:
    plan = outcome.plan
    begins, ends = outcome.began + plan.period_s, outcome.began + plan.period_s + plan.rest_s
    calls = _between(outcome.seen, begins, ends)
    beats = sorted(calls[HEARTBEAT])
    n = sum(map(len, calls.values()))
    yield Row("calls a second at rest", n / spent.wall_s, "/s")
    yield Row("of these heartbeats", 100 * len(beats) / max(1, n), "%")
    yield Row("a heartbeat, p50", quantile(beats, 0.5) * 1e3, "ms")
    yield Row("a heartbeat, p99", quantile(beats, 0.99) * 1e3, "ms", P99_S_MAX * 1e3)
    every = sorted(second for some in calls.values() for second in some)
    yield Row("any call, p99", quantile(every, 0.99) * 1e3, "ms", P99_S_MAX * 1e3)
    yield Row("any call, the longest", max(every, default=0.0) * 1e3, "ms")
    yield Row("calls refused or lost", _lost(outcome.seen, was_away=False, before=outcome.outage_began or ends), "", 0)
    yield Row("the longest silence of any kiosk", outcome.silence_s, "s", ALIVE_S_MAX)
    yield Row("kiosks never heard", outcome.never_heard, "", 0)
    if outcome.changed:
        yield from _changes(outcome)
    yield from _shares(spent, n)
    yield Row(f"both cores would hold, at {n / spent.wall_s / plan.kiosks * 60:.2f} calls a minute",
              plan.kiosks * 2 * spent.wall_s / max(0.01, _total(spent)), "kiosks",
              FLEET if plan.kiosks >= RECKONED_FROM else None, at_most=False)  # fmt: skip


def _changes(outcome: Outcome) -> Iterator[Row]:
    at_rest = outcome.plan.kiosks - outcome.plan.outage
    took = sorted(at - outcome.changed for one in outcome.seen for at in one.changed_at)[:at_rest]
    yield Row("kiosks that have the changed settings", len(took), "", at_rest, at_most=False)
    last = took[-1] if len(took) == at_rest else float("inf")
    yield Row("seconds until the last of them had them", last, "s", SEEN_S_MAX)


def _shares(spent: Spent, n: int) -> Iterator[Row]:
    for name, seconds in (
        ("collectors", spent.collectors_s),
        ("the database's server", spent.database_s),
        ("the generator", spent.generators_s),
    ):
        yield Row(f"of one core, {name}", 100 * seconds / spent.wall_s, "%")
    yield Row("processor time of a call, collectors", 1e3 * spent.collectors_s / max(1, n), "ms")
    yield Row("processor time of a call, the database's server", 1e3 * spent.database_s / max(1, n), "ms")


def _outage(outcome: Outcome) -> Iterator[Row]:
    plan, began = outcome.plan, outcome.outage_began
    wanted = plan.outage * plan.entries
    yield Row("kiosks that came at once after two weeks", plan.outage)
    yield Row("entries that they brought", wanted)
    took = outcome.in_at - began if outcome.in_at else float("inf")
    yield Row("seconds until all was in", took, "s", plan.outage_s_max)
    yield Row("entries a second, all costs included", wanted / took, "/s")
    yield Row("a whole fleet would be in after", took * FLEET / max(1, plan.outage) / 60, "min")
    ends = outcome.in_at or began + plan.outage_s_max
    beats = sorted(_between(outcome.seen, began, ends, was_away=False)[HEARTBEAT])
    for part in (0.5, 0.9, 0.99):
        yield Row(f"heartbeats of the others meanwhile, p{100 * part:g}", quantile(beats, part) * 1e3, "ms")
    yield Row("of these the longest", max(beats, default=0.0) * 1e3, "ms")
    yield Row("the longest silence of any of the others since", outcome.silence_in_outage_s, "s")
    unheard = _lost(outcome.seen, was_away=False, before=ends) - _lost(outcome.seen, was_away=False, before=began)
    yield Row("calls of the others refused or lost meanwhile", unheard, "", None if plan.sqlite else 0)
    brought = sorted(_between(outcome.seen, began, ends, was_away=True)[APPEND])
    yield Row("a batch, p99", quantile(brought, 0.99) * 1e3, "ms", WORST_S_MAX * 1e3)
    refused, lost = _refused(outcome.seen)
    yield Row("calls put off with Retry-After", refused)
    yield Row("calls lost, or refused otherwise", lost, "", 0)
    yield Row("answers that no kiosk believes", sum(one.wrong for one in outcome.seen), "", 0)
    for what in ("cursors", "ratings of a kiosk", "tallies", "lines set aside"):
        yield Row(f"wrong: {what}", sum(one.n for one in outcome.wrong if one.what == what), "", 0)
    yield Row("wrong: cuts", outcome.faulty, "", 0)
    if outcome.in_at:
        judged = outcome.judged_at - outcome.in_at if outcome.judged_at else float("inf")
        yield Row("seconds after that until all cuts were judged", judged, "s", plan.judged_s_max)
    if outcome.outage is not None:
        yield from _shares(outcome.outage, max(1, sum(map(len, _between(outcome.seen, began, ends).values()))))


def _between(seen: list[Seen], begins: float, ends: float, *, was_away: bool | None = None) -> dict[str, list[float]]:
    """How long calls of each kind took that began between two moments."""
    found: dict[str, list[float]] = {kind: [] for kind in (HEARTBEAT, CURSOR, PROVE, APPEND, SETTINGS)}
    for one in seen:
        for (kind, away), calls in one.calls.items():
            if was_away in (None, away):
                both = zip(calls.at, calls.seconds, strict=True)
                found[kind] += [seconds for at, seconds in both if begins <= at < ends]
    return found


def _lost(seen: list[Seen], *, was_away: bool, before: float) -> int:
    """How many calls of kiosks at rest were not answered with what they asked for."""
    return sum(
        status != 200 and at < before
        for one in seen
        for (_, away), calls in one.calls.items()
        if away is was_away
        for at, status in zip(calls.at, calls.statuses, strict=True)
    )


def _refused(seen: list[Seen]) -> tuple[int, int]:
    statuses: Counter[int] = Counter()
    for one in seen:
        for (_, away), calls in one.calls.items():
            if away:
                statuses.update(calls.statuses)
    refused = sum(statuses[status] for status in _REFUSED)
    return refused, statuses.total() - refused - statuses[200]


def _total(spent: Spent) -> float:
    return spent.collectors_s + spent.database_s + spent.generators_s
