"""Connection: closes in time what only holds a place open, so that the collector needs no proxy for it.

Uvicorn waits for ever for the first byte, for the end of a request's head and for the rest of its body, and for a
client that does not read its answer. A few thousand of such connections use up what a process may open, and no
kiosk gets through. Here each step has an end. A request that comes in one piece, as nearly all do, costs no timer.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import Any

from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_closed = Counter("hailong_connections_closed_total", "Connections that were closed for what they did not do", ["why"])
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each step of a connection may last."""

    head_s: float = 20.0
    """From the opening, or a request's first byte, to the end of its head."""
    head_bytes: int = 64 * 1024
    body_s: float = 60.0
    """For a body, besides the time that it needs at the rate below; a kiosk gives up after as long."""
    body_bytes_per_s: int = 4096
    body_s_max: float = 600.0
    unread_s: float = 60.0
    """In so long a client takes a part of an answer that waits for it."""


class _Stage(Enum):
    RESTING = "resting"
    """The last request came whole; the next has not begun."""
    HEAD = "head"
    BODY = "body"


class GuardedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, which waits for nothing for ever."""

    limits = Limits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stage = _Stage.HEAD
        self._began = self.loop.time()
        self._n_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody opened a connection: a request is to follow."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed: its timers are cancelled."""
        super().connection_lost(exc)
        for timer in (self._timer, self._reading):
            if timer is not None:
                timer.cancel()
        self._timer = self._reading = None

    def data_received(self, data: bytes) -> None:
        """Bytes came; those that begin nothing, as blank lines, are the beginning of a head as well."""
        if self._stage is _Stage.RESTING:
            self._enter(_Stage.HEAD)
        super().data_received(data)
        self._n_bytes += len(data)
        if self.transport.is_closing():
            self._await_reader()
        elif self._stage is _Stage.HEAD and self._n_bytes > self.limits.head_bytes:
            self._refuse(_TOO_LONG, "long head")
        elif self._stage is not _Stage.RESTING and self._timer is None:
            self._watch()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._enter(_Stage.HEAD)

    def on_headers_complete(self) -> None:
        """The head of the request is complete."""
        super().on_headers_complete()
        self._enter(_Stage.BODY)

    def on_message_complete(self) -> None:
        """The request is complete."""
        super().on_message_complete()
        self._stage = _Stage.RESTING

    def pause_writing(self) -> None:
        """The client takes its answer slower than it comes."""
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        """The client has taken most of what waited."""
        super().resume_writing()
        if self._reading is not None and not self.transport.is_closing():
            self._reading.cancel()
            self._reading = None

    def on_response_complete(self) -> None:
        """Its answer is written, which does not mean that the client has taken it."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._await_reader()

    def timeout_keep_alive_handler(self) -> None:
        """No other request came."""
        self._end("idle")

    def _enter(self, stage: _Stage) -> None:
        self._stage, self._began, self._n_bytes = stage, self.loop.time(), 0

    def _watch(self) -> None:
        """Look again when the present step should be over."""
        self._timer = None
        if self._stage is _Stage.RESTING or self.transport.is_closing():
            return
        if self.flow.read_paused or (self._stage is _Stage.HEAD and self._is_answering()):
            # The server is the slow side here: the client's time begins when the server reads on.
            self._began = self.loop.time()
        left_s = self._began + self._allowed_s() - self.loop.time()
        if left_s > 0:
            self._timer = self.loop.call_later(left_s, self._watch)
        else:
            self._refuse(_TOO_LATE, f"slow {self._stage.value}")

    def _allowed_s(self) -> float:
        if self._stage is _Stage.HEAD:
            return self.limits.head_s
        needed_s = self._n_bytes / self.limits.body_bytes_per_s
        return min(self.limits.body_s + needed_s, self.limits.body_s_max)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, answer: bytes, why: str) -> None:
        """Send the refusal, where no answer was begun, and close."""
        if self._stage is _Stage.BODY:
            is_open = not self.cycle.response_started
        else:
            is_open = self._n_bytes > 0 and not self._is_answering()
        if is_open:
            self.transport.write(answer)
        self._end(why)

    def _end(self, why: str) -> None:
        if not self.transport.is_closing():
            _closed.labels(why).inc()
            self.transport.close()
            self._await_reader()

    def _await_reader(self) -> None:
        """See to it that what is written is taken: closing waits for that, and a client need not."""
        if self._reading is None:
            self._look_at_reader(None)

    def _look_at_reader(self, waited: int | None) -> None:
        """Break off where nothing was taken since the last look."""
        waiting = self.transport.get_write_buffer_size()
        if waited is not None and waiting >= waited:
            _closed.labels("not reading").inc()
            self.transport.abort()
        else:
            self._reading = self.loop.call_later(self.limits.unread_s, self._look_at_reader, waiting)
