"""How the log is stands in the database after every step, by hand too; and a day that cannot be right is told."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.transparency.by_hand import change_key, rebuild_log, restart_log
from sync.collector.transparency.days import days_ahead, last_over
from sync.collector.transparency.errors import LogAhead, LogBehind, LogStopped, LogUnsure
from sync.collector.transparency.leaves.index import State
from sync.collector.transparency.witnessing import Outcome, read_answers
from sync.protocol.tlog.merkle import EMPTY_ROOT
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.transparency.logs import ORIGIN, Kept
from tests.sync.collector.transparency.restored import World, own_key
from tests.sync.collector.transparency.witnessing import witness

FAR = date(2031, 1, 1)


def state(kept: Kept) -> State:
    found = kept.keeper.state()
    assert found is not None
    return found


def press(office: Office, pen: Pen) -> None:
    pen.rating()
    office.append(pen, pen.batch(len(pen.lines)))


def ahead(kept: Kept) -> list[str]:
    """Where a day stands that is not over."""
    found = days_ahead(kept.office.database, kept.public, last_over(kept.now, HANOI))
    return [str(one.values["where"]) for one in found if one.code == "log_future"]


def test_a_fault_is_stored_by_whoever_meets_it_and_goes_when_it_is_mended(world: World) -> None:
    world.restore_folder()
    world.kept.now += timedelta(days=1)
    with pytest.raises(LogBehind):
        world.kept.keeper.run(at_once=True)
    assert (state(world.kept).fault, state(world.kept).fault_at) == ("behind", world.kept.now)
    # What the database knows is what tells that the folder is behind, and stays.
    assert state(world.kept).size == 2
    since = world.kept.now
    world.kept.now += timedelta(hours=1)
    with pytest.raises(LogBehind):
        rebuild_log(world.kept.keeper, own_key(world), "somebody")
    assert state(world.kept).fault_at == since
    world.kept.settings = Log(mirrors=(str(world.mirror),))

    rebuild_log(world.kept.keeper, own_key(world), "somebody")

    assert (state(world.kept).fault, state(world.kept).fault_at) == (None, None)


def test_after_a_rebuild_the_status_is_that_of_the_files(world: World) -> None:
    newest = world.kept.newest().checkpoint
    world.restore_folder()
    world.restore_database()
    assert state(world.kept).size == 1
    world.kept.settings = Log(mirrors=(str(world.mirror),))

    rebuild_log(world.kept.keeper, own_key(world), "somebody")

    found = state(world.kept)
    assert (found.size, found.root, found.published_size) == (2, newest.root, 1)
    world.kept.keeper.run()
    assert state(world.kept).published_size == 2


def test_a_rebuild_never_makes_the_database_forget_that_it_knows_more(world: World) -> None:
    world.restore_folder()

    with pytest.raises(LogBehind):
        rebuild_log(world.kept.keeper, own_key(world), "somebody")

    assert (state(world.kept).size, state(world.kept).fault) == (2, "behind")


def test_after_a_restart_the_status_is_that_of_the_log_that_begins(world: World) -> None:
    restart_log(world.kept.keeper, own_key(world), "somebody", although_whole=True)

    found = state(world.kept)
    assert (found.origin, found.size, found.root, found.day) == (f"{ORIGIN}/2", 0, EMPTY_ROOT, None)
    assert (found.published_size, found.published_at, found.cosigned) == (0, None, 0)


def test_a_change_of_the_key_takes_no_fault_away(world: World) -> None:
    with world.office.database.writing() as connection:
        connection.execute(update(schema.log_state).values(fault="forked", fault_at=NOON))

    change_key(world.kept.keeper, "somebody")

    assert state(world.kept).fault == "forked"


def test_each_answer_of_a_witness_stands_at_once(kept: Kept, office: Office, pen: Pen) -> None:
    with witness() as other:
        kept.settings = Log(witnesses=(other.setting,))
        kept.now += timedelta(days=1)

        def said() -> tuple[Outcome, int | None]:
            with office.database.reading() as connection:
                (one,) = read_answers(connection).values()
            assert one.asked_at == kept.now
            return one.answered.outcome, one.answered.size

        kept.keeper.run()
        assert said() == (Outcome.REFUSED, None)
        assert state(kept).fault == "unwitnessed"
        other.log = kept.folder.key_files.read().signer.verifier
        other.time = int(kept.now.timestamp())
        kept.keeper.run(at_once=True)
        assert said() == (Outcome.COSIGNED, 1)
        assert (state(kept).fault, state(kept).cosigned, state(kept).published_size) == (None, 1, 1)
        other.is_down = True
        press(office, pen)
        kept.now += timedelta(days=1)
        with pytest.raises(LogUnsure):
            kept.keeper.run()
        assert said() == (Outcome.SILENT, None)
        assert state(kept).fault == "unsure"
    kept.settings = Log()
    kept.run()
    assert state(kept).fault is None


@pytest.mark.parametrize("day", [FAR, NOON.date()])
def test_a_day_set_in_the_database_stalls_nothing(kept: Kept, office: Office, pen: Pen, day: date) -> None:
    kept.run()
    press(office, pen)
    kept.now += timedelta(days=1)
    with office.database.writing() as connection:
        # One that is over says that today's work was done.
        connection.execute(update(schema.log_state).values(day=day if day == FAR else kept.keeper.day))
    assert ahead(kept) == (["log_state.day"] if day == FAR else [])

    why = kept.keeper.run()

    assert kept.newest().checkpoint.size == 2
    assert (why.code if why else None) == ("doubtful" if day == FAR else None)
    assert (state(kept).day, state(kept).fault) == (kept.keeper.day, why.code if why else None)
    assert kept.keeper.run() is None
    assert (state(kept).fault, ahead(kept)) == (None, [])


def test_a_log_that_was_kept_by_a_clock_of_years_ahead_says_so_and_is_set_right(world: World, tmp_path: Path) -> None:
    kept = world.kept
    right = kept.now
    world.grow()
    kept.now = datetime(2031, 1, 2, tzinfo=UTC)
    kept.keeper.run()
    kept.now = right + timedelta(days=1)
    world.grow()

    with pytest.raises(LogAhead) as stopped:
        kept.keeper.run()

    assert stopped.value.values["file"] == kept.folder.day_file
    assert state(kept).fault == "ahead"
    assert ahead(kept) == ["log_state.day", "day", "tile/entries"]
    rebuild_log(kept.keeper, own_key(world), "somebody")
    assert state(kept).fault is None
    kept.keeper.run()
    assert (kept.newest().checkpoint.size, state(kept).day) == (4, kept.keeper.day)
    assert ahead(kept) == []


def test_a_clock_ahead_is_told_the_same_night_by_the_witnesses_clock(kept: Kept, office: Office, pen: Pen) -> None:
    with witness() as other:
        kept.settings = Log(witnesses=(other.setting,))
        with kept.folder.held():
            other.log = kept.keeper.open_keys(kept.folder).signer.verifier
        kept.now += timedelta(days=1)
        for days, code in ((0, None), (2, "doubtful")):
            press(office, pen)
            kept.now += timedelta(days=1)
            other.time = int((kept.now - timedelta(days=days)).timestamp())
            why = kept.keeper.run()
            assert (why.code if why else None, state(kept).fault) == (code, code)
        press(office, pen)
        kept.now += timedelta(days=1)
        other.time = int(kept.now.timestamp())
        assert kept.keeper.run() is None


def test_a_clock_that_is_set_back_a_little_at_midnight_is_no_fault(kept: Kept, pen: Pen) -> None:
    kept.now = datetime(2026, 11, 22, 0, 0, 5, tzinfo=HANOI)
    kept.keeper.run()
    kept.now -= timedelta(minutes=10)

    assert kept.keeper.run() is None

    kept.now -= timedelta(hours=2)
    with pytest.raises(LogStopped):
        kept.keeper.run()
