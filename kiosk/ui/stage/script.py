"""Script: what is read out on each of the citizen's screens, the question and what can be answered to it."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.domain.visit.visit import Step
from kiosk.ui.wiring.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Script:
    """One screen's words for the ear."""

    name: str
    """The recording's file name, without its ending."""
    text: str
    own: bool = False
    """Whether the office's own words are among them, which no shipped recording has."""


def script_of(step: object, asked: int, wiring: Wiring, t: Texts, choose: Callable[[Words], str]) -> Script | None:
    """What is read out on the screen of this step; None where nothing is asked that could be."""
    survey = wiring.survey
    if step is Step.COUNTER:
        counters = [f"{counter.number}: {choose(counter.name)}" for counter in wiring.counters]
        asks = t("Which counter served you?")
        return Script("counter", _read(asks, *counters, t("I do not remember")), own=bool(counters))
    if step is Step.REASONS:
        hint = t("Choose up to {n}. You may also skip this.", n=survey.reasons_max)
        reasons = [choose(reason.text) for reason in survey.reasons]
        return Script(f"{survey.id}-reasons", _read(t("What influenced your rating?"), hint, *reasons))
    if step is Step.QUESTION:
        question = survey.questions[asked]
        levels = [choose(level.text) for level in question.levels]
        return Script(f"{survey.id}-{question.id}", _read(choose(question.text), *levels))
    return None


def _read(*sentences: str) -> str:
    """One text of several sentences, with a pause after each."""
    text = "\n".join(each if each.endswith((".", "?", "!")) else f"{each}." for each in sentences)
    return text.replace("\u00a0", " ")
