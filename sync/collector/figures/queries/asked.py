"""Asked: which question a report is about, and what its survey says of it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from kiosk.domain.visit.survey import Question, Survey


class Asked(NamedTuple):
    """One question of one version of a survey."""

    survey: str
    question: str

    @property
    def code(self) -> str:
        """``sipas-5@1:overall``."""
        return f"{self.survey}:{self.question}"


def asked_first(surveys: Mapping[str, Survey]) -> Asked:
    """The question to tell of where none was answered."""
    first = next(iter(surveys.values()))
    return Asked(first.ref, first.questions[0].id)


def question_of(asked: Asked, surveys: Mapping[str, Survey]) -> Question | None:
    """The question as its survey has it; None for a survey that is not known here."""
    survey = surveys.get(asked.survey)
    questions = survey.questions if survey else ()
    return next((question for question in questions if question.id == asked.question), None)
