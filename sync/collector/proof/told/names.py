"""Names: under which versions, reasons and standings pages look for what is shown."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select, text

from kiosk.domain.visit.survey import Survey
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.store.schema import series_version

_ANY = " OR ".join(f"c.{name} <> 0" for name in LEVEL_NAMES)
_UNNAMED = text(
    "SELECT c.survey FROM shown_count c LEFT JOIN shown_stream s ON s.survey = c.survey AND s.question = c.question "  # noqa: S608
    f"AND s.stream = c.stream WHERE c.first BETWEEN :first AND :last AND s.stream IS NULL AND ({_ANY}) "
    "ORDER BY c.survey LIMIT 1"
)


def check_streams(connection: Connection, days: dict[str, Any]) -> Iterator[Wrong]:
    """The first series of which something is shown in these days that no page would look for."""
    for row in connection.execute(_UNNAMED, days):
        yield Wrong(What.STREAM_LOST, series=row.survey)


def check_versions(connection: Connection, surveys: Mapping[str, Survey]) -> Iterator[Wrong]:
    """The first known version of a survey that is not added up with those of the same question and levels."""
    v = series_version.c
    for row in connection.execute(select(v.survey, v.question, v.series).order_by(v.survey, v.question)):
        if row.survey in surveys and row.series != series_of(surveys, row.survey, row.question):
            yield Wrong(What.VERSION_CHANGED, survey=row.survey)
            break
