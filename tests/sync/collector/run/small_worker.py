"""A worker without a collector, for tests of its parent: the real server, over an app that says who answers.

``python small_worker.py LISTENER SAYS``: the file descriptor of the address, and a file that says how long an answer
takes in seconds, or that nothing can begin.
"""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from kiosk.base.lifeline import hold_on
from sync.collector.run.listening import make_server

CANNOT = "cannot"
CODE = 7


async def _answer(request: Request) -> PlainTextResponse:
    await request.body()
    await asyncio.sleep(float(request.query_params.get("s", 0)))
    return PlainTextResponse(str(os.getpid()))


def main(listener: int, says: Path) -> None:
    hold_on()
    if says.read_text() == CANNOT:
        sys.exit(CODE)
    server = make_server(Starlette(routes=[Route("/", _answer, methods=["POST"])]), lambda: None)
    signal.signal(signal.SIGUSR1, server.retire)
    server.run(sockets=[socket.socket(fileno=listener)])


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
