"""Numbers that are read by the API stand in the audit log, and a poll does not fill it."""

from starlette.testclient import TestClient

from sync.collector.services.readings import KNOWN_MAX, NOTED_S, Readings
from tests.sync.collector.builders import Office
from tests.sync.collector.one_engine import database_url  # noqa: F401 - the log is asked on both elsewhere


def noted(office: Office) -> list[tuple[str, str, dict[str, str]]]:
    found = office.rows("audit", "actor", "action", "subject", "details")
    return [(actor, subject, details) for actor, action, subject, details in found if action == "reading"]


def test_what_is_read_by_the_api_is_noted_with_who_and_what(client: TestClient, office: Office) -> None:
    assert client.get("/v1/tallies?from=2026-11-01&to=2026-11-20&unit=XA").status_code == 200
    assert client.get("/v1/report?unit=XA&period=2026-11&measure=mean5").status_code == 200

    assert noted(office) == [
        ("anybody", "XA", {"api": "/v1/tallies", "from": "2026-11-01", "to": "2026-11-20"}),
        ("anybody", "XA/", {"api": "/v1/report", "period": "2026-11", "measure": "mean5"}),
    ]


def test_a_poll_is_noted_once_and_another_question_too(client: TestClient, office: Office) -> None:
    for _ in range(5):
        client.get("/v1/tallies?from=2026-11-01&to=2026-11-20")
    client.get("/v1/tallies?from=2026-11-01&to=2026-11-19")

    assert [details["to"] for *_, details in noted(office)] == ["2026-11-20", "2026-11-19"]


def test_what_found_nothing_is_not_noted(client: TestClient, office: Office) -> None:
    assert client.get("/v1/tallies?unit=XZ").status_code >= 400

    assert noted(office) == []


def test_the_same_question_is_new_after_an_hour_and_for_another_person() -> None:
    now = [0.0]
    readings = Readings(lambda: now[0])

    assert readings.is_new("lan", "a")
    assert readings.is_new("son", "a")
    now[0] = NOTED_S - 1
    assert not readings.is_new("lan", "a")
    now[0] = NOTED_S
    assert readings.is_new("lan", "a")


def test_no_more_questions_are_remembered_than_fit() -> None:
    readings = Readings(lambda: 0.0)
    for number in range(KNOWN_MAX + 1):
        readings.is_new("lan", str(number))

    assert not readings.is_new("lan", str(KNOWN_MAX))
    assert readings.is_new("lan", "0")
