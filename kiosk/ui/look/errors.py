"""What can keep the screen from opening.

SpokenError
├── ScreenUnavailable    no window: put in place what the sentence names
├── ThemeInvalid         a theme cannot be used: mend its file or choose another
└── LanguageInvalid      a language cannot be used: mend its folder or choose another
"""

from kiosk.base.errors import SpokenError


class ScreenUnavailable(SpokenError):
    """No window can be shown: put in place what the sentence names, then start again."""


class ThemeInvalid(SpokenError):
    """A theme file is missing or lacks a token: mend it or choose another theme."""

    exit_code = 2


class LanguageInvalid(SpokenError):
    """A language's folder is missing or wrong: mend it or take the language out of the settings."""

    exit_code = 2
