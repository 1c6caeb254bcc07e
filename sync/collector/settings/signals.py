"""Settings of the signals."""

from typing import Annotated

from kiosk.setting_rules import between
from kiosk.settings import Section


class Signals(Section, frozen=True):
    """What is looked for, and over how many days."""

    watch: bool = True
    window_days: Annotated[int, between(7, 92)] = 28
    quick_s: Annotated[int, between(5, 600)] = 60
    capacity_per_hour: Annotated[int, between(1, 1000)] = 30
