"""Waiting: what of a day is not shown, how much, and why, one sentence for each reason."""

from collections.abc import Iterator
from datetime import timedelta

from kiosk.base.texts import Texts
from kiosk.domain.office_day import PARTS
from kiosk.numbers.days import DayTally, Tally


def why_lines(tally: Tally, day: DayTally, t: Texts) -> list[str]:
    """The sentences of a day; none where everything is shown."""
    return list(_sentences(tally, day, t))


def demo_words(t: Texts) -> str:
    """What stands over the numbers of a demonstration."""
    return t("Demonstration: everything is shown at once, and single ratings can be read off.")


def open_words(day: DayTally, t: Texts) -> str:
    """From when on the part of the day that is not over is told; empty where all are."""
    part = next((part for part in PARTS if day.parts[part] is None), None)
    match part:
        case "am":
            return t("This morning is told from 12:10 on.")
        case "pm":
            return t("This afternoon is told from 00:10 of {day} on.", day=t.day(day.day + timedelta(days=1)))
    return ""


def _sentences(tally: Tally, day: DayTally, t: Texts) -> Iterator[str]:
    if tally.terms.demo:
        yield demo_words(t)
    waiting, number = day.told.waiting, t.number
    if waiting.uncut:
        yield t(
            "{n} wait until there are at least {least} to be shown together.",
            n=number(waiting.uncut),
            least=number(tally.terms.least),
        )
    if waiting.straddling:
        yield t("{n} are shown together with other days: in the sum of a week or month.", n=number(waiting.straddling))
    if waiting.tail:
        yield t(
            "{n} were left at a month's end or when the kiosk moved: too few, counted without levels.",
            n=number(waiting.tail),
        )
    if waiting.centre:
        yield t("{n} are in the collector's reports only.", n=number(waiting.centre))
    if words := open_words(day, t):
        yield words
    if day.other_survey:
        yield t("On this day citizens answered another survey, too; the collector's pages have it.")
