"""Listening: a server that guards its connections, and stops without losing what it has begun.

It knows no app, so that whoever needs a small one (a witness, a test) does not load the collector's.
"""

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from kiosk.base.notify import ServiceManager
from sync.collector.run.connection import GuardedProtocol

_KEEP_ALIVE_S = 75  # a kiosk calls once a minute and may keep its connection
RETIRED_S_MAX = 2.0 * _KEEP_ALIVE_S
"""So long a process that is replaced goes on: every connection at rest has ended by then."""
ON_ITS_WAY_S = 0.3
OPEN_FILES_WANTED = 65_536
"""As the packaged service allows: a connection for each of a nation's kiosks, and room."""
_TICKS_PER_S = 10  # how often uvicorn's own loop looks around
_CLOSE = (b"connection", b"close")


class _Server(uvicorn.Server):
    """Uvicorn, which tells the service manager that it takes requests and that its loop goes round."""

    manager: ServiceManager
    settle: Callable[[], None]
    """What is made ready while the first requests are served."""
    is_retiring = False
    is_to_begin_again = False

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

    def retire(self, *_: object) -> None:
        """Take no connection any more and end when those that are open have ended; another process takes the new ones.

        None is closed under a client that is about to send: each is told with its next answer to come back on another
        one, and who says nothing more is left to the usual limit of a connection at rest.
        """
        self.is_retiring = self.should_exit = True

    def begin_again(self, *_: object) -> None:
        """End in good order; whoever runs this begins anew then."""
        self.is_to_begin_again = self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: at once after a signal to stop, without haste after one to retire.

        What is on its way already when a connection is to be closed is answered first, in either case.
        """
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        within_s = RETIRED_S_MAX if self.is_retiring else ON_ITS_WAY_S
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._send_away()
        await super().shutdown(sockets)

    async def _send_away(self) -> None:
        """Until every connection has ended, or whoever was to retire is to stop."""
        counter = 0
        while self.server_state.connections and not (self.is_retiring and self._captured_signals):
            await super().on_tick(counter)  # which makes the headers of each answer anew
            if _CLOSE not in self.server_state.default_headers:
                self.server_state.default_headers.append(_CLOSE)
            counter += 1
            await asyncio.sleep(1 / _TICKS_PER_S)


def make_server(app: Starlette, settle: Callable[[], None]) -> _Server:
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
