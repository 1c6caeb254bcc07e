"""Alike: ratings that differ in time and level alone are understood together, column by column. Pure.

A kiosk that comes back brings hundreds of ratings of a few boots. What each of them alone would be asked, all of a boot
are asked at once; what comes out is what ``projection`` makes of each alone, and whatever differs is left to it.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby, repeat
from operator import attrgetter

from kiosk.journal.sound import is_sound_rating
from sync.collector.calendar.presstime import LocalDays, PressClock, TimeUnreadable
from sync.collector.calendar.usual import Usual
from sync.collector.replica.projection_rows import RatingRow

_ALIKE = attrgetter("boot", "survey", "question", "standing", "counter")
_SEQ, _LEVEL = attrgetter("seq"), attrgetter("level")
_row = tuple.__new__


def rows_alike(entries: Iterable[Usual], counter_id: int, clock: PressClock, days: LocalDays) -> Iterator[RatingRow]:
    """The rows of those ratings that can be read together, at the one counter where the kiosk stood all the time."""
    for said, some in groupby(entries, _ALIKE):
        if said[-1] is None:
            yield from _rows(list(some), counter_id, clock, days)


def _rows(entries: list[Usual], counter_id: int, clock: PressClock, days: LocalDays) -> Iterable[RatingRow]:
    first, levels = entries[0], list(map(_LEVEL, entries))
    if not all(is_sound_rating(level, first.standing, first.survey, first.question) for level in set(levels)):
        return ()
    try:
        pressed = clock.date_together(entries)
        if pressed is None:
            return ()
        moments_us, quality = pressed
        places = days.places(moments_us)
    except TimeUnreadable:
        return ()
    columns: tuple[Iterable[object], ...] = (
        map(_SEQ, entries), repeat(counter_id), repeat(first.survey), repeat(first.question), levels, repeat(None),
        repeat(first.standing), moments_us, repeat(quality._value_), *zip(*places, strict=True),
    )  # fmt: skip
    # As wholes, as in ``projection``; what is repeated has no end.
    return map(_row, repeat(RatingRow), zip(*columns, strict=False))
