"""Taste: the language, text size and contrast that one citizen set; the next one finds the office's own."""

from pathlib import Path

from kiosk.domain.survey import FIRST_LANGUAGE, Survey, Words
from kiosk.ui.languages import Language
from kiosk.ui.look import TEXT_SCALES, Look
from kiosk.ui.setup import Setup

HIGH_CONTRAST = "high-contrast"


class Taste:
    """Of one citizen after another."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self.language: Language = setup.languages[0]
        self.text_scale = TEXT_SCALES[0]
        self.theme = setup.theme

    def reset(self) -> bool:
        """Back to the first language, plain size and the office's theme; whether anything was otherwise."""
        own = (self._setup.languages[0], TEXT_SCALES[0], self._setup.theme)
        if (self.language, self.text_scale, self.theme) == own:
            return False
        self.language, self.text_scale, self.theme = own
        return True

    def turn_language(self) -> None:
        """The next language."""
        self.language = self._language_after

    def turn_text_size(self) -> None:
        """100, 150, 200 per cent and back."""
        self.text_scale = TEXT_SCALES[(TEXT_SCALES.index(self.text_scale) + 1) % len(TEXT_SCALES)]

    def turn_contrast(self) -> None:
        """High contrast and back."""
        self.theme = self._setup.theme if self.high_contrast else HIGH_CONTRAST

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
        return words.get(self.language.code) or words.get(FIRST_LANGUAGE, "")

    def spoken(self, survey: Survey, asked: int | None) -> Path | None:
        """The recording of a question, of "which counter" where ``asked`` is None; None where nobody recorded it."""
        return self.language.recording("counter" if asked is None else f"{survey.id}-{survey.questions[asked].id}")

    def look(self, width: int, height: int) -> Look:
        """How a window of this size is drawn."""
        setup = self._setup
        # The office's colours were judged against its own theme; high contrast stays what it is.
        colours = {} if self.high_contrast else setup.colours
        return Look(self.theme, width, height, self.text_scale, setup.window.panel_inches, self.language.fonts, colours)

    @property
    def _language_after(self) -> Language:
        languages = self._setup.languages
        return languages[(languages.index(self.language) + 1) % len(languages)]
