"""Settings words: rollouts and what they set, as a person reads them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names

from kiosk.domain.office_calendar import Calendar
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.stage import RolloutState
from sync.collector.fleet.rollouts.store import Rollout
from sync.collector.words.phrases import Phrases
from sync.protocol.days import WorkedDay
from sync.protocol.messages import DeviceSettings, OpeningHours


class SettingsWords:
    """One language's words for settings."""

    def __init__(self, phrases: Phrases) -> None:
        self._p = phrases
        self.t = phrases.t

    def setting(self, name: str) -> str:
        """What a setting is called."""
        t = self.t
        return {
            "survey": t("Survey"),
            "theme": t("Colours of the screen"),
            "hours": t("Office hours"),
            "holidays": t("Days closed"),
            "worked": t("Days worked instead"),
            "texts": t("Names on the screen"),
            "thresholds": t("Smallest numbers shown"),
            "ring": t("Ring of upgrades"),
        }[name]

    def theme(self, name: str) -> str:
        """What a theme is called."""
        t = self.t
        return {"light": t("Light"), "dark": t("Dark"), "high-contrast": t("High contrast")}.get(name, name)

    def language(self, code: str) -> str:
        """What a language is called, with its code: ``Tiếng Khmer (km)``; the code alone where nobody knows it."""
        try:
            name = Locale.parse(code).get_display_name(self.t.language)
        except (UnknownLocaleError, ValueError):
            name = None
        return f"{name[:1].upper()}{name[1:]} ({code})" if name else code

    def weekday(self, day: int) -> str:
        """A weekday's short name; Monday is 1."""
        t = self.t
        return (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))[day - 1]

    def weekday_name(self, day: int) -> str:
        """A weekday's whole name; Monday is 1."""
        return str(get_day_names("wide", "stand-alone", self.t.language)[day - 1])

    def known_days(self, calendar: Calendar, year: int) -> tuple[str, str]:
        """The days off of a year as a calendar has them, and the days that are worked instead."""
        first = date(year, 1, 1)
        days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
        off: list[list[date]] = []
        for day in filter(calendar.is_off, days):
            if off and day - off[-1][-1] == timedelta(days=1):
                off[-1].append(day)
            else:
                off.append([day])
        worked = [
            WorkedDay(day.isoformat(), calendar.weekday_of(day) + 1) for day in days if calendar.is_worked_instead(day)
        ]
        rows = (f"{row[0]:%d/%m}–{row[-1]:%d/%m}" if len(row) > 1 else f"{row[0]:%d/%m}" for row in off)
        return ", ".join(rows), ", ".join(map(self._worked, worked))

    def state(self, one: Rollout) -> str:
        """Where a rollout stands."""
        t = self.t
        if one.state in (RolloutState.RUNNING, RolloutState.HELD):
            return t("on {n}% of the kiosks", n=one.percent)
        return {
            RolloutState.PLANNED: t("begins {time}", time=self._p.time(one.begins_at)),
            RolloutState.DONE: t("in force everywhere"),
            RolloutState.STOPPED: t("taken back: refused"),
            RolloutState.UNDONE: t("taken back"),
        }[one.state]

    def tag(self, one: Rollout) -> str:
        """The class that colours a rollout's state."""
        return {
            RolloutState.STOPPED: "alert",
            RolloutState.HELD: "warn",
            RolloutState.DONE: "ok",
            RolloutState.RUNNING: "link",
        }.get(one.state, "")

    def unit(self, one: Rollout) -> str:
        """For which kiosks it is."""
        return one.unit_name or self.t("All units")

    def lines(self, change: Change) -> list[tuple[str, str]]:
        """What a change sets, setting by setting."""
        return [(self.setting(name), self.value(name, getattr(change, name))) for name in change.names]

    def in_force(self, settings: DeviceSettings, name: str) -> str:
        """What a kiosk is told of a setting."""
        found: Any = getattr(settings, name)
        # Each kiosk has its own names: written out, a preview would be as long as the list of counters.
        own = self.t("the names of its unit and counter") if name == "texts" else self.t("as the kiosk has it itself")
        return self.value(name, found) if found else own

    def value(self, name: str, value: Any) -> str:
        """A setting's value."""
        t = self.t
        match name:
            case "theme":
                return self.theme(value)
            case "hours":
                return "; ".join(map(self._span, value)) or t("as the kiosk has it itself")
            case "holidays":
                days = [t.day(day) if hasattr(day, "year") else _turned(day) for day in value]
                return ", ".join(days) or t("as the kiosk has it itself")
            case "worked":
                return ", ".join(map(self._worked, value)) or t("as the kiosk has it itself")
            case "texts":
                return "; ".join(_said(value)) or t("the names of its unit and counter")
            case "thresholds":
                said = (
                    value if isinstance(value, dict) else {key: getattr(value, key) for key in value.__struct_fields__}
                )
                return t(
                    "levels from {cell_min}, percentages from {percent_min}, in steps of {step} ratings",
                    **{key: t.number(n) for key, n in said.items()},
                )
        return str(value)

    def _span(self, span: OpeningHours) -> str:
        return f"{self._days(span.days)} {span.opens}–{span.closes}"

    def _worked(self, one: WorkedDay) -> str:
        day = _turned(one.day)
        return self.t("{day} (hours of {weekday})", day=day, weekday=self.weekday_name(one.like)) if one.like else day

    def _days(self, days: list[int]) -> str:
        """``T2–T6``, or each by itself."""
        if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
            return f"{self.weekday(days[0])}–{self.weekday(days[-1])}"
        return ", ".join(map(self.weekday, days))


def _said(texts: dict[str, dict[str, str]]) -> Iterable[str]:
    for language, words in texts.items():
        for said in words.values():
            yield f"“{said}” ({language})"


def _turned(day: str) -> str:
    year, month, rest = day.split("-")
    return f"{rest}/{month}/{year}"
