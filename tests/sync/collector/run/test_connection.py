"""Connections that only hold a place are closed in time; real sockets, the real server, no proxy."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import structlog
from fastapi import Request
from starlette.responses import Response

from sync.collector.api.middleware import LEFT
from sync.collector.run.app import create_app
from sync.collector.run.connection import GuardedProtocol, Limits
from sync.collector.run.listening import make_server, open_enough
from sync.collector.services.services import Services
from tests.sync.collector.builders import Pen
from tests.sync.collector.kiosk_client import KioskKey
from tests.sync.collector.one_engine import database_url  # noqa: F401 - connections know of none

SHORT = Limits(head_s=1.0, body_s=1.0, body_bytes_per_s=1_000_000, body_s_max=2.0, unread_s=1.0)
SOON_S = 6.0
"""Longer than any of SHORT, on a busy machine too."""
_LARGE = 30 * 1024 * 1024


class _Quick(GuardedProtocol):
    limits = SHORT


@pytest.fixture
def port(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a running collector with short limits."""
    monkeypatch.setattr("sync.collector.run.listening.GuardedProtocol", _Quick)
    app = create_app(services)

    @app.get("/large")
    async def large(_request: Request) -> Response:
        return Response(b"x" * _LARGE, media_type="application/zip")

    # Without what is made ready beside the first requests; the rest is as it is served.
    server = make_server(app, lambda: None)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield int(listener.getsockname()[1])
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def connect(port: int, begin: bytes = b"") -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port), timeout=SOON_S)
    opened.sendall(begin)
    return opened


def until_closed(opened: socket.socket) -> bytes:
    """All that the collector says until it closes; a timeout where it does not."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := opened.recv(65536):
            said += piece
    opened.close()
    return said


def ask(port: int) -> bytes:
    """What somebody is answered who comes new."""
    with connect(port) as opened:
        return get(opened)


def get(opened: socket.socket, path: str = "/healthz") -> bytes:
    opened.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return opened.recv(65536)


HALF = {
    "nothing": b"",
    "blank lines": b"\r\n\r\n",
    "half a line": b"GET / HT",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A",
    "half a form": b"POST /dang-nhap HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nname=",
    "half a batch": b"POST /v1/device/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nSignature: a\r\n"
                    b"Signature-Input: a\r\nContent-Length: 100\r\n\r\n{",
    "half a chunk": b"POST /dang-nhap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nab",
}  # fmt: skip


@pytest.mark.parametrize("half", HALF)
def test_what_is_half_sent_is_closed_in_time(port: int, half: str) -> None:
    opened = connect(port, HALF[half])

    said = until_closed(opened)

    assert (b"408" in said.partition(b"\r\n")[0]) is (half != "nothing")


@pytest.mark.parametrize("half", ["half a head", "half a form", "blank lines"])
def test_a_byte_now_and_then_wins_no_time(port: int, half: str) -> None:
    opened = connect(port, HALF[half])
    began = time.monotonic()

    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while time.monotonic() - began < SOON_S:
            opened.sendall(b"\r\n" if half == "blank lines" else b"a")
            time.sleep(0.1)

    assert time.monotonic() - began < SOON_S
    opened.close()


def test_after_a_request_a_half_one_is_closed_too_and_the_first_was_answered(port: int) -> None:
    opened = connect(port)
    first = get(opened)
    opened.sendall(HALF["half a head"])

    said = until_closed(opened)

    assert (first.split()[1], said.split()[1]) == (b"200", b"408")


def test_hundreds_of_half_sent_and_idle_ones_keep_nobody_out(port: int) -> None:
    held = [connect(port, HALF[half]) for _ in range(100) for half in ("nothing", "half a head", "half a form")]

    while_held = ask(port)
    closed = [until_closed(one) for one in held]

    assert while_held.startswith(b"HTTP/1.1 200")
    assert len(closed) == 300


def test_a_head_without_end_is_refused_before_it_fills_the_memory(port: int) -> None:
    opened = connect(port, b"GET / HTTP/1.1\r\nHost: x\r\n")

    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for number in range(200):
            opened.sendall(b"X-%d: %s\r\n" % (number, b"a" * 1000))
            time.sleep(0.001)

    assert b" 431 " in until_closed(opened) or opened.fileno() == -1


def test_who_does_not_read_the_answer_is_let_go(port: int, services: Services) -> None:
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.settimeout(SOON_S)
    opened.connect(("127.0.0.1", port))
    opened.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    time.sleep(4 * SHORT.unread_s)

    assert len(until_closed(opened)) < _LARGE


def test_a_slow_reader_and_a_slow_kiosk_that_go_on_are_served(port: int, kiosk: KioskKey) -> None:
    pen = Pen()
    pen.rating(5)
    kiosk.url = "http://127.0.0.1:8600"
    request = kiosk.entries(pen)
    lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    head = f"POST {request.path} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(request.body)}\r\n\r\n".encode()
    sending, reading = connect(port, head[:40]), connect(port)
    reading.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    time.sleep(0.4)
    sending.sendall(head[40:] + request.body[:20])
    time.sleep(0.4)
    sending.sendall(request.body[20:])
    answer = sending.recv(65536)
    read = 0
    while piece := reading.recv(256 * 1024):
        read += len(piece)
        time.sleep(0.02)

    sending.close()
    reading.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert read > _LARGE


@pytest.mark.parametrize(
    "path", ["/dang-nhap", "/mat-khau", "/v1/device/status", "/v1/enrolments", "/766", "/thiet-lap/moi"]
)
def test_a_client_that_leaves_in_the_middle_leaves_no_traceback(
    port: int, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    signed = "Signature: a\r\nSignature-Input: a\r\nContent-Type: application/json\r\n" if "v1" in path else ""
    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.WARNING):
        opened = connect(port, f"POST {path} HTTP/1.1\r\nHost: x\r\n{signed}Content-Length: 100\r\n\r\nname=".encode())
        time.sleep(0.3)
        opened.close()
        time.sleep(0.5)
        assert ask(port).startswith(b"HTTP/1.1 200")

    assert [line for line in logged if line["log_level"] in ("error", "critical") or "exc_info" in line] == []
    assert caplog.records == []
    assert LEFT in {line.get("status") for line in logged} or "v1" in path or {303, 403} & {
        line.get("status") for line in logged}  # fmt: skip


def test_a_usual_shell_allows_too_few_connections_and_we_take_more() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, before[1]), before[1]))
    try:
        open_enough()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert soft == hard or soft >= 4096


def test_no_limit_is_shorter_than_what_a_kiosk_allows_itself() -> None:
    limits = Limits()

    assert limits.body_s >= 60
    assert limits.head_s >= 10
