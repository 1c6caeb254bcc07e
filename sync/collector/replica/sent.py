"""Sent: a batch as it came from a kiosk, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor
from sync.collector.replica.sender import Device


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive lines of one journal as they came."""

    journal_id: str
    start: Cursor
    lines: tuple[bytes, ...]
    enclosures: tuple[bytes, ...] = ()
    body: bytes | None = None
    """The gzip body that holds exactly ``lines``, to be kept as it is; None where there is none."""
    head: bytes | None = None
    """The chain's hash after its last line, as its kiosk signed it; None where an older kiosk did not."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and how a batch was received."""

    received_at: datetime
    clock: Instant
    """What the kiosk's clocks said when it sent."""
    signature: str
    kiosk_clock: str
    base: str
    """The text that was signed; empty where none is known."""
    by_file: bool = False
    """Whether the batch lay in a file for nobody knows how long: then its boot clock dates nothing."""
    public_key: str | None = None
    """By which key (base64) it was believed, where that may have changed since; None where it cannot have."""


class Sent(NamedTuple):
    """A batch, who sent it and how it came."""

    device: Device
    batch: Batch
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Appended:
    """The batch is part of the copy now."""

    cursor: Cursor
    added: int
    """How many of its lines were new."""
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """The batch does not continue the copy; nothing was written."""

    cursor: Cursor
    """Where the copy ends."""
