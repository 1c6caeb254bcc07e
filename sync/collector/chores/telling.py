"""Telling: an incident of kiosks in the words of a notice: how many, where, since when, which first, and a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sync.collector.fleet.kiosks.audiences import Audience
from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.incidents import Told, What
from sync.collector.fleet.kiosks.roll import Kiosk
from sync.collector.fleet.kiosks.words import FAULTS, fault_name, remedy, remedy_of_many
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.words.phrases import Phrases

NAMED_MAX = 10
"""So many kiosks stand in a notice; the page behind its link has them all."""
DEVICES_MAX = 200
"""So many stand in what programs get."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts what is told into words."""

    p: Phrases
    url: str
    kiosks: Mapping[str, Kiosk]
    units: Mapping[str, str]
    """The name of each unit by its path."""

    def notice(self, audience: Audience, fault: Fault, told: Told) -> Notice:
        """The notice of it for one audience."""
        about = told.ill or told.well
        subject = self._subject(fault, told, about)
        parts = [subject, self._what_to_do(fault, told), *self._names(told.ill if told.what != What.OVER else ())]
        if told.what != What.OVER:
            parts.append(self._link(fault, told, about))
        return Notice(
            Kind.ALERT if told.what in (What.BEGUN, What.GROWN) else Kind.RECOVERED,
            subject,
            "\n".join(filter(None, parts)),
            path=told.incident.scope,
            to=audience.addresses,
            everyone=audience.is_office,
            facts=self._facts(fault, told, about),
        )

    def _subject(self, fault: Fault, told: Told, about: Sequence[str]) -> str:
        t, name, place = self.p.t, fault_name(self.p.t, fault), self._place(told, about)
        if told.what is What.BEGUN:
            return t("{fault} – {place}, since about {time}", fault=name, place=place, time=self._since(fault, told))
        if told.what is What.GROWN:
            return t("{fault} has spread – {place}", fault=name, place=place)
        if told.what is What.EBBED:
            left = t.several("{n} kiosk is left", "{n} kiosks are left", len(told.ill))
            return t(
                "Nearly over: {fault} – {place}, {left}", fault=name, place=self._place(told, told.well), left=left
            )
        return t("Over: {fault} – {place}", fault=name, place=place)

    def _place(self, told: Told, about: Sequence[str]) -> str:
        t, kiosk = self.p.t, self.kiosks.get(about[0])
        if len(about) == 1:
            return f"{kiosk.unit_name}, {kiosk.counter_name} ({kiosk.short_id})" if kiosk else about[0][:8]
        unit = self.units.get(told.incident.scope) or t("all units")
        return t("{n} kiosks at {unit}", n=t.number(len(about)), unit=unit)

    def _since(self, fault: Fault, told: Told) -> str:
        heard = [self.kiosks[one].heard_at or self.kiosks[one].enrolled_at for one in told.ill if one in self.kiosks]
        first: datetime = min(heard, default=told.since) if fault is Fault.SILENT else told.since
        return self.p.time(first)

    def _what_to_do(self, fault: Fault, told: Told) -> str:
        if told.what is What.OVER:
            return self.p.t("In this every kiosk of them is well again.")
        return remedy_of_many(self.p.t, fault) if len(told.ill) > 1 else remedy(self.p.t, fault)

    def _names(self, ill: Sequence[str]) -> list[str]:
        if len(ill) < 2:
            return []
        known = sorted((self.kiosks[one] for one in ill if one in self.kiosks), key=lambda one: (one.path, one.counter))
        lines = [f"– {one.unit_name}, {one.counter_name} ({one.short_id})" for one in known[:NAMED_MAX]]
        more = len(ill) - len(lines)
        return [*lines, *([self.p.t("and {n} more", n=self.p.t.number(more))] if more else [])]

    def _link(self, fault: Fault, told: Told, about: Sequence[str]) -> str:
        if len(about) == 1:
            return f"{self.url}/may/{about[0]}"
        key = next(key for key, one in FAULTS.items() if one is fault)
        scope = told.incident.scope.rstrip("/").rpartition("/")[2]
        return f"{self.url}/may?{urlencode({'loi': key, **({'dv': scope} if scope else {})})}"

    def _facts(self, fault: Fault, told: Told, about: Sequence[str]) -> dict[str, object]:
        kiosk = self.kiosks.get(about[0]) if len(about) == 1 else None
        return {
            "fault": str(fault),
            "what": str(told.what),
            "n": len(told.ill),
            "well": len(told.well),
            "unit": told.incident.scope.rstrip("/").rpartition("/")[2],
            "devices": list(about[:DEVICES_MAX]),
            "device": about[0] if len(about) == 1 else "",
            "counter": kiosk.counter if kiosk else "",
        }
