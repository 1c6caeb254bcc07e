"""Sounds: short, soft, the same for every level; none where the office wants none or there is no sound card."""

from pathlib import Path
from typing import Any

from kiosk.base.resources import resource

PRESS, THANKS = "press", "thanks"


class Sounds:
    """The kiosk's sounds: loaded after the first frame, played without waiting; what cannot be played is left out."""

    def __init__(self, on: bool) -> None:
        self.silent = False
        """Whether sounds are wanted and cannot be played."""
        self._on = on
        self._loaded: dict[str, Any] = {}
        self._voice: Any = None
        self._unplayable: set[Path] = set()

    def load(self) -> None:
        """Bring them into memory, so that the first press is heard as soon as the others."""
        if not self._on:
            return
        for name in (PRESS, THANKS):
            sound = load_sound(resource("assets", "generated", "sounds", f"{name}.wav"))
            if sound is None:
                # Not the next one: without a card each try is as vain, and the system complains at length each time.
                self.silent = True
                return
            self._loaded[name] = sound

    def play_press(self) -> None:
        """Play the sound of a press that was understood."""
        self._play(PRESS)

    def play_thanks(self) -> None:
        """Play the sound of thanks: the rating is kept."""
        self._play(THANKS)

    def can_speak(self, recording: Path | None) -> bool:
        """Whether there is a recording and, as far as is known, it can be heard."""
        return recording is not None and not self.silent and recording not in self._unplayable

    def speak(self, recording: Path) -> bool:
        """Play a recording from its beginning; whether it can be played."""
        self.hush()
        self._voice = load_sound(recording)
        if self._voice is None:
            self._unplayable.add(recording)
            return False
        self._voice.play()
        return True

    def hush(self) -> None:
        """Stop what is being spoken: the citizen has gone on."""
        if self._voice is not None:
            self._voice.stop()
            self._voice = None

    def _play(self, name: str) -> None:
        if (sound := self._loaded.get(name)) is not None:
            sound.play()


def load_sound(path: Path) -> Any:
    """The sound in a file; None where it cannot be played."""
    from kivy.core.audio import SoundLoader  # it opens the sound card: the first frame does not wait for that

    sound = SoundLoader.load(str(path)) if path.is_file() else None
    # Kivy hands out a sound even where there is no card or the file is no sound: it then lasts no time at all.
    return None if sound is None or sound.length <= 0 else sound
