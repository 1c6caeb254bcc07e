"""Upgrade: the last upgrade that this kiosk refused, as ``config/debian/kiosk/update`` left it in one line.

The script is root's and the reader is not: it reads, and believes nothing about the line but its shape.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

REFUSAL = Path("/var/lib/hailong-update/refusal")
"""Only there while a refusal stands: a later upgrade that succeeds takes it away."""
AGAIN = "/usr/lib/hailong-kiosk/bin/update --again"
"""The administrator's word that a build which was gone back from is to be tried again."""
LINE_BYTES_MAX = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A build that was gone back from, or that could not be installed."""

    version: str
    at: datetime
    """By the kiosk's clock."""
    why: str
    """In English, for IT staff."""


def read_refusal(file: Path = REFUSAL) -> Refusal | None:
    """The refusal that stands; None where there is none, or nothing that can be read as one."""
    try:
        with file.open("rb") as opened:
            line = opened.read(LINE_BYTES_MAX).decode(errors="replace")
        version, at, why = line.partition("\n")[0].split(" ", 2)
        when = datetime.fromisoformat(at)
    except (OSError, ValueError):
        return None
    return Refusal(version, when, why) if version and when.tzinfo is not None else None
