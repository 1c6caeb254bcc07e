"""Settings of the signals."""

from typing import Annotated

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import between


class Signals(Section, frozen=True):
    """What is looked for, and over how many days."""

    watch: bool = True
    window_days: Annotated[int, between(7, 92)] = 28
    quick_s: Annotated[int, between(5, 600)] = 60
    capacity_per_hour: Annotated[int, between(1, 1000)] = 30
