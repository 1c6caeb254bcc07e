"""What the office sets on the web is in force on the kiosk after its next contacts, and gone again when taken back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.domain.visit.rating import Standing
from kiosk.office.from_centre import with_office
from kiosk.office.settings import KioskSettings, load_kiosk_settings
from sync.collector.chores.rollouts import watch_rollouts
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.store import plan_rollout, read_rollout, undo
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.fleet.surveys.store import begin_draft, publish
from sync.collector.settings.care import OfficeCalendar
from sync.collector.store.database import open_database
from sync.protocol.days import WorkedDay
from sync.protocol.messages import OpeningHours
from tests.live import ZONE as HANOI
from tests.live import LiveCollector, LiveKiosk


def decide(collector: LiveCollector, work: Callable[[Connection], Any]) -> Any:
    """What somebody decides at the office; the collector that serves is started again, as its memory of it is short."""
    collector.stop()
    database = open_database(f"sqlite:///{collector.path}")
    with database.writing() as connection:
        result = work(connection)
    database.close()
    collector.start()
    return result


def in_force(kiosk: LiveKiosk) -> KioskSettings:
    """What the screen of the kiosk follows once it rests."""
    return with_office(load_kiosk_settings(None, kiosk.folder.parent))[0]


SATURDAY, FRIDAY = datetime(2027, 1, 9, 9, tzinfo=HANOI), datetime(2027, 1, 15, 9, tzinfo=HANOI)


def test_worked_saturday_and_day_off_reach_the_kiosk_and_are_taken_back(
    kiosk: LiveKiosk, collector: LiveCollector
) -> None:
    week = [OpeningHours([1, 2, 3, 4, 5], "07:30", "17:00")]
    change = Change(hours=week, holidays=[FRIDAY.date()], worked=[WorkedDay("2027-01-09", 5)])

    def set_it(connection: Connection) -> int:
        now = datetime.now(UTC)
        number = plan_rollout(connection, None, "Làm bù", change, now, "huong", now, at_once=True)
        assert watch_rollouts(connection, now, stage_time=now - now, faults_percent_max=5)
        return number

    kiosk.sync()
    number = decide(collector, set_it)
    kiosk.sync()

    rules = in_force(kiosk).rules
    standings = [rules.standing_of(Instant(SATURDAY, mono, "boot"), None) for mono in range(40)]
    assert standings == [Standing.COUNTED] * 40
    assert not rules.is_open(FRIDAY)
    assert in_force(kiosk).visit.worked == ("2027-01-09 as fri",)

    decide(collector, lambda connection: undo(connection, read_rollout(connection, number), "huong", datetime.now(UTC)))
    kiosk.sync()
    assert in_force(kiosk).rules.is_open(FRIDAY)


def test_days_of_the_collectors_own_settings_reach_the_kiosk(kiosk: LiveKiosk, collector: LiveCollector) -> None:
    collector.stop()
    collector.settings = {"calendar": OfficeCalendar(holidays=("01-15",), worked=("2027-02-05",))}
    collector.start()

    kiosk.sync()

    rules = in_force(kiosk).rules
    assert [rules.is_open(FRIDAY.replace(year=year)) for year in (2027, 2028)] == [False, False]
    assert rules.is_open(datetime(2027, 2, 5, 9, tzinfo=HANOI))  # the day before Tết, worked here
    assert not rules.is_open(datetime(2027, 2, 8, 9, tzinfo=HANOI))


def test_own_survey_and_theme_reach_the_kiosk_and_are_taken_back(kiosk: LiveKiosk, collector: LiveCollector) -> None:
    def set_it(connection: Connection) -> int:
        now = datetime.now(UTC)
        shipped = shipped_surveys()
        begin_draft(connection, shipped["tt32-3@1"], "cua-toi", shipped, "huong", now)
        publish(connection, "cua-toi@1", "huong", now)
        change = Change(survey="cua-toi@1", theme="dark", texts={"vi": {"office": "Xã mới"}})
        number = plan_rollout(connection, None, "Phiếu mới", change, now, "huong", now, at_once=True)
        assert watch_rollouts(connection, now, stage_time=now - now, faults_percent_max=5)
        return number

    kiosk.sync()
    number = decide(collector, set_it)
    kiosk.sync()

    followed = in_force(kiosk)
    assert (followed.load_survey().ref, followed.screen.theme) == ("cua-toi@1", "dark")
    assert followed.office.name == {"vi": "Xã mới"}

    decide(collector, lambda connection: undo(connection, read_rollout(connection, number), "huong", datetime.now(UTC)))
    kiosk.sync()
    assert (in_force(kiosk).load_survey().ref, in_force(kiosk).screen.theme) == ("sipas-5@1", "light")
