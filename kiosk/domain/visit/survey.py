"""Surveys: what is asked, in which words, on which scale; always a data file, never code.

Questionnaires and scales change by decree (the present SIPAS method runs out in 2026),
so every rating names the survey and the version it answered.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.domain.fault import Fault

FIRST_LANGUAGE = "vi"
FACES = range(1, 6)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Words = Mapping[str, str]
"""One text in several languages, by language code; Vietnamese is always there."""


@dataclass(frozen=True, slots=True)
class Level:
    """One answer of a scale."""

    value: int
    """What is stored: 1 is the least satisfied."""
    face: int
    """Which of the five faces is drawn for it."""
    satisfied: bool
    """Whether it counts into the share of the satisfied (``top2box``)."""
    text: Words


@dataclass(frozen=True, slots=True)
class Question:
    """One question and its scale, from the least to the most satisfied."""

    id: str
    text: Words
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One tile of "what influenced it": a neutral noun, the same for every level."""

    id: str
    icon: str
    factor: str | None
    """The SIPAS 2025 item or factor it is nearest to."""
    text: Words


@dataclass(frozen=True, slots=True)
class Survey:
    """One version of one survey."""

    id: str
    version: int
    name: Words
    questions: tuple[Question, ...]
    """The first one counts if the citizen walks away."""
    reasons: tuple[Reason, ...]
    reasons_max: int

    @property
    def ref(self) -> str:
        """``id@version``, as it stands in every rating."""
        return f"{self.id}@{self.version}"


class SurveyInvalid(ValueError):
    """The survey file cannot be used; every fault is listed. Mend the file or take another survey."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_survey(text: str, name: str) -> Survey:
    """The survey in the TOML ``text``, blamed by ``name``.

    Raises SurveyInvalid with every fault.
    """
    reader = _Reader(name)
    survey = _read_survey(reader, _parsed(text, reader))
    if reader.faults:
        raise SurveyInvalid(tuple(reader.faults))
    return survey


def _parsed(text: str, reader: "_Reader") -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        reader.fault("file", "is not valid TOML in UTF-8: {why}", why=error)
    raise SurveyInvalid(tuple(reader.faults))


def _read_survey(reader: "_Reader", table: dict[str, Any]) -> Survey:
    reader.only_keys("", table, {"id", "version", "name", "reasons_max", "question", "reason"})
    questions = tuple(_read_question(reader, key, entry) for key, entry in reader.tables(table, "question"))
    reasons = tuple(_read_reason(reader, key, entry) for key, entry in reader.tables(table, "reason"))
    if not questions:
        reader.fault("question", "at least one [[question]] is needed")
    reader.unique("question", [question.id for question in questions])
    reader.unique("reason", [reason.id for reason in reasons])
    if len(reasons) > 10:
        reader.fault("reason", "{n} reasons; the screen holds at most 10", n=len(reasons))
    return Survey(
        id=reader.name("id", table.get("id")),
        version=reader.number("version", table.get("version"), 1, 9999),
        name=reader.words("name", table.get("name")),
        questions=questions,
        reasons=reasons,
        reasons_max=reader.number("reasons_max", table.get("reasons_max", 3), 1, 10),
    )


def _read_question(reader: "_Reader", key: str, table: dict[str, Any]) -> Question:
    reader.only_keys(key, table, {"id", "text", "level"})
    levels = tuple(_read_level(reader, at, entry) for at, entry in reader.tables(table, "level", key))
    if [level.value for level in levels] != list(range(1, len(levels) + 1)) or not 2 <= len(levels) <= 5:
        reader.fault(f"{key}.level", "the values must be 1, 2, … in this order, two to five of them")
    faces = [level.face for level in levels]
    if faces != sorted(set(faces)):
        reader.fault(f"{key}.level", "each face may stand once, from the least to the most satisfied")
    satisfied = [level.satisfied for level in levels]
    if satisfied != sorted(satisfied) or len(set(satisfied)) != 2:
        reader.fault(f"{key}.level", "satisfied must be false for the lower levels and true for the upper ones")
    return Question(reader.name(f"{key}.id", table.get("id")), reader.words(f"{key}.text", table.get("text")), levels)


def _read_level(reader: "_Reader", key: str, table: dict[str, Any]) -> Level:
    reader.only_keys(key, table, {"value", "face", "satisfied", "text"})
    if not isinstance(table.get("satisfied"), bool):
        reader.fault(f"{key}.satisfied", "must be true or false")
    return Level(
        value=reader.number(f"{key}.value", table.get("value"), 1, 5),
        face=reader.number(f"{key}.face", table.get("face"), FACES.start, FACES.stop - 1),
        satisfied=table.get("satisfied") is True,
        text=reader.words(f"{key}.text", table.get("text")),
    )


def _read_reason(reader: "_Reader", key: str, table: dict[str, Any]) -> Reason:
    reader.only_keys(key, table, {"id", "icon", "factor", "text"})
    factor = table.get("factor")
    if factor is not None and not re.fullmatch(r"[A-E]\d?(-[A-E]\d)?", str(factor)):
        reader.fault(f"{key}.factor", 'must be a SIPAS 2025 factor or item such as "C1", or be left out')
    return Reason(
        id=reader.name(f"{key}.id", table.get("id")),
        icon=reader.name(f"{key}.icon", table.get("icon"), allow="_"),
        factor=factor,
        text=reader.words(f"{key}.text", table.get("text")),
    )


class _Reader:
    """Reads values and collects faults instead of stopping at the first one."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, key: str, message: str, **values: object) -> None:
        self.faults.append(Fault(self.file, key, message, values))

    def only_keys(self, key: str, table: Mapping[str, Any], known: set[str]) -> None:
        for unknown in sorted(set(table) - known):
            self.fault(f"{key}.{unknown}".lstrip("."), "unknown key; known are {known}", known=", ".join(sorted(known)))

    def tables(self, table: Mapping[str, Any], name: str, parent: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        entries = table.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.fault(f"{parent}.{name}".lstrip("."), "must be written as [[{name}]] tables", name=name)
            return
        for place, entry in enumerate(entries, 1):
            yield f"{parent}.{name}[{place}]".lstrip("."), entry

    def name(self, key: str, value: object, allow: str = "") -> str:
        text = value if isinstance(value, str) else ""
        if not _NAME.fullmatch(text.translate({ord(sign): "-" for sign in allow})):
            self.fault(key, "{value!r} must be 1 to 40 lower-case letters, digits or hyphens", value=value)
        return text

    def number(self, key: str, value: object, least: int, most: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.fault(key, "{value!r} must be a whole number from {least} to {most}", value=value, least=least, most=most)
        return least

    def words(self, key: str, value: object) -> Words:
        if not isinstance(value, dict) or not all(isinstance(text, str) and text.strip() for text in value.values()):
            self.fault(key, 'must be texts by language, {{ vi = "…", en = "…" }}')
            return {}
        if FIRST_LANGUAGE not in value:
            self.fault(key, "the Vietnamese text (vi) is missing")
        return {language: unicodedata.normalize("NFC", text) for language, text in value.items()}

    def unique(self, key: str, ids: list[str]) -> None:
        for doubled in sorted({name for name in ids if ids.count(name) > 1}):
            self.fault(key, "the id {name!r} stands twice", name=doubled)
