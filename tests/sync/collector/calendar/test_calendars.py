"""One calendar for each place: the country's days, the collector's own, and what was set for its units on the web."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from kiosk.domain.numbers.measures import Method, Share
from sync.collector.care.cases.care import Deed, What, care_for
from sync.collector.care.cases.docket import Query, Which, find_case, read_docket
from sync.collector.care.cases.opening import LowResult, Rule, open_case
from sync.collector.chores.rollouts import tend_rollouts
from sync.collector.figures.places import Place, read_places
from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.roll import read_roll
from sync.collector.fleet.rollouts.calendars import Calendars, ways_to
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.effective import NOTHING_SET, Active, InForce, etag_of, read_in_force, settings_for
from sync.collector.fleet.rollouts.stage import RolloutState
from sync.collector.fleet.rollouts.store import go_on, plan_rollout, read_rollout, undo
from sync.collector.people.rights import ANYBODY, RIGHTS, Reader, Role
from sync.collector.services.reports import Span, read_span
from sync.collector.services.services import Services
from sync.collector.settings.care import Cases, OfficeCalendar
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.fleet import Fleet
from sync.collector.store import schema
from sync.protocol.days import OfficeDays, WorkedDay
from sync.protocol.messages import OpeningHours
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.care_builders import open_case_at

SATURDAY, MONDAY = date(2026, 11, 28), date(2026, 11, 30)
MOVED = Change(holidays=[MONDAY], worked=[WorkedDay("2026-11-28", 1)])
MORNINGS = Change(hours=[OpeningHours([1, 2, 3, 4, 5], "07:30", "11:30")])
USUAL = ((time(7, 30), time(17)),)


def active(change: Change, path: str = "", number: int = 1, kiosks: frozenset[str] | None = None) -> Active:
    return Active(number, path, change, kiosks)


def calendars(*actives: Active, **settings: Any) -> Calendars:
    return Calendars(CollectorConfig(**settings), InForce(actives, {}))


def set_for(office: Office, change: Change, unit_id: int | None = None, at_once: bool = True) -> int:
    """A change of settings that has begun."""
    with office.database.writing() as connection:
        number = plan_rollout(connection, unit_id, "Ngày", change, NOON, "huong", NOON, at_once=at_once)
        go_on(connection, read_rollout(connection, number), "huong", NOON)
    return number


def test_the_way_to_a_place_begins_at_the_top() -> None:
    assert list(ways_to("20/20.03/")) == ["", "20/", "20/20.03/"]


def test_without_settings_the_countrys_days_and_the_usual_hours_hold() -> None:
    usual = calendars(fleet=Fleet(opens=time(8), closes=time(16))).of("XA/")

    assert usual.hours_of(date(2026, 11, 25)) == ((time(8), time(16)),)
    assert usual.hours_of(date(2026, 11, 24)) == ()
    assert usual.hours_of(date(2026, 8, 22)) == ((time(8), time(16)),)
    assert usual.hours_of(SATURDAY) == ()


def test_what_is_set_for_a_unit_holds_for_it_and_below_alone() -> None:
    found = calendars(active(MOVED, "20/"), active(MORNINGS, "20/01/"))

    assert found.of("21/").hours_of(SATURDAY) == ()
    assert found.of("20/").hours_of(SATURDAY) == USUAL
    assert found.of("20/01/").hours_of(SATURDAY) == ((time(7, 30), time(11, 30)),)
    assert found.of("20/01/").hours_of(MONDAY) == ()
    assert found.of("20/02/") is found.of("20/")


def test_smaller_unit_wins_and_an_empty_list_takes_nothing_back_from_the_whole_office() -> None:
    own = OfficeCalendar(holidays=("12-24",), worked=("2026-12-05 as fri",))
    found = calendars(
        active(MOVED), active(Change(holidays=[], worked=[WorkedDay("2026-12-24")]), "XA/", 2), calendar=own
    )

    assert found.of("XB/").is_off(MONDAY)
    assert not found.of("XA/").is_off(MONDAY)
    assert found.of("XA/").is_working_day(date(2026, 12, 24))
    assert found.of("XB/").is_off(date(2026, 12, 24))
    assert found.of("XA/").weekday_of(date(2026, 12, 5)) == 4


def test_office_abroad_has_its_own_days_alone() -> None:
    found = calendars(calendar=OfficeCalendar("none", ("12-25",))).of("")

    assert found.is_working_day(date(2026, 11, 24))
    assert found.is_off(date(2026, 12, 25))


def test_what_is_set_holds_from_its_first_stage_until_it_is_taken_back(office: Office) -> None:
    number = set_for(office, MOVED, at_once=False)
    config = CollectorConfig()

    with office.database.reading() as connection:
        in_force = read_in_force(connection)
        assert read_rollout(connection, number).percent == 5
    assert Calendars(config, in_force).of("XA/").is_off(MONDAY)

    with office.database.writing() as connection:
        undo(connection, read_rollout(connection, number), "huong", NOON)
        in_force = read_in_force(connection)
    assert not Calendars(config, in_force).of("XA/").is_off(MONDAY)


def test_kiosks_are_told_of_the_collectors_own_days_and_nothing_where_there_are_none(office: Office) -> None:
    own = OfficeCalendar(holidays=("12-24", "2026-11-30"), worked=("2026-11-28 as mon", "2026-12-05"))

    with office.database.reading() as connection:
        told = settings_for(connection, office.device.device_id, read_in_force(connection, own.told))
        usual = settings_for(connection, office.device.device_id, read_in_force(connection, OfficeCalendar().told))

    days = OfficeDays("vietnam", ["12-24", "2026-11-30"], [WorkedDay("2026-11-28", 1), WorkedDay("2026-12-05")])
    assert told.office_days == days
    assert usual.office_days is None
    assert etag_of(told) != etag_of(usual)


def test_stage_goes_on_where_the_collector_has_days_of_its_own(office: Office, services: Services) -> None:
    """What a kiosk is told, and what it is expected to have, are one."""
    config = CollectorConfig(calendar=OfficeCalendar(holidays=("12-24",)))
    number = set_for(office, MOVED, at_once=False)
    with office.database.writing() as connection:
        in_force = read_in_force(connection, config.calendar.told)
        etag = etag_of(settings_for(connection, office.device.device_id, in_force))
        row = {"device_id": office.device.device_id, "received_at": NOON + timedelta(minutes=1), "clock_ahead_us": 0}
        connection.execute(insert(schema.device_status).values(**row, status={"settings": etag}))

    for hours in (25, 50):
        tend_rollouts(config, office.database.transact, lambda: NOON + timedelta(hours=hours), services.rollouts)  # noqa: B023

    with office.database.reading() as connection:
        assert read_rollout(connection, number).percent > 5


@pytest.mark.parametrize(
    ("day", "silent"),
    [
        (date(2026, 11, 25), True),  # a Wednesday
        (SATURDAY, True),  # worked for the Monday
        (MONDAY, False),
        (date(2026, 11, 29), False),  # the Sunday between
        (date(2026, 11, 24), False),  # off in the whole country
    ],
)
def test_kiosk_is_missed_on_a_worked_saturday_and_not_on_a_day_off(
    office: Office, services: Services, day: date, silent: bool
) -> None:
    set_for(office, MOVED)
    with office.database.writing() as connection:
        connection.execute(schema.device.update().values(enrolled_at=NOON - timedelta(days=60)))
    pen = Pen()
    pen.rating()
    morning = NOON.replace(year=day.year, month=day.month, day=day.day, hour=0)  # 07:00 in Hà Nội
    office.append(pen, received_at=morning)

    def missed_at(now: datetime) -> list[bool]:
        """On the page of kiosks, on the report pages, and at /v1/tallies."""
        then = replace(services, now=lambda: now)
        with office.database.reading() as connection:
            (kiosk,) = read_roll(connection, "", now, CollectorConfig())
            counter = read_places(connection, then.missed(connection)).by_key["XA/:Q1"]
        ((_, fresh),) = read_span(then, ANYBODY, Span(NOON.date(), day)).kiosks
        return [Fault.SILENT in kiosk.faults, counter.kiosks[0].silent, fresh.silent]

    assert missed_at(morning + timedelta(hours=2)) == [silent] * 3
    assert missed_at(morning + timedelta(minutes=40)) == [False] * 3


@pytest.mark.parametrize(("day", "dead"), [(1, False), (2, True)])
def test_kiosk_is_dead_after_three_days_on_which_its_counter_was_open(office: Office, day: int, dead: bool) -> None:
    """Pressed on Thursday the 26th; Saturday was worked, Monday was off."""
    set_for(office, MOVED)
    pen = Pen()
    pen.rating()
    office.append(pen, received_at=NOON.replace(day=26))
    now = NOON.replace(month=12, day=day)
    with office.database.writing() as connection:
        row = {"device_id": office.device.device_id, "received_at": now, "clock_ahead_us": 0}
        connection.execute(insert(schema.device_status).values(**row, status={}))

    with office.database.reading() as connection:
        (kiosk,) = read_roll(connection, "", now, CollectorConfig())

    assert (Fault.DEAD in kiosk.faults) is dead


def test_deadlines_are_those_of_the_units_own_calendar(office: Office, services: Services) -> None:
    """Opened on Friday 20 November with five working days; the 24th is off in the whole country."""
    with office.database.writing() as connection:
        above = {"unit_id": 9, "code": "XB", "name": "Xã Bắc La", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), above)
    set_for(office, MOVED, unit_id=1)

    with office.database.reading() as connection:
        found = Calendars(CollectorConfig(), read_in_force(connection))
    assert found.of("XB/").after(NOON.date(), 5) == MONDAY
    assert found.of("XA/").after(NOON.date(), 5) == SATURDAY
    assert found.of("XA/").after(NOON.date(), 6) == date(2026, 12, 1)


def test_case_opens_and_is_opened_again_with_the_deadline_of_its_units_own_calendar(office: Office) -> None:
    set_for(office, MOVED, unit_id=1)
    place = Place("XA/:Q1", "Q1", "Quầy 1", "XA/", 1)
    bad = Share(Method.TOP2BOX, 12, 48)
    found = LowResult(
        place, "XA", "2026-11", NOON.date(), NOON.date(), "sipas-5@1", "overall", bad, (1, 2), ()
    )  # fmt: skip
    anybody = Reader("huong", "Hương", Role.SUPERVISOR, RIGHTS[Role.SUPERVISOR], "")

    with office.database.writing() as connection:
        own = Calendars(CollectorConfig(), read_in_force(connection))
        open_case(connection, found, Rule(Cases(), own, NOON.date(), NOON))
        opened = read_docket(connection, Query(), NOON.date(), own).cases[0].row.due_on
        for what in (What.CLOSE, What.REOPEN):
            care_for(connection, "2026-001", Deed(what, "xong"), anybody, NOON.date(), NOON, own)
        again = read_docket(connection, Query(), NOON.date(), own).cases[0].row.due_on

    # Five working days, the 24th being off in the whole country; elsewhere it is the Monday.
    assert (opened, again) == (SATURDAY, SATURDAY)


def test_docket_counts_what_is_left_by_the_units_own_calendar(office: Office) -> None:
    open_case_at(office)  # due on Monday 30 November by the country's days
    set_for(office, MOVED, unit_id=1)
    friday = date(2026, 11, 27)

    with office.database.reading() as connection:
        own = Calendars(CollectorConfig(), read_in_force(connection))
        case = find_case(connection, "2026-001", "", friday, own)
        usual = find_case(connection, "2026-001", "", friday, Calendars(CollectorConfig(), NOTHING_SET))

    assert case is not None
    assert usual is not None
    assert (usual.left, usual.granted) == (1, 5)
    assert (case.left, case.granted) == (1, 5)  # Saturday in the Monday's place


@pytest.mark.parametrize(
    ("change", "today", "soon"),
    [
        (None, date(2026, 11, 26), 1),  # two working days before Monday the 30th
        (None, date(2026, 11, 25), 0),
        (Change(worked=[WorkedDay("2026-11-28", 1)]), date(2026, 11, 26), 0),  # Saturday counts: it is the third day
        (Change(holidays=[date(2026, 11, 26), date(2026, 11, 27)]), date(2026, 11, 24), 1),
        (Change(holidays=[date(2026, 11, 26)]), date(2026, 11, 25), 1),
    ],
)
def test_case_is_due_soon_by_the_units_own_calendar(
    office: Office, change: Change | None, today: date, soon: int
) -> None:
    open_case_at(office)
    if change is not None:
        set_for(office, change, unit_id=1)

    with office.database.reading() as connection:
        days = Calendars(CollectorConfig(), read_in_force(connection))
        docket = read_docket(connection, Query(which=Which.SOON), today, days)

    assert (docket.by_which[Which.SOON], len(docket.cases)) == (soon, soon)


def test_planned_change_holds_from_its_time_on(office: Office) -> None:
    with office.database.writing() as connection:
        later = NOON + timedelta(days=1)
        number = plan_rollout(connection, None, "Ngày", MOVED, later, "huong", NOON, at_once=True)
        assert read_rollout(connection, number).state is RolloutState.PLANNED
        in_force = read_in_force(connection)

    assert not Calendars(CollectorConfig(time_zone=str(HANOI)), in_force).of("XA/").is_off(MONDAY)
