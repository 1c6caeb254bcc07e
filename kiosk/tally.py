"""Tally: a day's numbers on the kiosk itself, with no network, as far as they may be shown."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kiosk.domain.disclosure import Policy, Shown, Slice, disclose
from kiosk.domain.instant import part_of_day
from kiosk.domain.measures import Share, top2box
from kiosk.domain.rating import Standing
from kiosk.domain.survey import Survey
from kiosk.journal.reader import JournalReader
from kiosk.journal.tally import TallyRow
from kiosk.texts import Texts

ASIDE = {
    Standing.REPEAT: "pressed again at once",
    Standing.OUT_OF_HOURS: "outside office hours",
    Standing.TEST: "test presses",
}
"""Why a kiosk sets ratings aside, as message ids."""


@dataclass(frozen=True, slots=True)
class DayTally:
    """One local day of one kiosk."""

    day: date
    shown: Mapping[str, Shown]
    """What counts, by survey."""
    aside: Mapping[Standing, int]
    """What was set aside; never hidden, for it says nothing of anybody's opinion."""

    def as_dict(self, survey: Survey) -> dict[str, Any]:
        """The same numbers for programs."""
        shown = self.shown.get(survey.ref, Shown())
        share = share_of(shown, survey)
        return {
            "day": self.day.isoformat(),
            "survey": survey.ref,
            "n": shown.n,
            "levels": dict(shown.counts),
            "hidden": shown.hidden,
            "waiting": shown.waiting,
            "measure": share and {"method": share.method, "numerator": share.numerator, "n": share.denominator},
            "aside": dict(self.aside),
        }


def day_tally(reader: JournalReader, day: date, now: datetime, policy: Policy, survey: Survey) -> DayTally:
    """The numbers of ``day`` as far as ``policy`` lets them be shown at ``now``, a local time.

    Of a survey with several questions the first one counts: each citizen answered it, and once.
    """
    others = {question.id for question in survey.questions[1:]}
    rows = [row for row in reader.tally(day, day) if row.survey != survey.ref or row.question not in others]
    present = (now.date().isoformat(), part_of_day(now.hour))
    disclosed = disclose(
        _slices(row for row in rows if row.standing == Standing.COUNTED),
        lambda day, part: (day, part) < present,
        policy,
    )
    aside = {reason: sum(row.n for row in rows if row.standing == reason) for reason in ASIDE}
    return DayTally(day, disclosed.cells, aside)


def share_of(shown: Shown, survey: Survey) -> Share | None:
    """The share of the satisfied; None where it may not be shown."""
    satisfied = {level.value for level in survey.questions[0].levels if level.satisfied}
    return top2box(shown.counts, satisfied) if shown.percent else None


def tally_lines(tally: DayTally, survey: Survey, t: Texts) -> list[str]:
    """The tally in words, a line each."""
    shown = tally.shown.get(survey.ref, Shown())
    lines = [f"{t.day(tally.day)} · {survey.name.get(t.language, survey.name['vi'])}"]
    lines += _counted_lines(shown, survey, t)
    for reason, n in tally.aside.items():
        if n:
            lines.append(t("Set aside, {why}: {n}", why=t(ASIDE[reason]), n=t.number(n)))
    if shown.waiting:
        lines.append(t("Newer ratings are shown when this part of the day is over and there are enough of them."))
    return [*lines, t("Recorded at the counter from people who chose to answer. Neither the SIPAS nor the 766 index.")]


def _counted_lines(shown: Shown, survey: Survey, t: Texts) -> list[str]:
    if shown.hidden:
        return [t("Too few ratings to be shown without giving single ones away.")]
    if not shown.n:
        return [t("No ratings to show yet. That is not 0%: nobody's opinion is known.")]
    levels = survey.questions[0].levels
    lines = [
        f"  {shown.counts.get(level.value, 0):>6}  {level.text.get(t.language, level.text['vi'])}" for level in levels
    ]
    share = share_of(shown, survey)
    if share is None or (percent := share.percent(1)) is None or (interval := share.interval()) is None:
        return [*lines, t("{n} ratings: too few for a percentage.", n=t.number(shown.n))]
    return [
        *lines,
        t(
            "Share of the satisfied (top2box): {percent} = {k} of {n}, 95% interval {low} to {high}",
            percent=t.percent(percent),
            k=t.number(share.numerator),
            n=t.number(share.denominator),
            low=t.percent(interval[0]),
            high=t.percent(interval[1]),
        ),
    ]


def _slices(rows: Iterable[TallyRow]) -> list[Slice[str]]:
    parts: dict[tuple[str, str, str], Counter[int]] = {}
    for row in rows:
        parts.setdefault((row.survey, row.day, row.part), Counter())[row.level] += row.n
    return [Slice(survey, day, part, counts) for (survey, day, part), counts in parts.items()]
