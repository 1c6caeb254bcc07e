"""Asked: which question a report is about, and what its survey says of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select

from kiosk.domain.visit.survey import Survey
from sync.collector.replica.blocks.series import series_of, versions_of
from sync.collector.store.schema import series_version


class Asked(NamedTuple):
    """One question of all versions of a survey that belong together."""

    survey: str
    """Their series (``sync.collector.replica.blocks.series``)."""
    question: str

    @property
    def code(self) -> str:
        """``sipas-5:12345:overall``."""
        return f"{self.survey}:{self.question}"


def asked_of(ref: str, question: str, surveys: Mapping[str, Survey]) -> Asked:
    """The series to which a version's question belongs."""
    return Asked(series_of(surveys, ref, question), question)


def asked_first(surveys: Mapping[str, Survey]) -> Asked:
    """The question to tell of where none was answered."""
    first = next(iter(surveys.values()))
    return asked_of(first.ref, first.questions[0].id, surveys)


def survey_of(asked: Asked, surveys: Mapping[str, Survey]) -> Survey | None:
    """The newest version; None for a survey that is not known here."""
    known = [surveys[ref] for ref in versions_of(surveys, asked.survey, asked.question) if ref in surveys]
    return max(known, key=lambda survey: survey.version, default=None)


def is_version(survey: Any, series: Any, question: Any) -> ColumnElement[bool]:
    """Whether a column of versions names one of a question's series; what they are may be said when it is run."""
    v = series_version.c
    return or_(survey == series, survey.in_(select(v.survey).where(v.series == series, v.question == question)))
