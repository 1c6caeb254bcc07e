"""Codes: units and counters are the same by their exact code alone; what does not match gets its likely reason. Pure.

Never by a name, never by a number that happens to match, never by capitals: a table that is nearly right
would otherwise go to another place than was meant, without a word.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

CODE = r"[0-9A-Za-z._-]{1,40}"
"""What codes of units and counters look like."""
EXACT_MARK = "'"
"""Spreadsheets' mark of a text, written before a code: it stands as it is, and lost no noughts."""


def is_code(text: str) -> bool:
    """Whether a unit or counter may have this code."""
    return re.fullmatch(CODE, text) is not None


@dataclass(frozen=True, slots=True)
class Likely:
    """Why a code does not match: ``message`` is the id of a sentence, ``values`` fill its places."""

    message: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Known:
    """The codes that are there, with the names that they belong to."""

    names: Mapping[str, str]

    def why_not(self, code: str) -> Likely | None:
        """What was most likely meant by a code that is not there; None where nothing is like it."""
        if (likely := self.near(code)) is not None:
            return likely
        if other := self._by_name.get(_plain(code)):
            return fault("{code} is the name of {known}: write the code", code=code, known=other)
        return None

    def near(self, code: str) -> Likely | None:
        """Which known code a new one is most likely mistaken for; names are not looked at."""
        if (long := self._with_noughts.get(code)) is not None:
            return fault(
                "there is no {code}, but {known} ({name}): the spreadsheet took it for a number and dropped its "
                "noughts; set the column to text and write {known}",
                code=code,
                known=long,
                name=self.names[long],
            )
        if other := self._by_sight.get(_plain(code)):
            if other.casefold() == code.casefold():
                return fault("there is no {code}, but {known}: capitals count; write {known}", code=code, known=other)
            return fault("there is no {code}, but {known}, which looks alike: write {known}", code=code, known=other)
        return None

    def twin(self, code: str) -> Likely | None:
        """Which other code this one would be with its noughts, where both are there."""
        long = self._with_noughts.get(code)
        if long is None or code not in self.names:
            return None
        return fault(
            "{code} is {name}, and {known} ({other}) without its noughts: set the column to text, and write "
            "'{code} where {name} is meant",
            code=code,
            name=self.names[code],
            known=long,
            other=self.names[long],
        )

    @cached_property
    def _with_noughts(self) -> dict[str, str]:
        """The codes that begin with a nought, by what is left of them as a number."""
        return {code.lstrip("0"): code for code in self.names if re.fullmatch(r"0\d*[1-9]\d*", code, re.ASCII)}

    @cached_property
    def _by_sight(self) -> dict[str, str]:
        return {_plain(code): code for code in self.names}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {_plain(name): code for code, name in self.names.items()}


def fault(message: str, **values: object) -> Likely:
    """Why a code does not match."""
    return Likely(message, {name: value[:60] if isinstance(value, str) else value for name, value in values.items()})


def take_exact(cell: str) -> str:
    """The code in a cell, without the mark of a text."""
    return cell.removeprefix(EXACT_MARK)


def kept_noughts(cells: Iterable[str]) -> bool:
    """Whether a column still has codes with noughts before them: then no program took them for numbers."""
    return any(re.fullmatch(r"0\d+", cell, re.ASCII) for cell in cells)


def _plain(text: str) -> str:
    """The text as an eye takes it: without blanks, capitals and the kinds of hyphens."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\u00ad\u200b\ufeff]", "", re.sub(r"[\u2010-\u2015\u2212]", "-", composed))
