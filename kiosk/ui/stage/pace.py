"""Pace: full frame rate while somebody is there, few frames while nothing moves."""

from kivy.clock import Clock as Frames

FPS_AWAKE = 60
FPS_IDLE = 15
"""A touch waits for one of these frames at most, then the pace is full again."""
FPS_RESTING = 6
"""The first touch on the resting screen only wakes: it may take a moment longer."""
IDLE_AFTER_S = 3.0


class Pace:
    """How many frames a second are drawn."""

    def __init__(self) -> None:
        self.resting = False
        """Whether nobody is there."""
        self._rest = Frames.create_trigger(self._slow_down, IDLE_AFTER_S)

    def wake(self) -> None:
        """Draw at full rate, and rest some seconds after the last call."""
        # Kivy reads this limit in every frame but offers no way to set it while running.
        Frames._max_fps = FPS_AWAKE
        self._rest.cancel()
        self._rest()

    def _slow_down(self, _elapsed: float) -> None:
        Frames._max_fps = FPS_RESTING if self.resting else FPS_IDLE
