"""Several processes over one database behave as one, whatever each of them remembers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from starlette.testclient import TestClient

from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.store import go_on, plan_rollout, read_rollout
from sync.collector.people.signin import FREE_FAILURES, Checked, Refused, sign_in
from sync.collector.run.app import create_app
from sync.collector.services.receipts import A_SECOND, AT_ONCE, Pace
from sync.collector.services.services import Services, make_services
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.conftest import postgres_database
from tests.sync.collector.kiosk_client import URL, KioskKey, send


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """PostgreSQL alone: on SQLite there is one process."""
    with postgres_database(postgres, "template_hailong") as url:
        yield url


@pytest.fixture
def others(services: Services) -> Iterator[tuple[TestClient, TestClient]]:
    """Two processes' apps over one database."""
    second = make_services(services.config, services.database, services.now)
    first, other = (
        TestClient(create_app(one), base_url=URL, client=("127.0.0.1", 50000)) for one in (services, second)
    )
    yield first, other
    for one in (services, second):
        one.writer.close()


def begin(office: Office, theme: str) -> None:
    with office.database.writing() as connection:
        number = plan_rollout(connection, None, theme, Change(theme=theme), NOON, "huong", NOON)
        go_on(connection, read_rollout(connection, number), "huong", NOON)


def test_a_kiosk_gets_what_another_process_has_just_set(
    others: tuple[TestClient, TestClient], office: Office, kiosk: KioskKey
) -> None:
    before = [send(client, kiosk.request("GET", "/v1/device")).headers["etag"] for client in others]

    begin(office, "dark")
    after = [send(client, kiosk.request("GET", "/v1/device")) for client in others]

    assert before[0] == before[1]
    assert [answer.json()["theme"] for answer in after] == ["dark", "dark"]


def test_wrong_passwords_at_once_at_several_processes_all_count(office: Office) -> None:
    wrong, right = Checked("huong", None), Checked("huong", 1)
    with ThreadPoolExecutor(8) as guessers:
        guesses = [
            guessers.submit(office.database.transact, partial(sign_in, checked=wrong, now=NOON)) for _ in range(8)
        ]
        outcomes = [guess.result() for guess in guesses]

    assert [row[0] for row in office.rows("signin_failure", "failures")] == [8]
    free = [one for one in outcomes if isinstance(one, Refused) and one.until is None]
    assert len(free) == FREE_FAILURES
    late = office.database.transact(partial(sign_in, checked=right, now=NOON + timedelta(seconds=1)))
    assert isinstance(late, Refused), "looked at before the lock, kept after it"


def test_what_is_read_is_noted_once_whichever_process_answers(
    others: tuple[TestClient, TestClient], office: Office
) -> None:
    for client in others:
        assert client.get("/v1/tallies?from=2026-11-01&to=2026-11-20").status_code == 200

    assert [action for (action,) in office.rows("audit", "action")].count("reading") == 1


def test_workers_of_a_machine_share_what_it_lets_in() -> None:
    now = [0.0]
    paces = [Pace(lambda: now[0], workers=4) for _ in range(4)]

    def let_in() -> int:
        return sum(pace.lets_in() for pace in paces for _ in range(200))

    assert let_in() == AT_ONCE
    now[0] += 4.0
    assert let_in() == 4 * A_SECOND
