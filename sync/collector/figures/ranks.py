"""Ranks: the order in which places stand beside each other, where their numbers carry one. Pure."""

from decimal import Decimal
from enum import StrEnum

from sync.collector.figures.book import Book
from sync.collector.figures.lines import PlaceLine


def ranked(book: Book) -> list[PlaceLine]:
    """The places right below: plainly low ones, then those not plainly different, then high ones, each by share.

    Whoever has too few ratings comes last, unranked.
    """
    order = list(Rank)

    def place(line: PlaceLine) -> tuple[int, Decimal, str]:
        share = line.figure.percent(6) if line.figure else None
        return order.index(rank_of(line, book.me)), share or Decimal(0), line.place.key

    return sorted(book.children, key=place)


class Rank(StrEnum):
    """Where a place stands beside all together."""

    LOW = "low"
    """Its whole interval lies below."""
    SAME = "same"
    HIGH = "high"
    NONE = "none"
    """It has too few ratings for a share."""


def rank_of(line: PlaceLine, together: PlaceLine) -> Rank:
    """Where a place stands beside all together."""
    ends = line.figure.interval(1) if line.figure else None
    level = together.figure.percent(2) if together.figure else None
    if ends is None or level is None:
        return Rank.NONE
    return Rank.LOW if ends[1] < level else Rank.HIGH if ends[0] > level else Rank.SAME
