"""Settings of comments and cases: how long texts are kept, when a case opens, and which days are worked."""

from typing import Annotated, Literal

from kiosk.setting_rules import between
from kiosk.settings import Section
from sync.collector.figures.periods import Kind
from sync.collector.workdays import WorkDays, holiday


class Comments(Section, frozen=True):
    """What becomes of citizens' words."""

    keep_days: Annotated[int, between(7, 3650)] = 90


class Cases(Section, frozen=True):
    """When a case opens by itself, and when it is due."""

    open: bool = True
    share_percent: Annotated[int, between(1, 100)] = 15
    n_min: Annotated[int, between(5, 100_000)] = 30
    period: Literal["week", "month", "quarter"] = "month"
    deadline_days: Annotated[int, between(1, 60)] = 5

    @property
    def kind(self) -> Kind:
        """How the period is cut."""
        return Kind(self.period)


class Calendar(Section, frozen=True):
    """Which days the office is closed."""

    holidays: tuple[Annotated[str, holiday], ...] = ("01-01", "04-30", "05-01", "09-02")
    worked: tuple[Annotated[str, holiday], ...] = ()

    @property
    def days(self) -> WorkDays:
        """The working days."""
        return WorkDays.of(self.holidays, self.worked)
