"""Doors: every route for programs of those entitled, and the schemas of what it answers."""

import msgspec

from sync.collector.api.data import (
    closed,
    comments,
    counters,
    fleet,
    fleet_shapes,
    participation,
    report,
    report_shapes,
    series,
    shapes,
    tallies,
)
from sync.collector.api.described import REF, Described

DOORS = (counters, series, tallies, report, participation, comments, fleet, closed)
"""In the order in which somebody who begins needs them."""


def data_components() -> Described:
    """The JSON schemas of what these doors answer, by name."""
    every = (*shapes.ANSWERS, *report_shapes.ANSWERS, *fleet_shapes.ANSWERS)
    return msgspec.json.schema_components(every, ref_template=REF)[1]
