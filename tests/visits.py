"""One citizen in front of the rules of a visit: surveys, and a disk that keeps what it is told to."""

from typing import Any

from kiosk.domain.visit.rating import Fact
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.survey import Level, Question, Reason, Survey
from kiosk.domain.visit.visit import Visit
from tests.builders import FrozenClock

WORDS = {"vi": "…"}
LEVELS = tuple(Level(value, value, value >= 4, WORDS) for value in range(1, 6))
REASONS = tuple(Reason(name, name, None, WORDS) for name in ("wait", "deadline", "trips", "fee"))
SURVEY = Survey("sipas-5", 1, WORDS, (Question("overall", WORDS, LEVELS),), REASONS, 3)
WITHOUT_REASONS = Survey("short", 2, WORDS, SURVEY.questions, (), 3)
TWO = Survey("two", 1, WORDS, (Question("first", WORDS, LEVELS), Question("second", WORDS, LEVELS)), REASONS, 3)


class Citizen:
    """A visit, its clock, and a disk that keeps what it is told to."""

    def __init__(self, clock: FrozenClock, survey: Survey = SURVEY, **rules: Any) -> None:
        self.clock = clock
        last_end = rules.pop("last_end", None)
        self.visit = Visit(survey, VisitRules(**rules), clock.now(), last_end)
        self.facts: list[Fact] = []

    def does(self, act: str, *values: object) -> "Citizen":
        getattr(self.visit, act)(*values, self.clock.now())
        return self

    def due(self) -> tuple[Fact, ...]:
        return self.visit.facts_due()

    def keep_all(self) -> "Citizen":
        while due := self.due():
            for fact in due:
                self.facts.append(fact)
                self.visit.fact_kept(fact, len(self.facts), self.clock.now())
        return self

    def wait(self, seconds: float) -> "Citizen":
        self.clock.advance(seconds)
        return self.does("tick")


def resting(clock: FrozenClock, **rules: Any) -> Citizen:
    citizen = Citizen(clock, **rules)
    citizen.visit = Visit(SURVEY, VisitRules(**rules), clock.now(), resting=True)
    return citizen
