"""Knock: the hidden gesture at the staff door.

Both upper corners are held, at once or one after the other: many panels report one
finger only. A citizen does neither by accident, and a touch that is held makes no press.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.instant import Instant

HOLD_S_MIN = 1.5
"""A corner counts as held after so long."""
PAUSE_S_MAX = 4.0
"""So soon after the one corner the other must be held."""


class Corner(StrEnum):
    """Where the finger must lie."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(slots=True)
class _Hold:
    corner: Corner
    down_us: int


class Knock:
    """Which corners are held and were held just now."""

    def __init__(self) -> None:
        self._fingers: dict[Hashable, _Hold] = {}
        self._held_until: dict[Corner, int] = {}

    def down(self, finger: Hashable, corner: Corner | None, at: Instant) -> None:
        """A finger came down in a corner, or elsewhere, which ends the gesture."""
        if corner is None:
            self._fingers.clear()
            self._held_until.clear()
        else:
            self._fingers[finger] = _Hold(corner, at.mono_us)

    def up(self, finger: Hashable, at: Instant) -> None:
        """The finger left the glass, or its corner."""
        hold = self._fingers.pop(finger, None)
        if hold is not None and _is_long(hold, at):
            self._held_until[hold.corner] = at.mono_us

    def opens(self, at: Instant) -> bool:
        """Whether both corners were held; asked a few times a second. Once true, the gesture begins anew."""
        held = {hold.corner for hold in self._fingers.values() if _is_long(hold, at)}
        held |= {corner for corner, until in self._held_until.items() if at.mono_us - until <= PAUSE_S_MAX * 1_000_000}
        if held != set(Corner):
            return False
        self._fingers.clear()
        self._held_until.clear()
        return True


def _is_long(hold: _Hold, at: Instant) -> bool:
    return at.mono_us - hold.down_us >= HOLD_S_MIN * 1_000_000
