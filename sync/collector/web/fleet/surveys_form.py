"""Surveys form: what a person typed, as the survey that it means."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kiosk.domain.visit.survey import FIRST_LANGUAGE, Level, Question, Reason, Survey, Words
from sync.collector.fleet.surveys.writing import UNWRITTEN

FIELDS_MAX = 600
QUESTIONS_MAX = 6
REASONS_MAX = 10
DIGITS_MAX = 4
OFFERED = ("vi", "en")
"""The languages that every form has; others join as they are added."""
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")

Form = Mapping[str, str]


def read_survey_form(form: Form, draft: Survey) -> Survey:
    """The draft with the form's words; its scales stay, whatever the form says."""
    languages = languages_of(draft, form.get("new_language", ""))
    questions = tuple(_question(form, number, question, languages) for number, question in enumerate(draft.questions))
    reasons = tuple(_reason(form, number, reason, languages) for number, reason in enumerate(draft.reasons))
    most = form.get("reasons_max", "")
    return replace(
        draft,
        name=_words(form, "name", languages),
        questions=questions,
        reasons=reasons,
        reasons_max=int(most) if most.isdecimal() and len(most) < DIGITS_MAX else draft.reasons_max,
    )


def rearranged(survey: Survey, what: str) -> Survey:
    """The survey with a question or a reason more or less, as a button of the form says."""
    deed, _, number = what.rpartition("-")
    match deed:
        case "add-question" if len(survey.questions) < QUESTIONS_MAX:
            return replace(survey, questions=(*survey.questions, _next_question(survey)))
        case "drop-question" if len(survey.questions) > 1:
            return replace(survey, questions=_without(survey.questions, number))
        case "add-reason" if len(survey.reasons) < REASONS_MAX:
            return replace(survey, reasons=(*survey.reasons, _next_reason(survey)))
        case "drop-reason":
            return replace(survey, reasons=_without(survey.reasons, number))
    return survey


def languages_of(survey: Survey, added: str = "") -> list[str]:
    """The languages of a form: those that are always offered, those that have words, and one that is added."""
    texts = [
        survey.name,
        *(question.text for question in survey.questions),
        *(reason.text for reason in survey.reasons),
    ]
    texts += [level.text for question in survey.questions for level in question.levels]
    more = {language for words in texts for language in words} - set(OFFERED)
    if LANGUAGE_CODE.fullmatch(added):
        more |= {added} - set(OFFERED)
    return [*OFFERED, *sorted(more)]


def icons_of(surveys: Iterable[Survey]) -> list[str]:
    """The icons that a reason may have: those of the shipped surveys, which every kiosk has."""
    return sorted({reason.icon for survey in surveys for reason in survey.reasons})


def _question(form: Form, number: int, question: Question, languages: Iterable[str]) -> Question:
    levels = tuple(_level(form, number, level, languages) for level in question.levels)
    name = form.get(f"q{number}_id", question.id).strip()
    return replace(question, id=name, text=_words(form, f"q{number}_text", languages), levels=levels)


def _level(form: Form, number: int, level: Level, languages: Iterable[str]) -> Level:
    return replace(level, text=_words(form, f"q{number}_l{level.value}", languages))


def _reason(form: Form, number: int, reason: Reason, languages: Iterable[str]) -> Reason:
    return Reason(
        id=form.get(f"r{number}_id", reason.id).strip(),
        icon=form.get(f"r{number}_icon", reason.icon),
        factor=form.get(f"r{number}_factor", "").strip().upper() or None,
        text=_words(form, f"r{number}_text", languages),
    )


def _words(form: Form, name: str, languages: Iterable[str]) -> Words:
    said = {language: " ".join(form.get(f"{name}_{language}", "").split()) for language in languages}
    return {language: text for language, text in said.items() if text or language == FIRST_LANGUAGE}


def _next_question(survey: Survey) -> Question:
    """One more question on the scale of the last."""
    last = survey.questions[-1]
    return replace(
        last, id=_free("question", [question.id for question in survey.questions]), text={FIRST_LANGUAGE: UNWRITTEN}
    )


def _next_reason(survey: Survey) -> Reason:
    return Reason(_free("reason", [reason.id for reason in survey.reasons]), "other", None, {FIRST_LANGUAGE: UNWRITTEN})


def _free(stem: str, taken: Iterable[str]) -> str:
    known = set(taken)
    return next(name for name in (f"{stem}-{number}" for number in range(1, 99)) if name not in known)


def _without(things: tuple, number: str) -> tuple:  # type: ignore[type-arg]
    return tuple(thing for place, thing in enumerate(things) if str(place) != number)
