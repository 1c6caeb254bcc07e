"""Words: what may be recorded of what a citizen typed.

People write telephone and identity numbers although they are asked not to. Such runs of
digits are masked on the glass already, and never reach the disk.
"""

import re
import unicodedata

WORDS_MAX = 300
"""Characters of one comment."""
DIGITS_MIN = 5
"""So many digits in a row may name a person, a vehicle or a file; years and hours have fewer."""
MASK = "•"

_RUN = re.compile(rf"\d(?:[ .\-–/]?\d){{{DIGITS_MIN - 1},}}")
_DIGIT = re.compile(r"\d")


def mask_digits(text: str) -> str:
    """The text with each digit of a long run masked, also where single spaces, dots, slashes or hyphens part them."""
    return _RUN.sub(lambda run: _DIGIT.sub(MASK, run[0]), text)


def record_words(text: str) -> str:
    """The words as they are recorded: composed, masked, without blank ends, never longer than the limit."""
    return mask_digits(unicodedata.normalize("NFC", text).strip())[:WORDS_MAX]
