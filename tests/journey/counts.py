"""Counts: every number of a report's file, to be altered one by one; and English words among Vietnamese ones."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any

from tests.journey.bundles import VERIFY
from tests.journey.known_month import MONTH

NO_COUNTS = frozenset({"surveys", "places", "policy", "form", "closing", "joined"})
"""What is defined there; the report's counts lie elsewhere."""
ENGLISH_ALLOWED = frozenset({"SHA", "zip", "python", "Python", "cryptography", "pip", "base", "byte", "json", "lines"})
"""Names of formats and programs; all other words that the English sentences use too are English."""
BOTH = frozenset({"an", "by", "cho", "do", "in", "so", "to", "on", "no"})
"""Spelled alike in both languages."""
_NAMES = re.compile(r"--[a-z-]+|\S*[./+@][\w./+@-]*|<[^>]*>|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}")
"""Options, files, keys, codes and ids."""


def english_in(text: str) -> set[str]:
    """The words of a Vietnamese text that the file's English sentences are made of."""
    english = _words(" ".join(one for one, _ in _sentences()))
    return {word for word in _words(_NAMES.sub(" ", text)) if word.lower() in english} - ENGLISH_ALLOWED - BOTH


def _sentences() -> Iterator[tuple[str, str]]:
    tables = (VERIFY.SAYS, VERIFY.WORDS, VERIFY.READS, VERIFY.TERMS, VERIFY.WHYS)
    yield from chain.from_iterable(table.values() for table in tables)
    yield from (said for _, said in VERIFY.ADVICE)
    yield ("Each level number reason standing question share ratings week place", "")


def _words(text: str) -> set[str]:
    return set(re.findall(r"(?<![^\W_])[A-Za-z]{2,}(?![^\W_])", text))


def counts_in(report: dict[str, Any]) -> Iterator[tuple[str, Callable[[dict[str, Any]], None]]]:
    """One place of each kind at which the report has a count, and what makes it one more."""
    seen = set()
    for way, kind in _numbers(report, (), ()):
        name = ".".join(kind)
        if name not in seen:
            seen.add(name)
            yield name, partial(_more, way)


def _numbers(
    value: Any, way: tuple[Any, ...], kind: tuple[str, ...]
) -> Iterator[tuple[tuple[Any, ...], tuple[str, ...]]]:
    if isinstance(value, dict):
        for key, one in value.items():
            if way or key not in NO_COUNTS:
                # Places, levels and reasons are keys of maps: all of one map are of one kind.
                is_name = kind[-1:] not in (("counts",), ("by_child",), ("aside",), ("waits",)) and key.isidentifier()
                yield from _numbers(one, (*way, key), (*kind, key) if is_name else kind)
    elif isinstance(value, list):
        kind = (*kind, *_dated(value))
        for place, one in enumerate(value):
            yield from _numbers(one, (*way, place), kind)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield way, kind


def _dated(value: list[Any]) -> Iterator[str]:
    """Whether a row that begins with a day is of the bundle's month: weeks and months before are of other bundles."""
    if value and isinstance(value[0], str) and re.fullmatch("[0-9-]{10}", value[0]):
        first = date.fromisoformat(value[0])
        is_inside = {f"{day:%Y-%m}" for day in (first, first + timedelta(days=6))} == {MONTH}
        yield "now" if is_inside else "before"


def _more(way: tuple[Any, ...], report: Any) -> None:
    for key in way[:-1]:
        report = report[key]
    report[way[-1]] += 1
