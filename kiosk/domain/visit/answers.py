"""Answers: what one citizen has given, and which of it the disk has.

What follows a rating names its place in the journal, so it waits until that one is kept.
"""

from collections.abc import Callable

from kiosk.domain.visit.rating import Fact, Rating, Revised

_NO_LEVEL = 0


class Answers:
    """Of one visit; questions are named by their ids."""

    def __init__(self) -> None:
        self._levels: dict[str, int] = {}
        self._seqs: dict[str, int] = {}
        self._ratings_due: list[Rating] = []
        self._follow_ups: list[tuple[str, Callable[[int], Fact]]] = []
        self._unsettled = 0

    def __bool__(self) -> bool:
        """Whether anything was given that the disk did not refuse."""
        return bool(self._levels)

    @property
    def settled(self) -> bool:
        """Whether the disk has answered for everything."""
        return not (self._unsettled or self._follow_ups or self._ratings_due)

    def has(self, question: str) -> bool:
        """Whether the question was answered."""
        return question in self._levels

    def is_kept(self, question: str) -> bool:
        """Whether its rating is on disk."""
        return question in self._seqs

    def level_of(self, question: str) -> int:
        """The face that was chosen last."""
        return self._levels[question]

    def question_of(self, fact: Rating | Revised) -> str:
        """The question that a rating or its revision answers."""
        if isinstance(fact, Rating):
            return fact.question
        return next(question for question, seq in self._seqs.items() if seq == fact.rating_seq)

    def rate(self, rating: Rating) -> None:
        """The first face for a question."""
        self._levels[rating.question] = rating.level
        self._ratings_due.append(rating)

    def revise(self, question: str, level: int, make: Callable[[int], Fact]) -> None:
        """Another face for it."""
        self._levels[question] = level
        self.follow(question, make)

    def follow(self, question: str, make: Callable[[int], Fact]) -> None:
        """Something that speaks of the question's rating; ``make`` is told that one's seq."""
        self._follow_ups.append((question, make))

    def due(self) -> tuple[Fact, ...]:
        """The facts to record now, each given out once."""
        due: list[Fact] = list(self._ratings_due)
        self._ratings_due.clear()
        waiting = []
        for question, make in self._follow_ups:
            if question in self._seqs:
                due.append(make(self._seqs[question]))
            else:
                waiting.append((question, make))
        self._follow_ups = waiting
        self._unsettled += len(due)
        return tuple(due)

    def keep(self, fact: Fact, seq: int) -> None:
        """The disk has the fact, as entry ``seq``."""
        self._unsettled -= 1
        if isinstance(fact, Rating):
            self._seqs[fact.question] = seq

    def refuse(self, fact: Fact) -> None:
        """The disk has it not and never will: the same face, pressed again, is recorded again."""
        self._unsettled -= 1
        if isinstance(fact, Rating):
            self._levels.pop(fact.question, None)
            self._follow_ups = [(question, make) for question, make in self._follow_ups if question != fact.question]
        elif isinstance(fact, Revised):
            self._levels[self.question_of(fact)] = _NO_LEVEL
