"""Recounts: what must be shown and what must wait, from the stored blocks and ratings alone, row by row."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from sync.collector.figures.places import Places, read_places
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import read_reason_names, read_singles, read_streams
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.summed import sums_of_counters, sums_of_units
from sync.collector.figures.queries.waits import ASIDE_STREAMS, aside_at, read_waiting, waits_at
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.tally import ASIDE, COUNTED, REASON
from sync.collector.services.services import Services
from sync.collector.store.schema import block, block_piece, block_reason, pool, pool_piece, rating, tally
from tests.sync.collector.cutting import SURVEYS

LEVELS = range(1, 6)
Numbers = dict[str, "Counter[Any]"]
"""By place."""


@dataclass(frozen=True)
class Told:
    """What a place is told of a period."""

    counted: Numbers
    """By level."""
    aside: Numbers
    reasons: Numbers
    standings: Numbers


def check_numbers(services: Services, connection: Connection, periods: Iterable[Days]) -> int:
    """Hold every number of every place and period to the recount; how many ratings are shown in all."""
    places = read_places(connection, services.missed(connection))
    present, shown, pools = services.days.today(services.now()), 0, read_pools(connection)
    asked_of = {
        Asked(series_of(SURVEYS, *row), row[1])
        for row in connection.execute(select(rating.c.survey, rating.c.question).distinct())
    }
    for asked in asked_of:
        for days in periods:
            read, told = read_numbers(connection, places, asked, days), told_of(connection, places, asked, days, pools)
            assert (read.counted, read.reasons) == (told.counted, told.reasons), days
            assert read.standings == told.standings, days
            waiting = _waiting(connection, places, asked, days, present)
            came = recorded(connection, places, asked, days, present)
            for place in places.by_key:
                sums = Counter({COUNTED: sum(read.counted.get(place, Counter()).values())})
                sums.update(read.standings.get(place, {}))
                sums.update(waiting.get(place, {}))
                assert +sums == came.get(place, Counter()), (place, days)
            shown += sum(read.counted.get("", Counter()).values())
    return shown


def read_numbers(connection: Connection, places: Places, asked: Asked, days: Days) -> Told:
    """As the reports read it, from counters; units' own sums must say the same."""
    keys = {at.counter_id: at.key for at in places.counters("") if at.counter_id is not None} | places.between("")
    reasons = [REASON + name for name in read_reason_names(connection, asked)]
    streams = read_streams(connection, keys, asked, [COUNTED, ASIDE], days)
    singles = read_singles(connection, sums_of_counters(keys), asked, [*ASIDE_STREAMS, *reasons], days)
    _check_units(connection, places, asked, days, [*ASIDE_STREAMS, *reasons], singles)
    found = Told({}, {}, {}, {})
    for numbers, stream in ((found.counted, COUNTED), (found.aside, ASIDE)):
        for key, levels in streams[stream].items():
            _add(numbers, places, key, Counter(dict(zip(LEVELS, levels, strict=True))))
    for key, counts in singles.items():
        _add(found.reasons, places, key, Counter({name: n for name, n in counts.items() if name.startswith(REASON)}))
        _add(
            found.standings,
            places,
            key,
            Counter({name: n for name, n in counts.items() if not name.startswith(REASON)}),
        )
    return found


def _check_units(
    connection: Connection, places: Places, asked: Asked, days: Days, streams: list[str], singles: Any
) -> None:
    units = dict(places.unit_of)
    of_units = read_singles(connection, sums_of_units(units), asked, streams, days)
    together: dict[str, Counter[str]] = {}
    for key, counts in singles.items():
        above = key if key.endswith("/") else places[key].parent
        if above:
            together.setdefault(above, Counter()).update(counts)
    assert {key: +counts for key, counts in of_units.items() if +counts} == {
        key: +counts for key, counts in together.items() if +counts
    }


def told_of(connection: Connection, places: Places, asked: Asked, days: Days, pools: "Mapping[int, Pooled]") -> Told:
    """What each place must be told: of the shown blocks that lie wholly in it and in the period, all of them.

    A tail is told where and when its whole pool is.
    """
    found = Told({}, {}, {}, {})
    for one in connection.execute(select(block).where(block.c.shown_at.is_not(None))):
        pooled = pools.get(one.pool_id)
        first, last = (pooled.first, pooled.last) if pooled else (one.first_day, one.last_day)
        if (one.series, one.question) != asked or not (days.first <= first and last <= days.last):
            continue
        pieces = connection.execute(select(block_piece).where(*_same(block_piece, one))).all()
        at = {piece.counter_id for piece in pieces} | (pooled.counters if pooled else set())
        holding = set.intersection(*(set(places.up_from(places.key_of[counter_id])) for counter_id in at))
        if pooled:
            top = set(places.up_from(places.unit_of.get(pooled.unit_id, "")))
            assert top <= holding, "a pool is told where not all of its ratings are"
            holding = top
        for place in holding:
            for piece in pieces:
                levels = Counter({level: getattr(piece, f"n{level}") for level in LEVELS})
                if piece.standing == COUNTED:
                    found.counted.setdefault(place, Counter()).update(+levels)
                else:
                    found.standings.setdefault(place, Counter())[piece.standing] += levels.total()
            for row in connection.execute(select(block_reason).where(*_same(block_reason, one))):
                if not one.is_suspect:
                    found.reasons.setdefault(place, Counter())[REASON + row.reason] += row.n
    return found


@dataclass(frozen=True)
class Pooled:
    """A pool as it stands in the database."""

    unit_id: int
    first: date
    last: date
    counters: set[int]
    tails: frozenset[tuple[str, int]]


def read_pools(connection: Connection, least: int = 5) -> dict[int, Pooled]:
    """All pools by number, after a look at each: believed tails of one month and question, enough, of two journals."""
    found = {}
    for one in connection.execute(select(pool)):
        blocks = connection.execute(select(block).where(block.c.pool_id == one.pool_id)).all()
        sums: Counter[str] = Counter()
        stands: Counter[tuple[int, str]] = Counter()
        journals = set()
        for each in blocks:
            assert (each.series, each.question) == (one.series, one.question)
            assert one.first <= each.first_day <= each.last_day <= one.last
            assert each.is_tail
            assert each.fault is None
            assert not each.is_suspect
            for piece in connection.execute(select(block_piece).where(*_same(block_piece, each))):
                n = sum(getattr(piece, f"n{level}") for level in LEVELS)
                sums[piece.standing] += n
                stands[piece.counter_id, piece.standing] += n
                if piece.standing == COUNTED:
                    journals.add(each.journal_id)
        aside = sums.total() - sums[COUNTED]
        assert sums[COUNTED] >= least
        assert "suspect" not in sums
        assert one.tells_aside == (aside >= least)
        assert len(journals) >= 2
        wanted = select(pool_piece).where(pool_piece.c.pool_id == one.pool_id)
        assert {(row.counter_id, row.standing): row.n for row in connection.execute(wanted)} == stands
        counters = {counter_id for counter_id, _ in stands}
        tails = frozenset((each.journal_id, each.last_seq) for each in blocks)
        found[one.pool_id] = Pooled(one.unit_id, one.first, one.last, counters, tails)
    return found


def recorded(
    connection: Connection, places: Places, asked: Asked, days: Days, present: tuple[str, str]
) -> dict[str, "Counter[str]"]:
    """What was recorded in half days that are over, by place and standing."""
    found: dict[str, Counter[str]] = {}
    for row in connection.execute(select(tally).where(tally.c.day.between(*days), tally.c.n > 0)):
        is_over = (row.day.isoformat(), row.part) < present
        if is_over and (series_of(SURVEYS, row.survey, row.question), row.question) == asked:
            for place in places.up_from(places.key_of[row.counter_id]):
                found.setdefault(place, Counter())[row.standing] += row.n
    return found


def _waiting(
    connection: Connection, places: Places, asked: Asked, days: Days, present: tuple[str, str]
) -> dict[str, "Counter[str]"]:
    keys = {at.counter_id: at.key for at in places.counters("") if at.counter_id is not None} | places.between("")
    waiting = read_waiting(connection, keys, asked, days, present)
    aside, counted = aside_at({}, waiting, places.up_from), waits_at(waiting, places.up_from)
    found = {place: Counter({str(standing): n for standing, n in counts.items()}) for place, counts in aside.items()}
    for place, waits in counted.items():
        found.setdefault(place, Counter())[COUNTED] += waits.total()
    return found


def _same(table: Any, one: Any) -> tuple[Any, Any]:
    return table.c.journal_id == one.journal_id, table.c.last_seq == one.last_seq


def _add(numbers: Numbers, places: Places, key: str, counts: "Counter[Any]") -> None:
    if counts := +counts:
        for place in places.up_from(key):
            numbers.setdefault(place, Counter()).update(counts)


def days_of(first: str, last: str) -> Days:
    """Two days as they are written."""
    return Days(date.fromisoformat(first), date.fromisoformat(last))
