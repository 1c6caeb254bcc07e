"""Settings of the office reach a few kiosks first, go on by themselves when all is well, else are taken back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.collector.chores.rollouts import tend_rollouts, watch_rollouts
from sync.collector.errors import UsageWrong
from sync.collector.fleet.rollouts.change import Change, Thresholds, faults_of, laid_upon
from sync.collector.fleet.rollouts.effective import etag_of, read_base, read_in_force, settings_for
from sync.collector.fleet.rollouts.stage import Heard, RolloutState, Step, first_kiosks, next_step
from sync.collector.fleet.rollouts.store import go_on, heard_of, hold, plan_rollout, read_rollout, undo
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.protocol.days import WorkedDay
from sync.protocol.messages import DeviceSettings, OpeningHours
from tests.sync.collector.api.test_api_device import JSON, status_of
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import KioskKey, send

DAY = timedelta(days=1)
DARK = Change(theme="dark")
HOURS = [OpeningHours([1, 2, 3, 4, 5], "07:30", "11:30")]


def first_ones(kiosks: Sequence[str], n: int) -> Sequence[str]:
    """Chooses without a lot."""
    return sorted(kiosks)[:n]


def plan(office: Office, change: Change = DARK, unit_id: int | None = 1, begins_in: timedelta = timedelta(0)) -> int:
    with office.database.writing() as connection:
        return plan_rollout(connection, unit_id, "Giao diện tối", change, NOON + begins_in, "huong", NOON)


def bring(office: Office, number: int, times: int = 1, **how: Any) -> None:
    for _ in range(times):
        with office.database.writing() as connection:
            one = replace(read_rollout(connection, number), **how)
            go_on(connection, one, "huong", NOON, choose=first_ones)


def watch(office: Office, after: timedelta = timedelta(0)) -> list[Step]:
    with office.database.writing() as connection:
        return [step for _, step in watch_rollouts(connection, NOON + after, DAY, 5)]


def state(office: Office, number: int) -> tuple[RolloutState, int]:
    with office.database.reading() as connection:
        one = read_rollout(connection, number)
    return one.state, one.percent


def themes(office: Office) -> list[str | None]:
    with office.database.reading() as connection:
        found = read_in_force(connection)
        devices = [str(row[0]) for row in office.rows("device", "device_id")]
        return [settings_for(connection, each, found).theme for each in devices]


def tell(
    office: Office, device_id: str, *, took: bool, fault: str | None = None, ahead: timedelta = timedelta(0),
    **said: object,
) -> None:  # fmt: skip
    """The kiosk says that it keeps what it was told, or why not."""
    with office.database.writing() as connection:
        etag = etag_of(settings_for(connection, device_id, read_in_force(connection)))
        status = {"settings": etag if took else '"old"', **({"settings_fault": fault} if fault else {}), **said}
        row = {
            "device_id": device_id,
            "received_at": NOON + timedelta(minutes=1),
            "clock_ahead_us": ahead // timedelta(microseconds=1),
        }
        connection.execute(insert(schema.device_status), {**row, "status": status})


@pytest.fixture
def many(office: Office) -> Office:
    """Twenty kiosks."""
    for _ in range(19):
        office.new_device()
    return office


def test_stages_hold_five_then_twenty_five_in_a_hundred_then_all(many: Office) -> None:
    number = plan(many)
    held = []
    for _ in range(3):
        bring(many, number)
        held.append(themes(many).count("dark"))

    assert held == [1, 5, 20]
    assert state(many, number) == (RolloutState.RUNNING, 100)


def test_smallest_office_has_a_first_stage_of_one(office: Office) -> None:
    assert [first_kiosks(count, 5) for count in (1, 20, 21, 1000)] == [1, 1, 2, 50]
    number = plan(office)

    bring(office, number)

    assert themes(office) == ["dark"]


def test_kiosk_enrolled_later_has_what_is_in_force_everywhere(office: Office) -> None:
    bring(office, plan(office), times=3)

    office.new_device()

    assert themes(office) == ["dark", "dark"]


def test_kiosk_that_spoke_lately_is_chosen_before_one_that_is_switched_off(many: Office) -> None:
    awake = str(many.rows("device", "device_id")[13][0])
    tell(many, awake, took=True)

    bring(many, plan(many))

    assert many.rows("rollout_device", "device_id") == [(awake,)]


def test_planned_rollout_begins_by_itself_at_its_time(office: Office) -> None:
    number = plan(office, begins_in=timedelta(hours=12))

    assert (watch(office, timedelta(hours=11)), state(office, number)) == ([], (RolloutState.PLANNED, 0))
    assert (watch(office, timedelta(hours=12)), state(office, number)) == ([Step.GO_ON], (RolloutState.RUNNING, 5))


def test_stage_goes_on_by_itself_after_its_time_when_its_kiosks_took_it(many: Office) -> None:
    number = plan(many)
    bring(many, number)
    (first,) = many.rows("rollout_device", "device_id")
    assert watch(many, DAY) == []  # nobody has taken it yet
    tell(many, str(first[0]), took=True)

    assert watch(many, DAY / 2) == []
    assert watch(many, DAY) == [Step.GO_ON]
    assert state(many, number) == (RolloutState.RUNNING, 25)


def test_refusing_kiosk_of_a_small_stage_takes_the_settings_back_everywhere(many: Office, services: Services) -> None:
    number = plan(many)
    bring(many, number)
    (first,) = many.rows("rollout_device", "device_id")
    tell(many, str(first[0]), took=False, fault="survey: there is no such icon")

    tend_rollouts(services.config, many.database.transact, lambda: NOON + timedelta(minutes=2), services.rollouts)

    with many.database.reading() as connection:
        one = read_rollout(connection, number)
    assert (one.state, one.why) == (RolloutState.STOPPED, "survey: there is no such icon")
    assert set(themes(many)) == {None}
    assert ("collector", "settings.stop") in many.rows("audit", "actor", "action")


def refused_upgrade(at: datetime) -> dict[str, str]:
    return {"version": "0.2.0", "at": at.isoformat(), "why": "the screen was away for 90 s"}


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=-7)], ids=["clock right", "clock behind"])
def test_upgrade_that_a_kiosk_of_the_ring_refused_stops_the_ring_though_its_settings_were_taken(
    many: Office, ahead: timedelta
) -> None:
    number = plan(many, Change(ring="canary"))
    bring(many, number)
    (first,) = many.rows("rollout_device", "device_id")
    refused = refused_upgrade(NOON + timedelta(seconds=30) + ahead)
    tell(many, str(first[0]), took=True, ahead=ahead, upgrade_refused=refused)

    assert watch(many, timedelta(minutes=2)) == [Step.STOP]

    with many.database.reading() as connection:
        assert read_rollout(connection, number).why == "upgrade to 0.2.0: the screen was away for 90 s"


@pytest.mark.parametrize(
    ("change", "ahead"),
    [
        (Change(ring="canary"), timedelta(0)),
        (Change(ring="canary"), timedelta(hours=7)),
        (DARK, timedelta(hours=-1)),
    ],
    ids=["refused before the ring", "so by a clock that is ahead", "no ring is set"],
)
def test_upgrade_that_the_ring_did_not_bring_stops_nothing(many: Office, change: Change, ahead: timedelta) -> None:
    bring(many, plan(many, change))
    (first,) = many.rows("rollout_device", "device_id")
    refused = refused_upgrade(NOON - timedelta(minutes=30) + ahead)
    tell(many, str(first[0]), took=True, ahead=ahead, upgrade_refused=refused)

    assert watch(many, DAY) == [Step.GO_ON]


def test_upgrade_of_a_ring_that_a_smaller_unit_replaced_stops_nothing(many: Office) -> None:
    number = plan(many, Change(ring="canary"), unit_id=None)
    bring(many, plan(many, Change(ring="stable")), at_once=True)
    bring(many, number)
    (first,) = many.rows("rollout_device", "device_id")
    tell(many, str(first[0]), took=True, upgrade_refused=refused_upgrade(NOON + timedelta(seconds=30)))

    assert Step.STOP not in watch(many, timedelta(minutes=2))


def test_fault_from_before_the_stage_stops_nothing(many: Office) -> None:
    (first, *_) = [str(row[0]) for row in many.rows("device", "device_id")]
    tell(many, first, took=False, fault="an old one")
    number = plan(many)
    with many.database.writing() as connection:
        later = NOON + timedelta(minutes=5)
        go_on(connection, read_rollout(connection, number), "huong", later, choose=first_ones)

    assert watch(many, timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("heard", "percent", "hours", "step"),
    [
        (Heard(1000, 900, 50), 25, 25, Step.GO_ON),
        (Heard(1000, 900, 51), 25, 0, Step.STOP),
        (Heard(1, 0, 1), 5, 0, Step.STOP),
        (Heard(10, 4, 0), 5, 99, Step.WAIT),
        (Heard(10, 5, 0), 5, 24, Step.GO_ON),
        (Heard(10, 10, 0), 5, 23, Step.WAIT),
        (Heard(10, 10, 0), 100, 24, Step.FINISH),
        (Heard(0, 0, 0), 5, 24, Step.GO_ON),
    ],
)
def test_next_step_follows_what_was_heard(heard: Heard, percent: int, hours: int, step: Step) -> None:
    assert next_step(heard, percent, timedelta(hours=hours), DAY, 5) is step


def test_taken_back_settings_leave_what_lay_below(office: Office) -> None:
    bring(office, plan(office, Change(theme="high-contrast")), at_once=True)
    number = plan(office)
    bring(office, number, at_once=True)
    assert themes(office) == ["dark"]

    with office.database.writing() as connection:
        undo(connection, read_rollout(connection, number), "huong", NOON)

    assert themes(office) == ["high-contrast"]


def test_held_settings_stay_and_go_no_further(many: Office) -> None:
    number = plan(many)
    bring(many, number)
    with many.database.writing() as connection:
        hold(connection, read_rollout(connection, number), "huong", NOON)

    assert watch(many, 10 * DAY) == []
    assert themes(many).count("dark") == 1


def test_smaller_unit_and_then_the_later_change_win(office: Office) -> None:
    with office.database.writing() as connection:
        above = {"unit_id": 9, "code": "T", "name": "Tỉnh", "kind": "province", "path": "T/"}
        connection.execute(insert(schema.unit), above)
        connection.execute(schema.unit.update().where(schema.unit.c.code == "XA").values(path="T/XA/", parent_id=9))
    everywhere = Change(theme="light", hours=HOURS, texts={"vi": {"office": "Tỉnh Lạng Sơn"}, "en": {"office": "X"}})
    bring(office, plan(office, Change(theme="dark", texts={"vi": {"counter": "Quầy Một"}})), at_once=True)
    bring(office, plan(office, everywhere, unit_id=9), at_once=True)
    bring(office, plan(office, Change(theme="high-contrast"), unit_id=None), at_once=True)

    with office.database.reading() as connection:
        found = settings_for(connection, office.device.device_id, read_in_force(connection))

    assert (found.theme, found.hours) == ("dark", HOURS)
    assert found.texts == {"vi": {"office": "Tỉnh Lạng Sơn", "counter": "Quầy Một"}, "en": {"office": "X"}}


def test_change_sets_only_what_it_names() -> None:
    own = DeviceSettings("Q1", "sipas-5@1", hours=HOURS, counter_name="Quầy 1")
    worked = [WorkedDay("2026-08-22", 1)]
    change = Change(holidays=[date(2026, 9, 2), date(2026, 4, 30)], worked=worked, thresholds=Thresholds(5, 30, 5))

    laid = laid_upon(own, [change])

    assert (laid.survey, laid.hours, laid.counter_name) == ("sipas-5@1", HOURS, "Quầy 1")
    assert laid.holidays == ["2026-04-30", "2026-09-02"]
    assert laid.worked == worked
    assert laid.thresholds == {"cell_min": 5, "percent_min": 30, "step": 5}


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (Change(), "nothing"),
        (Change(survey="nobody-3@1"), "survey"),
        (Change(thresholds=Thresholds(4, 30, 5)), "thresholds"),
        (Change(thresholds=Thresholds(5, 30, 4)), "thresholds"),
        (Change(hours=[OpeningHours([1], "11:30", "07:30")]), "hours"),
        (Change(hours=[OpeningHours([], "07:30", "11:30")]), "hours"),
        (Change(holidays=[date(2026, 1, 1)] * 101), "holidays"),
        (Change(worked=[WorkedDay(f"20{year}-08-22") for year in range(101)]), "worked"),
        (Change(worked=[WorkedDay("2026-08-22"), WorkedDay("2026-08-22", 1)]), "worked"),
        (Change(holidays=[date(2026, 8, 22)], worked=[WorkedDay("2026-08-22", 1)]), "worked"),
        (Change(texts={"vi": {"office": "x" * 121}}), "texts"),
        (Change(texts={"vi": {"banner": "x"}}), "texts"),
    ],
)
def test_fault_of_a_change_is_told_by_setting(change: Change, about: str) -> None:
    assert list(faults_of(change, ["sipas-5@1"])) == [about]


def test_kiosk_is_told_of_new_settings_in_the_answer_to_its_status(
    client: TestClient, kiosk: KioskKey, office: Office, services: Services
) -> None:
    pen = Pen()
    before = send(client, kiosk.request("POST", "/v1/device/status", status_of(pen), JSON)).json()["settings"]
    bring(office, plan(office, Change(survey="tt32-3@1")), at_once=True)
    services.rollouts.forget()

    told = send(client, kiosk.request("POST", "/v1/device/status", status_of(pen), JSON)).json()["settings"]
    settings = send(client, kiosk.request("GET", "/v1/device"))

    assert (told != before, settings.headers["etag"]) == (True, told)
    assert settings.json()["survey"] == "tt32-3@1"


def test_unit_that_may_not_be_seen_has_no_rollouts(office: Office) -> None:
    number = plan(office)

    with office.database.reading() as connection, pytest.raises(UsageWrong):
        read_rollout(connection, number, "XB/")


def test_stage_counts_who_took_it_who_refused_and_who_was_not_heard(many: Office) -> None:
    bring(many, plan(many), at_once=True)
    devices = [str(row[0]) for row in many.rows("device", "device_id")]
    tell(many, devices[0], took=True)
    tell(many, devices[1], took=False, fault="theme: unknown")

    with many.database.reading() as connection:
        heard, faults = heard_of(connection, read_rollout(connection, 1), read_in_force(connection))

    assert (heard, heard.unheard, faults) == (Heard(20, 1, 1), 18, ["theme: unknown"])


def test_revoked_kiosk_is_in_no_stage(many: Office) -> None:
    with many.database.writing() as connection:
        connection.execute(schema.device.update().values(revoked_at=NOON))
        connection.execute(
            schema.device.update().where(schema.device.c.device_id == many.device.device_id).values(revoked_at=None)
        )

    bring(many, plan(many))

    assert many.rows("rollout_device", "device_id") == [(many.device.device_id,)]


def test_base_is_the_kiosk_as_it_stands(office: Office) -> None:
    with office.database.reading() as connection:
        base = read_base(connection, office.device.device_id)

    own = DeviceSettings("Q1", counter_name="Quầy 1", unit_name="Xã Bắc Sơn", counters=["Q2"])
    assert (base.path, base.settings) == ("XA/", own)
