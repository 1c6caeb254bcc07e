"""Fleet words: times, sizes and states of kiosks as IT staff read them."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from kiosk.base.texts import Texts
from sync.collector.calendar.half_days import HalfDay, half_day_at
from sync.collector.fleet.devices.grants import Grant
from sync.collector.fleet.kiosks.beyond import Aside
from sync.collector.fleet.kiosks.branches import Branch
from sync.collector.fleet.kiosks.faults import Fault, has_deaf_face
from sync.collector.fleet.kiosks.history import Event
from sync.collector.fleet.kiosks.roll import Kiosk
from sync.collector.fleet.kiosks.words import command_name, fault_name, log_doubt, remedy, why_refused
from sync.collector.words.phrases import Phrases
from sync.collector.words.set_aside import why_aside

GRAVE = frozenset({Fault.SILENT, Fault.LOG})


class FleetWords:
    """The words of one request."""

    def __init__(self, p: Phrases, now: datetime, zone: tzinfo) -> None:
        self.t: Texts = p.t
        self._p, self._zone, self._today = p, zone, now.astimezone(zone).date()

    def fault(self, fault: Fault) -> str:
        """A fault in a word or two."""
        return fault_name(self.t, fault)

    def remedy(self, fault: Fault) -> str:
        """What to do first."""
        return remedy(self.t, fault)

    def command(self, kind: str) -> str:
        """What is asked of a kiosk."""
        return command_name(self.t, kind)

    def state(self, kiosk: Kiosk) -> str:
        """How a kiosk is, in short."""
        if kiosk.revoked_at:
            return self.t("credential withdrawn")
        return ", ".join(map(self.fault, kiosk.faults)) or self.t("well")

    def heard(self, kiosk: Kiosk) -> str:
        """When a kiosk was last heard."""
        return self._p.time(kiosk.heard_at) if kiosk.heard_at else self.t("never heard yet")

    def waiting(self, kiosk: Kiosk) -> str:
        """What had not come when the last half day was over, and for how long at least the oldest has waited."""
        pending = kiosk.status.get("pending")
        if pending is None or Fault.SILENT in kiosk.faults:
            return self.t("unknown")
        if not kiosk.oldest_waiting_s or kiosk.oldest_waiting_s < 3600:
            return self.t.number(pending)
        n, age = self.t.number(pending), self.age(kiosk.oldest_waiting_s)
        return self.t("{n}, waiting for at least {age}", n=n, age=age)

    def as_of(self, kiosk: Kiosk) -> str:
        """The half day at whose end that was so which moves with presses; empty before the first."""
        said_at = kiosk.status.get("said_at")
        return self.half_day(half_day_at(datetime.fromisoformat(said_at), self._zone)) if said_at else ""

    def age(self, seconds: float) -> str:
        """``2 ngày``, ``7 giờ``."""
        minutes = int(seconds) // 60
        if minutes >= 2880:
            return self.t.several("{n} day", "{n} days", minutes // 1440)
        if minutes >= 120:
            return self.t.several("{n} hour", "{n} hours", minutes // 60)
        return self._p.duration(int(seconds))

    def clock(self, kiosk: Kiosk) -> str:
        """How far a kiosk's clock is ahead."""
        if kiosk.clock_ahead_s is None:
            return "–"
        ahead = Decimal(str(round(kiosk.clock_ahead_s, 1)))
        sign = "+" if ahead > 0 else "−" if ahead < 0 else ""
        if abs(ahead) >= 60:
            return f"{sign}{self.age(float(abs(ahead)))}"
        return f"{sign}{self.t.number(abs(ahead))} s"

    def disk(self, kiosk: Kiosk) -> str:
        """How much of a kiosk's disk is free."""
        free = kiosk.status.get("disk_free_bytes")
        return "–" if free is None else f"{self.t.number(round(Decimal(free) / 10**9, 1))} GB"

    def journal(self, kiosk: Kiosk) -> str:
        """The state of a kiosk's journal, and since when it is damaged."""
        word = {
            "forked": self.t("forked"),
            "damaged": self.t("damaged or restored"),
            "continued": self.t("continued"),
            "whole": self.t("unbroken"),
        }.get(kiosk.journal_state, "–")
        if Fault.JOURNAL in kiosk.faults and kiosk.hurt_at:
            return f"{word} {self._p.day_month(kiosk.hurt_at.date())}"
        return word

    def sqlite(self, kiosk: Kiosk) -> str:
        """The kiosk's version of SQLite and its journal mode."""
        versions = kiosk.status.get("versions") or {}
        return " ".join(filter(None, (versions.get("sqlite"), versions.get("journal")))) or "–"

    def state_name(self, key: str) -> str:
        """What a kiosk may be like besides its faults, as the page's filters name it."""
        t = self.t
        return {
            "cho-gui": t("Something waits"),
            "chua-lien-lac": t("Never heard yet"),
            "so-re-nhanh": t("Journal forked"),
            "so-hong": t("Journal damaged or restored"),
            "so-noi-tiep": t("Journal continued"),
            "quay-can-xem": t("Counters to look at"),
            "da-biet": t("Known"),
        }[key]

    def touch(self, kiosk: Kiosk) -> str:
        """What came of the last touch test."""
        result = kiosk.status.get("touch_test")
        if not result:
            return self.t("not tested")
        return self.t("failed") if has_deaf_face(result) else self.t("passed")

    def upgrade(self, kiosk: Kiosk) -> str:
        """Which upgrade a kiosk refused, when by the kiosk's clock, and why."""
        said = kiosk.status.get("upgrade_refused") or {}
        at = datetime.fromisoformat(said["at"])
        return f"{said['version']}, {at:%H:%M} {self.t.day(at.date())}: {why_refused(self.t, said['why'])}"

    def log_doubt(self, kiosk: Kiosk) -> str:
        """What of the public log does not hold, by the kiosk's last word."""
        return log_doubt(self.t, str(kiosk.status.get("log_fault") or ""))

    def last_press(self, found: HalfDay | None) -> str:
        """The half day of the last press, never finer, and only of half days that are over."""
        return self.t("none in a month") if found is None else self.half_day(found)

    def half_day(self, found: HalfDay) -> str:
        """A half day that is over."""
        day, part = found
        half = self.t("morning") if part == "am" else self.t("afternoon")
        if day == self._today:
            return self.t("today, {half}", half=half)
        if day == self._today - timedelta(days=1):
            return self.t("yesterday, {half}", half=half)
        return f"{self._p.day_month(day)}, {half}"

    def branch(self, one: Branch, kiosk: Kiosk) -> str:
        """Where a journal comes from and what became of it, in sentences."""
        t, day = self.t, self._p.day_month(one.first_at.date())
        said = t("Journal {journal} was begun.", journal=one.short_id)
        if one.continues:
            said = t(
                "Journal {journal} continues {older} from entry {n} on, since {day}: the older one was {why}.",
                journal=one.short_id,
                older=one.continues[:8],
                n=t.number(one.after),
                day=day,
                why=t(one.why or "-"),
            )
        if one.device_id != kiosk.device_id:
            said += " " + t("Another kiosk wrote it: {kiosk}.", kiosk=one.device_id[:8])
        if one.other_copy:
            said += " " + t.several(
                "Of {journal} another copy went on by itself: its last entry came from there.",
                "Of {journal} another copy went on by itself: its last {n} entries came from there.",
                one.other_copy,
                journal=one.short_id,
            )
        return said

    def granted_by(self, grant: Grant) -> str:
        """Who granted a counter: a person, or the one-time code with which the kiosk came."""
        came = grant.granted_by.startswith("device ")
        return self.t("by its one-time code") if came else grant.granted_by

    def aside(self, one: Aside) -> str:
        """Why entries of a kiosk were set aside."""
        return why_aside(self.t, one.reason, one.code, one.name)

    def event(self, event: Event) -> str:
        """What happened, in words; what is not known is named as the log names it."""
        details = event.details or {}
        kind = self.command(str(details.get("kind", "")))
        known = {
            "device.enrolled": self.t("Enrolled"),
            "device.revoked": self.t("Credential withdrawn"),
            "device.moved": self.t("Moved to counter {counter}", counter=details.get("counter", "–")),
            "device.granted": self.t("May speak for counter {counter} too", counter=details.get("counter", "–")),
            "device.ungranted": self.t("Speaks for counter {counter} no longer", counter=details.get("counter", "–")),
            "device.key": self.t("Has a new key"),
            "device.command": self.t("Asked: {command}", command=kind),
            "device.done": self.t("Said of it: {outcome}", outcome=self.outcome(str(details.get("outcome", "–")))),
            "device.upgrade": self.t(
                "Refused the upgrade to {version}: {why}",
                version=details.get("version", "–"),
                why=why_refused(self.t, str(details.get("why", "–"))),
            ),
            "journal.continued": self.t("Journal continued in a new one"),
            "device.known": self.t(
                "{fault}: known – {words}", fault=self._fault(details), words=details.get("words", "–")
            ),
            "device.unknown": self.t("{fault}: not known any more", fault=self._fault(details)),
        }
        return known.get(event.what, event.what)

    def _fault(self, details: Mapping[str, Any]) -> str:
        fault = str(details.get("fault", ""))
        return self.fault(Fault(fault)) if fault in set(Fault) else fault

    def outcome(self, outcome: str) -> str:
        """What a kiosk said came of a command; what is not known is said as it was."""
        known = {
            "done": self.t("done"),
            "handed to the screen": self.t("handed to the screen"),
            "handed to the upgrade": self.t("tried at the next time for upgrades"),
            "done before": self.t("done before"),
            "unknown": self.t("its version does not know this"),
        }
        return known.get(outcome, outcome)

    def at(self, moment: datetime) -> str:
        """A moment with its day."""
        return self._p.moment(moment)
