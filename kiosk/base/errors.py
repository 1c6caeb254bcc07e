"""The base of every error that a person may read."""

from kiosk.base.texts import Texts, capital


class SpokenError(Exception):
    """An error that holds its sentence: ``message`` is its id in the catalogues, ``values`` fill its places.

    ``str()`` is the English sentence, for logs; whoever shows it to a person says it in their language.
    """

    exit_code = 1

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message.format(**values))
        self.message = message
        self.values = values

    def said(self, t: Texts) -> str:
        """The sentence in the language of ``t``."""
        return t(self.message, **self.values)

    def sentence(self, t: Texts) -> str:
        """The same with a capital: as it stands on a screen or a page, where nothing comes before it."""
        # What begins with a name or a value stays as that is written.
        said = self.said(t)
        return said if t(self.message).startswith("{") else capital(said)
