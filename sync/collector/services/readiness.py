"""Readiness: whether the database takes what kiosks bring, found out by writing, and not oftener than need be.

A database that answers may still have no room, or have become read-only; each batch would be refused, and whoever
asks whether this collector is ready must hear that. As much as a batch is written at the first question and after any
refusal for want of room; else a few bytes.
"""

import os
import time
from collections.abc import Callable
from functools import partial
from threading import Lock

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from sync.collector.errors import CollectorBusy, CollectorError
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import probe
from sync.collector.store.writer import Writer

READY_S, NOT_READY_S = 30.0, 5.0
"""So long an answer holds."""
AS_A_BATCH = 256 * 1024
WRITE_S_MAX = 10.0
_REPLACES = "ON CONFLICT (probe_id) DO UPDATE SET filler = excluded.filler"


class Readiness:
    """Whether one process's database takes batches."""

    def __init__(self, writer: Writer, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._writer, self._monotonic = writer, monotonic
        self._asking = Lock()
        self._doubtful, self._refused = True, False
        self._holds_until = float("-inf")

    def doubt(self) -> None:
        """A request was refused for want of room: whatever was found before holds no more."""
        self._doubtful, self._holds_until = True, float("-inf")

    def require(self) -> None:
        """Raise CollectorBusy where the database takes no batch."""
        with self._asking:
            if self._monotonic() >= self._holds_until:
                self._refused = not self._takes()
                holds_s = NOT_READY_S if self._refused else READY_S
                self._holds_until = self._monotonic() + holds_s
        if self._refused:
            raise CollectorBusy("the database takes nothing: its disk is full, or it may only be read")

    def _takes(self) -> bool:
        # Random, so that no disk and no column makes it smaller; and taken away again, for the room is others'.
        fillers = (os.urandom(AS_A_BATCH), b"") if self._doubtful else (b"",)
        try:
            for filler in fillers:
                self._writer.submit(partial(_write, filler=filler)).result(WRITE_S_MAX)
        except (CollectorError, SQLAlchemyError, TimeoutError):
            self._doubtful = True
            return False
        self._doubtful = False
        return True


def _write(connection: Connection, filler: bytes) -> None:
    insert_rows(connection, probe, {}, ("probe_id", "filler"), [(1, filler)], then=_REPLACES)
