"""A picture of the screen comes with a status, at a moment that says nothing of who was at the kiosk."""

import uuid
from pathlib import Path

import pytest

from kiosk.office.picture import PICTURE_FILE, keep_picture
from sync.agent.agent import Agent
from sync.agent.commands import read_orders
from sync.agent.device.enroll import KioskFiles
from sync.agent.errors import CollectorUnavailable, RequestRefused
from sync.agent.pictures import TOO_OLD_S
from sync.agent.troubles import Trouble
from sync.protocol.messages import DeviceCommand

PNG = b"a picture"


@pytest.fixture
def agent(tmp_path, journal, collector, clock) -> Agent:
    files = KioskFiles(tmp_path)
    return Agent(files, tmp_path / "journal.db", lambda: journal, collector.open, clock, start_delay_s_max=0)


def ask(agent: Agent, collector, clock) -> None:
    """The answer to the next status asks for a picture, and what came of that is told."""
    collector.commands.append(DeviceCommand(str(uuid.uuid4()), "picture"))
    clock.advance(61)
    agent.run_cycle()


def news(agent: Agent, clock) -> None:
    clock.advance(3)
    agent.run_cycle()


@pytest.mark.parametrize("made_after_s", [1, 30], ids=["nobody there", "a citizen was there for half a minute"])
def test_picture_goes_out_with_the_next_usual_status_whenever_it_was_made(
    tmp_path: Path, agent, collector, clock, made_after_s
):
    ask(agent, collector, clock)
    assert [order.kind for order in read_orders(tmp_path / "orders.json")] == ["picture"]
    early = made_after_s < 3
    if early:
        keep_picture(tmp_path, PNG)
    news(agent, clock)
    assert collector.pictures == []
    clock.advance(58)
    if not early:
        keep_picture(tmp_path, PNG)

    agent.run_cycle()

    assert collector.pictures == [PNG]
    assert not (tmp_path / PICTURE_FILE).exists()


def test_picture_is_brought_once_and_no_press_brings_it(tmp_path: Path, agent, collector, clock):
    ask(agent, collector, clock)
    news(agent, clock)
    keep_picture(tmp_path, PNG)
    clock.advance(45)
    agent.upload(tells_status=False)
    assert collector.pictures == []

    for _ in range(3):
        clock.advance(50)
        agent.run_cycle()

    assert collector.pictures == [PNG]


def test_picture_of_another_question_or_of_long_ago_is_never_brought(tmp_path: Path, agent, collector, clock):
    keep_picture(tmp_path, b"of an agent before this one")
    ask(agent, collector, clock)
    news(agent, clock)
    assert not (tmp_path / PICTURE_FILE).exists()
    clock.advance(TOO_OLD_S)
    keep_picture(tmp_path, b"made when the screen was free at last")
    agent.run_cycle()

    assert collector.pictures == []
    assert not (tmp_path / PICTURE_FILE).exists()


@pytest.mark.parametrize(
    ("refusal", "stays"),
    [(RequestRefused(Trouble.REFUSED, "400"), False), (CollectorUnavailable(Trouble.BUSY, "503"), True)],
)
def test_picture_that_cannot_be_brought_keeps_no_rating_waiting(
    tmp_path: Path, agent, collector, clock, refusal, stays
):
    ask(agent, collector, clock)
    news(agent, clock)
    keep_picture(tmp_path, PNG)
    collector.refuses_pictures = refusal
    clock.advance(45)

    cursor = agent.upload()

    assert cursor.next_seq > 1
    assert (tmp_path / PICTURE_FILE).exists() is stays


def test_picture_on_a_disk_that_lets_nothing_go_keeps_no_rating_waiting(
    tmp_path: Path, agent, collector, clock, monkeypatch
):
    ask(agent, collector, clock)
    news(agent, clock)
    keep_picture(tmp_path, PNG)
    monkeypatch.setattr(Path, "unlink", refuse)
    clock.advance(45)

    assert agent.upload().next_seq > 1
    assert collector.pictures == [PNG]


def refuse(*_args: object, **_options: object) -> None:
    raise OSError(30, "Read-only file system")
