"""What IT staff ask of a kiosk is done once, told until it is known, and never keeps a rating waiting."""

import json
import uuid

import pytest

from sync.agent.agent import Agent
from sync.agent.commands import Commands, read_orders
from sync.agent.device.enroll import KioskFiles
from sync.protocol.messages import EXCERPT_MAX, CommandDone, DeviceCommand

LOG = (
    'started\nerror: payload="Bà Lan khó chịu" password: hunter2 lan@example.vn 0912 345 678\n'
    "2026-11-20T11:02:03 done\n"
)


@pytest.fixture
def agent(tmp_path, journal, collector, clock) -> Agent:
    path = tmp_path / "journal.db"
    files = KioskFiles(tmp_path)
    return Agent(files, path, lambda: journal, collector.open, clock, start_delay_s_max=0, read_log=lambda: LOG)


def ask(collector, kind: str) -> str:
    command = DeviceCommand(str(uuid.uuid4()), kind)
    collector.commands.append(command)
    return command.id


def cycles(agent: Agent, clock, n: int = 1, seconds: float = 61) -> None:
    for _ in range(n):
        clock.advance(seconds)
        agent.run_cycle()


def test_a_command_is_done_once_and_what_came_of_it_is_told_at_once(tmp_path, agent, collector, clock):
    wanted = ask(collector, "restart")

    cycles(agent, clock)
    assert agent.due() is False
    clock.advance(3)
    assert agent.due() is True
    agent.run_cycle()
    cycles(agent, clock, 2)

    assert [order.kind for order in read_orders(tmp_path / "orders.json")] == ["restart"]
    told = [one for status in collector.statuses for one in status.done]
    assert told == [CommandDone(wanted, "handed to the screen")]
    assert collector.commands == []


def test_what_the_collector_lost_is_told_again_and_done_only_once(tmp_path, agent, collector, clock):
    wanted = ask(collector, "restart")
    cycles(agent, clock, 2)
    (tmp_path / "orders.json").unlink()

    collector.commands = [DeviceCommand(wanted, "restart")]
    cycles(agent, clock, 2)

    assert read_orders(tmp_path / "orders.json") == []
    assert collector.statuses[-1].done == [CommandDone(wanted, "done before")]


def test_a_new_agent_does_not_do_again_what_the_last_one_did(tmp_path, agent, collector, clock, journal):
    ask(collector, "restart")
    cycles(agent, clock)
    (tmp_path / "orders.json").unlink()

    other = Agent(KioskFiles(tmp_path), tmp_path / "journal.db", lambda: journal, collector.open, clock,
                  start_delay_s_max=0)  # fmt: skip
    cycles(other, clock, 2)

    assert read_orders(tmp_path / "orders.json") == []
    assert collector.commands == []


def test_a_log_travels_without_what_could_name_a_person(agent, collector, clock):
    ask(collector, "log")

    cycles(agent, clock, 2)

    (done,) = collector.statuses[-1].done
    assert "started" in done.excerpt
    assert "2026-11-20T11:02:03 done" in done.excerpt
    for secret in ("Lan", "hunter2", "lan@", "345"):
        assert secret not in done.excerpt


def test_a_long_log_is_cut_at_a_line(tmp_path):
    commands = Commands(tmp_path, lambda: "".join(f"line {number} ends here\n" for number in range(5000)))

    commands.take([DeviceCommand(str(uuid.uuid4()), "log")], [])

    (done,) = commands.untold()
    assert len(done.excerpt) <= EXCERPT_MAX
    assert done.excerpt.startswith("line ")
    assert done.excerpt.endswith("line 4999 ends here\n")


def test_a_log_that_cannot_be_read_is_said(tmp_path):
    def unreadable() -> str:
        raise FileNotFoundError(2, "No such file or directory")

    commands = Commands(tmp_path, unreadable)
    commands.take([DeviceCommand(str(uuid.uuid4()), "log")], [])

    assert commands.untold()[0].outcome == "the log cannot be read: No such file or directory"


@pytest.mark.parametrize(("kind", "outcome"), [("status", "done"), ("from_the_future", "unknown")])
def test_what_the_agent_does_itself_and_what_it_does_not_know(tmp_path, agent, collector, clock, kind, outcome):
    ask(collector, kind)

    cycles(agent, clock, 2)

    assert [one.outcome for one in collector.statuses[-1].done] == [outcome]
    assert not (tmp_path / "orders.json").exists()


def test_an_upgrade_that_is_to_be_tried_again_is_left_to_the_upgrade(tmp_path, agent, collector, clock):
    ask(collector, "upgrade")

    cycles(agent, clock, 2)

    assert (tmp_path / "upgrade-again").exists()
    assert [one.outcome for one in collector.statuses[-1].done] == ["handed to the upgrade"]


def test_a_torn_file_of_commands_keeps_nothing_waiting(tmp_path, agent, collector, clock):
    (tmp_path / "commands.json").write_text("{torn")
    ask(collector, "restart")

    cycles(agent, clock, 2)

    assert collector.commands == []
    assert json.loads((tmp_path / "commands.json").read_bytes())["known"]
