"""Words: what a sign says, in plain words with its evidence, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.base.texts import Texts, texts
from sync.collector.care.signals.gather import FORKED
from sync.collector.care.signals.watched import FEW, Sign


@dataclass(frozen=True, slots=True)
class SignWords:
    """The signs in one language."""

    t: Texts

    @classmethod
    def of(cls, language: str) -> "SignWords":
        """The words in a language."""
        return cls(texts("collector", language))

    def title(self, sign: str) -> str:
        """What the sign is called."""
        t = self.t
        return {
            Sign.BURST: t("Presses in a rush"),
            Sign.CLOSING: t("Presses gather before closing"),
            Sign.ONE_LEVEL: t("Nearly always the same face"),
            Sign.CAPACITY: t("More ratings than people served"),
            Sign.OUTSIDE: t("Presses outside hours"),
            Sign.UNPRESSED: t("Nobody presses any more"),
            Sign.JOURNAL: t("A journal with a gap"),
        }[Sign(sign)]

    def state(self, state: str) -> str:
        """What became of a sign."""
        t = self.t
        said = {"open": t("to be decided"), "aside": t("set aside"), "nothing": t("nothing wrong")}
        return said.get(state, t("over by itself"))

    def deed(self, what: str) -> str:
        """What somebody wanted to decide, as its button says it."""
        t = self.t
        said = {"aside": t("Set aside as suspect"), "nothing": t("Nothing wrong"), "withdraw": t("Withdraw")}
        return said.get(what, what)

    def told(self, row: Any) -> str:
        """The evidence of a kept sign, and of which of its days it is where the sign began before them."""
        said, first = self.sentence(row.sign, row.evidence), row.evidence.get("first")
        if first is None or date.fromisoformat(first) <= row.first_day:
            return said
        t = self.t
        since, day = t.day(row.first_day), t.day(date.fromisoformat(first))
        return f"{said} {t('These counts begin on {day}; the sign was found from {since} on.', day=day, since=since)}"

    def sentence(self, sign: str, evidence: Mapping[str, Any]) -> str:
        """The evidence."""
        say = {
            Sign.BURST: self._burst,
            Sign.CLOSING: self._closing,
            Sign.ONE_LEVEL: self._one_level,
            Sign.CAPACITY: self._capacity,
            Sign.OUTSIDE: self._outside,
            Sign.UNPRESSED: self._unpressed,
            Sign.JOURNAL: self._journal,
        }[Sign(sign)]
        return say(evidence)

    def method(self, sign: str) -> str:
        """How it was found, and what is usual."""
        t = self.t
        return {
            Sign.BURST: t(
                "A press is quick when it follows another counted one faster than people are served. If people come "
                "independently of each other, so many quick ones as here come by chance less than once in a million; "
                "twice the mean is taken as honest."
            ),
            Sign.CLOSING: t(
                "The closing half hour is learnt from all counters together. A counter's share there is compared with "
                "the middle counter; up to twice that, or ten points more, is taken as honest, and chance explains "
                "what is here less than once in a million."
            ),
            Sign.ONE_LEVEL: t(
                "The share of the face that was chosen most, against the counters where it is largest. Chance explains "
                "what is here less than once in a million. It may also be an honest opinion."
            ),
            Sign.CAPACITY: t(
                "Ratings against transactions that were typed in for the same days; without these, against what a "
                "counter can serve in four hours. One transaction gives one rating at most."
            ),
            Sign.OUTSIDE: t(
                "Presses outside hours never count. Here they are plainly more than at the middle counter, and chance "
                "explains it less than once in a million."
            ),
            Sign.UNPRESSED: t(
                "Working days are days on which most counters were pressed. By this counter's own mean before, so "
                "many working days without any press come by chance less than once in a million."
            ),
            Sign.JOURNAL: t(
                "Every kiosk's entries form a chain that the collector holds a copy of. What the copy has stays "
                "counted; what the kiosk lost before it was sent cannot be known."
            ),
        }[Sign(sign)]

    def weeks(self, sign: str) -> str:
        """What is counted week by week; empty where nothing is."""
        t = self.t
        return {
            Sign.BURST: t("Quick ones"),
            Sign.CLOSING: t("In the last half hour"),
            Sign.OUTSIDE: t("Outside hours"),
        }.get(Sign(sign), "")

    def week(self, monday: str) -> str:
        """The day on which a week begins."""
        return self.t.day(date.fromisoformat(monday))

    def count(self, n: int | None) -> str:
        """A number of the table; few are not told."""
        return f"<{FEW}" if n is None else self.t.number(n)

    def days(self, row: Any) -> str:
        """From when to when, and in which half of the days."""
        t = self.t
        first, last = t.day(row.first_day), t.day(row.last_day)
        span = first if first == last else t("{first} to {last}", first=first, last=last)
        part = {"am": t("mornings"), "pm": t("afternoons")}.get(row.part, "")
        return f"{span}, {part}" if part else span

    def _burst(self, e: Mapping[str, Any]) -> str:
        t = self.t
        said = t(
            "{quick} of {n} ratings came within {seconds} seconds after the one before, on {days} days; at this "
            "counter's pace it would be about {expected}.",
            quick=t.number(e["quick"]),
            n=t.number(e["n"]),
            seconds=t.number(e["seconds"]),
            days=t.number(e["days"]),
            expected=t.number(e["expected"]),
        )
        return f"{said} {t('Nearly all of these chose the same face.')}" if e["one_face"] else said

    def _closing(self, e: Mapping[str, Any]) -> str:
        t = self.t
        return t(
            "{n} of {of} ratings came in the last half hour before closing, on {days} days; at the middle counter it "
            "is {usual}%.",
            n=t.number(e["at_close"]),
            of=t.number(e["n"]),
            days=t.number(e["days"]),
            usual=t.number(e["usual_percent"]),
        )

    def _one_level(self, e: Mapping[str, Any]) -> str:
        t = self.t
        return t(
            "More than {percent}% of {n} ratings are the same face; at other counters it is {usual}% at most.",
            percent=t.number(e["percent"]),
            n=t.number(e["n"]),
            usual=t.number(e["usual_percent"]),
        )

    def _capacity(self, e: Mapping[str, Any]) -> str:
        t = self.t
        if "served" in e:
            return t(
                "{n} ratings for {served} transactions; on {days} days there were more ratings than transactions.",
                n=t.number(e["n"]),
                served=t.number(e["served"]),
                days=t.number(e["days"]),
            )
        return t(
            "Up to {most} ratings in half a day ({half_days} half days): more than {per_hour} people an hour.",
            most=t.number(e["most"]),
            half_days=t.number(e["half_days"]),
            per_hour=t.number(e["per_hour"]),
        )

    def _outside(self, e: Mapping[str, Any]) -> str:
        t = self.t
        return t(
            "{n} of {of} presses came when the office is closed, on {days} days. They are set aside already; who "
            "presses then is the question.",
            n=t.number(e["outside"]),
            of=t.number(e["n"]),
            days=t.number(e["days"]),
        )

    def _unpressed(self, e: Mapping[str, Any]) -> str:
        t = self.t
        said = t(
            "No press on {days} working days, where about {usual} a day came before.",
            days=t.number(e["days"]),
            usual=t.number(e["usual"]),
        )
        if e["heard"]:
            return f"{said} {t('The kiosk is heard as usual: look at its screen and its touch.')}"
        return f"{said} {t('The kiosk is silent, too: look at its power and its network.')}"

    def _journal(self, e: Mapping[str, Any]) -> str:
        t = self.t
        if e["why"] == FORKED:
            return t("Two copies of a kiosk's journal go on in different ways: a disk was copied or restored.")
        return t(
            "The kiosk went on in a new journal because of the old one: {why}. Some entries may be missing.",
            why=t(e["why"]),
        )
