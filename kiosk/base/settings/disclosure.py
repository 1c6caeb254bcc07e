"""Disclosure: how many ratings are told together, on the kiosk and on the web; a setting may only raise the five."""

from typing import Annotated

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import Unfit, between
from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.numbers.disclosure import Policy

_MOST = 1000


def five_or_more(value: int) -> int:
    """The rule of how many ratings are told together."""
    if value < COUNTED_MIN:
        message = "fewer than {least} ratings are never told together; this may only be raised, not {input!r}"
        raise Unfit(message, least=COUNTED_MIN)
    return between(COUNTED_MIN, _MOST)(value)


def once_over(value: bool) -> bool:
    """The rule of what is no choice any more; older files name it."""
    if not value:
        raise Unfit("a half day is told when it is over; only a demonstration (demo = true) shows everything at once")
    return value


class Disclosure(Section, frozen=True):
    """How many counted ratings a block has at least, and from how many on there is a percentage."""

    cell_min: Annotated[int, five_or_more] = COUNTED_MIN
    percent_min: Annotated[int, between(0, 10_000)] = 30
    step: Annotated[int, five_or_more] = COUNTED_MIN
    delay: Annotated[bool, once_over] = True

    @property
    def least(self) -> int:
        """So many counted ratings a block has at least."""
        return max(self.cell_min, self.step)

    @property
    def policy(self) -> Policy:
        """As the domain takes it."""
        return Policy(self.cell_min, self.percent_min, self.step, self.delay)
