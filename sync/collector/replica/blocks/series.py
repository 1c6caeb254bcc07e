"""Series: what is added up together: all versions of a survey with the same question and the same levels. Pure.

``rating``, ``tally`` and ``uncut_count`` name the exact version; ``block`` and what is shown name the series.
Which versions belong to which is read from the surveys that are known here (``fleet.surveys.library``).
"""

from collections.abc import Mapping

from kiosk.domain.numbers.blocks import Series
from kiosk.domain.visit.survey import Survey


def series_of(surveys: Mapping[str, Survey], ref: str, question: str) -> str:
    """The key of the series to which a version's question belongs: ``sipas-5:12345`` for ``sipas-5@1``.

    A version or a question that is not known here is a series of its own, under its exact ``id@version``.
    """
    levels = _levels(surveys, ref, question)
    return Series(surveys[ref].id, question, levels).key if levels else ref


def versions_of(surveys: Mapping[str, Survey], series: str, question: str) -> list[str]:
    """The known versions whose question belongs to the series, in their order there; of one not known, itself alone."""
    if "@" in series:
        return [series]
    return [ref for ref in surveys if series_of(surveys, ref, question) == series]


def levels_of(surveys: Mapping[str, Survey]) -> dict[str, dict[str, tuple[int, ...]]]:
    """The levels of every known question, by version and question."""
    return {
        ref: {each.id: _levels(surveys, ref, each.id) for each in survey.questions} for ref, survey in surveys.items()
    }


def _levels(surveys: Mapping[str, Survey], ref: str, question: str) -> tuple[int, ...]:
    survey = surveys.get(ref)
    questions = survey.questions if survey else ()
    return next((tuple(level.value for level in each.levels) for each in questions if each.id == question), ())
