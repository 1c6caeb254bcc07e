"""What /metrics tells of the database: unread lines, kiosks, what waits; and that it does not answer."""

import re
from datetime import timedelta

from prometheus_client import REGISTRY
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.run.gauges import FRESH_S, Gauges
from sync.collector.store import schema
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL


def metric(text: str, name: str) -> float:
    """The value of a series; a missing one fails."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found is not None, name
    return float(found[1])


def read(client: TestClient) -> str:
    return client.get("/metrics").text


def say(office: Office, device_id: str, pending: int) -> None:
    """What a kiosk said of itself when it was last heard."""
    at = NOON - timedelta(days=1)
    row = {"device_id": device_id, "received_at": at, "clock_ahead_us": 0, "status": {"pending": pending}}
    with office.database.writing() as connection:
        connection.execute(insert(schema.device_status).values(row))


def test_kiosks_and_what_waits_there_are_counted(office: Office, client: TestClient) -> None:
    say(office, office.device.device_id, 7)
    office.new_device()

    told = read(client)

    assert metric(told, 'hailong_devices{state="heard"}') == 1
    assert metric(told, 'hailong_devices{state="never_heard"}') == 1
    assert metric(told, 'hailong_devices{state="revoked"}') == 0
    assert metric(told, "hailong_waiting_entries") == 7
    assert metric(told, "hailong_database_up") == 1


def test_lines_that_cannot_be_read_are_counted(office: Office, client: TestClient) -> None:
    pen = Pen()
    pen.opened()
    pen.raw(b'{"seq":2,"kind":"rating"')
    office.append(pen, received_at=NOON - timedelta(days=1))

    assert metric(read(client), "hailong_unread_lines") == 1


def test_notices_that_do_not_go_out_are_counted_and_those_not_tried_yet_are_none(
    office: Office, client: TestClient
) -> None:
    about = {"kind": "test", "subject": "Thử", "body": "Thử", "facts": {}, "created_at": NOON}
    tries = {"waiting": (0, 3, 1), "failed": (9,), "sent": (2,)}
    with office.database.writing() as connection:
        number = connection.execute(insert(schema.notice).values(about)).inserted_primary_key
        assert number is not None
        rows = [
            {"notice_id": number[0], "channel": "mail", "address": f"{state}{n}@x.vn", "state": state, "tries": n}
            for state, all_tries in tries.items() for n in all_tries
        ]  # fmt: skip
        connection.execute(insert(schema.delivery), [row | {"not_before": NOON} for row in rows])

    told = read(client)

    assert metric(told, 'hailong_notices{state="retrying"}') == 2
    assert metric(told, 'hailong_notices{state="failed"}') == 1


def test_gauges_are_read_again_only_when_they_may_have_changed(office: Office) -> None:
    now = [0.0]
    gauges = Gauges(office.database, lambda: NOON, HANOI, lambda: now[0])
    gauges.read()
    say(office, office.device.device_id, 3)

    gauges.read()
    before = REGISTRY.get_sample_value("hailong_waiting_entries")
    now[0] += FRESH_S
    gauges.read()

    assert (before, REGISTRY.get_sample_value("hailong_waiting_entries")) == (0, 3)


def test_database_that_does_not_answer_is_told(office: Office, services) -> None:
    with office.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE unread")

    with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000)) as client:
        assert metric(read(client), "hailong_database_up") == 0


def test_batches_and_their_commits_are_counted_and_timed(office: Office, client: TestClient) -> None:
    told = read(client)

    for name in ("hailong_batches_total", "hailong_entries_total", "hailong_commit_seconds_count"):
        assert metric(told, name) >= 0
