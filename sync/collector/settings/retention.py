"""Settings of retention: how long what grows is kept."""

from collections.abc import Callable
from typing import Annotated

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import between

LINES_MONTHS_MIN = 15
"""A kiosk keeps what was acknowledged for 400 days: so long a collector can be asked for what it had."""
AUDIT_DAYS_MIN = 730
SIGNALS_DAYS_MIN = 184
"""Twice as far as signs are looked for: what was decided must not be found anew."""


def for_ever_or(least: int, most: int) -> Callable[[int], int]:
    """The rule of a time that may be nought, which means for ever."""
    within = between(least, most)

    def bounded(value: int) -> int:
        return value if value == 0 else within(value)

    return bounded


class Retention(Section, frozen=True):
    """How long what grows is kept; 0 is for ever."""

    lines_months: Annotated[int, for_ever_or(LINES_MONTHS_MIN, 1200)] = 0
    audit_days: Annotated[int, for_ever_or(AUDIT_DAYS_MIN, 36_500)] = 0
    signals_days: Annotated[int, for_ever_or(SIGNALS_DAYS_MIN, 36_500)] = 0
    status_days: Annotated[int, between(93, 3650)] = 400
    done_days: Annotated[int, between(93, 3650)] = 400
