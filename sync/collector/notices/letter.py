"""Letter: the notices that go to one address at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sync.collector.notices.outbox import Attached


@dataclass(frozen=True, slots=True)
class Sheet:
    """One notice as it is delivered."""

    notice_id: int
    kind: str
    created_at: datetime
    subject: str
    body: str
    facts: dict[str, Any]
    attached: Attached | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What one address gets at once: one notice, or several that came together."""

    address: str
    sheets: tuple[Sheet, ...]


class Road(Protocol):
    """A way of delivering letters."""

    def deliver(self, letter: Letter) -> None:
        """Hand the letter over; it was taken when this returns.

        Raises ChannelDown, NotNow or Refused.
        """
        ...
