"""Draft: what a citizen types, composed into Vietnamese as Telex does, one syllable at a time."""

from kiosk.domain.visit.words import WORDS_MAX, mask_digits
from kiosk.ui.parts.telex import compose, give_tone

TONES = {"sắc": "s", "huyền": "f", "hỏi": "r", "ngã": "x", "nặng": "j"}
"""The tones by name, and Telex' letters for them."""
VOWELS = {"ă": "aw", "â": "aa", "đ": "dd", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw"}
"""Letters with a key of their own, for those who never learned Telex."""


class Draft:
    """The text so far; keys change it, and it never grows beyond the limit."""

    def __init__(self, telex: bool = True) -> None:
        self.telex = telex
        """Whether letters are composed; of an English "was", Telex would make a Vietnamese syllable."""
        self._before = ""
        self._syllable = ""
        self._struck = ""
        """The keys behind the syllable: where it turns out not to be Vietnamese, they stand as they were struck."""

    @property
    def text(self) -> str:
        """All of the text."""
        return self._before + self._syllable

    @property
    def syllable(self) -> str:
        """The end of the text that is still being composed."""
        return self._syllable

    @property
    def shown(self) -> str:
        """The text as it may be seen, over the shoulder as well: long digits masked."""
        return mask_digits(self.text)

    def strike(self, key: str) -> None:
        """A letter, a sign, a space or a line break."""
        if key.isalpha():
            struck = self._struck + key
            self._take(compose(struck) if self.telex else struck, struck)
        elif len(self.text) < WORDS_MAX:
            self._before, self._syllable, self._struck = self.text + key, "", ""

    def set_tone(self, tone: str) -> None:
        """Give the syllable this tone; where it has no vowel, nothing happens."""
        toned = give_tone(self._syllable, TONES[tone])
        # Whoever gave the tone by its name saw the syllable and meant it: it is not taken apart again.
        self._take(toned, toned)

    def erase(self) -> None:
        """Take the last character back; what is left of its syllable is composed further."""
        left = self.text[:-1]
        letters = len(left)
        while letters and left[letters - 1].isalpha():
            letters -= 1
        self._before, self._syllable, self._struck = left[:letters], left[letters:], left[letters:]

    def _take(self, syllable: str, struck: str) -> None:
        if len(self._before) + len(syllable) <= WORDS_MAX:
            self._syllable, self._struck = syllable, struck
