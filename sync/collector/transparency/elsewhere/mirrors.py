"""Mirrors: copies of the log's public folder, at an address or in a folder of this machine."""

import json
from dataclasses import dataclass
from pathlib import Path

from sync.collector.transparency.elsewhere.call import Caller, NoAnswer
from sync.protocol.tlog.tiles import Tile


@dataclass(frozen=True, slots=True)
class Mirror:
    """A copy of the log's public files at another place."""

    place: str
    """``https://…``, or a folder."""
    caller: Caller

    def checkpoint(self) -> str | None:
        """The note it has, of which nothing is believed; None where it has none. Raises NoAnswer."""
        found = self._read("checkpoint")
        try:
            return None if found is None else found.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NoAnswer("its checkpoint is no text") from error

    def statements(self) -> list[str]:
        """The notes by which each key of the log followed the one before, of which nothing is believed.

        Raises NoAnswer.
        """
        found = self._read("keys")
        if found is None:
            return []
        try:
            return [str(one) for one in json.loads(found)["statements"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NoAnswer("its keys cannot be read") from error

    def bundle(self, wanted: Tile) -> tuple[bytes, int]:
        """A bundle of entries, or the full one in its place, and how many entries it has. Raises NoAnswer."""
        for tile in dict.fromkeys((wanted, Tile(wanted.level, wanted.index))):
            found = self._read(tile.path)
            if found is not None:
                return found, tile.width
        raise NoAnswer(f"it has no {wanted.path}")

    def _read(self, path: str) -> bytes | None:
        if self.place.startswith(("http://", "https://")):
            answer = self.caller.get(f"{self.place.rstrip('/')}/{path}")
            if answer.status not in (200, 404):
                raise NoAnswer(f"it answered {answer.status}")
            return answer.body if answer.status == 200 else None
        try:
            return (Path(self.place) / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NoAnswer(error.strerror or type(error).__name__) from error
