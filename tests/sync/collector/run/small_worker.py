"""A worker without a collector, for tests of its parent: the real server, over an app that says who answers.

``python small_worker.py LISTENER SAYS``: the file descriptor of the address, and a file that may say that nothing can
begin. With ``alone`` for the descriptor it is no worker: it binds an address itself, writes its port into the file, and
begins anew when it is told to.
"""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kiosk.base.lifeline import hold_on
from sync.collector.run.address import begin_again, handed_over, listen
from sync.collector.run.listening import make_server

CANNOT = "cannot"
CODE = 7


async def _answer(request: Request) -> PlainTextResponse:
    await request.body()
    await asyncio.sleep(float(request.query_params.get("s", 0)))
    return PlainTextResponse(str(os.getpid()))


def _server() -> Any:
    return make_server(Starlette(routes=[Route("/", _answer, methods=["POST"])]), lambda: None)


def alone(says: Path) -> None:
    listener = handed_over() or listen("127.0.0.1", 0)
    with says.open("a") as told:
        told.write(f"{listener.getsockname()[1]}\n")
    server, kept = _server(), listener.dup()
    signal.signal(signal.SIGHUP, server.begin_again)
    server.run(sockets=[listener])
    if server.is_to_begin_again:
        begin_again(kept)


def main(listener: int, says: Path) -> None:
    hold_on()
    if says.read_text() == CANNOT:
        sys.exit(CODE)
    server = _server()
    signal.signal(signal.SIGUSR1, server.retire)
    server.run(sockets=[socket.socket(fileno=listener)])


if __name__ == "__main__":
    if sys.argv[1] == "alone":
        alone(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]), Path(sys.argv[2]))
