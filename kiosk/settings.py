"""Settings files: TOML, overridden by the environment, with every fault reported at once.

Both sides read theirs through here, so that a wrong key or value looks the same to whoever mends it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kiosk.domain.disclosure import Policy
from kiosk.domain.fault import Fault

S = TypeVar("S", bound="Settings")


class Section(BaseModel):
    """One ``[section]`` of a settings file; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Disclosure(Section):
    """How few ratings may be shown, and how soon; the same on the kiosk and on the web."""

    cell_min: int = Field(5, ge=0, le=1000)
    percent_min: int = Field(30, ge=0, le=10_000)
    step: int = Field(5, ge=1, le=1000)
    delay: bool = True

    @property
    def policy(self) -> Policy:
        """As the domain takes it."""
        return Policy(self.cell_min, self.percent_min, self.step, self.delay)


class Settings(BaseSettings):
    """A whole settings file; what the caller passes wins over the environment, the environment over the file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_nested_delimiter="__")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first: ``init_settings`` holds what the file says."""
        return env_settings, init_settings


class SettingsInvalid(ValueError):
    """The settings cannot be used; every fault is listed. Mend the file or the environment variable and start again."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


_SENTENCES = {
    "extra_forbidden": "unknown key; see the commented settings file for the known ones",
    "missing": "is missing",
    "int_type": "must be a whole number, not {input!r}",
    "int_parsing": "must be a whole number, not {input!r}",
    "float_type": "must be a number, not {input!r}",
    "float_parsing": "must be a number, not {input!r}",
    "bool_type": "must be true or false, not {input!r}",
    "bool_parsing": "must be true or false, not {input!r}",
    "string_type": "must be a text, not {input!r}",
    "greater_than_equal": "must be at least {ge}, not {input!r}",
    "less_than_equal": "must be at most {le}, not {input!r}",
    "literal_error": "must be one of {expected}, not {input!r}",
}
"""The faults people make most, by pydantic's error type; others are told in pydantic's words."""


def load_settings(settings: type[S], file: Path | None, overrides: Mapping[str, Any] | None = None) -> S:
    """The settings in ``file`` (or only the defaults), with ``overrides`` by key on top.

    Raises SettingsInvalid with every fault.
    """
    where = "settings" if file is None else str(file)
    table = {} if file is None else _table_of(file)
    try:
        return settings(**_merged(table, overrides or {}))
    except ValidationError as error:
        raise SettingsInvalid(tuple(_fault(where, dict(detail)) for detail in error.errors())) from error


def _table_of(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        message, why = "cannot be read: {why}", error.strerror
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message, why = "is not valid TOML in UTF-8: {why}", str(error)
    raise SettingsInvalid((Fault(str(file), "file", message, {"why": why}),))


def _merged(table: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for key, value in overrides.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _fault(where: str, detail: dict[str, Any]) -> Fault:
    key = ".".join(str(part) for part in detail["loc"])
    context = detail.get("ctx", {})
    values = {**context, "input": detail.get("input"), "why": context.get("error", detail["msg"])}
    return Fault(where, key, _SENTENCES.get(detail["type"], "{why}"), values)
