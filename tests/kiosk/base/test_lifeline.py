"""A program that was started with a lifeline ends with its starter, killed or not, and no other does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.base.lifeline import with_lifeline

ROOT = Path(__file__).parents[3]
PROGRAM = """
import signal, sys, time
from kiosk.base.lifeline import hold_on
if sys.argv[1] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    import kiosk.base.lifeline
    kiosk.base.lifeline.LEAVE_S_MAX = 0.5
hold_on()
print("ready", flush=True)
time.sleep(60)
"""
STARTER = """
import subprocess, sys, os, time
from kiosk.base.lifeline import with_lifeline
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, start_new_session=True, env=with_lifeline(os.environ))
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("kind", ["ordinary", "deaf"])
def test_program_ends_when_its_starter_is_killed(kind: str) -> None:
    command = [sys.executable, "-c", STARTER, PROGRAM, kind]
    starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert starter.stdout is not None
    child = int(starter.stdout.readline())

    starter.kill()
    starter.communicate()

    deadline = time.monotonic() + 60
    while is_there(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_program_whose_starter_is_gone_before_it_looks_ends_at_once() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "late"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT,
        env=with_lifeline(os.environ),
    )  # fmt: skip
    assert program.stdin is not None
    program.stdin.close()

    assert program.wait(60) == -signal.SIGTERM


def test_service_whose_standard_input_is_closed_goes_on() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "service"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert program.stdout is not None
    assert program.stdout.readline() == b"ready\n"

    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(1)
    program.kill()
    program.communicate()


def is_there(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
