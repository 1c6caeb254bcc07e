"""Worker: one of several processes, started by its parent as a program of its own.

A program of its own and no fork: it reads settings and code as they are now, and shares no connection and no thread
with anybody. What it counts is shared before anything counts, so nothing of the collector is imported before.
"""

import socket
import sys
from pathlib import Path
from typing import Any

import msgspec

from kiosk.base.lifeline import hold_on
from kiosk.base.terminal.terminal import faults_said, terminal_texts


class Order(msgspec.Struct, frozen=True):
    """What a worker is to do: where its settings are, and which socket is the address."""

    slot: int
    listener: int
    """File descriptor of the socket that listens already."""
    counts: str
    """The folder in which all of them keep what they count."""
    config: str | None
    data_dir: str | None
    given: dict[str, Any]
    """What the command line set."""


def command_for(order: Order) -> list[str]:
    """The command line of the worker that is to do this."""
    return [sys.executable, "-P", "-m", "sync.collector.run.workers.worker", msgspec.json.encode(order).decode()]


def work(said: str) -> None:
    """Serve as ordered, until a signal."""
    from sync.collector.api.counted import share_counts

    hold_on()
    ordered = msgspec.json.decode(said, type=Order)
    share_counts(Path(ordered.counts), ordered.slot)
    _serve(ordered)


def _serve(order: Order) -> None:
    from sync.collector.replica.outgoing.demonstration import require_nothing_told
    from sync.collector.run.server import serve_at
    from sync.collector.settings.collector import load_config
    from sync.collector.store.database import open_database
    from sync.collector.store.migrate import require_current
    from sync.log import start_log

    config = load_config(_path(order.config), _path(order.data_dir), order.given)
    start_log(worker=order.slot)
    database = open_database(config.database)
    require_current(database)
    if config.demo:
        with database.reading() as connection:
            require_nothing_told(connection)
    serve_at(socket.socket(fileno=order.listener), config, database, lambda _: None)


def _path(said: str | None) -> Path | None:
    return None if said is None else Path(said)


if __name__ == "__main__":
    with faults_said(terminal_texts("collector")):
        work(sys.argv[1])
