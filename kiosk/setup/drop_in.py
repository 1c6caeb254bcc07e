"""The drop-in that setup keeps: one file beside the office's own, which is never touched.

Its first lines tell what it is and the hash of the rest: where somebody changed it by hand, their version is kept
aside before a new one takes its place.
"""

import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from kiosk.base.private_file import sync_directory, write_private
from kiosk.base.settings.layers import DROP_INS, merge_tables
from kiosk.base.settings.listing import toml_key, toml_value
from kiosk.setup.errors import SettingsNotKept

NAME = "50-setup.toml"
_HEAD = "# Written by kiosk setup, which replaces it when it is run again. sha256: "


def drop_in_of(main: Path) -> Path:
    """Where setup keeps its settings for the main file ``main``."""
    return main.with_name(main.name + DROP_INS) / NAME


def keep_drop_in(file: Path, wanted: Mapping[str, Any]) -> Path | None:
    """Lay ``wanted`` over what setup wrote before; where somebody changed that by hand, the file it is kept in.

    Raises SettingsNotKept.
    """
    try:
        before = file.read_text("utf-8") if file.exists() else ""
        head, _, body = before.partition("\n")
        ours = head == _HEAD + _hash(body)
        kept = None if ours or not before else _kept_aside(file)
        table = merge_tables(_table(body) if ours else {}, wanted)
        write_whole(file, _text(table), 0o600 if _holds_secret(table) else 0o644)
    except OSError as error:
        raise SettingsNotKept(
            "{file} cannot be written ({why}); let this user write its folder, or run this as the kiosk's user",
            file=file,
            why=error.strerror,
        ) from error
    return kept


def write_whole(file: Path, text: str, mode: int) -> None:
    """Put ``text`` at ``file`` in one step, on the disk before this returns."""
    if not file.parent.is_dir():
        file.parent.mkdir(parents=True)
        file.parent.chmod(0o755)  # whatever root's umask is, the kiosk's user must find what lies in it
    handle, fresh = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as writing:
            writing.write(text)
            writing.flush()
            os.fsync(writing.fileno())
        Path(fresh).chmod(mode)
        Path(fresh).replace(file)
        sync_directory(file.parent)
    except BaseException:
        with suppress(OSError):
            Path(fresh).unlink()
        raise


def _holds_secret(table: Mapping[str, Any]) -> bool:
    return "pin_hash" in table.get("staff", {}) or "proxy" in table.get("collector", {})


def _text(table: Mapping[str, Any]) -> str:
    body = "".join(f"{line}\n" for line in _lines(table))
    return f"{_HEAD}{_hash(body)}\n{body}"


def _lines(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in table.items():
        key = f"{before}{toml_key(name)}"
        if isinstance(value, dict) and value:
            yield from _lines(value, f"{key}.")
        else:
            yield f"{key} = {toml_value(value)}"


def _table(body: str) -> dict[str, Any]:
    return tomllib.loads(body)


def _hash(body: str) -> str:
    return sha256(body.encode()).hexdigest()


def _kept_aside(file: Path) -> Path:
    """The office's version of the file, under a name that is no drop-in's."""
    numbered = (file.with_name(f"{file.name}.kept-{number}") for number in range(1, 1000))
    kept = next(path for path in numbered if not path.exists())
    write_private(kept, file.read_bytes(), durable=True)
    return kept
