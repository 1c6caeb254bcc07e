"""Names: which log it is. A collector's second log, begun where the first was lost, is called ``…/2``, and so on."""

from typing import NamedTuple, Protocol

from sync.protocol.tlog.note import Verifier


class Identity(Protocol):
    """What is needed to know a log's own checkpoints again."""

    @property
    def origin(self) -> str:
        """Its name."""
        ...

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """Every key that it had, the present one first."""
        ...


class Named(NamedTuple):
    """A log of which the private key is not here."""

    origin: str
    verifiers: tuple[Verifier, ...]


def epoch_of(origin: str) -> int:
    """Which of a collector's logs it is: 2 for ``…/log/2``."""
    return int(number) if _is_number(number := origin.rpartition("/")[2]) else 1


def next_origin(origin: str) -> str:
    """The name of the log that follows where this one is lost."""
    base, _, number = origin.rpartition("/")
    return f"{base if base and _is_number(number) else origin}/{epoch_of(origin) + 1}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and not text.startswith("0") and len(text) <= 4
