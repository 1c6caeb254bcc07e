"""Whoever alters what is kept of the tree of cuts, and so what the kiosk signs, is found out by the entries."""

import json
from datetime import timedelta

import pytest
import typer

from kiosk.base.texts import texts
from kiosk.commands.journal import verify
from kiosk.journal.tree import HeldTree
from kiosk.journal.upkeep.upkeep import check_whole
from tests.kiosk.journal.test_tree import DAY_S, IN_FORCE, RETENTION, half_day


@pytest.fixture
def journal(journal, clock):
    """One whose kiosk cut on four days."""
    journal.state_settings(IN_FORCE, clock.now())
    for _ in range(4):
        half_day(journal, clock)
    return journal


def cuts_of(reader) -> list[int]:
    return [entry.seq for entry in reader.entries() if b'"kind":"block"' in entry.line]


def sql(journal, statement: str, *values: object) -> None:
    with journal._engine.begin() as connection:
        assert connection.exec_driver_sql(statement, values).rowcount


def prune(journal, reader, clock, days: int) -> None:
    clock.advance(days * DAY_S)
    while journal.maintain(reader.head(), RETENTION, clock.now()):
        pass


def test_tree_that_nobody_altered_is_that_of_the_entries(journal, reader):
    assert reader.held_tree() == HeldTree(4)


def test_root_that_was_altered_is_named_with_its_entry(journal, reader):
    second = cuts_of(reader)[1]
    sql(journal, "UPDATE meta SET value = ? WHERE key = ?", f"2 {'0' * 64}", f"tree at {second:016d}")

    assert reader.held_tree() == HeldTree(4, second)


@pytest.mark.parametrize("at", [0, 2])
def test_root_that_is_gone_is_named(journal, reader, at):
    seq = cuts_of(reader)[at]
    sql(journal, "DELETE FROM meta WHERE key = ?", f"tree at {seq:016d}")

    assert reader.held_tree().wrong_from == seq


def test_root_of_an_entry_that_states_no_cut_is_named(journal, reader):
    sql(journal, "INSERT INTO meta VALUES (?, ?)", f"tree at {3:016d}", f"1 {'a' * 64}")

    assert reader.held_tree().wrong_from == 3


@pytest.mark.parametrize("place", [2, 3, 4])
def test_what_is_kept_to_go_on_from_is_held_too(journal, reader, place):
    """Its nodes, the latest month, how many were of an earlier one."""
    with journal._engine.begin() as connection:
        kept = json.loads(connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'tree'").scalar_one())
    kept[place] = {2: [kept[2][0][:-2] + "A="], 3: "2027-01", 4: 9}[place]
    sql(journal, "UPDATE meta SET value = ? WHERE key = 'tree'", json.dumps(kept))

    assert reader.held_tree().wrong_from == kept[0]


@pytest.mark.parametrize("value", ["", "nonsense", "[1,2]", '[9,3,["AA=="],"",0]'])
@pytest.mark.parametrize("key", ["tree", "tree from", f"tree at {4:016d}"])
def test_what_no_version_ever_wrote_is_named_too(journal, reader, key, value):
    sql(journal, "INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    assert reader.held_tree().wrong_from is not None


def test_after_pruning_the_tree_goes_on_from_what_was_kept_and_that_is_held(journal, reader, clock):
    prune(journal, reader, clock, 398)
    assert len(cuts_of(reader)) < 4
    assert reader.held_tree() == HeldTree(4)
    half_day(journal, clock)
    assert reader.held_tree() == HeldTree(5)
    through = reader.anchor().next_seq - 1

    sql(journal, "UPDATE meta SET value = replace(value, ',0]', ',9]') WHERE key = 'tree from'")
    assert reader.held_tree().wrong_from == cuts_of(reader)[0]
    sql(journal, "UPDATE meta SET value = ? WHERE key = 'tree from'", f'[{through},0,[],"",0]')
    assert reader.held_tree().wrong_from == through


def test_file_that_an_older_version_pruned_is_not_called_wrong(journal, reader, clock):
    prune(journal, reader, clock, 398)
    sql(journal, "DELETE FROM meta WHERE key = 'tree from'")

    assert reader.held_tree() == HeldTree(4, is_known=False)
    half_day(journal, clock)
    prune(journal, reader, clock, 2)
    assert reader.held_tree() == HeldTree(5, is_known=False)


def test_weekly_check_names_it(journal, reader, path, clock):
    assert "bad_tree" not in check_whole(path, clock.now().wall)
    second = cuts_of(reader)[1]
    sql(journal, "DELETE FROM meta WHERE key = ?", f"tree at {second:016d}")

    found = check_whole(path, clock.now().wall + timedelta(days=7))

    assert (found["fault"], found["bad_tree"]) == (None, second)


def test_verify_says_where_and_alters_nothing(journal, reader, path, capsys, monkeypatch):
    monkeypatch.setattr("kiosk.commands.journal.t", texts("kiosk", "en"))
    verify(data_dir=path.parent.parent)
    assert "What this kiosk signs of its 4 blocks is what its entries say." in capsys.readouterr().out
    second = cuts_of(reader)[1]
    sql(journal, "DELETE FROM meta WHERE key = ?", f"tree at {second:016d}")

    verify(data_dir=path.parent.parent)
    assert f"is not what its entries say, from entry {second} on." in capsys.readouterr().out
    with pytest.raises(typer.Exit) as ended:
        verify(data_dir=path.parent.parent, as_json=True)

    told = json.loads(capsys.readouterr().out)
    assert (told["fault"], told["tree"]) == (None, {"cuts": 4, "known": True, "wrong_from": second})
    assert ended.value.exit_code == 0
