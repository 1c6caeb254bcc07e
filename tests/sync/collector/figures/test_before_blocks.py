"""What was told before there were blocks stays told where it was, whatever is moved; it is no demonstration's."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from sync.collector.commands.main import app
from sync.collector.errors import NotAllowed
from sync.collector.people.rights import ANYBODY
from sync.collector.services.moves import Act, move_counter
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from tests.kiosk_in_memory import run
from tests.sync.collector.before_blocks import tell_before_blocks
from tests.sync.collector.builders import DAYS, NOON, Office
from tests.sync.collector.moving import after_ids
from tests.sync.collector.proof.proven import not_proven
from tests.sync.collector.replica.blocks.holding import KNOWN, Sender

NIGHT = [("wait", 20 * 3600), ("cut",)]
TOLD = [("rate", 4, "counted", None, 6), ("reasons", 1, {"w"}), ("rate", 2, "repeat", None, 2), *NIGHT]
LATER = [("rate", 5, "counted", None, 6), *NIGHT, ("rate", 1, "counted", None, 2)]


@pytest.fixture
def later(services: Services) -> Services:
    return replace(services, now=lambda: NOON + timedelta(days=9))


@pytest.fixture
def told(two_units: Office, later: Services) -> Office:
    """Eight presses of before, and eight more that blocks hold or are to hold."""
    sender = Sender.of(two_units, run([*TOLD, *TOLD, *LATER]))
    sender.send(sender.pen.lines.index(next(line for line in sender.pen.lines if b'"block"' in line)) + 1)
    later.release()
    tell_before_blocks(two_units)
    sender.send()
    later.release()
    return two_units


def recorded(services: Services, *units: str) -> list[tuple[int, int, int]]:
    books = [read_book(services, ANYBODY, Query(unit, None, "2026-11")).me for unit in units]
    return [(me.n or 0, me.waiting_n, me.aside_n) for me in books]


def test_a_counter_that_moves_leaves_them_there_and_takes_what_blocks_hold_along(told: Office, later: Services) -> None:
    before = recorded(later, "T", "XA", "XB")
    assert before[0] == before[1]
    assert before[2] == (0, 0, 0)
    uncut = sum(n for (n,) in told.rows("uncut_count", "n"))
    first = min(day for (day,) in told.rows("rating", "day"))

    with told.database.writing() as connection:
        after_ids(connection)
        moved = move_counter(connection, "Q1", "XB", first, Act(NOON, "it", DAYS))  # type: ignore[arg-type]
    all_of_it, old, new = recorded(later, "T", "XA", "XB")

    assert moved.ratings == len(told.rows("rating"))
    assert (all_of_it, old) == (before[0], (6, 0, 2))
    assert tuple(map(sum, zip(old, new, strict=True))) == all_of_it
    ((row,),) = told.rows("counter", "counter_id")[-1:]
    assert {counter for (counter,) in told.rows("uncut_count", "counter_id")} == {row}
    assert sum(n for (n,) in told.rows("uncut_count", "n")) == uncut
    tallies: Counter[object] = Counter()
    for counter, n in told.rows("tally", "counter_id", "n"):
        tallies[counter] += n  # type: ignore[assignment]
    assert +tallies == {row: moved.ratings}
    assert {counter for counter, n in told.rows("reason_tally", "counter_id", "n") if n} == {row}
    assert not_proven(told.database) == []


def test_a_demonstration_of_them_is_refused_and_takes_nothing_away(told: Office, later: Services) -> None:
    before = recorded(later, "XA")
    demo = replace(later, config=CollectorConfig(demo=True))

    with pytest.raises(NotAllowed, match="before there were blocks"):
        read_book(demo, ANYBODY, Query("XA", None, "2026-11"))

    assert recorded(later, "XA") == before
    assert not_proven(told.database) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_collector_does_not_start_to_demonstrate_them(
    told: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.collector.run.server.run_server", lambda *_: None)
    config = tmp_path / "collector.toml"
    path = told.database.writer.url.database
    config.write_text(f'database_url = "sqlite:///{path}"\ndata_dir = "{tmp_path}"\n', encoding="utf-8")

    done = CliRunner().invoke(app, ["serve", "--demo", "--config", str(config)])

    assert isinstance(done.exception, NotAllowed)


def test_a_survey_that_becomes_known_takes_what_remained_along(told: Office, later: Services) -> None:
    row = "('a@1', 'overall', 1, '2026-11-20', 'am', 'counted', 3)"
    with told.database.writing() as connection:
        connection.execute(text("INSERT INTO remainder VALUES " + row))
    before = recorded(later, "XA")

    assert recorded(replace(later, surveys=KNOWN), "XA") == before
    assert told.rows("remainder", "survey", "n") == [("a:12345", 3)]
