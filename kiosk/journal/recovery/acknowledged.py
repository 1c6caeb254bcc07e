"""What the collector is known to have of this journal: read from the agent's notes beside it.

The notes may be old or missing; then fewer entries are known to be safe, never more.
"""

import json
from pathlib import Path
from typing import Any

from kiosk.journal.chain import Cursor


def acknowledged_by_collector(folder: Path, journal_id: str) -> Cursor:
    """The cursor that the collector last proved to have, from ``agent.json``; the start where nothing is known."""
    try:
        notes = _notes(folder)
        if notes.get("journal_id") != journal_id or not notes.get("acknowledged_head"):
            return Cursor.start(journal_id)
        return Cursor(int(notes["acknowledged_next"]), bytes.fromhex(notes["acknowledged_head"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return Cursor.start(journal_id)


def parted_from_collector(folder: Path, journal_id: str) -> int | None:
    """The last entry that the collector's copy of this journal shares with it, where the agent found them to part."""
    try:
        parted = _notes(folder)["parted"]
        return int(parted["seq"]) if parted["journal_id"] == journal_id else None
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def _notes(folder: Path) -> Any:
    return json.loads((folder / "agent.json").read_bytes())
