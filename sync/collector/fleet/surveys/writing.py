"""Writing: a survey as the TOML that kiosks read, and what a new version may not change of an older one.

Pure: no database, no clock.
"""

from dataclasses import replace
from typing import Any

import tomli_w

from kiosk.domain.visit.survey import Level, Question, Reason, Survey, Words

UNWRITTEN = "…"
"""Stands where a text is still to be written."""

Fault = tuple[str, dict[str, Any]]
"""A sentence's id and its values."""


def survey_toml(survey: Survey) -> str:
    """The survey as its file says it."""
    table: dict[str, Any] = {
        "id": survey.id,
        "version": survey.version,
        "name": dict(survey.name),
        "reasons_max": survey.reasons_max,
        "question": [_question_table(question) for question in survey.questions],
    }
    if survey.reasons:
        table["reason"] = [_reason_table(reason) for reason in survey.reasons]
    return tomli_w.dumps(table)


def scale_faults(new: Survey, older: Survey) -> list[Fault]:
    """Why ``new`` may not follow ``older``: what a question's levels mean stays for ever, only words may change."""
    scales = {question.id: _scale(question) for question in older.questions}
    faults: list[Fault] = [
        (
            "question {question} had another scale in {ref}; give the question a new name",
            {"question": question.id, "ref": older.ref},
        )
        for question in new.questions
        if question.id in scales and scales[question.id] != _scale(question)
    ]
    factors = {reason.id: reason.factor for reason in older.reasons}
    faults += [
        (
            "reason {reason} stood for another factor in {ref}; give the reason a new name",
            {"reason": reason.id, "ref": older.ref},
        )
        for reason in new.reasons
        if reason.id in factors and factors[reason.id] != reason.factor
    ]
    return faults


def differing(one: Survey, other: Survey) -> list[tuple[str, str]]:
    """Each text that is not the same in both, beside each other; empty where one of them lacks it."""
    of_one, of_other = _by_place(one), _by_place(other)
    both = [*of_one, *(place for place in of_other if place not in of_one)]
    pairs = [(of_one.get(place, ""), of_other.get(place, "")) for place in both]
    return [(left, right) for left, right in pairs if left != right]


def unwritten(survey: Survey) -> list[Fault]:
    """Why it may not be published yet: texts that nobody has written."""
    n = sum(1 for words in _texts(survey) if UNWRITTEN in words.values())
    return [("{n} texts are still to be written", {"n": n})] if n else []


def gaps(survey: Survey) -> dict[str, int]:
    """How many texts each language lacks that has some; Vietnamese lacks none."""
    texts = _texts(survey)
    languages = sorted({language for words in texts for language in words})
    return {language: sum(1 for words in texts if not words.get(language)) for language in languages}


def as_draft(survey: Survey, survey_id: str, version: int) -> Survey:
    """The survey with the same words under another name or version."""
    return replace(survey, id=survey_id, version=version)


def _by_place(survey: Survey) -> dict[str, str]:
    """Every text by where it stands."""
    questions = {f"q{n}": question for n, question in enumerate(survey.questions)}
    words: dict[str, Words] = {"name": survey.name, **{place: one.text for place, one in questions.items()}}
    words |= {f"{place}.{level.value}": level.text for place, one in questions.items() for level in one.levels}
    words |= {f"r{n}": reason.text for n, reason in enumerate(survey.reasons)}
    return {f"{place}.{language}": text for place, each in words.items() for language, text in each.items()}


def _texts(survey: Survey) -> list[Words]:
    texts = [survey.name, *(question.text for question in survey.questions)]
    texts += [level.text for question in survey.questions for level in question.levels]
    return [*texts, *(reason.text for reason in survey.reasons)]


def _scale(question: Question) -> list[tuple[int, int, bool]]:
    return [(level.value, level.face, level.satisfied) for level in question.levels]


def _question_table(question: Question) -> dict[str, Any]:
    return {"id": question.id, "text": dict(question.text), "level": [_level_table(level) for level in question.levels]}


def _level_table(level: Level) -> dict[str, Any]:
    return {"value": level.value, "face": level.face, "satisfied": level.satisfied, "text": dict(level.text)}


def _reason_table(reason: Reason) -> dict[str, Any]:
    factor = {} if reason.factor is None else {"factor": reason.factor}
    return {"id": reason.id, "icon": reason.icon, **factor, "text": dict(reason.text)}
