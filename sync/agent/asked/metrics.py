"""Metrics: how the agent is, as a text file that Prometheus' node_exporter picks up beside the machine's own.

It leaves the kiosk every minute, so nothing in it moves with a press (``asked.closed``).
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from shutil import disk_usage

import structlog

from kiosk.__about__ import VERSION
from kiosk.domain.instant import Clock
from sync.agent.asked.closed import closed_status, quarter_of
from sync.agent.asked.status import AgentStatus, agent_status
from sync.agent.troubles import Trouble

DISK_STEP = 10_000_000
"""As finely as the room on the disk is told: each press takes a little of it."""
_log = structlog.get_logger("agent")


def write_metrics(file: Path, directory: Path, journal_path: Path, clock: Clock) -> None:
    """Put the metrics at ``file`` in one step, for everybody to read; one that cannot be written is only noted."""
    now = clock.now().wall
    status = closed_status(agent_status(directory, journal_path, clock), directory, journal_path, now)
    written = quarter_of(now).timestamp()
    free = disk_usage(directory).free
    text = "".join(_lines(status, free - free % DISK_STEP, written))
    fresh = file.with_name(f".{file.name}.unfinished")
    try:
        fresh.write_text(text, "utf-8")
        fresh.chmod(0o644)
        # node_exporter tells when the file was written, and it is written after each press.
        os.utime(fresh, (written, written))
        fresh.replace(file)
    except OSError as error:
        _log.warning("metrics_not_written", file=str(file), why=error.strerror)


def _lines(status: AgentStatus, free: int, written: float) -> Iterator[str]:
    yield from _metric("hailong_agent_info", "Which software this is", {f'{{version="{VERSION}"}}': 1})
    yield from _metric("hailong_agent_written_timestamp_seconds", "When this file was written", {"": written})
    yield from _metric("hailong_agent_enrolled", "Whether the collector gave this kiosk a name", {"": status.enrolled})
    yield from _metric("hailong_agent_disk_free_bytes", "Room left beside the journal", {"": free})
    waits = "Entries of half days that are over that the collector lacks"
    if status.waiting is not None:
        yield from _metric("hailong_agent_waiting_entries", waits, {"": status.waiting})
    if status.oldest_waiting_at is not None:
        since = datetime.fromisoformat(status.oldest_waiting_at).timestamp()
        yield from _metric(
            "hailong_agent_oldest_waiting_timestamp_seconds", "End of the first one's half day", {"": since}
        )
    if status.last_contact_at is not None:
        at = datetime.fromisoformat(status.last_contact_at).timestamp()
        yield from _metric("hailong_agent_last_contact_timestamp_seconds", "Last good answer, to 15 minutes", {"": at})
    troubles = {f'{{trouble="{each}"}}': each is status.trouble for each in Trouble}
    yield from _metric("hailong_agent_trouble", "What is wrong: 1 for that one", troubles)


def _metric(name: str, about: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP {name} {about}\n# TYPE {name} gauge\n"
    for labels, value in values.items():
        yield f"{name}{labels} {float(value):.16g}\n"
