"""Times of the settings that are each in their range and cannot work together."""

from collections.abc import Iterator

from kiosk.domain.fault import Fault
from kiosk.office.settings import Hours, KioskSettings


def faults_of_times(settings: KioskSettings) -> Iterator[Fault]:
    """What a citizen would stand before in the dark, and hours that never are."""
    yield from _left_in_the_dark(settings)
    for place, hours in enumerate(settings.visit.hours, 1):
        yield from _never(f"visit.hours[{place}]", hours)


def _left_in_the_dark(settings: KioskSettings) -> Iterator[Fault]:
    """A step that stays for its citizen while the panel, which nobody touches, goes dark."""
    lit_s = settings.screen.blank_min * 60
    if not lit_s:
        return
    for key, shown_s in _untouched(settings):
        if shown_s >= lit_s:
            yield Fault(
                "settings",
                f"visit.{key}",
                "with what follows it, it stays {shown:g} s without a touch, but the panel goes dark after {lit} s: "
                "shorten it, make screen.blank_min longer, or set that to 0",
                {"shown": shown_s, "lit": lit_s},
            )


def _untouched(settings: KioskSettings) -> Iterator[tuple[str, float]]:
    """How long each step and what comes of it by itself are on the screen after the last touch."""
    visit = settings.visit
    end_s = max(visit.receipt_s if visit.receipt_url else visit.thanks_s, visit.not_recorded_s)
    yield "question_s", visit.question_s + end_s
    yield "reasons_s", visit.reasons_s + end_s
    yield "not_recorded_s", visit.not_recorded_s
    if visit.words:
        yield "words_s", visit.words_s + end_s
    if settings.hall.counters:
        yield "counter_s", visit.counter_s


def _never(key: str, hours: Hours) -> Iterator[Fault]:
    if not hours.days:
        yield Fault("settings", key, "names no day: give some of mon, tue, wed, thu, fri, sat, sun", {})
    if hours.start >= hours.end:
        yield Fault(
            "settings",
            key,
            "ends at {end}, which is not after {start}: hours over midnight are two, one until 23:59:59",
            {"start": f"{hours.start:%H:%M}", "end": f"{hours.end:%H:%M}"},
        )
