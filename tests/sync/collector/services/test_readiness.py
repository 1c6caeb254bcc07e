"""Readiness: ready is who takes batches, and nobody else."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event, text
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.readiness import NOT_READY_S, READY_S, Readiness
from sync.collector.services.services import Services
from sync.collector.store.writer import writer_for
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.conftest import order
from tests.sync.collector.kiosk_client import URL, KioskKey, send


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(services: Services) -> Clock:
    return Clock()


@pytest.fixture
def client(services: Services, clock: Clock) -> Iterator[TestClient]:
    app = create_app(services)
    app.state.readiness = Readiness(services.writer, clock)
    with TestClient(app, base_url=URL, client=("127.0.0.1", 50000), raise_server_exceptions=False) as opened:
        yield opened


def make_full(office: Office, *, room: int = 0) -> None:
    """From now on the database takes nothing more: no page on SQLite, no writing at all on PostgreSQL."""
    engine = office.database.writer
    if office.database.is_sqlite:
        raw = engine.raw_connection()
        # What was written and taken away has left room inside the file.
        raw.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
        (pages,) = raw.driver_connection.execute("PRAGMA page_count").fetchone()  # type: ignore[union-attr]
        raw.close()

        @event.listens_for(engine, "connect")
        def keep_small(connection: object, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages + room}")  # type: ignore[attr-defined]
    else:
        name = engine.url.database
        order(office.database.writer.url.set(database="{database}").render_as_string(hide_password=False)
              .replace("%7B", "{").replace("%7D", "}"),
              f"ALTER DATABASE {name} SET default_transaction_read_only = on")  # fmt: skip
    engine.dispose()


def make_room(office: Office) -> None:
    engine = office.database.writer
    if office.database.is_sqlite:

        @event.listens_for(engine, "connect")
        def let_grow(connection: object, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1000000")  # type: ignore[attr-defined]
    else:
        with engine.connect() as connection:
            connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"))
            connection.execute(text("SET TRANSACTION READ WRITE"))
            connection.execute(text(f"ALTER DATABASE {engine.url.database} RESET default_transaction_read_only"))
            connection.commit()
    engine.dispose()


def test_a_database_without_room_is_not_ready_from_the_first_question_on(office: Office, client: TestClient) -> None:
    make_full(office)

    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_who_refuses_batches_is_not_ready_until_it_takes_them_again(
    office: Office, kiosk: KioskKey, client: TestClient, clock: Clock
) -> None:
    pen = Pen()
    for _ in range(400):
        pen.rating(5)
    before = client.get("/readyz").status_code
    make_full(office)

    refused = send(client, kiosk.entries(pen)).status_code
    while_full = client.get("/readyz").status_code
    make_room(office)
    clock.now += NOT_READY_S
    after = client.get("/readyz").status_code

    assert (before, refused in (503, 507), while_full, after) == (200, True, 503, 200)
    assert send(client, kiosk.entries(pen)).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_room_for_a_few_bytes_is_no_room_for_a_batch(office: Office, client: TestClient) -> None:
    make_full(office, room=20)

    assert client.get("/readyz").status_code == 503


def test_an_answer_holds_a_while_so_that_asking_costs_nothing(office: Office) -> None:
    clock, asked = Clock(), []
    writer = writer_for(office.database)

    class Counting:
        def submit(self, work):  # type: ignore[no-untyped-def]
            asked.append(work)
            return writer.submit(work)

        def close(self) -> None:
            writer.close()

    readiness = Readiness(Counting(), clock)
    for _ in range(5):
        readiness.require()
    clock.now = READY_S
    readiness.require()
    writer.close()

    assert len(asked) == 3  # as much as a batch, that taken away again, and a few bytes later on
    assert [len(row[1]) for row in office.rows("probe", "probe_id", "filler")] == [0]  # type: ignore[arg-type]
