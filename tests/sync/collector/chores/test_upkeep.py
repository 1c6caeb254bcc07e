"""Upkeep: each chore at its pace, and one that fails holds up nobody."""

import threading

import pytest
from starlette.testclient import TestClient

from sync.collector.chores.upkeep import Chore, Upkeep
from sync.collector.run.app import create_app
from sync.collector.services.services import Services

DEADLINE_S = 60.0


def test_a_chore_comes_again_and_again() -> None:
    third, count = threading.Event(), []

    def run() -> None:
        count.append(1)
        if len(count) == 3:
            third.set()

    upkeep = Upkeep([Chore("count", 0.01, run, first_s=0)])
    upkeep.start()

    assert third.wait(DEADLINE_S)
    upkeep.stop()


def test_a_chore_that_fails_comes_again_and_the_others_go_on() -> None:
    failed_twice, other, failures = threading.Event(), threading.Event(), []

    def fail() -> None:
        failures.append(1)
        if len(failures) == 2:
            failed_twice.set()
        raise ValueError

    upkeep = Upkeep([Chore("fail", 0.01, fail, first_s=0), Chore("other", 0.01, other.set, first_s=0)])
    upkeep.start()

    assert failed_twice.wait(DEADLINE_S)
    assert other.wait(DEADLINE_S)
    upkeep.stop()


def test_stopping_does_not_wait_for_a_chore_that_hangs() -> None:
    begun, never = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        never.wait(DEADLINE_S)

    upkeep = Upkeep([Chore("hang", 1, hang, first_s=0)])
    upkeep.start()
    assert begun.wait(DEADLINE_S)

    upkeep.stop(wait_s=0.01)

    never.set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_app_that_runs_does_its_chores(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr("sync.collector.run.app.chores_of", lambda _: [Chore("do", 60.0, done.set, first_s=0)])

    with TestClient(create_app(services)):
        assert done.wait(DEADLINE_S)


def test_a_chore_that_is_anothers_turn_is_left_and_done_when_it_is_ours() -> None:
    is_ours = threading.Event()

    def has_turn(chore: str) -> bool:
        return chore == "ours" or is_ours.is_set()

    ours, theirs = threading.Event(), threading.Event()
    chores = [Chore("theirs", 0.01, theirs.set, first_s=0), Chore("ours", 0.01, ours.set, first_s=0)]
    upkeep = Upkeep(chores, has_turn=has_turn)
    upkeep.start()
    assert ours.wait(DEADLINE_S)
    was_done = theirs.is_set()
    is_ours.set()

    assert theirs.wait(DEADLINE_S)
    assert not was_done
    upkeep.stop()
