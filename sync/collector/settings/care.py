"""Settings of comments and cases: how long texts are kept, when a case opens, and which days are worked."""

from pathlib import Path
from typing import Annotated, Literal

from kiosk.base.public_days import Country
from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import DayOff, DayWorked, between
from kiosk.domain.office_calendar import DayList
from sync.collector.calendar.periods import Kind
from sync.protocol.days import OfficeDays, WorkedDay


class Comments(Section, frozen=True):
    """What becomes of citizens' words."""

    keep_days: Annotated[int, between(7, 3650)] = 90
    key_file: Path | None = None


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


class OfficeCalendar(Section, frozen=True):
    """Which days the office is closed, and which it works instead; its kiosks are told."""

    public_holidays: Country = "vietnam"
    holidays: tuple[DayOff, ...] = ()
    worked: tuple[DayWorked, ...] = ()

    @property
    def told(self) -> OfficeDays | None:
        """As kiosks are told of it; None where there is nothing that they do not know."""
        if self == OfficeCalendar():
            return None
        worked = DayList.of(worked=self.worked).worked
        days = [WorkedDay(day, None if whose is None else whose + 1) for day, whose in sorted(worked.items())]
        return OfficeDays(self.public_holidays, sorted(self.holidays), days)
