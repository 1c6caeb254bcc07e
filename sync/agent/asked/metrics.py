"""Metrics: how the agent is, as a text file that Prometheus' node_exporter picks up beside the machine's own."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from shutil import disk_usage

import structlog

from kiosk.__about__ import VERSION
from kiosk.domain.instant import Clock
from sync.agent.asked.status import AgentStatus, agent_status
from sync.agent.troubles import Trouble

_log = structlog.get_logger("agent")


def write_metrics(file: Path, directory: Path, journal_path: Path, clock: Clock) -> None:
    """Put the metrics at ``file`` in one step, for everybody to read; one that cannot be written is only noted."""
    status = agent_status(directory, journal_path, clock)
    text = "".join(_lines(status, disk_usage(directory).free, clock.now().wall))
    fresh = file.with_name(f".{file.name}.unfinished")
    try:
        fresh.write_text(text, "utf-8")
        fresh.chmod(0o644)
        fresh.replace(file)
    except OSError as error:
        _log.warning("metrics_not_written", file=str(file), why=error.strerror)


def _lines(status: AgentStatus, free: int, now: datetime) -> Iterator[str]:
    yield from _metric("hailong_agent_info", "Which software this is", {f'{{version="{VERSION}"}}': 1})
    yield from _metric("hailong_agent_written_timestamp_seconds", "When this file was written", {"": now.timestamp()})
    yield from _metric("hailong_agent_enrolled", "Whether the collector gave this kiosk a name", {"": status.enrolled})
    yield from _metric("hailong_agent_disk_free_bytes", "Room left beside the journal", {"": free})
    if status.waiting is not None:
        yield from _metric("hailong_agent_waiting_entries", "Entries the collector lacks", {"": status.waiting})
    if status.oldest_waiting_at is not None:
        since = datetime.fromisoformat(status.oldest_waiting_at).timestamp()
        yield from _metric("hailong_agent_oldest_waiting_timestamp_seconds", "Since when the first waits", {"": since})
    if status.last_contact_at is not None:
        at = datetime.fromisoformat(status.last_contact_at).timestamp()
        yield from _metric("hailong_agent_last_contact_timestamp_seconds", "Last good answer", {"": at})
    troubles = {f'{{trouble="{each}"}}': each is status.trouble for each in Trouble}
    yield from _metric("hailong_agent_trouble", "What is wrong: 1 for that one", troubles)


def _metric(name: str, about: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP {name} {about}\n# TYPE {name} gauge\n"
    for labels, value in values.items():
        yield f"{name}{labels} {float(value):.16g}\n"
