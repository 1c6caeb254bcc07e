"""The log, one way for screen, agent and collector: lines on standard error; never a rating, a text or a secret.

For a program (journald, a file) each line is one JSON object with ``timestamp``, ``level``, ``logger``, ``event`` and
what belongs to the event; for somebody at a terminal it is a plain line.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

FIELDS = "fields"
"""The attribute of a record with what belongs to its event."""


def write_log(level: int = logging.INFO, *, anew: bool = False) -> None:
    """Begin to write what the program does to standard error, where nobody else has set that up, or ``anew``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLines() if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=anew)


class JsonLines(logging.Formatter):
    """A record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Known names first; nothing in a record can take their place."""
        entry: dict[str, Any] = {
            "timestamp": _moment(record).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        entry = {**entry, **{key: value for key, value in _fields(record).items() if key not in entry}}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """A record as somebody reads it at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Local time, level, logger, event, and what belongs to it."""
        fields = "".join(f" {key}={value}" for key, value in _fields(record).items())
        at = _moment(record).astimezone().strftime("%H:%M:%S")
        line = f"{at} {record.levelname.lower():<8} {record.name}: {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return dict(getattr(record, FIELDS, {}))
