"""Series: which questions a report tells of, the versions of each together. Pure.

Rows may stand under a series or under the exact ``id@version``: both lead to the series.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from kiosk.domain.visit.survey import Question, Survey
from sync.collector.figures.queries.asked import Asked, asked_first, asked_of
from sync.collector.replica.blocks.series import versions_of


@dataclass(frozen=True)
class Series:
    """One question, with every version of its survey that has the same levels for it."""

    asked: Asked
    """Its survey is the key of the series."""
    versions: tuple[Survey, ...] = field(compare=False)
    """Those known here, the newest last; none of a survey that is not known."""

    @property
    def survey(self) -> Survey | None:
        """The newest version."""
        return self.versions[-1] if self.versions else None

    @cached_property
    def question(self) -> Question | None:
        """The question in the words and with the satisfied levels of the newest version."""
        return question_in(self.survey, self.asked.question)

    @property
    def ref(self) -> str:
        """The newest version as ratings name it; of a survey that is not known, what names it there."""
        return self.survey.ref if self.survey else self.asked.survey

    @property
    def refs(self) -> tuple[str, ...]:
        """How ratings may name it: every known version, and what names it where none is known."""
        return (*(survey.ref for survey in self.versions), self.asked.survey)

    @property
    def changes(self) -> tuple["Change", ...]:
        """What each version did otherwise than the one before."""
        return tuple(_changes(self.versions, self.asked.question))

    def is_named(self, code: str) -> bool:
        """Whether an address means this series, by its own name or by that of one of its versions."""
        return code in {self.asked.code, *(f"{survey.ref}:{self.asked.question}" for survey in self.versions)}


@dataclass(frozen=True, slots=True)
class Change:
    """What a version of a survey did otherwise than the one before."""

    before: Survey
    after: Survey
    satisfied: bool
    """Whether other levels count as satisfied."""
    wording: bool
    """Whether the question, its levels or its reasons are worded otherwise."""


def group(answered: Mapping[Asked, int], surveys: Mapping[str, Survey]) -> dict[Series, int]:
    """The series of what was answered, and how often; the most answered first. Where nothing was, the first of all."""
    found: Counter[Asked] = Counter()
    for asked, n in (answered or {asked_first(surveys): 0}).items():
        found[asked_of(asked.survey, asked.question, surveys)] += n
    every = {Series(asked, versions_in_order(asked, surveys)): n for asked, n in found.items()}
    return dict(sorted(every.items(), key=lambda one: (-one[1], one[0].asked)))


def named_series(code: str, surveys: Mapping[str, Survey]) -> Series | None:
    """The known series that an address means, though nobody answered it; None where there is none."""
    for survey in surveys.values():
        for question in survey.questions:
            asked = asked_of(survey.ref, question.id, surveys)
            series = Series(asked, versions_in_order(asked, surveys))
            if series.is_named(code):
                return series
    return None


def versions_in_order(asked: Asked, surveys: Mapping[str, Survey]) -> tuple[Survey, ...]:
    """The known versions of a series, the newest last."""
    known = [surveys[ref] for ref in versions_of(surveys, asked.survey, asked.question) if ref in surveys]
    return tuple(sorted(known, key=lambda survey: survey.version))


def question_in(survey: Survey | None, question: str) -> Question | None:
    """A survey's question; None where it has none of this name."""
    return next((each for each in survey.questions if each.id == question), None) if survey else None


def _changes(versions: tuple[Survey, ...], name: str) -> Iterator[Change]:
    for before, after in pairwise(versions):
        one, other = question_in(before, name), question_in(after, name)
        if one is None or other is None:
            continue
        satisfied = [level.satisfied for level in one.levels] != [level.satisfied for level in other.levels]
        words = [(each.text, [level.text for level in each.levels]) for each in (one, other)]
        wording = words[0] != words[1] or before.reasons != after.reasons
        if satisfied or wording:
            yield Change(before, after, satisfied, wording)
