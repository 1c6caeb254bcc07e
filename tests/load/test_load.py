"""The load in small, within one process: kiosks at rest, a change, the end of an outage, and what is counted."""

import asyncio
import multiprocessing
import random
import threading
import time
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from kiosk.journal.lines import CommentLine, RatingLine, ReasonsLine, RevisedLine, decode_line
from sync.collector.store.database import open_database
from sync.collector.store.schema import rating
from sync.protocol.signature import sign_request
from tests.builders import FrozenClock
from tests.live import LiveCollector
from tests.load.__main__ import main, plans
from tests.load.counted import Wrong, count, counted
from tests.load.fleet import write_fleet
from tests.load.generator import STOP, Calls, Progress, Seen, Slice, run_kiosks
from tests.load.journals import Template, write_templates
from tests.load.kiosk import APPEND, HEARTBEAT, SETTINGS
from tests.load.plan import Plan
from tests.load.run import Outcome
from tests.load.table import Row, rows_of
from tests.load.wire import Answer, Signer

PLAN = Plan(kiosks=4, rest_s=0.3, outage=2, entries=24, sqlite=True, spread_s=0.1, period_s=0.4)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveCollector, list[Template], list[Seen]]]:
    """A small load, lived through once."""
    folder = tmp_path_factory.mktemp("load")
    collector = LiveCollector(folder)
    database = open_database(f"sqlite:///{collector.path}")
    with database.writing() as connection:
        for table in ("counter", "unit"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    now = datetime.now(UTC)
    templates = write_templates(folder, PLAN.entries, now, 1)
    authority = f"127.0.0.1:{collector.port}"
    write_fleet(database, PLAN.kiosks, templates, authority, now)
    database.close()
    collector.start()
    members = Slice(range(PLAN.kiosks), collector.port, authority, templates, {}, 0.3)
    try:
        yield collector, templates, [_live(members)]
    finally:
        collector.stop()


def _live(members: Slice) -> Seen:
    """Until those that were away are in and all have the settings."""
    mine, theirs = multiprocessing.Pipe()
    seen: list[Seen] = []
    thread = threading.Thread(target=lambda: seen.append(asyncio.run(run_kiosks(PLAN, members, theirs))))
    thread.start()
    assert mine.recv() == "ready"
    mine.send(time.monotonic())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told: Progress = mine.recv()
        if told.n_done == PLAN.outage and told.n_changed == PLAN.kiosks and told.n_calls > 3 * PLAN.kiosks:
            break
    mine.send(STOP)
    thread.join(30)
    return seen[0]


def test_everything_is_there_once_and_every_call_was_answered(small):
    collector, templates, seen = small
    database = open_database(f"sqlite:///{collector.path}")

    assert count(database, range(PLAN.outage), templates) == []
    assert {status for one in seen for calls in one.calls.values() for status in calls.statuses} == {200}
    kinds = {kind for one in seen for kind, _ in one.calls}
    assert kinds == {HEARTBEAT, APPEND, SETTINGS}

    database.close()


def test_a_rating_that_is_missing_is_counted(small):
    collector, templates, _ = small
    database = open_database(f"sqlite:///{collector.path}")

    with database.writer.connect() as connection:
        first = connection.execute(select(func.min(rating.c.seq))).scalar_one()
        connection.execute(rating.delete().where(rating.c.seq == first))
        lost = counted(connection, range(PLAN.outage), templates)
        connection.rollback()

    assert lost == [Wrong("ratings of a kiosk", PLAN.outage)]
    database.close()


def test_table_names_what_misses_its_limit():
    calls = Calls(array("d", [3.0, 3.1]), array("d", [0.02, 40.0]), array("h", [200, 200]))
    seen = Seen({(HEARTBEAT, False): calls, (APPEND, True): calls})

    rows = list(rows_of(Outcome(PLAN, began=1.0, outage_began=2.0, in_at=5.0, judged_at=6.0, seen=[seen])))

    assert {row.name for row in rows if not row.ok} == {"a batch, p99"}
    assert str(Row("a call", 2.0, "s", 1.0)).split()[-1] == "SHORT"


def test_small_signer_signs_what_the_agent_signs():
    key, clock = Ed25519PrivateKey.generate(), FrozenClock().now()
    signer = Signer("127.0.0.1:8600", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", key)
    target = f"/v1/journals/7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f/entries?from=1&prev={'5e' * 32}"
    said = signer.batch(target, b"packed", clock)

    fields = sign_request(
        method="POST", url=f"http://127.0.0.1:8600{target}", body=b"packed", keyid=signer.keyid, private_key=key,
        headers={"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}, clock=clock,
    )  # fmt: skip

    assert all(f"{name}: {value}\r\n".encode() in said.wire for name, value in fields.items())


def test_kiosk_that_is_put_off_waits_as_it_was_asked():
    answer = Answer(503, b"", {b"retry-after": b"17"})

    assert answer.retry_after_s == 17


def test_all_that_a_visit_can_say_speaks_of_its_own_rating(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.load.journals.random.Random", _Always)
    (template,) = write_templates(tmp_path, 40, datetime.now(UTC), 1)
    last, said = 0, []

    for line in (decode_line(encoded) for part in template.parts for encoded in part.lines):
        if isinstance(line, RatingLine):
            last = line.seq
        elif isinstance(line, (ReasonsLine, RevisedLine, CommentLine)):
            said.append((type(line), line.rating == last))

    assert set(said) == {(ReasonsLine, True), (RevisedLine, True), (CommentLine, True)}


class _Always(random.Random):
    """Chance of which everything that can happen does."""

    def random(self) -> float:
        return 0.0


def test_both_engines_are_run_where_none_is_named():
    both, one = list(plans([])), list(plans(["--kiosks", "200", "--minutes", "1", "--outage", "20", "--sqlite"]))

    assert [(plan.engine, plan.processes, plan.kiosks, plan.outage) for plan in both] == [
        ("PostgreSQL", 2, 20_000, 2000), ("SQLite", 1, 20_000, 2000),
    ]  # fmt: skip
    assert [(plan.engine, plan.kiosks, plan.outage, plan.rest_s) for plan in one] == [("SQLite", 200, 20, 60.0)]


def test_run_that_breaks_off_is_a_limit_missed_and_the_next_engine_is_tried(monkeypatch, tmp_path, capfd):
    tried = []

    def break_off(plan, say):
        tried.append(plan.engine)
        raise RuntimeError("the collector did not start")

    monkeypatch.setattr("tests.load.__main__.run", break_off)
    monkeypatch.setattr("tests.load.__main__._BUILD", tmp_path)
    monkeypatch.setattr("tests.load.__main__.structlog.configure", lambda **_: None)
    monkeypatch.setattr("tests.load.__main__.logging.disable", lambda: None)
    monkeypatch.setattr("tests.load.__main__.signal.signal", lambda *_: None)

    assert main(["--kiosks", "2"]) == 1
    assert tried == ["PostgreSQL", "SQLite"]
    assert "2 missed" in capfd.readouterr().out
