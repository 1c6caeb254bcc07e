"""Library: every survey whose ratings may come in, shipped or published here, by ``id@version``."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import structlog
from sqlalchemy import select

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.survey import Survey, SurveyInvalid, read_survey
from sync.collector.store.database import Database
from sync.collector.store.schema import survey_text

REMEMBERED_S = 10.0
"""How long another process's new survey may stay unknown to this one."""


class Library(Mapping[str, Survey]):
    """The shipped surveys first, then those of the office in the order of their names."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database, self._monotonic = database, monotonic
        self._shipped = shipped_surveys()
        self._kept: tuple[float, dict[str, Survey]] | None = None

    def __getitem__(self, ref: str) -> Survey:
        return self._all()[ref]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def forget(self) -> None:
        """Read the office's own again the next time: one was published."""
        self._kept = None

    def _all(self) -> dict[str, Survey]:
        now = self._monotonic()
        if self._kept is None or now - self._kept[0] >= REMEMBERED_S:
            self._kept = (now, {**self._shipped, **self._published()})
        return self._kept[1]

    def _published(self) -> dict[str, Survey]:
        wanted = select(survey_text).where(survey_text.c.published_at.is_not(None)).order_by(survey_text.c.ref)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        # Checked when it was published: what stands there can be read.
        return {row.ref: read_survey(row.text, row.ref) for row in rows}


def shipped_surveys() -> dict[str, Survey]:
    """Every shipped survey that can be read; the scale of one that cannot is simply not known.

    Read once: they change with the program alone.
    """
    return dict(_shipped())


@cache
def _shipped() -> dict[str, Survey]:
    surveys = {}
    for path in sorted(resource("config", "surveys").glob("*.toml")):
        try:
            survey = load_survey(path)
        except SurveyInvalid as error:
            structlog.get_logger("collector").warning("survey not usable", file=path.name, faults=str(error))
        else:
            surveys[survey.ref] = survey
    return surveys
