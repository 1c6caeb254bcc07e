"""Words and numbers as people read them: gettext catalogues and CLDR formats, Vietnamese first.

Message ids are English; ``assets/locale/<language>/LC_MESSAGES/<catalogue>.po`` holds the
words. What a language that is not shipped has no words for is said in Vietnamese.
"""

import errno
import gettext
import os
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import ModuleType

from kiosk.base.resources import resource

LANGUAGES = ("vi", "en")
REASONS = frozenset(
    os.strerror(number)
    for number in (
        errno.EACCES, errno.EADDRINUSE, errno.EBUSY, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EIO, errno.EISDIR,
        errno.ENAMETOOLONG, errno.ENOENT, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS,
    )
)  # fmt: skip
"""Why the system refuses a file or a connection, as it says it itself, in English; others stay as they are."""
_POINTS = {"en": str.maketrans({}), "vi": str.maketrans({",": ".", ".": ","})}
"""What stands for Python's own signs in a number. A page has a thousand numbers: Babel takes a third of its time."""


@dataclass(frozen=True)
class Texts:
    """One language's words and formats."""

    language: str
    _catalogue: gettext.NullTranslations

    def __call__(self, message: str, /, **values: object) -> str:
        """The words for ``message``, with ``{name}`` places filled in; a ``why`` of the system's is said as well."""
        words = self._catalogue.gettext(message)
        if (why := values.get("why")) in REASONS:
            values["why"] = self._catalogue.gettext(str(why))
        return words.format(**values) if values else words

    def several(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The words for ``n`` things; ``{n}`` is filled in with the formatted number."""
        return self._catalogue.ngettext(one, many, n).format(n=self.number(n), **values)

    def number(self, value: int | Decimal) -> str:
        """``36525`` as ``36.525`` in Vietnamese."""
        if isinstance(value, int) and self.language in _POINTS:
            return f"{value:,}".translate(_POINTS[self.language])
        return str(_numbers().format_decimal(value, locale=self.language))

    def percent(self, value: Decimal) -> str:
        """``Decimal("83.94")`` as ``83,94%`` in Vietnamese, with the digits of ``value``: nothing is rounded here."""
        if self.language in _POINTS:
            return f"{value:,f}%".translate(_POINTS[self.language])
        decimals = max(0, -int(value.as_tuple().exponent))
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return f"{_numbers().format_decimal(value, format=pattern, locale=self.language)}%"

    def day(self, value: date) -> str:
        """``21/11/2026`` in Vietnamese."""
        return self._date(value, "dd/MM/yyyy" if self.language == "vi" else "d MMMM yyyy")

    def weekday(self, value: date, *, short: bool = False) -> str:
        """``Thứ Sáu``, or ``Th 6``."""
        return self._date(value, "EEE" if short else "EEEE")

    def _date(self, value: date, pattern: str) -> str:
        from babel.dates import format_date  # late, as in _numbers

        return format_date(value, pattern, locale=self.language)


def _numbers() -> ModuleType:
    # Imported late: the citizen's screen starts without it, and loading it takes its time.
    from babel import numbers

    return numbers


@cache
def texts(catalogue: str, language: str, folder: Path | None = None) -> Texts:
    """The words of ``catalogue`` ("kiosk" or "collector") in ``language``, from the shipped folder or another one.

    What a language that is not shipped does not say is said in Vietnamese.
    """
    shipped = resource("assets", "locale")
    found = gettext.translation(catalogue, folder or shipped, [language], fallback=True)
    if language not in LANGUAGES:
        found.add_fallback(gettext.translation(catalogue, shipped, ["vi"], fallback=True))
    return Texts(language, found)


def capital(words: str) -> str:
    """``words`` as a sentence that stands alone begins."""
    return words[:1].upper() + words[1:]


def terminal_language() -> str:
    """The language for a person at a terminal: HAILONG_LANGUAGE, else that of the locale, else English."""
    wanted = os.environ.get("HAILONG_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "vi" if wanted.startswith("vi") else "en"
