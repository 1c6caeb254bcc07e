"""Values of settings: what was written, read as the kind that each setting is, with faults collected instead of raised.

A setting's annotation is its kind: a type, and the rules that its value keeps.
"""

import os
from datetime import date, time
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from kiosk.base.handed_in import read_handed_in
from kiosk.base.settings.layers import Layers, Origin, Source, Variable
from kiosk.base.settings.rules import DayOff, DayWorked, Unfit, secret
from kiosk.domain.fault import Fault
from kiosk.domain.office_calendar import day_text, worked_text

HIDDEN = "…"
"""Stands where a secret would be shown."""

SENTENCES: dict[Any, str] = {
    int: "must be a whole number, not {input!r}",
    float: "must be a number, not {input!r}",
    bool: "must be true or false, not {input!r}",
    str: "must be a text, not {input!r}",
    Path: "must be a text, not {input!r}",
    time: "must be a time of day such as 07:30, not {input!r}",
    DayOff: "must be a day such as 2026-02-17, or 09-02 for every year, not {input!r}",
    DayWorked: "must be a day such as 2026-08-22, or 2026-08-22 as mon for the hours of a Monday, not {input!r}",
    Literal: "must be one of {expected}, not {input!r}",
}
"""What is said of a value of another type."""


class SettingReader:
    """Reads values by their kinds, and collects faults instead of stopping at the first one."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self.faults: list[Fault] = []

    def value(self, key: str, kind: Any, raw: Any) -> Any:
        """The value of a key; None where there is a fault."""
        bare, rules = parted(kind)
        try:
            read = self._by_kind(key, bare, raw)
            # A section in which something is wrong has no value to keep rules of.
            for rule in rules if read is not None else ():
                read = rule(read)
        except Unfit as unfit:
            return self._fault(key, raw, unfit, hidden=secret in rules)
        return read

    def _by_kind(self, key: str, kind: Any, raw: Any) -> Any:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._section(key, kind, raw)
        if get_origin(kind) is dict:
            return {name: self.value(_below(key, name), get_args(kind)[1], each) for name, each in _table(raw).items()}
        if get_origin(kind) is tuple:
            return self._list(key, kind, raw)
        return _plain(kind, raw)

    def _section(self, key: str, kind: type[msgspec.Struct], raw: Any) -> msgspec.Struct | None:
        known = {field.name: field for field in msgspec.structs.fields(kind)}
        table = self._with_secrets(key, known, _table(raw))
        for name in sorted(table.keys() - known.keys()):
            unknown = Unfit("unknown key; see the commented settings file for the known ones")
            self._fault(_below(key, name), table[name], unknown)
        read = {}
        for name, field in known.items():
            if name in table:
                read[name] = self.value(_below(key, name), field.type, table[name])
            elif field.required:
                self._fault(_below(key, name), None, Unfit("is missing"))
        return None if self.faults else kind(**read)

    def _with_secrets(self, section: str, known: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
        """The table with what the files hold that its ``…_file`` keys name in place of secrets."""
        whole = dict(table)
        for name, field in known.items():
            by_file, key = f"{name}_file", _below(section, name)
            if by_file not in table or secret not in parted(field.type)[1]:
                continue
            try:
                if name in table:
                    raise Unfit("give either {key} or {key}_file, not both", key=key)
                file = _plain(Path, table[by_file])
                whole[name] = _kept_secret(file)
            except Unfit as unfit:
                self._fault(f"{key}_file", table[by_file], unfit)
            else:
                self._layers.note(key, Origin(Source.SECRET_FILE, str(file)))
        return whole

    def _list(self, key: str, kind: Any, raw: Any) -> tuple[Any, ...]:
        if isinstance(raw, Variable):
            reader = SettingReader(Layers("environment"))
            read = reader.value(raw.name, kind, _from_json(raw.text))
            self.faults += reader.faults
            return read or ()
        if not isinstance(raw, list):
            raise Unfit("must be a list, not {input!r}")
        return tuple(self.value(f"{key}[{place}]", get_args(kind)[0], each) for place, each in enumerate(raw, 1))

    def _fault(self, key: str, raw: Any, unfit: Unfit, *, hidden: bool = False) -> None:
        variable = _said_by(raw)
        file, key, said = (
            (self._layers.file_of(key), key, raw) if variable is None else ("environment", variable.name, variable.text)
        )
        shown = HIDDEN if hidden else said
        self.faults.append(Fault(file, key, unfit.message, {**unfit.values, "input": shown}))


def parted(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """A kind's type and its rules; no settings file can say ``None``."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    return (kind.__origin__, kind.__metadata__) if get_origin(kind) is Annotated else (kind, ())


def _plain(kind: Any, raw: Any) -> Any:
    """A single value; from the environment it is always a text."""
    given = raw.text if isinstance(raw, Variable) else raw
    try:
        if kind is Path and isinstance(given, str | Path):
            return Path(given)
        if kind is time and isinstance(given, str):
            return _local(time.fromisoformat(given))
        if kind in (DayOff, DayWorked):
            # TOML also knows days without quotation marks.
            text = given.isoformat() if type(given) is date else msgspec.convert(given, str)
            return day_text(text) if kind is DayOff else worked_text(text)
        return msgspec.convert(given, kind, strict=given is raw)
    except (msgspec.ValidationError, ValueError) as error:
        expected = ", ".join(map(repr, get_args(kind)))
        raise Unfit(SENTENCES[get_origin(kind) or kind], expected=expected) from error


def _kept_secret(file: Path) -> str:
    """What a secret's own file holds, without the line's end."""
    try:
        open_to_all = os.name == "posix" and file.stat().st_mode & 0o007
        text = read_handed_in(file).strip()
    except OSError as error:
        raise Unfit("{file} cannot be read: {why}", file=file, why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise Unfit("{file} cannot be read: {why}", file=file, why="UTF-8") from error
    if open_to_all:
        raise Unfit("everybody on this machine may read {file}; run: chmod o= {file}", file=file)
    if not text:
        raise Unfit("{file} is empty", file=file)
    return text


def _local(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("office hours are in the office's zone")
    return at


def _table(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Unfit("must be a table of keys, not {input!r}")
    return raw


def _from_json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _said_by(raw: Any) -> Variable | None:
    """The environment variable that a value, or the first in a table, comes from."""
    if isinstance(raw, dict):
        return next(filter(None, map(_said_by, raw.values())), None)
    return raw if isinstance(raw, Variable) else None


def _below(key: str, name: str) -> str:
    return f"{key}.{name}".lstrip(".")
