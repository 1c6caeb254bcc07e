"""Attention: what a reader must act on, at most three things, each with the numbers it rests on. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.numbers.measures import Share, differs, lies_below
from sync.collector.figures.book import Book
from sync.collector.figures.kiosks import Freshness
from sync.collector.figures.lines import PlaceLine
from sync.collector.figures.places import Place

MOST = 3


class Why(StrEnum):
    """Why somebody should look at a place."""

    FELL = "fell"
    """Plainly fewer are satisfied than in the other period."""
    LOW = "low"
    """Plainly fewer are satisfied than at the other counters together."""
    SILENT = "silent"
    """A kiosk is not heard."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A place that somebody should look at, and why."""

    why: Why
    place: Place
    line: PlaceLine | None = None
    rest: Share | None = None
    """The other counters together."""
    kiosk: Freshness | None = None


def find_matters(book: Book) -> list[Matter]:
    """What to look at first, by its weight: opinions of many people before machines."""
    found = [matter for line in book.counters if (matter := _matter_of(line, book)) is not None]
    found.sort(key=_weight)
    silent = [Matter(Why.SILENT, place, kiosk=kiosk) for place, kiosk in book.kiosks if kiosk.silent]
    # A whole office in silence is one matter of the network, and the strip above tells it.
    few_silent = silent if len(silent) * 2 <= len(book.kiosks) else []
    return [*found[: MOST - bool(few_silent)], *few_silent][:MOST]


def has_fallen(line: PlaceLine) -> bool:
    """Whether a place's figure lies plainly below that of the period it is compared with."""
    # Most lie no lower at all, which is seen at once: of a province there are thousands.
    now, before = line.figure, line.figure_before
    return bool(now and before and lies_below(now, before) and line.is_clear and line.points)


def has_risen(line: PlaceLine) -> bool:
    """Whether a place's figure lies plainly above that of the period it is compared with."""
    now, before = line.figure, line.figure_before
    return bool(now and before and lies_below(before, now) and line.is_clear and line.points)


def rest_of(line: PlaceLine, book: Book) -> Share | None:
    """The share of all other counters together."""
    mine, all_of_it = line.share, book.me.share
    if mine is None or all_of_it is None or all_of_it.denominator - mine.denominator < book.policy.percent_min:
        return None
    return Share(mine.method, all_of_it.numerator - mine.numerator, all_of_it.denominator - mine.denominator)


def _matter_of(line: PlaceLine, book: Book) -> Matter | None:
    everybody = book.me.share
    if has_fallen(line):
        return Matter(Why.FELL, line.place, line, rest_of(line, book))
    if line.share and everybody and lies_below(line.share, everybody):
        rest = rest_of(line, book)
        if rest and differs(line.share, rest):
            ends, others = line.share.interval(), rest.percent()
            if ends and others is not None and ends[1] < others:
                return Matter(Why.LOW, line.place, line, rest)
    return None


def _weight(matter: Matter) -> float:
    """How many people more were dissatisfied than elsewhere: a large counter's little weighs as a small one's much."""
    bad = matter.line.bad if matter.line else None
    share = matter.line.share if matter.line else None
    if bad is None or share is None or matter.rest is None:
        return 0
    return share.numerator - share.denominator * matter.rest.numerator / matter.rest.denominator
