"""From the finger to the report with the installed programs: real touches, real SQLite, real HTTP, real kills."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kiosk.base.texts import texts
from kiosk.commands.demo import DemoFailed, _report
from kiosk.office.settings import load_kiosk_settings
from tests.offscreen import OFFSCREEN

KIOSK = str(Path(sys.executable).with_name("kiosk"))
pytestmark = [pytest.mark.window, pytest.mark.timeout(180)]


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return {**os.environ, **OFFSCREEN, "HAILONG_LANGUAGE": "en"}


def demo(folder: Path, port: int, environment: dict[str, str], presses: int) -> subprocess.Popen[str]:
    command = [KIOSK, "demo", "--data-dir", str(folder), "--port", str(port), "--presses", str(presses)]
    return subprocess.Popen(
        [*command, "--exit-when-synced"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, tuple[int, ...]]:
    """Exit code, and the three numbers of the last line."""
    out, err = process.communicate(timeout=150)
    found = re.fullmatch(r"presses (\d+)  on disk (\d+)  at the collector (\d+)", out.rstrip().split("\n")[-1])
    assert found, out + err
    assert "Traceback" not in out + err
    return process.returncode, tuple(int(number) for number in found.groups())


@pytest.fixture(scope="module")
def first(tmp_path_factory, environment):
    """The folder of a demo that was run once, to be copied, and its port."""
    folder, port = tmp_path_factory.mktemp("first"), free_port()
    assert ended(demo(folder, port, environment, presses=5)) == (0, (5, 5, 5))
    return folder, port


@pytest.fixture
def ran(first, tmp_path) -> int:
    """The port of the demo that was run in ``tmp_path`` with five presses."""
    shutil.copytree(first[0], tmp_path, dirs_exist_ok=True)
    return first[1]


def test_every_press_is_on_disk_and_at_the_collector_and_a_second_run_goes_on(tmp_path, ran, environment):
    assert ended(demo(tmp_path, ran, environment, presses=2)) == (0, (2, 7, 7))

    assert ended(demo(tmp_path, ran, environment, presses=0)) == (0, (0, 7, 7))
    pictures = {path.stem for path in (tmp_path / "screenshots").glob("*.png")}
    assert pictures >= {"question", "pressed", "reasons", "thanks"}
    assert programs_of(tmp_path) == {}


def test_killed_agent_and_collector_lose_nothing_and_count_nothing_twice(tmp_path, port, environment):
    process = demo(tmp_path, port, environment, presses=6)
    killed: list[str] = []
    wait_for(lambda: (tmp_path / "screenshots" / "pressed.png").exists())
    for _ in range(3):
        for name, pid in programs_of(tmp_path).items():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(name)
        time.sleep(2)

    assert ended(process) == (0, (6, 6, 6))
    assert {"serve", "sync"} <= set(killed)
    assert ended(demo(tmp_path, port, environment, presses=0)) == (0, (0, 6, 6))


def test_killed_demo_is_caught_up_by_the_next_one(tmp_path, port, environment):
    process = demo(tmp_path, port, environment, presses=50)
    wait_for(lambda: (tmp_path / "screenshots" / "thanks.png").exists())
    for pid in (*programs_of(tmp_path).values(), process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate()

    code, (presses, on_disk, collected) = ended(demo(tmp_path, port, environment, presses=1))

    assert (code, presses) == (0, 1)
    assert on_disk == collected >= 2


def test_demo_with_another_port_goes_on_where_it_was(tmp_path, ran, environment, port):
    assert ended(demo(tmp_path, port, environment, presses=2)) == (0, (2, 7, 7))
    assert ended(demo(tmp_path, ran, environment, presses=0)) == (0, (0, 7, 7))


def test_programs_of_a_killed_demo_end_by_themselves(tmp_path, port, environment):
    process = demo(tmp_path, port, environment, presses=500)
    wait_for(lambda: (tmp_path / "screenshots" / "question.png").exists())
    assert set(programs_of(tmp_path)) == {"serve", "sync"}

    process.kill()
    process.communicate()

    wait_for(lambda: programs_of(tmp_path) == {}, seconds=15)
    assert ended(demo(tmp_path, port, environment, presses=1))[0] == 0


def test_numbers_speak_of_this_disk_after_its_image_was_put_back(tmp_path, ran, environment):
    shutil.copytree(tmp_path / "kiosk", tmp_path / "image")
    assert ended(demo(tmp_path, ran, environment, presses=4)) == (0, (4, 9, 9))
    shutil.rmtree(tmp_path / "kiosk")
    (tmp_path / "image").rename(tmp_path / "kiosk")

    began = time.monotonic()
    assert ended(demo(tmp_path, ran, environment, presses=2)) == (0, (2, 7, 7))
    assert time.monotonic() - began < 100


def test_report_that_answers_with_an_error_is_told_and_is_not_none(tmp_path, monkeypatch):
    monkeypatch.setattr("kiosk.commands.demo.SYNC_S_MAX", 0.0)
    settings = load_kiosk_settings(None, tmp_path, {})
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as refusing:
        threading.Thread(target=refusing.handle_request).start()
        address = f"http://127.0.0.1:{refusing.server_port}"

        with pytest.raises(DemoFailed, match=r"report at http://127\.0\.0\.1:\d+ cannot be had \(.*501"):
            _report(texts("kiosk", "en"), settings, tmp_path, address, thanked=0, before=0)


def test_interrupted_demo_ends_every_process_it_started(tmp_path, port, environment):
    process = demo(tmp_path, port, environment, presses=500)
    wait_for(lambda: (tmp_path / "screenshots" / "question.png").exists())
    assert set(programs_of(tmp_path)) == {"serve", "sync"}

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=90)

    assert programs_of(tmp_path) == {}
    assert process.returncode == 130
    assert "Traceback" not in out + err


def test_port_in_use_is_one_clear_sentence(tmp_path, environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = demo(tmp_path, taken.getsockname()[1], environment, presses=1)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 1
    assert re.fullmatch(r"port \d+ on this machine cannot be used \(.*\); stop what uses it, or .* --port\n", err), err


def test_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path, port, environment):
    (tmp_path / "file").write_text("in the way")
    process = demo(tmp_path / "file", port, environment, presses=1)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 1
    assert re.search(r"file cannot be written \(Not a directory\); .* --data-dir\n$", err), err


def programs_of(folder: Path) -> dict[str, int]:
    """The running ``collector serve`` and ``kiosk sync`` of this data folder, by command."""
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            words = (entry / "cmdline").read_text().split("\0")
            if str(folder) in words and {"serve", "sync"} & set(words):
                found["serve" if "serve" in words else "sync"] = int(entry.name)
    return found


def wait_for(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
