"""Serve: puts a parent and its workers together, as the settings say."""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from kiosk.base.notify import ServiceManager
from kiosk.base.settings.reading import SettingsInvalid
from sync.collector.run.address import listen
from sync.collector.run.workers.child import Child
from sync.collector.run.workers.parent import Parent
from sync.collector.run.workers.worker import Order, command_for
from sync.collector.settings.collector import CollectorConfig, load_config
from sync.log import start_log

_log = structlog.get_logger("collector.workers")
_AT_START = ("listen_host", "listen_port", "workers")
"""What the parent has done already when it is told to read the settings again."""


def run_workers(
    config: CollectorConfig,
    file: Path | None,
    data_dir: Path | None,
    given: Mapping[str, Any],
    announce: Callable[[str], None],
) -> None:
    """Serve by ``config.workers`` processes until a signal; each reads the settings from where these were read.

    Raises PlaceTaken when somebody else listens there. Leaves the program with an exit code of its own where the first
    process could not begin, which has said why.
    """
    listener = listen(config.listen_host, config.listen_port)
    os.set_inheritable(listener.fileno(), True)
    start_log()
    # A file system in memory, where the service manager has made one for us.
    with tempfile.TemporaryDirectory(prefix="hailong-", dir=os.environ.get("RUNTIME_DIRECTORY")) as folder:
        said = (None if one is None else str(one.absolute()) for one in (file, data_dir))
        config_file, data = said

        def start(slot: int) -> Child:
            order = Order(slot, listener.fileno(), folder, config_file, data, dict(given))
            return Child(slot, command_for(order), listener, Path(folder))

        def may_reload() -> bool:
            return _may_reload(config, file, data_dir, given)

        announce(config.url)
        _log.info("started", url=config.url, workers=config.workers)
        code = Parent(start, config.workers, ServiceManager(), may_reload).run()
    if code:
        sys.exit(code)


def _may_reload(before: CollectorConfig, file: Path | None, data_dir: Path | None, given: Mapping[str, Any]) -> bool:
    """Whether the settings can be used as they are now; else those that are there go on."""
    try:
        now = load_config(file, data_dir, dict(given))
    except SettingsInvalid as error:
        for fault in error.faults:
            _log.error("not reloaded: the settings cannot be used", fault=str(fault))
        return False
    for key in _AT_START:
        if getattr(now, key) != getattr(before, key):
            _log.warning("only a restart changes this", key=key)
    _log.info("reloading")
    return True
