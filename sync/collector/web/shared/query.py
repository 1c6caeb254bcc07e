"""Query: what the address of a list asks for, as it is written there, and the same for another address."""

from dataclasses import dataclass, field, fields
from typing import Any

PAGE_DIGITS_MAX = 6


def said_as(key: str, usual: str | int = "") -> Any:
    """A field that stands in an address under this key; its usual value is left out there."""
    return field(default=usual, metadata={"key": key})


@dataclass(frozen=True, slots=True)
class Query:
    """What an address asks for; each field is made by :func:`said_as`."""

    def changed(self, **other: str | int) -> dict[str, str]:
        """The same for another address, with something changed; what is usual is left out."""
        keys = {one.name: one.metadata["key"] for one in fields(self)}
        usual = {one.metadata["key"]: one.default for one in fields(self)}
        said = {key: getattr(self, name) for name, key in keys.items()} | other
        return {key: str(value) for key, value in said.items() if value and value != usual.get(key)}


def page_of(text: str) -> int:
    """The number of a page that an address names; 1 where it names none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= PAGE_DIGITS_MAX
    return max(int(text), 1) if is_number else 1
