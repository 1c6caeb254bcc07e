"""Chain: what judging needs of the journal on the disk."""

from typing import Protocol

from kiosk.journal.chain import Cursor


class Chain(Protocol):
    """The journal on the disk."""

    id: str

    def head(self) -> Cursor:
        """Where a complete copy would stand."""
        ...

    def hash_at(self, seq: int) -> bytes | None:
        """The hash after an entry; None where it is not known, or not any more."""
        ...

    def cuts_at(self, seq: int) -> tuple[int, bytes]:
        """How many cuts are in the journal's own tree up to an entry, and its root; 0 also where it is not known."""
        ...
