"""The list of settings in force: each key with its value and where that comes from; secrets masked."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from kiosk.base.settings.layers import Layers, Origin
from kiosk.base.settings.reading import Reading, S, Section
from kiosk.base.settings.rules import secret
from kiosk.base.settings.values import parted
from kiosk.base.texts import Texts

MASK = "***"
_SECRET_NAMES = re.compile(r"(password|passphrase|secret|token|credential|private_key|pin|pin_hash)$")
"""A key with such a name is masked even where nobody thought of saying that it is secret."""
_PASSWORD = re.compile(r"(?P<user>//[^/@:]*):.*@", re.DOTALL)
"""Up to the last @: a password may hold others, and slashes."""
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of the settings, its value, and where that comes from."""

    key: str
    value: Any
    """As TOML and JSON know it; None where nothing is set."""
    origin: Origin

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {"key": self.key, "value": self.value, "source": str(self.origin.source), "name": self.origin.name}


@dataclass(frozen=True)
class Overlay:
    """What wins over every layer, and is no file: the office's settings, brought by the agent."""

    settings: Section
    origin: Origin


def list_settings(reading: Reading[S], overlay: Overlay | None = None) -> list[Setting]:
    """Every key of the settings in the order of the commented file."""
    own = list(_settings(reading.settings, reading.layers))
    if overlay is None:
        return own
    before = {setting.key: setting for setting in own}
    return [
        setting if setting.key in before and before[setting.key].value == setting.value else _from(setting, overlay)
        for setting in _settings(overlay.settings, reading.layers)
    ]


def setting_line(setting: Setting, t: Texts) -> str:
    """One line that is TOML again, with where the value comes from."""
    line = f"{setting.key} = {toml_value(setting.value)}" if setting.value is not None else f"# {setting.key} ="
    return f"{line}  # {t(str(setting.origin.source))} {setting.origin.name}".rstrip()


def _settings(section: Section, layers: Layers, before: str = "") -> Iterator[Setting]:
    for each in msgspec.structs.fields(section):
        key, value = f"{before}{each.name}", getattr(section, each.name)
        if isinstance(value, Section):
            yield from _settings(value, layers, f"{key}.")
        elif isinstance(value, dict) and value:
            for name, words in value.items():
                below = f"{key}.{toml_key(name)}"
                yield Setting(below, _shown(words, hide=False), layers.origin(f"{key}.{name}"))
        else:
            hide = secret in parted(each.type)[1] or _SECRET_NAMES.search(each.name) is not None
            yield Setting(key, _shown(value, hide=hide), layers.origin(key))


def _from(setting: Setting, overlay: Overlay) -> Setting:
    return Setting(setting.key, setting.value, overlay.origin)


def _shown(value: Any, *, hide: bool) -> Any:
    plain = msgspec.to_builtins(value, enc_hook=str)
    if not isinstance(plain, str) or not plain:
        return plain
    if "://" in plain:
        masked = _PASSWORD.sub(rf"\g<user>:{MASK}@", plain)
        return f"{masked.partition('?')[0]}?{MASK}" if hide and "?" in masked else masked
    return MASK if hide else plain


def toml_key(name: str) -> str:
    """A key as TOML writes it."""
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def toml_value(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        inside = ", ".join(f"{toml_key(name)} = {toml_value(each)}" for name, each in value.items() if each is not None)
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False, default=str)
