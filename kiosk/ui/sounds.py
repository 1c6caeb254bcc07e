"""Sounds: short, soft, the same for every level; none where the office wants none or there is no sound card."""

import logging
from pathlib import Path
from typing import Any

from kiosk.resources import resource

_log = logging.getLogger(__name__)

PRESS, THANKS = "press", "thanks"


class Sounds:
    """Loaded after the first frame, played without waiting."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._loaded: dict[str, Any] = {}

    @property
    def silent(self) -> bool:
        """Whether sounds are wanted and cannot be played."""
        return self._on and None in self._loaded.values()

    def load(self) -> None:
        """Bring them into memory, so that the first press is heard as soon as the others."""
        if self._on:
            for name in (PRESS, THANKS):
                self._loaded[name] = load_sound(resource("assets", "generated", "sounds", f"{name}.wav"))

    def play_press(self) -> None:
        """A finger was understood."""
        self._play(PRESS)

    def play_thanks(self) -> None:
        """It is kept."""
        self._play(THANKS)

    def _play(self, name: str) -> None:
        if (sound := self._loaded.get(name)) is not None:
            sound.play()


def load_sound(path: Path) -> Any:
    """The sound in a file; None, and a line in the log, where it cannot be played."""
    from kivy.core.audio import SoundLoader

    sound = SoundLoader.load(str(path)) if path.is_file() else None
    if sound is None:
        _log.warning("%s cannot be played", path)
    return sound
