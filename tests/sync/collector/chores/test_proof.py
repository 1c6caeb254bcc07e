"""At night everything new is recomputed; people hear once when something does not hold, and once when it does again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace as replace_config
from prometheus_client import REGISTRY
from sqlalchemy import text

from sync.collector.chores.proof import VerifyNightly
from sync.collector.proof.nightly import read_state
from sync.collector.run.gauges import Gauges
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.log import Log
from sync.collector.settings.notices import Notices, Webhook
from sync.collector.transparency.leaves.index import keep_state
from tests.sync.collector.builders import HANOI, NOON
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.proof.test_verify import Held, brought, database_url, held, kiosk, office  # noqa: F401 - fixtures


@pytest.fixture
def services(services: Services) -> Services:
    """With somebody who hears of it."""
    told = Notices(webhook=Webhook(url="http://127.0.0.1:9/"))
    return replace(services, config=CollectorConfig(public_url=URL, language="en", notices=told))


def nights(held: Held, days: int = 1) -> VerifyNightly:  # noqa: F811 - the fixture's own
    """The work of the night that begins so many days after."""
    later = replace(held.services, now=lambda: NOON + timedelta(days=days))

    return VerifyNightly(later, held.office.database.transact)


def work(held: Held, days: int = 1) -> None:  # noqa: F811 - the fixture's own
    for _ in range(2):
        nights(held, days).run_round()


def told(held: Held) -> list[tuple[str, str]]:  # noqa: F811 - the fixture's own
    return [(str(kind), str(body)) for kind, body in held.office.rows("notice", "kind", "body")]


def test_what_holds_is_noted_and_nobody_is_told(held: Held) -> None:  # noqa: F811 - the fixture's own
    work(held)

    with held.office.database.reading() as connection:
        assert read_state(connection) == (NOON + timedelta(days=1), NOON + timedelta(days=1), [])
    assert told(held) == []
    assert [seq for (seq,) in held.office.rows("proof_mark", "next_seq")] == [len(held.pen.lines) + 1]
    Gauges(held.office.database, lambda: NOON, HANOI).read()
    assert REGISTRY.get_sample_value("hailong_proof_held_seconds") == (NOON + timedelta(days=1)).timestamp()
    assert REGISTRY.get_sample_value("hailong_proof_findings") == 0


def test_a_log_whose_files_are_gone_is_told_in_the_night(held: Held, tmp_path: Path) -> None:  # noqa: F811 - the fixture's own
    config = replace_config(held.services.config, log=Log(directory=tmp_path / "log"))
    held.services = replace(held.services, config=config)
    with held.office.database.writing() as connection:
        keep_state(connection, origin="danhgia.example/log", vkey="", size=0, root=b"", published_size=0, cosigned=0)
    work(held)

    ((kind, body),) = told(held)
    assert (kind, f"The public log's files are not at {tmp_path / 'log' / 'public'}" in body) == ("alert", True)


def test_what_was_altered_is_told_once_and_its_end_once(held: Held) -> None:  # noqa: F811 - the fixture's own
    work(held)
    held.sql("UPDATE tally SET n = n + 1 WHERE level = 5")
    for days in (2, 3):
        work(held, days)

    ((kind, body),) = told(held)

    assert (kind, "collector verify --all" in body, held.pen.journal_id in body) == ("alert", True, True)
    assert "altered in the collector's database" in body
    with held.office.database.reading() as connection:
        assert read_state(connection).held_at == NOON + timedelta(days=1)
    Gauges(held.office.database, lambda: NOON, HANOI).read()
    # The tally itself, and the month in which more is tallied than is in blocks or waits.
    assert REGISTRY.get_sample_value("hailong_proof_findings") == 2
    held.sql("UPDATE tally SET n = n - 1 WHERE level = 5", "UPDATE notice_delivery SET state = 'sent', tries = 1")
    work(held, 4)
    assert [kind for kind, _ in told(held)] == ["alert", "recovered"]


def test_a_night_looks_at_what_is_new_and_every_four_weeks_at_all(held: Held) -> None:  # noqa: F811 - the fixture's own
    for days in (1, 2, 28, 29):
        work(held, days)
        ((looked_at, whole_at),) = held.office.rows("proof_look", "looked_at", "whole_at")

        assert looked_at == NOON + timedelta(days=days)
        assert whole_at == NOON + timedelta(days=29 if days == 29 else 1)


def test_a_night_that_is_done_does_nothing_more(held: Held) -> None:  # noqa: F811 - the fixture's own
    work(held)
    held.sql("UPDATE tally SET n = n + 1 WHERE level = 5")

    work(held)

    assert told(held) == []


def test_what_is_shown_is_held_against_its_blocks_at_the_end_of_a_night(held: Held) -> None:  # noqa: F811 - its own
    with held.office.database.writing() as connection:
        connection.execute(text("UPDATE shown_count SET n4 = n4 + 1 WHERE grain = 'm' AND stream = 'counted'"))

    work(held)

    ((_, body),) = told(held)
    assert "What is shown: what is shown of counter Q1 from 2026-11-01 to 2026-11-30" in body
