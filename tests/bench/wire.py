"""Servers in processes of their own, and a client that sends requests which were made before the clock starts."""

import asyncio
import contextlib
import multiprocessing
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.sync.collector.kiosk_client import WireRequest

READY_S_MAX = 30.0
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
COLLECTOR = (sys.executable, "-c", "from sync.collector.commands.main import main; main()", "serve", "--port")


class Served(NamedTuple):
    """A server that answers."""

    port: int
    pid: int


@contextlib.contextmanager
def served(url: str, command: Sequence[str] = COLLECTOR) -> Iterator[Served]:
    """A real collector, or another server, over the database at ``url``; the last of ``command`` is to be the port."""
    port = free_port()
    environment = {**os.environ, "HAILONG_COLLECTOR_DATABASE_URL": url}
    root = Path(__file__).resolve().parent.parent.parent
    silent = subprocess.DEVNULL
    server = subprocess.Popen([*command, str(port)], env=environment, cwd=root, stdout=silent, stderr=silent)
    try:
        _await_ready(port, server)
        yield Served(port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


def free_port() -> int:
    """A port of the loopback at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_S_MAX
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def cpu_s(pid: int) -> float:
    """User and system time of a process up to now."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) * TICK_S


def on_the_wire(request: WireRequest, port: int) -> bytes:
    """A request as the bytes that HTTP/1.1 sends."""
    headers = {**request.headers, "Host": f"127.0.0.1:{port}", "Content-Length": str(len(request.body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request.method} {request.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + request.body


def seconds_to_send(port: int, streams: list[list[bytes]]) -> float:
    """How long all takes when every stream has a connection of its own, in a process that does nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(_send_all, (port, streams))


def _send_all(port: int, streams: list[list[bytes]]) -> float:
    return asyncio.run(_send_streams(port, streams))


async def _send_streams(port: int, streams: list[list[bytes]]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*[_send_stream(port, stream) for stream in streams])
    return time.perf_counter() - began


async def _send_stream(port: int, stream: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in stream:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head.split()[1].decode()} {body.decode()}")
    writer.close()
