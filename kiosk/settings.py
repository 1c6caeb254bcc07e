"""Settings files: TOML, overridden by the environment, with every fault reported at once.

Both sides read theirs through here, so that a wrong key or value looks the same to whoever mends it.
A setting's annotation is its kind: a type, and the rules that its value keeps. The citizen's first
screen waits for this module.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from kiosk.domain.disclosure import Policy
from kiosk.domain.fault import Fault
from kiosk.setting_rules import Unfit, between

S = TypeVar("S", bound="Settings")


class Section(msgspec.Struct, frozen=True):
    """One ``[section]`` of a settings file; unknown keys are faults."""


class Settings(Section, frozen=True):
    """A whole settings file; what the caller passes wins over the environment, the environment over the file."""

    environment: ClassVar[str]
    """How the names of its environment variables begin."""


class Disclosure(Section, frozen=True):
    """How few ratings may be shown, and how soon; the same on the kiosk and on the web."""

    cell_min: Annotated[int, between(0, 1000)] = 5
    percent_min: Annotated[int, between(0, 10_000)] = 30
    step: Annotated[int, between(1, 1000)] = 5
    delay: bool = True

    @property
    def policy(self) -> Policy:
        """As the domain takes it."""
        return Policy(self.cell_min, self.percent_min, self.step, self.delay)


class SettingsInvalid(ValueError):
    """The settings cannot be used; every fault is listed. Mend the file or the environment variable and start again."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def load_settings(settings: type[S], file: Path | None, overrides: Mapping[str, Any] | None = None) -> S:
    """The settings in ``file`` (or only the defaults), with the environment and then ``overrides`` by key on top.

    Raises SettingsInvalid with every fault.
    """
    table = {} if file is None else _table_of(file)
    for above in (*_variables(settings.environment), overrides or {}):
        table = _merged(table, above)
    reader = _Reader("settings" if file is None else str(file))
    read: S = reader.value("", settings, table)
    if reader.faults:
        raise SettingsInvalid(tuple(reader.faults))
    return read


def user_data_dir() -> Path:
    """Where our files lie if nobody says otherwise."""
    import platformdirs  # only here: a kiosk that is told its folder does not wait for it

    return platformdirs.user_data_path("hailong")


def _table_of(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        message, why = "cannot be read: {why}", error.strerror
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message, why = "is not valid TOML in UTF-8: {why}", str(error)
    raise SettingsInvalid((Fault(str(file), "file", message, {"why": why}),))


@dataclass(frozen=True, slots=True)
class _Variable:
    """What an environment variable says: text whatever its setting's kind, and blamed by its own name."""

    name: str
    text: str


def _variables(prefix: str) -> Iterator[dict[str, Any]]:
    """Each of our environment variables, as the table it stands for."""
    # From last to first: one that names a whole section comes after those of its keys, and is told as the fault it is.
    for name in sorted((name for name in os.environ if name.startswith(prefix)), reverse=True):
        value: Any = _Variable(name, os.environ[name])
        for key in reversed(name.removeprefix(prefix).lower().split("__")):
            value = {key: value}
        yield value


def _merged(table: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for key, value in above.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


class _Reader:
    """Reads values by their kinds, and collects faults instead of stopping at the first one."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def value(self, key: str, kind: Any, raw: Any) -> Any:
        """The value of a key; None where there is a fault."""
        bare, rules = _parted(kind)
        try:
            read = self._by_kind(key, bare, raw)
            for rule in rules:
                read = rule(read)
        except Unfit as unfit:
            return self._fault(key, raw, unfit)
        return read

    def _by_kind(self, key: str, kind: Any, raw: Any) -> Any:
        if isinstance(kind, type) and issubclass(kind, Section):
            return self._section(key, kind, raw)
        if get_origin(kind) is dict:
            return {name: self.value(_below(key, name), get_args(kind)[1], each) for name, each in _table(raw).items()}
        if get_origin(kind) is tuple:
            return self._list(key, kind, raw)
        return _plain(kind, raw)

    def _section(self, key: str, kind: type[Section], raw: Any) -> Section | None:
        table = _table(raw)
        known = {field.name: field for field in msgspec.structs.fields(kind)}
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

    def _list(self, key: str, kind: Any, raw: Any) -> tuple[Any, ...]:
        if isinstance(raw, _Variable):
            reader = _Reader("environment")
            read = reader.value(raw.name, kind, _from_json(raw.text))
            self.faults += reader.faults
            return read or ()
        if not isinstance(raw, list):
            raise Unfit("must be a list, not {input!r}")
        return tuple(self.value(f"{key}[{place}]", get_args(kind)[0], each) for place, each in enumerate(raw, 1))

    def _fault(self, key: str, raw: Any, unfit: Unfit) -> None:
        variable = _said_by(raw)
        file, key, said = (self._file, key, raw) if variable is None else ("environment", variable.name, variable.text)
        self.faults.append(Fault(file, key, unfit.message, {**unfit.values, "input": said}))


_SENTENCES: dict[Any, str] = {
    int: "must be a whole number, not {input!r}",
    float: "must be a number, not {input!r}",
    bool: "must be true or false, not {input!r}",
    str: "must be a text, not {input!r}",
    Path: "must be a text, not {input!r}",
    time: "must be a time of day such as 07:30, not {input!r}",
    Literal: "must be one of {expected}, not {input!r}",
}
"""What is said of a value of another type."""


def _plain(kind: Any, raw: Any) -> Any:
    """A single value; from the environment it is always a text."""
    given = raw.text if isinstance(raw, _Variable) else raw
    try:
        if kind is Path and isinstance(given, str | Path):
            return Path(given)
        if kind is time and isinstance(given, str):
            return _local(time.fromisoformat(given))
        return msgspec.convert(given, kind, strict=given is raw)
    except (msgspec.ValidationError, ValueError) as error:
        expected = ", ".join(map(repr, get_args(kind)))
        raise Unfit(_SENTENCES[get_origin(kind) or kind], expected=expected) from error


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


def _parted(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """A kind's type and its rules; no settings file can say ``None``."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    return (kind.__origin__, kind.__metadata__) if get_origin(kind) is Annotated else (kind, ())


def _said_by(raw: Any) -> _Variable | None:
    """The environment variable that a value, or the first in a table, comes from."""
    if isinstance(raw, dict):
        return next(filter(None, map(_said_by, raw.values())), None)
    return raw if isinstance(raw, _Variable) else None


def _below(key: str, name: str) -> str:
    return f"{key}.{name}".lstrip(".")
