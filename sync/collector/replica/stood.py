"""Stood: where a counter stood on which day. Pure.

A counter that was moved has a row for each place (``schema.places``), and whatever speaks of it by code or by any of
these rows means the one of its day. So what a kiosk brings late, however late, counts where it was pressed.
"""

from collections.abc import Mapping
from typing import NamedTuple

NEVER = "~"
"""Later than every day as it is written."""


class Span(NamedTuple):
    """One place of a counter."""

    until: str
    """The first day, 2026-07-01, on which it no longer stood there."""
    counter_id: int


Spans = Mapping[int, tuple[Span, ...]]
"""By each row of a counter that was moved, all of its places in order."""


def counter_on(spans: Spans, counter_id: int, day: str) -> int:
    """The row of the place where a counter stood on a day."""
    return next((span.counter_id for span in spans.get(counter_id, ()) if day < span.until), counter_id)
