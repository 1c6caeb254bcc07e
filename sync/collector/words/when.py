"""When: times, days, periods and addresses as a reader of the page meets them."""

from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date

from kiosk.base.texts import Texts
from sync.collector.calendar.periods import Kind, Period
from sync.collector.fleet.kiosks.hours import Closed
from sync.collector.words.notice import NOTICE, NOTICE_OF_DOSSIERS

_QUARTERS = ("I", "II", "III", "IV")


class When:
    """One language's words for times at one moment."""

    def __init__(self, t: Texts, zone: ZoneInfo, now: datetime, *, asked_language: str = "") -> None:
        self.t = t
        self.asked_language = asked_language
        self.notice = NOTICE
        self._zone = zone
        self._now = now

    def of_dossiers(self) -> Self:
        """The same words beside counts of dossiers, which nobody pressed."""
        other = copy(self)
        other.notice = NOTICE_OF_DOSSIERS
        return other

    def notice_said(self) -> str:
        """The notice in the page's language; empty where it is Vietnamese."""
        if self.t.language == "vi":
            return ""
        if self.notice == NOTICE_OF_DOSSIERS:
            return self.t(
                "In English: counts of the system that keeps the dossiers, handed in by the office; not what citizens "
                "pressed at the counter, and not the SIPAS index of the Ministry of Home Affairs."
            )
        return self.t(
            "In English: given at the counter by people who chose to press; not the SIPAS index of the Ministry of "
            "Home Affairs, and no substitute for the 766 indicators."
        )

    def today(self) -> str:
        """``Thứ Bảy, 21/11/2026``."""
        day = self._now.astimezone(self._zone).date()
        weekday = format_date(day, "EEEE", locale=self.t.language)
        return f"{weekday}, {self.t.day(day)}"

    def day_of(self, moment: datetime) -> date:
        """The office's day of a moment."""
        return moment.astimezone(self._zone).date()

    def time(self, moment: datetime) -> str:
        """The time of a moment today, with the day where it is another one."""
        local, today = moment.astimezone(self._zone), self._now.astimezone(self._zone).date()
        clock = f"{local:%H:%M}"
        return clock if local.date() == today else f"{clock} {self.t.day(local.date())}"

    def closed(self, closed: Closed) -> str:
        """That no office is open now, and until when none is."""
        if closed.until is None:
            return self.t("No office is open now; nothing is expected of any kiosk.")
        time = self.time(closed.until)
        return self.t("No office is open now; nothing is expected of any kiosk until {time}.", time=time)

    def way(self, path: str, **query: str) -> str:
        """An address of ours, in the language that was asked for."""
        kept = {**query, **({"lang": self.asked_language} if self.asked_language else {})}
        kept = {key: value for key, value in kept.items() if value}
        return f"{path}?{_encoded(tuple(kept.items()))}" if kept else path

    def duration(self, seconds: int) -> str:
        """``30 giây``, ``8 phút``."""
        minutes = -(-seconds // 60)
        if seconds < 60:
            return self.t.several("{n} second", "{n} seconds", seconds)
        return self.t.several("{n} minute", "{n} minutes", minutes)

    def moment(self, moment: datetime) -> str:
        """A moment with its day."""
        local = moment.astimezone(self._zone)
        return f"{local:%H:%M} {self.t.day(local.date())}"

    def made_at_fully(self) -> str:
        """When the page was made, with its day."""
        local = self._now.astimezone(self._zone)
        return f"{local:%H:%M} {self.t.day(local.date())}"

    def made_at(self) -> str:
        """When the page was made."""
        return self.time(self._now)

    def period(self, period: Period) -> str:
        """``Tháng 11/2026``."""
        t, first, last = self.t, period.first, period.last
        match period.kind:
            case Kind.WEEK:
                year, week, _ = first.isocalendar()
                days = f"{self.day_month(first)}–{t.day(last)}"
                return t("Week {week}/{year} ({days})", week=str(week), year=str(year), days=days)
            case Kind.MONTH:
                return t("Month {month}/{year}", month=f"{first.month:02d}", year=str(first.year))
            case Kind.QUARTER:
                return t("Quarter {quarter}/{year}", quarter=_QUARTERS[(first.month - 1) // 3], year=str(first.year))
            case Kind.YEAR:
                return t("Year {year}", year=str(first.year))
        return t.day(first) if first == last else self.days(first, last)

    def hours(self, hours: float) -> str:
        """A number of hours, ``0,5``."""
        return self.t.number(Decimal(str(hours)).normalize() if hours % 1 else int(hours))

    def period_month(self, month: date) -> str:
        """``Tháng 11/2026``."""
        return self.t("Month {month}/{year}", month=f"{month.month:02d}", year=str(month.year))

    def days(self, first: date, last: date) -> str:
        """``02–20/11/2026``."""
        if first == last:
            return self.t.day(first)
        if (first.year, first.month) == (last.year, last.month) and self.t.language == "vi":
            return f"{first.day:02d}–{self.t.day(last)}"
        return f"{self.t.day(first)} – {self.t.day(last)}"

    def day_month(self, day: date) -> str:
        """``02/11``."""
        return f"{day.day:02d}/{day.month:02d}" if self.t.language == "vi" else format_date(day, "d MMM", locale="en")

    def weekday(self, day: date) -> str:
        """``T2`` … ``CN``."""
        if self.t.language == "vi":
            return "CN" if day.weekday() == 6 else f"T{day.weekday() + 2}"
        return str(format_date(day, "EEE", locale="en"))

    def month(self, day: date, *, short: bool) -> str:
        """``tháng 11``, or ``T11`` where there is little room."""
        if self.t.language == "vi":
            return f"T{day.month}" if short else f"tháng {day.month}"
        return str(format_date(day, "MMM", locale="en"))


@lru_cache(256)
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    """A query as it stands in an address: a table's rows have the same."""
    return urlencode(query, safe=":@,")
