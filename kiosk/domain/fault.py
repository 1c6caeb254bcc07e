"""A fault in a file that people write: where it is, what is wrong, how to mend it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one key of one file."""

    file: str
    key: str
    message: str
    """The reason in English with ``{name}`` places: the id of its translation."""
    values: Mapping[str, object]

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message.format(**self.values)}"

    def said(self, t: Callable[..., str]) -> str:
        """The fault in the language of ``t``."""
        return f"{self.file}: {self.key}: {t(self.message, **self.values)}"
