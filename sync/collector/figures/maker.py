"""Maker: reads each table once and puts a report together, as far as it may be shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from kiosk.domain.disclosure import Shown, Slice, disclose_tree, hide_few
from kiosk.domain.measures import Method, Share, top2box
from kiosk.domain.rating import Standing
from kiosk.domain.survey import Question, Survey
from sync.collector.figures.book import Book, Order, Rules
from sync.collector.figures.counts import (
    Asked,
    Counts,
    read_asked,
    read_counts,
    read_reasons,
    read_served,
    read_weeks,
)
from sync.collector.figures.lines import Answered, HalfDay, Line, ReasonLine, Week
from sync.collector.figures.periods import Period
from sync.collector.figures.places import Place, Places

WEEKS = 26
HEAT_WEEKS = 5


def make_book(connection: Connection, places: Places, order: Order, rules: Rules) -> Book:
    """The report that was ordered, as far as it may be shown."""
    days = order.period.until(rules.today)
    other = order.other or order.period.same_days_of(order.period.previous, rules.today)
    others = read_asked(connection, days.first, days.last)
    asked = _choose(others, order.asked, rules.surveys)
    maker = _Maker(connection, places, order, rules, asked, days, other)
    return maker.make(others)


@dataclass(slots=True)
class _Served:
    ratings: int = 0
    transactions: int = 0
    known: int = 0
    days: int = 0


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
        self.keys, self.parents = places.key_of, places.parents
        self.question = _question(asked, rules.surveys)
        levels = self.question.levels if self.question else ()
        self.satisfied = frozenset(level.value for level in levels if level.satisfied)

    def make(self, others: Mapping[Asked, int]) -> Book:
        """The whole report."""
        place = self.order.place
        counts = read_counts(self.connection, self.keys, self.asked, self.days.first, self.days.last)
        earlier = read_counts(self.connection, self.keys, self.asked, self.other.first, self.other.last)
        shown, before, aside = (
            self._disclosed(counts.counted),
            self._disclosed(earlier.counted),
            self._disclosed(counts.aside),
        )
        weeks = self._weeks()
        served = self._served(counts)

        def line(at: Place) -> Line:
            standings = self._standings(counts, at)
            both = self._with_aside(shown[at.key], aside[at.key])
            answered = self._answered(at, shown[at.key], served)
            spark = tuple(week[at.key] for week in weeks)
            return Line(at, shown[at.key], before[at.key], standings, both, answered, self.satisfied, spark)

        me = line(place)
        kiosks = tuple((at, kiosk) for at in self.places.counters(place.key) for kiosk in at.kiosks)
        way = tuple(at for at in self.places.way_to(place.key) if at.key.startswith(self.order.seen) and at.key)
        children = tuple(line(child) for child in self.places.children(place.key))
        counters = tuple(line(at) for at in self.places.counters(place.key))
        return Book(
            place, way, self.order.period, self.days, self.other, self.rules.today, self.rules.now, self.rules.policy,
            self.asked, self.question, others, me, children, counters, me.spark, self._reasons(shown, before),
            self._half_days(place), kiosks,
        )  # fmt: skip

    def _disclosed(self, slices: Sequence[Slice[str]]) -> dict[str, Shown]:
        return disclose_tree(slices, self.parents, self.rules.closed, self.rules.policy)

    def _standings(self, counts: Counts, at: Place) -> Mapping[Standing, int]:
        together: Counter[Standing] = Counter()
        for below in self.places.counters(at.key):
            together.update(counts.standings.get(below.key, {}))
        return together

    def _with_aside(self, shown: Shown, aside: Shown) -> Share | None:
        # With both shares in hand, their difference is the set-aside ratings: they too go out in steps only.
        if not (shown.percent and aside.counts) or aside.hidden or not self.satisfied:
            return None
        return top2box(Counter(shown.counts) + Counter(aside.counts), self.satisfied)

    def _served(self, counts: Counts) -> dict[str, "_Served"]:
        """By counter: ratings and transactions of the days that are over and whose transactions are known."""
        typed = read_served(self.connection, self.keys, self.days.first, self.days.last)
        found: dict[str, _Served] = {}
        days: dict[str, set[str]] = {}
        for piece in counts.counted:
            if self.rules.closed(piece.day, "pm"):
                days.setdefault(piece.cell, set()).add(piece.day)
                if piece.day in typed.get(piece.cell, {}):
                    found.setdefault(piece.cell, _Served()).ratings += sum(piece.counts.values())
        for key, by_day in typed.items():
            over = {day: n for day, n in by_day.items() if self.rules.closed(day, "pm")}
            served = found.setdefault(key, _Served())
            served.transactions, served.known = sum(over.values()), len(over)
            days.setdefault(key, set()).update(over)
        for key, rated in days.items():
            found.setdefault(key, _Served()).days = len(rated)
        return found

    def _answered(self, at: Place, shown: Shown, served: Mapping[str, "_Served"]) -> Answered | None:
        mine = [served[below.key] for below in self.places.counters(at.key) if below.key in served]
        transactions = sum(one.transactions for one in mine)
        if not transactions or shown.hidden:
            return None
        share = Share(Method.PARTICIPATION, sum(one.ratings for one in mine), transactions)
        return Answered(share, sum(one.known for one in mine), sum(one.days for one in mine))

    def _weeks(self) -> list[dict[str, Week]]:
        """The finished weeks up to the period's end, every place of each decided together."""
        end = min(self.days.last, self.rules.today - timedelta(days=1)) + timedelta(days=1)
        first = end - timedelta(days=end.weekday() + 7 * WEEKS)
        over = tuple(self.rules.closed(self.rules.today.isoformat(), part) for part in ("am", "pm"))
        key = (self.connection.engine.url, self.asked, first, self.rules.today, over, frozenset(self.keys))
        return self.rules.shelf.weeks(key, self.rules.now, lambda: self._count_weeks(first))

    def _count_weeks(self, first: date) -> list[dict[str, Week]]:
        policy = self.rules.policy
        found = read_weeks(self.connection, self.keys, self.asked, first, WEEKS, self.rules.closed, policy.step)
        weeks = []
        for number, counters in enumerate(found):
            start = first + timedelta(days=7 * number)
            slices = [Slice(key, start.isoformat(), "pm", +counts.levels) for key, counts in counters.items()]
            shown = disclose_tree(slices, self.parents, lambda *_: True, policy)
            aside: Counter[str] = Counter()
            for key, counts in counters.items():
                for above in self.places.way_to(key):
                    aside[above.key] += counts.aside
            weeks.append({key: Week(start, one, aside[key], self._share(one)) for key, one in shown.items()})
        return weeks

    def _share(self, shown: Shown) -> Share | None:
        return top2box(shown.counts, self.satisfied) if shown.percent and self.satisfied else None

    def _reasons(self, shown: Mapping[str, Shown], before: Mapping[str, Shown]) -> tuple[ReasonLine, ...]:
        survey = self.rules.surveys.get(self.asked.survey)
        known = {reason.id: reason for reason in survey.reasons} if survey else {}
        now = read_reasons(self.connection, self.keys, self.asked, self.days.first, self.days.last, self.rules.closed)
        then = read_reasons(
            self.connection, self.keys, self.asked, self.other.first, self.other.last, self.rules.closed
        )
        place = self.order.place
        mine, earlier = self._sum_reasons(now, place), self._sum_reasons(then, place)
        below = {child.key: self._sum_reasons(now, child) for child in self.places.children(place.key)}
        lines = []
        for name in dict.fromkeys([*known, *sorted(mine)]):
            n = self._reason_n(mine[name], shown[place.key])
            share = self._reason_share(n, shown[place.key])
            was = self._reason_share(self._reason_n(earlier[name], before[place.key]), before[place.key])
            lines.append(ReasonLine(name, known.get(name), n, share, was, self._by_child(name, below, shown)))
        return tuple(sorted(lines, key=lambda line: -(line.n or 0)))

    def _sum_reasons(self, counts: Mapping[str, "Counter[str]"], at: Place) -> "Counter[str]":
        together: Counter[str] = Counter()
        for below in self.places.counters(at.key):
            together.update(counts.get(below.key, {}))
        return together

    def _reason_n(self, n: int, shown: Shown) -> int | None:
        return n if shown.n is not None and (n == 0 or n >= self.rules.policy.cell_min) else None

    def _reason_share(self, n: int | None, shown: Shown) -> Share | None:
        return (
            Share(Method.TOP2BOX, n, shown.n) if n is not None and shown.percent and shown.n and n <= shown.n else None
        )

    def _by_child(
        self, name: str, below: Mapping[str, "Counter[str]"], shown: Mapping[str, Shown]
    ) -> dict[str, int | None]:
        """By place below; a lone hidden one gets a partner, for the sum of all stands on the same page."""
        sizes = {key: counts[name] for key, counts in below.items()}
        hidden = {*hide_few(sizes, self.rules.policy.cell_min), *(key for key in sizes if shown[key].hidden)}
        return {key: None if key in hidden and n else n for key, n in sizes.items()}

    def _half_days(self, place: Place) -> tuple[HalfDay, ...]:
        """The last weeks of a counter by half day; of a day with one hidden half the other is hidden too."""
        if not place.is_counter:
            return ()
        last = min(self.days.last, self.rules.today)
        first = last - timedelta(days=last.weekday() + 7 * (HEAT_WEEKS - 1))
        counts = read_counts(self.connection, {place.counter_id or 0: place.key}, self.asked, first, last)
        by_day: dict[str, dict[str, Counter[int]]] = {}
        for piece in counts.counted:
            # What came late is in no half day of its own: the map would give it away.
            if piece.came is None and self.rules.closed(piece.day, piece.part):
                by_day.setdefault(piece.day, {}).setdefault(piece.part, Counter()).update(piece.counts)
        bad = Line(place, Shown(), Shown(), {}, None, None, self.satisfied).unsatisfied
        found = []
        for day, parts in sorted(by_day.items()):
            hidden = hide_few({part: levels.total() for part, levels in parts.items()}, self.rules.policy.cell_min)
            for part, levels in sorted(parts.items()):
                n = None if part in hidden else levels.total()
                few = levels.total() < self.rules.policy.cell_min
                count = sum(levels[level] for level in bad) if n is not None else 0
                found.append(HalfDay(date.fromisoformat(day), part, n, count, few))
        return tuple(found)


def _choose(others: Mapping[Asked, int], wanted: str, surveys: Mapping[str, Survey]) -> Asked:
    for asked in others:
        if asked.code == wanted:
            return asked
    if others:
        return max(others, key=lambda asked: others[asked])
    first = next(iter(surveys.values()))
    return Asked(first.ref, first.questions[0].id)


def _question(asked: Asked, surveys: Mapping[str, Survey]) -> Question | None:
    survey = surveys.get(asked.survey)
    questions = survey.questions if survey else ()
    return next((question for question in questions if question.id == asked.question), None)
