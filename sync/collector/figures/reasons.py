"""Reasons: how often each was chosen at a place and at those right below, in the period and month by month."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kiosk.domain.numbers.disclosure import Shown
from kiosk.domain.numbers.measures import Method, Share
from sync.collector.calendar.periods import Period
from sync.collector.figures.frame import Frame
from sync.collector.figures.lines import ReasonLine, ReasonMonth
from sync.collector.figures.queries.counts import read_reason_names, read_singles, read_sums, read_together
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.summed import SumTable
from sync.collector.figures.reason_ranks import ranks_of
from sync.collector.replica.shown import MONTH
from sync.collector.replica.tally import COUNTED, REASON

MONTHS = 7
NONE: Counter[str] = Counter()


def reasons_of(frame: Frame, shown: Mapping[str, Shown], before: Mapping[str, Shown]) -> tuple[ReasonLine, ...]:
    """Every reason that can be chosen or ever was, the most chosen first."""
    known = {reason.id: reason for reason in frame.survey.reasons} if frame.survey else {}
    names = list(dict.fromkeys([*known, *read_reason_names(frame.connection, frame.asked)]))
    place = frame.order.place.key
    below: Mapping[str, Counter[str]] = _chosen_below(frame, names) if frame.order.in_detail else {}
    now = below.get(place) or _chosen(frame, names, frame.days, frame.sources)
    then = _chosen(frame, names, frame.other, frame.sources_then)
    children = frame.below if frame.order.in_detail else []
    lines = []
    for name in names:
        n = now[name]
        share = _share_of(n, shown[place])
        was = _share_of(then[name], before[place])
        by_child: dict[str, int | None] = {child.key: below.get(child.key, NONE)[name] for child in children}
        lines.append(ReasonLine(name, known.get(name), n, share, was, by_child))
    # Without a share the base carries no ranking either.
    ranks = ranks_of({line.id: line.n for line in lines if line.n is not None and line.share})
    ranked = (replace(line, rank=ranks.get(line.id)) for line in lines)
    return tuple(sorted(ranked, key=lambda line: -(line.n or 0)))


def reason_months_of(frame: Frame) -> tuple[ReasonMonth, ...]:
    """The period's last month and those before it."""
    last = frame.days.last.replace(day=1)
    months = [last]
    while len(months) < MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    streams = [COUNTED, *(REASON + name for name in read_reason_names(frame.connection, frame.asked))]
    found: dict[date, Counter[str]] = {month: Counter() for month in months}
    for source in frame.sources:
        sums = read_sums(frame.sums, source, frame.asked, streams, MONTH, Days(months[0], last))
        for (month, stream), n in sums.items():
            found[month][stream] += n
    return tuple(
        ReasonMonth(month, counts.pop(COUNTED, 0), {key.removeprefix(REASON): n for key, n in counts.items()})
        for month, counts in found.items()
    )


def _chosen(frame: Frame, names: Sequence[str], period: Period, sources: Sequence[SumTable]) -> "Counter[str]":
    """How often each was chosen at the place."""
    found, streams = Counter[str](), [REASON + name for name in names]
    for source in sources:
        found += read_together(frame.sums, source, frame.asked, streams, frame.span(period))
    return Counter({stream.removeprefix(REASON): n for stream, n in found.items()})


def _chosen_below(frame: Frame, names: Sequence[str]) -> dict[str, "Counter[str]"]:
    """How often each was chosen in the period, at the place and at every one below it."""
    streams = [REASON + name for name in names]
    found: dict[str, Counter[str]] = {}
    for source in frame.sources:
        for key, counts in read_singles(frame.sums, source, frame.asked, streams, frame.span(frame.days)).items():
            plain = {stream.removeprefix(REASON): n for stream, n in counts.items()}
            for above in frame.places.up_from(key):
                found.setdefault(above, Counter()).update(plain)
    return found


def _share_of(n: int, shown: Shown) -> Share | None:
    return Share(Method.TOP2BOX, n, shown.n) if shown.percent and shown.n and n <= shown.n else None
