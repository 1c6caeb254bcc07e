"""Preferences: the language, text size and contrast that one citizen chose; the next one finds the office's own."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from kiosk.domain.visit.survey import FIRST_LANGUAGE, Words
from kiosk.ui.look.languages import Language
from kiosk.ui.look.look import TEXT_SCALES, Look
from kiosk.ui.stage.script import script_of
from kiosk.ui.stage.voice import Spoken, Voice
from kiosk.ui.wiring.wiring import Wiring

HIGH_CONTRAST = "high-contrast"


class Preferences:
    """Language, text size and contrast chosen by the present citizen; reset for the next."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self.language: Language = wiring.languages[0]
        self.text_scale = TEXT_SCALES[0]
        self.theme = wiring.theme
        self.voice = Voice(wiring.voice_dir)

    def reset(self) -> bool:
        """Go back to the first language, plain size and the office's theme; whether anything was otherwise."""
        own = (self._wiring.languages[0], TEXT_SCALES[0], self._wiring.theme)
        if (self.language, self.text_scale, self.theme) == own:
            return False
        self.language, self.text_scale, self.theme = own
        return True

    def turn_language(self) -> None:
        """Go on to the next language."""
        self.language = self._language_after

    def turn_text_size(self) -> None:
        """Go on to the next text size: 100, 150, 200 per cent and back."""
        self.text_scale = TEXT_SCALES[(TEXT_SCALES.index(self.text_scale) + 1) % len(TEXT_SCALES)]

    def turn_contrast(self) -> None:
        """Switch to high contrast or back."""
        self.theme = self._wiring.theme if self.high_contrast else HIGH_CONTRAST

    @property
    def high_contrast(self) -> bool:
        """Whether the citizen sees high contrast."""
        return self.theme == HIGH_CONTRAST

    @property
    def next_language(self) -> str:
        """What the next language calls itself; empty where there is none."""
        after = self._language_after
        return after.name if after is not self.language else ""

    def words(self, words: Words) -> str:
        """A text of the office's in this language, else in Vietnamese; empty where there is none."""
        return _words(self.language.code, words)

    def spoken(self, step: object, asked: int) -> Path | None:
        """What is heard on a screen, the office's own recording first; None where nobody recorded or read it out."""
        script = script_of(step, asked, self._wiring, self.language.texts, self.words)
        if script is None:
            return None
        read_out = self.voice.file((self.language.code, script.text))
        if script.own and read_out is not None:
            return self.language.own_recording(script.name) or read_out
        return self.language.recording(script.name) or read_out

    def unspoken(self, places: Iterable[tuple[object, int]]) -> Iterator[Spoken]:
        """The texts of these screens of which there is no recording as they stand there."""
        for language in self._wiring.languages:
            for step, asked in places:
                script = script_of(step, asked, self._wiring, language.texts, partial(_words, language.code))
                recorded = script and (language.own_recording if script.own else language.recording)(script.name)
                if script is not None and recorded is None:
                    yield language.code, script.text

    def look(self, width: int, height: int, band: bool) -> Look:
        """How a window of this size is drawn."""
        wiring = self._wiring
        # The office's colours were judged against its own theme; high contrast stays what it is.
        colours = {} if self.high_contrast else wiring.colours
        inches, fonts = wiring.window.panel_inches, self.language.fonts
        return Look(self.theme, width, height, self.text_scale, inches, fonts, colours, band)

    @property
    def _language_after(self) -> Language:
        languages = self._wiring.languages
        return languages[(languages.index(self.language) + 1) % len(languages)]


def _words(code: str, words: Words) -> str:
    return words.get(code) or words.get(FIRST_LANGUAGE, "")
