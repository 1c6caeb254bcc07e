"""The log is one JSON object a line for programs and a plain line for people, whoever writes it."""

import json
import logging
import sys
import threading
import warnings

import pytest
import structlog

from kiosk.base.log import write_log
from sync.log import start_log


@pytest.fixture(autouse=True)
def _afterwards():
    root = logging.getLogger()
    before = root.handlers[:], root.level
    hook = threading.excepthook
    yield
    root.handlers[:], root.level = before
    logging.captureWarnings(False)
    threading.excepthook = hook
    structlog.reset_defaults()


def lines(capsys) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_both_ways_of_noting_give_the_same_lines(capsys):
    start_log()

    structlog.get_logger("agent").warning("cycle_without_success", trouble="portal", name="x", wait_s=9)
    logging.getLogger("kiosk.run.start").warning("journal %s at %s", "j", "/data")

    agent, screen = lines(capsys)
    assert (agent["level"], agent["logger"], agent["event"]) == ("warning", "agent", "cycle_without_success")
    assert (agent["trouble"], agent["name"], agent["wait_s"]) == ("portal", "x", 9)
    assert (screen["level"], screen["logger"], screen["event"]) == ("warning", "kiosk.run.start", "journal j at /data")
    assert list(agent)[:4] == list(screen)[:4] == ["timestamp", "level", "logger", "event"]
    assert str(agent["timestamp"]).endswith("Z")


def test_exception_and_line_breaks_stay_on_one_line(capsys):
    start_log()

    try:
        raise ValueError("first\nsecond")
    except ValueError:
        structlog.get_logger("agent").exception("cycle_failed")

    (line,) = lines(capsys)
    assert "ValueError: first\nsecond" in str(line["exception"])


def test_field_cannot_pretend_to_be_another_level(capsys):
    start_log()

    logging.getLogger("x").info("event", extra={"fields": {"level": "critical", "timestamp": "never"}})

    (line,) = lines(capsys)
    assert line["level"] == "info"


def test_nothing_below_the_level_is_written(capsys):
    start_log(logging.CRITICAL)

    structlog.get_logger("agent").error("cycle_failed")

    assert lines(capsys) == []


def test_person_at_a_terminal_reads_plain_lines(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    write_log(anew=True)

    logging.getLogger("agent").info("up", extra={"fields": {"next": 7}})

    assert capsys.readouterr().err.endswith(" info     agent: up next=7\n")


def test_warnings_of_libraries_and_ends_of_threads_are_lines_as_all_others(capsys):
    start_log()

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("the library is surprised", RuntimeWarning, stacklevel=1)
    thread = threading.Thread(target=lambda: 1 / 0, name="reader")
    thread.start()
    thread.join()

    warned, ended = lines(capsys)
    assert "the library is surprised" in str(warned["event"])
    assert ended["event"] == "thread reader ended by a fault"
    assert "ZeroDivisionError" in str(ended["exception"])
