"""The journal, its past, and the clock beside it."""

from datetime import datetime, timedelta

import pytest

from kiosk.base.texts import texts
from kiosk.doctor import clock as doctors_clock
from kiosk.doctor import journal as doctors_journal
from kiosk.journal.journal import Journal
from tests.builders import ZONE, FrozenClock, make_rating

ENGLISH = texts("kiosk", "en")


def test_journal_that_is_damaged_is_told_with_the_remedy(settings, clock, said):
    Journal.open(settings.journal_path, clock, "test").close()
    settings.journal_path.write_bytes(b"no database" * 1000)

    told = said(doctors_journal.look_at_journal(settings, ENGLISH))

    assert told["journal"].startswith("FAIL the journal")
    assert "it continues a damaged journal by itself" in told["journal"]


def test_kiosk_that_was_never_started_has_no_journal(settings, said):
    assert (
        said(doctors_journal.look_at_journal(settings, ENGLISH))["journal"]
        == "WARN No journal yet → start the kiosk once"
    )


def test_weekly_check_that_found_a_fault_is_told(settings, clock, said):
    Journal.open(settings.journal_path, clock, "test").close()
    settings.journal_path.with_suffix(".check").write_text(
        '{"at": "2026-11-20T03:00:00+07:00", "fault": "entry 7 was changed"}'
    )

    told = said(doctors_journal.look_at_journal(settings, ENGLISH))

    assert told["check"] == "FAIL Full check: entry 7 was changed → run: kiosk verify"


def test_clock_of_an_empty_battery_is_wrong(settings, said):
    clock = FrozenClock(datetime(1970, 1, 1, tzinfo=ZONE))

    assert said(doctors_clock.look_at_clock(settings, clock, ENGLISH))["clock"].startswith("FAIL Clock 00:00")


@pytest.mark.parametrize(("minutes", "state"), [(-30, "FAIL"), (-3, "OK"), (30, "OK")])
def test_clock_behind_the_journals_last_entry_is_wrong(settings, clock, said, minutes, state):
    with Journal.open(settings.journal_path, clock, "test") as journal:
        journal.append(make_rating(clock))
    clock.wall += timedelta(minutes=minutes)

    told = said(doctors_clock.look_at_clock(settings, clock, ENGLISH))["clock"]

    assert told.startswith(state)
    assert ("but the last entry is from 08:00" in told) == (state == "FAIL")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("printf 'NTP=yes\\nNTPSynchronized=yes\\n'", "OK A time server sets the clock"),
        ("printf 'NTP=yes\\nNTPSynchronized=no\\n'", "WARN The time server has not answered yet"),
        ("printf 'NTP=no\\nNTPSynchronized=no\\n'", "WARN No time server sets the clock → timedatectl set-ntp true"),
        ("exit 1", "OK Whether a time server sets the clock is not known on this system"),
        (None, "OK Whether a time server sets the clock is not known on this system"),
    ],
)
def test_time_server_is_told_as_systemd_knows_it(workbench, said, script, told):
    if script is not None:
        workbench.command("timedatectl", script)

    found = said(doctors_clock.look_at_time_server(workbench.machine(with_system="yes" if script else ""), ENGLISH))

    assert found["time_server"].startswith(told)
