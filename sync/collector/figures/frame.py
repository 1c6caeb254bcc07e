"""Frame: what every part of one report is read within."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sqlalchemy import Connection

from kiosk.domain.numbers.measures import Method
from kiosk.domain.visit.survey import Question, Survey
from sync.collector.calendar.periods import Period
from sync.collector.figures.book import Joined, Order, Rules
from sync.collector.figures.places import Place, Places
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.grains import Days, to_the_end
from sync.collector.figures.queries.summed import SumTable, sums_of_counters, sums_of_units
from sync.collector.figures.series import Series


@dataclass(frozen=True)
class Frame:
    """One report's place, question and days, and where to read of them."""

    connection: Connection
    sums: Connection
    """Where what is shown is read: the same, or a copy of its sums, for whoever makes many reports."""
    places: Places
    order: Order
    rules: Rules
    series: Series
    days: Period
    """As much of the period as has begun."""
    other: Period
    """What it is compared with."""
    brief: bool = False
    """Whether the counts of the period are enough: no weeks, and nothing of the period before."""

    @property
    def asked(self) -> Asked:
        """What its rows are named by."""
        return self.series.asked

    @cached_property
    def keys(self) -> dict[int, str]:
        """The counters that the report needs, by id: the place's, and those of the one beside it."""
        order, counters = self.order, self.places.counters
        wanted = [*counters(order.place.key), *(counters(order.versus.key) if order.versus else ())]
        units = self.places.between(order.place.key) | (self.places.between(order.versus.key) if order.versus else {})
        return {at.counter_id: at.key for at in wanted if at.counter_id is not None} | units

    @cached_property
    def keys_then(self) -> dict[int, str]:
        """The counters that are needed of what the report is compared with, by id: as they stand now.

        What a counter got in another unit before it was moved is put beside what it gets here. So the two sides of a
        merger compare: the unit that took counters over is not set against itself without them.
        """
        found = dict(self.keys)
        for left, now in self.places.followed(self.days.first):
            assert left.counter_id is not None and now.counter_id is not None  # noqa: S101, PT018 - both are counters
            found.pop(left.counter_id, None)
            if now.counter_id in self.keys:
                found[left.counter_id] = self.keys[now.counter_id]
        return found

    @cached_property
    def joined(self) -> tuple[Joined, ...]:
        """The counters that were moved here or away between the beginning of the one period and the other's end."""
        first, last = min(self.other.first, self.days.first), self.days.last
        found = []
        for places in self.places.moved:
            for left, now in pairwise(places):
                inside = (left.counter_id in self.keys) != (now.counter_id in self.keys)
                if inside and left.until is not None and first < left.until <= last:
                    found.append(Joined(left, now, left.until, left.until <= self.days.first))
        return tuple(sorted(found, key=lambda one: (one.day, one.left.key)))

    @cached_property
    def sources_then(self) -> tuple[SumTable, ...]:
        """What makes up the place in the period that it is compared with."""
        return self.sources if self.keys_then == self.keys else (sums_of_counters(self.keys_then),)

    @cached_property
    def sources(self) -> tuple[SumTable, ...]:
        """What makes up the place: the counters right below (or itself), and the units below, each counter once."""
        place = self.order.place
        counters = [place] if place.is_counter else [at for at in self.places.children(place.key) if at.is_counter]
        units = [] if place.is_counter else self.places.units_below(place.key)
        return (
            sums_of_counters(
                {at.counter_id: at.key for at in counters if at.counter_id is not None}
                | {number: key for number, key in self.places.between(place.key).items() if key == place.key}
            ),
            sums_of_units({at.unit_id: at.key for at in units if at.unit_id is not None}),
        )

    @cached_property
    def below(self) -> list[Place]:
        """The places right below that are at work in the period."""
        return self.places.children_at_work(self.order.place.key, self.days.first, self.days.last)

    @property
    def survey(self) -> Survey | None:
        """The newest version of the survey asked, where it is known."""
        return self.series.survey

    @property
    def question(self) -> Question | None:
        """The question asked, where its survey is known."""
        return self.series.question

    @cached_property
    def satisfied(self) -> frozenset[int]:
        """The levels of the satisfied."""
        levels = self.question.levels if self.question else ()
        return frozenset(level.value for level in levels if level.satisfied)

    @cached_property
    def method(self) -> Method:
        """How the figure is computed: a mean in percent of five is of a scale of five."""
        levels = self.question.levels if self.question else ()
        return self.order.method if len(levels) == 5 else Method.TOP2BOX

    def span(self, period: Period) -> Days:
        """The days to read of a period."""
        return to_the_end(Days(period.first, period.last), self.rules.today)
