"""Server: serves the collector's app, alone or as one of several processes."""

import gc
import signal
import socket
import sys
from collections.abc import Callable

import structlog
from fastapi import FastAPI

from kiosk.base.memory import keep_one_heap
from sync.collector.chores.comments import have_words_key
from sync.collector.run.address import begin_again, handed_over, listen
from sync.collector.run.app import create_app
from sync.collector.run.listening import make_server, open_enough
from sync.collector.run.tracing.start import tracing
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database
from sync.collector.web.warm import warm
from sync.log import start_log

# A thread that wants to go on waits this long for another that computes. The usual 5 ms
# would stand between the writer and every flush while requests are being verified.
_SWITCH_INTERVAL_S = 0.0005
OBJECTS_BETWEEN_LOOKS = 100_000


def run_server(config: CollectorConfig, database: Database, announce: Callable[[str], None]) -> None:
    """Serve until a signal; ``announce`` is called with the address once it is ours. SIGHUP begins anew.

    Raises PlaceTaken when somebody else listens there, and UsageWrong when traces are wanted and cannot be sent.
    """
    listener = handed_over() or listen(config.listen_host, config.listen_port)
    start_log()
    # The server closes its own.
    with listener.dup() as kept:
        if serve_at(listener, config, database, announce):
            begin_again(kept)


def serve_at(
    listener: socket.socket, config: CollectorConfig, database: Database, announce: Callable[[str], None]
) -> bool:
    """Serve those who come to ``listener``, which other processes may have as well, until a signal.

    Whether that was one to begin anew.
    """
    open_enough()
    keep_one_heap()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    with tracing(make_services(config, database)) as (services, tracer):
        have_words_key(services)
        app = create_app(services, tracer)
        server = make_server(app, lambda: settle(app))
        announce(config.url)
        structlog.get_logger("collector").info(
            "started", url=config.url, database=database.writer.dialect.name, demo=config.demo
        )
        if sys.platform != "win32":
            signal.signal(signal.SIGUSR1, server.retire)
            signal.signal(signal.SIGHUP, server.begin_again)
        server.run(sockets=[listener])
    return server.is_to_begin_again


def settle(app: FastAPI) -> None:
    """Make ready what the first page needs, and keep it for good."""
    warm(app)
    # What is loaded now stays; collecting garbage among it again and again took a seventh of a page's time.
    gc.collect()
    gc.freeze()
    # A page makes a hundred thousand objects, of which hardly any is in a circle: looking for one after every 700 costs
    # a tenth.
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *gc.get_threshold()[1:])
