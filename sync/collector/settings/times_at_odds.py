"""Times of the settings that are each in their range and cannot work together."""

from collections.abc import Iterator
from datetime import timedelta

from kiosk.domain.fault import Fault
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.notices import Notices


def faults_of_times(settings: CollectorConfig) -> Iterator[Fault]:
    """Hours that never are, and notices that are given up before anybody may be told."""
    fleet = settings.fleet
    if fleet.opens >= fleet.closes:
        values = {"opens": f"{fleet.opens:%H:%M}", "closes": f"{fleet.closes:%H:%M}"}
        yield Fault("settings", "fleet.closes", "{closes} is not after fleet.opens, {opens}", values)
    yield from _given_up_unsent(settings.notices)


def _given_up_unsent(notices: Notices) -> Iterator[Fault]:
    give_up = timedelta(hours=notices.give_up_hours)
    values = {
        "hours": notices.give_up_hours,
        "days": notices.keep_days,
        "minutes": notices.gap_minutes,
        "start": f"{notices.quiet_from:%H:%M}",
        "end": f"{notices.quiet_until:%H:%M}",
    }
    if give_up <= _quiet(notices):
        yield Fault(
            "settings",
            "notices.give_up_hours",
            "{hours} h is no longer than the quiet time from {start} to {end}: what happens at its beginning would be "
            "given up before anybody is told",
            values,
        )
    if give_up <= timedelta(minutes=notices.gap_minutes):
        yield Fault(
            "settings",
            "notices.gap_minutes",
            "{minutes} min between two mails is no shorter than notices.give_up_hours, {hours} h",
            values,
        )
    if give_up > timedelta(days=notices.keep_days):
        yield Fault(
            "settings", "notices.keep_days", "{days} d is shorter than notices.give_up_hours, {hours} h", values
        )


def _quiet(notices: Notices) -> timedelta:
    """How long nobody is told anything; over midnight where the end is the earlier one."""
    start, end = (timedelta(hours=at.hour, minutes=at.minute) for at in (notices.quiet_from, notices.quiet_until))
    return (end - start) % timedelta(days=1)
