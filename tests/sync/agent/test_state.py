import os
import stat

import pytest

from kiosk.journal.chain import Cursor
from sync.agent.state import AgentState, keep_state, load_state
from sync.agent.troubles import Trouble
from tests.fakes import InMemoryJournal


def test_state_comes_back_as_kept(tmp_path, journal, clock):
    state = AgentState().with_contact(journal.id, journal.head(), clock.now())
    state = state.with_trouble(Trouble.PORTAL, "200 with text/html", clock.now(), 30)

    keep_state(tmp_path / "agent.json", state)

    assert load_state(tmp_path / "agent.json") == state
    assert load_state(tmp_path / "agent.json").acknowledged(journal.id) == journal.head()


def test_file_is_for_its_owner_alone(tmp_path):
    keep_state(tmp_path / "agent.json", AgentState())

    assert stat.S_IMODE((tmp_path / "agent.json").stat().st_mode) == 0o600


def test_missing_file_is_a_fresh_start(tmp_path):
    assert load_state(tmp_path / "agent.json") == AgentState()


def test_file_torn_anywhere_is_a_fresh_start_or_whole(tmp_path, journal, clock):
    path = tmp_path / "agent.json"
    state = AgentState().with_contact(journal.id, journal.head(), clock.now())
    keep_state(path, state)
    whole = path.read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert load_state(path) == AgentState()


@pytest.mark.parametrize("content", [b"[]", b'{"failures":"x"}', b"\xff", b'{"acknowledged_head":"zz"}', b"\0" * 4096])
def test_foreign_content_is_a_fresh_start(tmp_path, content):
    (tmp_path / "agent.json").write_bytes(content)

    assert load_state(tmp_path / "agent.json").acknowledged("x").next_seq == 1


def test_failed_write_leaves_the_old_state(tmp_path, monkeypatch, clock):
    path = tmp_path / "agent.json"
    keep_state(path, AgentState())

    def refuse(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        keep_state(path, AgentState().with_trouble(Trouble.BUSY, "503", clock.now(), 5))

    assert load_state(path) == AgentState()
    assert [entry.name for entry in tmp_path.iterdir()] == ["agent.json"]


def test_other_journal_is_known_from_its_start_only(journal, clock):
    state = AgentState().with_contact(journal.id, journal.head(), clock.now())
    other = InMemoryJournal("00000000-0000-4000-8000-000000000000")

    assert state.acknowledged(other.id) == Cursor.start(other.id)


def test_trouble_that_goes_on_keeps_its_beginning(clock):
    first = AgentState().with_trouble(Trouble.NO_NETWORK, "refused", clock.now(), 5)
    clock.advance(60)
    second = first.with_trouble(Trouble.NO_NETWORK, "unreachable", clock.now(), 5)
    other = second.with_trouble(Trouble.PORTAL, "302", clock.now(), 5)

    assert second.trouble.since == first.trouble.since
    assert (second.failures, other.failures) == (2, 3)
    assert other.trouble.since != first.trouble.since


def test_good_answer_ends_the_trouble(journal, clock):
    state = AgentState().with_trouble(Trouble.BUSY, "503", clock.now(), 5)

    well = state.with_contact(journal.id, journal.head(), clock.now())

    assert (well.trouble, well.failures, well.wait_us(clock.now())) == (None, 0, 0)


def test_wait_goes_on_by_the_boot_clock_whatever_the_wall_clock_does(clock):
    state = AgentState().with_trouble(Trouble.BUSY, "503", clock.now(), 600)
    clock.wall = clock.wall.replace(year=1970)
    clock.mono_us += 200_000_000

    assert round(state.wait_us(clock.now()) / 1e6) == 400


def test_wait_ends_with_the_boot_it_was_reckoned_in(clock):
    state = AgentState().with_trouble(Trouble.BUSY, "503", clock.now(), 600)
    clock.boot = "another"

    assert state.wait_us(clock.now()) == 0
