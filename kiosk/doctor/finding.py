"""Finding: how one thing is that a kiosk rests on, and one line of what mends it."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Health(StrEnum):
    """How one thing is."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; the sentences are in the reader's language."""

    about: str
    """What was looked at, a stable name for programs."""
    state: Health
    said: str
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one thing; it may take its time, or never come back."""

    about: str
    look: Callable[[], Iterable[Finding]]


def fine(about: str, said: str, remedy: str = "") -> Finding:
    """All is well; a remedy may still make it better."""
    return Finding(about, Health.OK, said, remedy)


def doubtful(about: str, said: str, remedy: str) -> Finding:
    """The kiosk works, and somebody should look."""
    return Finding(about, Health.WARN, said, remedy)


def failing(about: str, said: str, remedy: str) -> Finding:
    """The kiosk does not keep its promises until this is mended."""
    return Finding(about, Health.FAIL, said, remedy)


def finding_line(finding: Finding) -> str:
    """One line for a terminal."""
    remedy = f" → {finding.remedy}" if finding.remedy else ""
    return f"{finding.state:<4}  {finding.said}{remedy}"
