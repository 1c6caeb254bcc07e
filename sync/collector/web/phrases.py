"""Phrases: numbers, times and reasons as a reader of the page meets them."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date

from kiosk.domain.measures import Method, Share
from kiosk.domain.rating import Standing
from kiosk.domain.survey import Words
from kiosk.texts import Texts
from sync.collector.reports import ASIDE, Kiosk, Row, Table
from sync.collector.rights import Role
from sync.collector.words import NOTICE


class Phrases:
    """One language's phrases at one moment."""

    def __init__(self, t: Texts, zone: ZoneInfo, now: datetime, *, asked_language: str = "") -> None:
        self.t = t
        self._asked_language = asked_language
        self.notice = NOTICE
        self._zone = zone
        self._now = now

    def today(self) -> str:
        """``Thứ Bảy, 21/11/2026``."""
        day = self._now.astimezone(self._zone).date()
        weekday = format_date(day, "EEEE", locale=self.t.language)
        return f"{weekday}, {self.t.day(day)}"

    def time(self, moment: datetime) -> str:
        """The time of a moment today, with the day where it is another one."""
        local, today = moment.astimezone(self._zone), self._now.astimezone(self._zone).date()
        clock = f"{local:%H:%M}"
        return clock if local.date() == today else f"{clock} {self.t.day(local.date())}"

    def way(self, path: str, **query: str) -> str:
        """An address of ours, in the language that was asked for."""
        kept = {**query, **({"lang": self._asked_language} if self._asked_language else {})}
        kept = {key: value for key, value in kept.items() if value}
        return f"{path}?{urlencode(kept, safe=':@,')}" if kept else path

    def duration(self, seconds: int) -> str:
        """``30 giây``, ``8 phút``."""
        minutes = -(-seconds // 60)
        if seconds < 60:
            return self.t.several("{n} second", "{n} seconds", seconds)
        return self.t.several("{n} minute", "{n} minutes", minutes)

    def role(self, role: Role) -> str:
        """What an account is for."""
        t = self.t
        return {
            Role.VIEWER: t("Viewer"),
            Role.SUPERVISOR: t("Supervisor"),
            Role.ADMINISTRATOR: t("Unit administrator"),
            Role.IT: t("IT staff"),
            Role.AUDITOR: t("Auditor"),
        }[role]

    def moment(self, moment: datetime) -> str:
        """A moment with its day."""
        local = moment.astimezone(self._zone)
        return f"{local:%H:%M:%S} {self.t.day(local.date())}"

    def made_at_fully(self) -> str:
        """When the page was made, with its day."""
        local = self._now.astimezone(self._zone)
        return f"{local:%H:%M} {self.t.day(local.date())}"

    def made_at(self) -> str:
        """When the page was made."""
        return self.time(self._now)

    def percent(self, share: Share) -> str:
        """A share to one decimal; a dash where there is nothing to divide by."""
        value = share.percent(1)
        return "–" if value is None else self.t.percent(value)

    def number_of(self, share: Share) -> str:
        """A share to one decimal without its sign, for a column whose head has it."""
        return self.percent(share).removesuffix("%")

    def interval(self, share: Share) -> str:
        """``66,9–74,4%``."""
        low_high = share.interval(1)
        if low_high is None:
            return "–"
        low, high = (self.t.percent(end) for end in low_high)
        return f"{low.removesuffix('%')}–{high}"

    def share_of(self, n: int, total: int) -> str:
        """``n`` of ``total`` in percent, to one decimal."""
        return self.percent(Share(Method.TOP2BOX, n, total))

    def method(self) -> str:
        """How the share of the satisfied is computed."""
        return self.t("Share of satisfied = (Satisfied + Very satisfied) / all ratings counted")

    def words(self, words: Words) -> str:
        """A survey's text in this language, else in Vietnamese."""
        return words.get(self.t.language) or words.get("vi", "")

    def level(self, table: Table, value: int) -> str:
        """What a level is called."""
        level = table.level(value)
        return self.words(level.text) if level else self.t("Level {value}", value=value)

    def satisfied(self, table: Table) -> str:
        """The names of the levels that count as satisfied."""
        levels = table.asked.levels if table.asked else ()
        return " + ".join(self.words(level.text) for level in levels if level.satisfied)

    def standing(self, standing: Standing) -> str:
        """Why ratings were set aside, in two words."""
        t = self.t
        return {
            Standing.REPEAT: t("Repeated press"),
            Standing.OUT_OF_HOURS: t("Out of hours"),
            Standing.TEST: t("Test press"),
            Standing.SUSPECT: t("Suspect"),
        }.get(standing, str(standing))

    def by_standing(self, aside: Mapping[Standing, int]) -> list[tuple[Standing, int]]:
        """What was set aside, in the order in which the reasons are always told."""
        return [(standing, aside.get(standing, 0)) for standing in ASIDE]

    def rule(self, standing: Standing) -> str:
        """The rule by which ratings were set aside."""
        t = self.t
        return {
            Standing.REPEAT: t("pressed again within the repeat window, with no sign of a new visitor"),
            Standing.OUT_OF_HOURS: t("pressed outside the office hours of the counter"),
            Standing.TEST: t("test mode or maintenance of the kiosk"),
            Standing.SUSPECT: t("a signal of the system that a person has confirmed"),
        }.get(standing, "")

    def why_no_percent(self, row: Row, percent_min: int) -> str:
        """Why a row has counts but no percentage."""
        if row.share is None:
            return self.t("the scale of this survey is not known here")
        return self.t("fewer than {n} ratings: counts only", n=self.t.number(percent_min))

    def contact(self, kiosk: Kiosk) -> str:
        """When a kiosk was last heard."""
        if kiosk.last_contact is None:
            return self.t("never heard yet")
        if kiosk.silent:
            return self.t("silent since {time}", time=self.time(kiosk.last_contact))
        return self.time(kiosk.last_contact)
