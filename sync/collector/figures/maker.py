"""Maker: reads what may be shown of each table once, and puts a report together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from kiosk.domain.disclosure import Shown, shown_sum
from kiosk.domain.measures import Figure, Method, Share
from kiosk.domain.rating import Standing
from kiosk.domain.survey import Survey
from sync.collector.figures.asked import Asked, asked_first, question_of
from sync.collector.figures.book import Book, Order, Rules
from sync.collector.figures.counts import (
    NAMED_MAX,
    NO_LEVELS,
    Days,
    Levels,
    Waits,
    add,
    by_level,
    read_aside,
    read_aside_weeks,
    read_asked,
    read_counter_weeks,
    read_few_reasons,
    read_half_days,
    read_levels,
    read_months,
    read_reason_names,
    read_singles,
    read_units,
    read_waits,
    read_weeks,
    to_the_end,
)
from sync.collector.figures.lines import (
    Answered,
    HalfDay,
    Line,
    ReasonLine,
    ReasonMonth,
    Week,
    dissatisfied_of,
    figure_of,
)
from sync.collector.figures.periods import Period
from sync.collector.figures.places import Place, Places
from sync.collector.figures.served import NOTHING, Served, read_served
from sync.collector.tally import ASIDE, COUNTED, REASON

WEEKS = 26
HEAT_WEEKS = 5
MONTHS = 7


def make_book(connection: Connection, places: Places, order: Order, rules: Rules) -> Book:
    """The report that was ordered, as far as it may be shown."""
    days = order.period.until(rules.today)
    other = order.other or order.period.same_days_of(order.period.previous, rules.today)
    others = read_asked(connection, to_the_end(Days(days.first, days.last), rules.today))
    asked = _choose(others, order.asked, rules.surveys)
    maker = _Maker(connection, places, order, rules, asked, days, other)
    return maker.make(others)


class _Maker:
    """Reads each table once and puts a report together."""

    def __init__(
        self,
        connection: Connection,
        places: Places,
        order: Order,
        rules: Rules,
        asked: Asked,
        days: Period,
        other: Period,
    ) -> None:
        self.connection, self.places, self.order, self.rules = connection, places, order, rules
        self.asked, self.days, self.other = asked, days, other
        wanted = [*places.counters(order.place.key), *(places.counters(order.versus.key) if order.versus else ())]
        self.keys = {at.counter_id: at.key for at in wanted if at.counter_id is not None}
        self.question = question_of(asked, rules.surveys)
        levels = self.question.levels if self.question else ()
        self.satisfied = frozenset(level.value for level in levels if level.satisfied)
        # A mean in percent of five is of a scale of five.
        self.method = order.method if len(levels) == 5 else Method.TOP2BOX

    def make(self, others: Mapping[Asked, int]) -> Book:
        """The whole report."""
        place = self.order.place
        shown, before = self._shown(self.days), self._shown(self.other)
        aside = self._levels(ASIDE, self.days)
        standings = self._up(read_aside(self.connection, self.keys, self.asked, self._span(self.days)))
        answered, weeks = self._answered(), self._weeks()

        def line(at: Place) -> Line:
            both = self._with_aside(shown[at.key], aside.get(at.key, NO_LEVELS))
            spark = tuple(weeks[at.key]) if at.key in weeks else ()
            why = {Standing(name): n for name, n in standings.get(at.key, Counter()).items()}
            found = answered.get(at.key)
            return Line(at, shown[at.key], before[at.key], why, both, found, self.satisfied, spark, self.method)

        me = line(place)
        kiosks = tuple((at, kiosk) for at in self.places.counters(place.key) for kiosk in at.kiosks)
        way = tuple(at for at in self.places.way_to(place.key) if at.key.startswith(self.order.seen) and at.key)
        children = tuple(line(child) for child in self.places.children(place.key))
        counters = tuple(line(at) for at in self.places.counters(place.key))
        return Book(
            place, way, self.order.period, self.days, self.other, self.rules.today, self.rules.now, self.rules.policy,
            self.asked, self.question, others, me, children, counters, me.spark, self._reasons(shown, before),
            self._half_days(place), kiosks, self.method, line(self.order.versus) if self.order.versus else None,
            self._reason_months(place) if self.order.over_time else (), self._peers(place),
        )  # fmt: skip

    def _reason_months(self, place: Place) -> tuple[ReasonMonth, ...]:
        """The period's last month and those before it."""
        last = self.days.last.replace(day=1)
        months = [last]
        while len(months) < MONTHS:
            months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
        names = read_reason_names(self.connection, self.asked)
        mine = {key: at for key, at in self.keys.items() if place.key in self.places.up_from(at)}
        streams = [COUNTED, *(REASON + name for name in names)]
        found: dict[date, Counter[str]] = {month: Counter() for month in months}
        for row in read_months(self.connection, mine, self.asked, streams, Days(months[0], last)):
            # Of many counters all rows come: those of other units are left out here.
            if len(mine) <= NAMED_MAX or place.key in self.places.up_from(self.places.unit_of[row.unit_id]):
                found[row.first][row.stream] += sum(row[3:])
        return tuple(
            ReasonMonth(month, counts.pop(COUNTED, 0), {key.removeprefix(REASON): n for key, n in counts.items()})
            for month, counts in found.items()
        )

    def _peers(self, place: Place) -> tuple[Place, ...]:
        if place.parent is None or not place.parent.startswith(self.order.seen):
            return ()
        return tuple(peer for peer in self.places.children(place.parent) if peer.key != place.key)

    def _span(self, period: Period) -> Days:
        return to_the_end(Days(period.first, period.last), self.rules.today)

    def _levels(self, stream: str, period: Period) -> dict[str, Levels]:
        """What is shown of every place, units as the sum of their counters."""
        found: dict[str, Levels] = {}
        counters = read_levels(self.connection, self.keys, self.asked, stream, self._span(period))
        for key, levels in counters.items():
            for above in self.places.up_from(key):
                found[above] = add(found.get(above), levels)
        return found

    def _shown(self, period: Period) -> dict[str, Shown]:
        levels = self._levels(COUNTED, period)
        waits = read_waits(self.connection, self.keys, self.asked, self._span(period))
        few, coming = self._above(waits.few), self._above(waits.coming)
        return {
            key: shown_sum(
                by_level(levels.get(key, NO_LEVELS)), few=key in few, coming=key in coming, policy=self.rules.policy
            )
            for key in self.places.by_key
        }

    def _above(self, counters: Waits | frozenset[str]) -> set[str]:
        return {above for key in counters for above in self.places.up_from(str(key))}

    def _up(self, counters: Mapping[str, "Counter[Standing]"]) -> dict[str, "Counter[str]"]:
        found: dict[str, Counter[str]] = {}
        for key, counts in counters.items():
            for above in self.places.up_from(key):
                found.setdefault(above, Counter()).update(counts)
        return found

    def _with_aside(self, shown: Shown, aside: Levels) -> Figure | None:
        # With both shares in hand, their difference is the set-aside ratings: they too go out in blocks only.
        if not any(aside):
            return None
        together = Counter(shown.counts) + Counter(by_level(aside))
        return figure_of(self.method, replace(shown, counts=together), self.satisfied)

    def _answered(self) -> dict[str, Answered]:
        """By place, who took part on the days that are over and whose transactions are known."""
        delay, yesterday = self.rules.policy.delay, self.rules.today - timedelta(days=1)
        last = min(self.days.last, yesterday) if delay else self.days.last
        if last < self.days.first:
            return {}
        found: dict[str, Served] = {}
        served = read_served(self.connection, self.keys, self.asked, Days(self.days.first, last))
        for key, one in served.items():
            for above in self.places.up_from(key):
                found[above] = Served(*map(sum, zip(found.get(above, NOTHING), one, strict=True)))
        return {
            key: Answered(Share(Method.PARTICIPATION, one.ratings, one.transactions), one.known, one.days)
            for key, one in found.items()
            if one.transactions
        }

    def _weeks(self) -> dict[str, list[Week]]:
        """The finished weeks up to the period's end, of the place and of those right below."""
        end = min(self.days.last, self.rules.today - timedelta(days=1)) + timedelta(days=1)
        first = end - timedelta(days=end.weekday() + 7 * WEEKS)
        days, place = Days(first, end - timedelta(days=end.weekday() + 1)), self.order.place
        mine = {key: at for key, at in self.keys.items() if place.key in self.places.up_from(at)}
        aside = read_aside_weeks(self.connection, mine, self.asked, days)
        sums: dict[tuple[date, str], Levels] = {}
        for monday, key, levels in self._week_rows(days):
            for at in self._home(key, place.key):
                sums[monday, at] = add(sums.get((monday, at)), levels)
        mondays = [first + timedelta(days=7 * number) for number in range(WEEKS)]
        return {
            key: [
                self._week(monday, sums.get((monday, key), NO_LEVELS), aside.get(monday, 0) if key == place.key else 0)
                for monday in mondays
            ]
            for key in (place.key, *(child.key for child in self.places.children(place.key)))
        }

    def _week_rows(self, days: Days) -> Iterator[tuple[date, str, Sequence[int]]]:
        if any(child.is_counter for child in self.places.children(self.order.place.key)) or self.order.place.is_counter:
            for monday, counter_id, *levels in read_counter_weeks(self.connection, self.keys, self.asked, days):
                if counter_id in self.keys:
                    yield monday, self.keys[counter_id], levels
            return
        for monday, unit_id, *levels in read_weeks(self.connection, self.keys, self.asked, days):
            if unit_id in self.places.unit_of:
                yield monday, self.places.unit_of[unit_id], levels

    def _home(self, below: str, at: str) -> tuple[str, ...]:
        """The places of this page that the weeks of a counter or unit belong to."""
        way = self.places.up_from(below)
        if at not in way:
            return ()
        place = way.index(at)
        return (at,) if place == 0 else (at, way[place - 1])

    def _week(self, monday: date, levels: Levels, aside: int) -> Week:
        shown = shown_sum(by_level(levels), few=False, coming=False, policy=self.rules.policy)
        return Week(monday, shown, aside, figure_of(self.method, shown, self.satisfied))

    def _reasons(self, shown: Mapping[str, Shown], before: Mapping[str, Shown]) -> tuple[ReasonLine, ...]:
        survey = self.rules.surveys.get(self.asked.survey)
        known = {reason.id: reason for reason in survey.reasons} if survey else {}
        names = list(dict.fromkeys([*known, *read_reason_names(self.connection, self.asked)]))
        place = self.order.place.key
        now, then = self._chosen(names, self.days), self._chosen(names, self.other)
        few = self._few_reasons()
        lines = []
        for name in names:
            n = _or_few(now.get(place), name, few.get(place, ()))
            share = _share_of(n, shown[place])
            was = _share_of(then.get(place, Counter())[name], before[place])
            by_child = {
                child.key: _or_few(now.get(child.key), name, few.get(child.key, ()))
                for child in self.places.children(place)
            }
            lines.append(ReasonLine(name, known.get(name), n, share, was, by_child))
        return tuple(sorted(lines, key=lambda line: -(line.n or 0)))

    def _chosen(self, names: list[str], period: Period) -> dict[str, "Counter[str]"]:
        streams = [REASON + name for name in names]
        found: dict[str, Counter[str]] = {}
        for key, counts in self._singles(streams, period).items():
            plain = {stream.removeprefix(REASON): n for stream, n in counts.items()}
            for above in self.places.up_from(key):
                found.setdefault(above, Counter()).update(plain)
        return found

    def _singles(self, streams: list[str], period: Period) -> dict[str, "Counter[str]"]:
        days, below = self._span(period), self.places.children(self.order.place.key)
        # Where only units are told of, their sums are all that is read.
        if below and not any(child.is_counter for child in below) and self.order.versus is None:
            return read_units(self.connection, self.places.unit_of, self.keys, self.asked, streams, days)
        return read_singles(self.connection, self.keys, self.asked, streams, days)

    def _few_reasons(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        counters = read_few_reasons(self.connection, self.keys, self.asked, self._span(self.days))
        for key, names in counters.items():
            for above in self.places.up_from(key):
                found.setdefault(above, set()).update(names)
        return found

    def _half_days(self, place: Place) -> tuple[HalfDay, ...]:
        """The last weeks of a counter by half day."""
        if place.counter_id is None:
            return ()
        last = min(self.days.last, self.rules.today)
        first = last - timedelta(days=last.weekday() + 7 * (HEAT_WEEKS - 1))
        bad = dissatisfied_of(self.satisfied)
        halves = read_half_days(self.connection, place.counter_id, self.asked, Days(first, last))
        return tuple(
            HalfDay(day, part, None, 0)
            if levels is None
            else HalfDay(day, part, sum(levels), sum(levels[level - 1] for level in bad))
            for (day, part), levels in sorted(halves.items())
        )


def _or_few(counts: "Counter[str] | None", name: str, few: "set[str] | tuple[()]") -> int | None:
    """How often a reason was chosen; None where only too few to be shown chose it."""
    n = counts[name] if counts else 0
    return None if not n and name in few else n


def _share_of(n: int | None, shown: Shown) -> Share | None:
    return Share(Method.TOP2BOX, n, shown.n) if n is not None and shown.percent and shown.n and n <= shown.n else None


def _choose(others: Mapping[Asked, int], wanted: str, surveys: Mapping[str, Survey]) -> Asked:
    for asked in others:
        if asked.code == wanted:
            return asked
    if others:
        return max(others, key=lambda asked: others[asked])
    return asked_first(surveys)
