"""Server: listens, serves the app, and stops without losing what it has begun."""

import gc
import socket
import sys
import threading
from collections.abc import Callable

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette

from kiosk.base.notify import ServiceManager
from sync.collector.chores.comments import have_words_key
from sync.collector.errors import PlaceTaken
from sync.collector.run.app import create_app
from sync.collector.run.connection import GuardedProtocol
from sync.collector.run.tracing.start import tracing
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database
from sync.collector.web.warm import warm
from sync.log import start_log

# A thread that wants to go on waits this long for another that computes. The usual 5 ms
# would stand between the writer and every flush while requests are being verified.
_SWITCH_INTERVAL_S = 0.0005
_KEEP_ALIVE_S = 75  # a kiosk calls once a minute and may keep its connection
OPEN_FILES_WANTED = 65_536
"""As the packaged service allows: a connection for each of a nation's kiosks, and room."""
OBJECTS_BETWEEN_LOOKS = 100_000
_TICKS_PER_S = 10  # how often uvicorn's own loop looks around


class _Server(uvicorn.Server):
    """Uvicorn, which tells the service manager that it takes requests and that its loop goes round."""

    manager: ServiceManager
    settle: Callable[[], None]
    """What is made ready while the first requests are served."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        await super().startup(sockets)
        self.manager.ready()
        # While the first requests are served: kiosks need not wait for what only pages need.
        threading.Thread(target=self.settle, name="warm", daemon=True).start()

    async def on_tick(self, counter: int) -> bool:
        """Look around. Uvicorn's own call-back reckons in wall time: a clock set back would silence it."""
        if counter % _TICKS_PER_S == 0:
            self.manager.beat()
        return await super().on_tick(counter)


def run_server(config: CollectorConfig, database: Database, announce: Callable[[str], None]) -> None:
    """Serve until a signal; ``announce`` is called with the address once it is ours.

    Raises PlaceTaken when somebody else listens there, and UsageWrong when traces are wanted and cannot be sent.
    """
    listener = listen(config.listen_host, config.listen_port)
    open_enough()
    start_log()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    with tracing(make_services(config, database)) as (services, tracer):
        have_words_key(services)
        app = create_app(services, tracer)
        server = make_server(app, lambda: settle(app))
        announce(config.url)
        structlog.get_logger("collector").info(
            "started", url=config.url, database=database.writer.dialect.name, demo=config.demo
        )
        server.run(sockets=[listener])


def make_server(app: Starlette, settle: Callable[[], None]) -> uvicorn.Server:
    """A server of ``app`` that guards its connections; ``settle`` makes ready what only the first request needs."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            # The peer's own address decides who may read; headers that anyone can write do not.
            proxy_headers=False,
            server_header=False,
            http=GuardedProtocol,
            ws="none",  # nothing here speaks it, and a connection that did would be out of the guard's sight
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=10,
        )
    )
    server.manager, server.settle = ServiceManager(), settle
    return server


def open_enough() -> None:
    """Let this process have as many connections as it may: a usual shell allows 1,024, fewer than kiosks may call."""
    if sys.platform != "win32":
        # Only here: Windows has no such module.
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_WANTED)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def settle(app: FastAPI) -> None:
    """Make ready what the first page needs, and keep it for good."""
    warm(app)
    # What is loaded now stays; collecting garbage among it again and again took a seventh of a page's time.
    gc.collect()
    gc.freeze()
    # A page makes a hundred thousand objects, of which hardly any is in a circle: looking for one after every 700 costs
    # a tenth.
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *gc.get_threshold()[1:])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises PlaceTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise PlaceTaken(
            "cannot listen at {host}:{port}: {why}; stop the program that is there or choose another --port",
            host=host,
            port=port,
            why=error.strerror,
        ) from error
    return listener
