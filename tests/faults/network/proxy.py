"""A bad network in one process: a TCP proxy that breaks connections at exactly the byte it is told."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

CHUNK = 65536


class Kind(StrEnum):
    """What the network does."""

    PASS = "pass"
    BLACK_HOLE = "black hole"
    """Takes everything and passes nothing on."""
    LATE = "late"
    DRIP = "drip"
    """Passes one byte at a time on, for ever slower than anybody waits."""
    CUT_REQUEST = "cut request"
    CUT_ANSWER = "cut answer"
    RESET_AFTER_COMMIT = "reset after commit"
    """The collector has answered the ``at``-th request; the kiosk gets a reset instead."""
    DUPLICATE = "duplicate"
    """Whatever goes to the collector goes there a second time as well."""
    ANSWER = "answer"
    """Somebody else answers, with ``words``."""


@dataclass(frozen=True)
class Fault:
    """One behaviour, from the next connection on."""

    kind: Kind = Kind.PASS
    at: int = 0
    """Bytes passed before the cut, or requests answered before the reset."""
    words: bytes = b""
    seconds: float = 0.0


class Proxy:
    """Listens on loopback and passes on to ``upstream``, as well as ``fault`` lets it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.upstream = 0
        self.fault = Fault()
        self.passed = [0, 0]
        """Bytes of the last connection, to the collector and back."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> "Proxy":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, sock=self._listener), self._loop).result(60)
        return self

    def stop(self) -> None:
        async def end() -> None:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self._listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault, self.passed = self.fault, [0, 0]
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                match fault.kind:
                    case Kind.BLACK_HOLE:
                        while await reader.read(CHUNK):
                            pass
                    case Kind.ANSWER:
                        await reader.readuntil(b"\r\n\r\n")
                        writer.write(fault.words)
                        await writer.drain()
                    case _:
                        await self._pass_on(fault, reader, writer)
        finally:
            writer.close()

    async def _pass_on(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        twin = await self._twin() if fault.kind is Kind.DUPLICATE else None
        there = asyncio.create_task(self._pump(reader, up_writer, 0, fault, Kind.CUT_REQUEST, twin))
        back = asyncio.create_task(self._pump(up_reader, writer, 1, fault, Kind.CUT_ANSWER, None))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            up_writer.close()
            if twin is not None:
                twin.close()

    async def _twin(self) -> asyncio.StreamWriter:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        self._drain = asyncio.create_task(reader.read())
        return writer

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: int, fault: Fault, cut: Kind,
        twin: asyncio.StreamWriter | None,
    ) -> None:  # fmt: skip
        answers = 0
        while data := await reader.read(1 if fault.kind is Kind.DRIP else CHUNK):
            if fault.kind in (Kind.LATE, Kind.DRIP):
                await asyncio.sleep(fault.seconds)
            if way == 1 and fault.kind is Kind.RESET_AFTER_COMMIT and (answers := answers + 1) > fault.at:
                _reset(writer)
                return
            if fault.kind is cut:
                data = data[: max(0, fault.at - self.passed[way])]
            self.passed[way] += len(data)
            writer.write(data)
            await writer.drain()
            if twin is not None:
                twin.write(data)
            if fault.kind is cut and self.passed[way] >= fault.at:
                return


def _reset(writer: asyncio.StreamWriter) -> None:
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.contextmanager
def bad_network() -> Iterator[Proxy]:
    """A running proxy; ended at the end."""
    proxy = Proxy().start()
    try:
        yield proxy
    finally:
        proxy.stop()
