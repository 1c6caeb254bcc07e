"""IT staff find each ill kiosk by its filter, see its history, and ask something of it; never of another unit's."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.words import FAULTS
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.store import go_on, plan_rollout, read_rollout
from sync.collector.people.rights import Role
from sync.collector.proof.nightly import keep_shown
from sync.collector.proof.wrong import Finding
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.fleet import Fleet
from sync.collector.store import schema
from sync.collector.store.database import open_database
from tests.sync.collector.builders import NOON, Office, Pen, open_office
from tests.sync.collector.fleet.kiosks.simulated import WELL, device_of, faults_of, write_fleet
from tests.sync.collector.kiosk_client import URL, enrolled_key, send
from tests.sync.collector.one_engine import database_url  # noqa: F401 - test_roll.py and test_commands.py ask both
from tests.sync.collector.people.test_accounts import (
    CHOSEN,
    Person,
    _key,
    actions,
    second_unit,
    settle,
)
from tests.sync.collector.sharing import migrated_copy

RULES = Fleet(software_min="1.0.0")
ASKED = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.fixture
def technician(services: Services, office: Office) -> Person:
    """IT staff of the unit XA, signed in; XB lies beside it with a kiosk of its own."""
    second_unit(office.database)
    stranger = office.new_device().device_id
    with office.database.writing() as connection:
        mine = schema.device.c.device_id == stranger
        connection.execute(update(schema.device).where(mine).values(counter_id=3))
    settle(office.database, "son", role=Role.IT)
    person = Person(services, fleet=RULES)
    assert person.sign_in("son", CHOSEN, "/t").headers["location"] == "/may"
    return person


def post(person: Person, way: str, **form: str) -> Any:
    return person.client.post(way, data={"form_key": _key(person.client.get("/may").text), **form})


@pytest.fixture(scope="module")
def thousand() -> Iterator[Path]:
    """A database of a thousand kiosks, to copy from."""
    with migrated_copy() as url:
        database = open_database(url)
        open_office(database)
        write_fleet(database, NOON)
        settle(database, "son", role=Role.IT, unit="20")
        database.close()
        yield Path(url.removeprefix("sqlite:///"))


class TestAThousandKiosks:
    @pytest.fixture
    def database_url(self, thousand: Path) -> Iterator[str]:
        with migrated_copy(thousand) as url:
            yield url

    @pytest.fixture
    def watched(self, services: Services) -> TestClient:
        person = Person(services, fleet=RULES)
        person.sign_in("son", CHOSEN)
        return person.client

    def test_each_is_found_by_the_filter_of_its_fault_and_by_no_other(self, watched: TestClient) -> None:
        for key, fault in FAULTS.items():
            listed = set(re.findall(r"^\ufeff?([0-9a-f-]{36})", watched.get(f"/may.csv?loi={key}").text, re.MULTILINE))
            wanted = {device_of(number) for number in range(1000) if fault in faults_of(number)}
            assert listed == wanted, fault
            page = watched.get(f"/may?loi={key}").text
            assert len(re.findall(r'<tr role="row">\s<td role="cell" class="state">', page)) == len(wanted)

    def test_the_counts_of_the_filters_are_those_of_the_fleet(self, watched: TestClient) -> None:
        page = watched.get("/may").text

        for key, fault in FAULTS.items():
            n = sum(fault in faults_of(number) for number in range(1000))
            assert re.search(rf'loi={key}"[^>]*>[^<]+<b>{n}</b>', page), fault

    def test_a_unit_has_its_own_counts(self, watched: TestClient) -> None:
        page = watched.get("/may?xem=don-vi&tim=Xã số 3").text

        rows = re.findall(r"<tr><th[^>]*><a[^>]*>(Xã số \d+)</a></th><td class=\"r\">(\d+)</td>", page)
        assert rows == [(f"Xã số {number}", "20") for number in (3, *range(30, 40))]

    def test_filters_by_unit_version_ring_and_state_hold_together_on_the_page_and_in_the_file(
        self, watched: TestClient, services: Services
    ) -> None:
        with services.database.writing() as connection:
            at_unit = plan_rollout(connection, 503, "Thử", Change(ring="canary"), NOON, "it", NOON, at_once=True)
            go_on(connection, read_rollout(connection, at_unit), "it", NOON)
        services.rollouts.forget()
        unit_3 = set(range(40, 60))
        old = {number for number in range(1000) if Fault.VERSION in faults_of(number)}

        def listed(query: str) -> set[str]:
            page = watched.get(f"/may?{query}").text
            found = set(re.findall(r"^\ufeff?([0-9a-f-]{36})", watched.get(f"/may.csv?{query}").text, re.MULTILINE))
            assert f"/may.csv?{query}" in page.replace("&amp;", "&")
            assert page.count('<td role="cell" class="state">') == min(50, len(found))
            return found

        assert listed("vong=canary") == {device_of(number) for number in unit_3}
        assert listed("dv=20.02") == {device_of(number) for number in unit_3}
        assert len(listed("dv=20")) == 1000
        assert listed("pb=0.9.8") == {device_of(number) for number in old}
        assert listed("loi=phien-ban&dv=20.07&pb=0.9.8") == {device_of(n) for n in old & set(range(140, 160))}
        assert listed("loi=cho-gui") == {device_of(n) for n in range(1000) if Fault.BACKLOG in faults_of(n)}
        assert listed("loi=so-re-nhanh") == {device_of(n) for n in range(1000) if Fault.JOURNAL in faults_of(n)}
        assert listed("loi=so-noi-tiep") == listed("loi=chua-lien-lac") == listed("loi=so-hong") == set()
        assert listed("loi=dia&vong=-") == {device_of(n) for n in range(1000) if Fault.DISK in faults_of(n)} - listed(
            "vong=canary"
        )

    def test_the_page_is_made_quickly(self, watched: TestClient) -> None:
        watched.get("/may")
        took = []
        for _ in range(3):
            began = time.perf_counter()
            assert watched.get("/may").status_code == 200
            took.append(time.perf_counter() - began)

        print(f"fleet page over 1,000 kiosks: {min(took) * 1000:.0f} ms")
        assert min(took) < 1.5

    def test_a_kiosks_page_tells_what_is_wrong_and_what_to_do(self, watched: TestClient) -> None:
        low = next(number for number in range(1000) if faults_of(number) == {Fault.DISK})

        page = watched.get(f"/may/{device_of(low)}").text

        assert "Đĩa sắp đầy" in page
        assert "dọn bớt đĩa" in page
        assert "0,9 GB" in page

    def test_a_kiosks_page_tells_which_upgrade_it_refused_and_why(self, watched: TestClient) -> None:
        one = next(number for number in range(1000) if faults_of(number) == {Fault.UPGRADE})

        page = watched.get(f"/may/{device_of(one)}").text

        assert "Nâng cấp thất bại" in page
        assert "1.0.4, 18:09 19/11/2026: màn hình không hiện trong 90 giây" in page

    def test_a_kiosks_page_tells_what_of_the_public_log_does_not_hold(self, watched: TestClient) -> None:
        one = next(number for number in range(1000) if faults_of(number) == {Fault.LOG})

        page = watched.get(f"/may/{device_of(one)}").text

        assert "Sổ công khai không khớp" in page
        assert "Sổ công khai đã bị ghi lại" in page
        assert "kiosk log --evidence" in page

    def test_presses_are_told_in_steps_of_five_and_days_alone(self, watched: TestClient) -> None:
        page = watched.get(f"/may/{device_of(1)}").text

        # Four a half day each level: sixteen a day are fifteen; never an hour, never a level.
        assert '<td class="r">15</td>' in page
        assert "16" not in re.findall(r'<td class="r">(\d+)</td>', page)
        assert "hôm qua, chiều" in page


def test_another_units_kiosk_is_as_one_that_is_not_there(technician: Person, office: Office) -> None:
    other = office.rows("device", "device_id", "counter_id")[1]
    assert other[1] == 3

    for act in ("", "/lenh", "/chuyen", "/thu-hoi", "/thay", "/da-biet"):
        answer = post(technician, f"/may/{other[0]}{act}", kind="restart", counter="Q1") if act else None
        answer = answer or technician.client.get(f"/may/{other[0]}")
        assert answer.status_code == 404, act
    assert str(other[0]) not in technician.client.get("/may.csv").text
    assert office.rows("device_command") == []


class TestKnownFaults:
    @pytest.fixture
    def ill(self, office: Office) -> str:
        """The kiosk of the technician's unit, whose disk is low."""
        device = office.device.device_id
        with office.database.writing() as connection:
            row = {"device_id": device, "received_at": NOON, "clock_ahead_us": 0,
                   "status": {**WELL, "disk_free_bytes": 1, "last_error": "certificate: not valid"}}  # fmt: skip
            connection.execute(insert(schema.device_status).values(row))
        return device

    def test_a_known_fault_is_told_with_its_note_and_leaves_the_top(
        self, technician: Person, ill: str, office: Office
    ) -> None:
        words = "Đã đặt <b>ổ đĩa</b> mới"
        assert "1 cần xem" in technician.client.get("/may").text
        for fault in ("disk", "error"):
            assert post(technician, f"/may/{ill}/da-biet", fault=fault, words=words).status_code == 303

        page = technician.client.get(f"/may/{ill}").text
        assert "Đã đặt &lt;b&gt;ổ đĩa&lt;/b&gt; mới" in page
        assert "dọn bớt đĩa" not in page
        assert "0 cần xem, 1 máy có lỗi đã biết" in technician.client.get("/may").text
        assert ill in technician.client.get("/may.csv?loi=da-biet").text
        assert actions(office.database)[-3:-1] == ["device.known", "device.known"]

    def test_it_is_to_be_looked_at_again_when_somebody_says_so_or_it_becomes_another(
        self, technician: Person, ill: str, office: Office
    ) -> None:
        for fault in ("disk", "error"):
            post(technician, f"/may/{ill}/da-biet", fault=fault, words="biết rồi")

        assert post(technician, f"/may/{ill}/da-biet", fault="disk", what="undo").status_code == 303
        with office.database.writing() as connection:
            other = {**WELL, "disk_free_bytes": 1, "last_error": "full: no room"}
            connection.execute(update(schema.device_status).values(status=other))

        page = technician.client.get(f"/may/{ill}").text
        assert "biết rồi</p>" not in page
        assert "dọn bớt đĩa" in page
        assert "full: no room" in page

    def test_nobody_knows_of_nothing_and_of_what_is_not_there(self, technician: Person, ill: str) -> None:
        assert post(technician, f"/may/{ill}/da-biet", fault="disk", words=" ").status_code == 400
        assert post(technician, f"/may/{ill}/da-biet", fault="clock", words="biết").status_code == 400
        assert post(technician, f"/may/{ill}/da-biet", fault="x", words="biết").status_code == 400


def test_a_command_goes_out_with_the_next_status_and_is_done_once(
    technician: Person, services: Services, office: Office
) -> None:
    kiosk = enrolled_key(office.database, office.device.device_id)
    client = TestClient(create_app(services), base_url=URL)
    way = f"/may/{office.device.device_id}"
    for _ in range(2):
        assert post(technician, f"{way}/lenh", kind="log").status_code == 303

    (asked,) = say(client, kiosk)["commands"]
    assert asked["kind"] == "log"
    assert say(client, kiosk)["commands"] == [asked]
    excerpt = '2026-11-20T11:02:03 "payload": "Bà Lan khó chịu" gọi 0912 345 678\n'
    done = [{"id": asked["id"], "outcome": "done", "excerpt": excerpt}]

    assert "commands" not in say(client, kiosk, done=done)
    say(client, kiosk, done=[{**done[0], "outcome": "done again"}])

    page = technician.client.get(way).text
    assert "2026-11-20T11:02:03" in page
    assert "Bà Lan" not in page
    assert "345 678" not in page
    assert "done again" not in page
    assert actions(office.database)[-2:] == ["device.command", "device.done"]


def say(client: TestClient, kiosk: Any, **values: Any) -> Any:
    status = {
        "software": "hailong 1.0.3",
        "journal_id": Pen().journal_id,
        "next_seq": 1,
        "head": "0" * 64,
        "pending": 0,
    }
    body = __import__("msgspec").json.encode({**status, **values})
    answer = send(client, kiosk.request("POST", "/v1/device/status", body, {"Content-Type": "application/json"}))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_another_kiosks_word_settles_nothing(technician: Person, services: Services, office: Office) -> None:
    other = enrolled_key(office.database, str(office.rows("device", "device_id")[1][0]))
    client = TestClient(create_app(services), base_url=URL)
    post(technician, f"/may/{office.device.device_id}/lenh", kind="restart")
    (row,) = office.rows("device_command", "command_id")

    say(client, other, done=[{"id": row[0], "outcome": "done"}])

    assert office.rows("device_command", "done_at") == [(None,)]


def test_a_command_that_there_is_not_is_refused(technician: Person, office: Office) -> None:
    assert post(technician, f"/may/{office.device.device_id}/lenh", kind="format").status_code == 400
    assert office.rows("device_command") == []


def test_no_more_commands_than_a_kiosk_takes(technician: Person, office: Office) -> None:
    way = f"/may/{office.device.device_id}"
    for number in range(8):
        with office.database.writing() as connection:
            row = {"command_id": ASKED[:-1] + str(number), "device_id": office.device.device_id, "kind": f"k{number}",
                   "made_at": NOON, "made_by": "x"}  # fmt: skip
            connection.execute(insert(schema.device_command).values(row))

    assert post(technician, f"{way}/lenh", kind="restart").status_code == 400


def test_a_kiosk_is_moved_within_the_units_and_not_beyond(technician: Person, office: Office) -> None:
    way = f"/may/{office.device.device_id}"

    assert post(technician, f"{way}/chuyen", counter="Q3").status_code == 400
    assert post(technician, f"{way}/chuyen", counter="Q2").status_code == 303

    assert office.rows("device", "counter_id")[0] == (2,)
    assert "Chuyển sang quầy Q2" in technician.client.get(way).text


def test_a_withdrawn_kiosk_is_listed_last_and_can_be_asked_nothing(technician: Person, office: Office) -> None:
    way = f"/may/{office.device.device_id}"

    assert post(technician, f"{way}/thu-hoi").status_code == 303

    page = technician.client.get(way).text
    assert "/lenh" not in page
    assert "đã thu hồi quyền" in page


@pytest.mark.parametrize(("counter", "status"), [("Q2", 200), ("Q3", 400), ("NONE", 400)])
def test_a_code_is_made_for_a_counter_of_the_own_units(
    technician: Person, office: Office, counter: str, status: int
) -> None:
    answer = post(technician, "/may", counter=counter)

    assert answer.status_code == status
    assert bool(re.search(r"<code>[B-Z]{4}-[B-Z]{4}</code>", answer.text)) == (status == 200)
    assert len(office.rows("enrolment_code")) == (status == 200)


def test_replacing_a_machine_gives_a_code_for_its_counter(technician: Person, office: Office) -> None:
    answer = post(technician, f"/may/{office.device.device_id}/thay")

    assert re.search(r"<code>[B-Z]{4}-[B-Z]{4}</code>", answer.text)
    assert office.rows("enrolment_code", "counter_id") == [(1,)]


def test_the_days_on_which_a_kiosk_was_heard_are_kept(technician: Person, services: Services, office: Office) -> None:
    kiosk = enrolled_key(office.database, office.device.device_id)
    for days, hours in ((2, 0), (2, 2), (1, 0)):
        at = NOON - timedelta(days=days) + timedelta(hours=hours)
        say(TestClient(create_app(replace(services, now=lambda at=at: at)), base_url=URL), kiosk)

    # From 7.30, when the office opened, to the first word at noon; and to 17.00 when nothing came after 14.00.
    assert office.rows("device_day", "heard", "gap_s") == [(2, 4.5 * 3600), (1, 4.5 * 3600)]
    assert "im lặng 4 giờ" in technician.client.get(f"/may/{office.device.device_id}").text


def test_the_fleet_is_shown_to_nobody_without_an_account(services: Services, office: Office) -> None:
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))

    assert TestClient(app, base_url=URL, client=("127.0.0.1", 1)).get("/may").status_code == 403


def test_page_says_when_everything_last_held_and_that_something_does_not(technician: Person, office: Office) -> None:
    before = technician.client.get("/may?lang=en").text
    with office.database.writing() as connection:
        keep_shown(connection, [], NOON)
    held = technician.client.get("/may?lang=en").text
    with office.database.writing() as connection:
        keep_shown(connection, [Finding("tally_wrong", "collector", {"day": "2026-11-20"})], NOON + timedelta(days=1))

    wrong = technician.client.get("/may?lang=en").text

    assert "Not everything has been recomputed" in before
    for page in (held, wrong):
        assert "everything last held on 12:00" in page
    assert ("Something was altered" in held, "Something was altered" in wrong) == (False, True)
    assert "Findings: 1. See them with: collector verify --all" in wrong
