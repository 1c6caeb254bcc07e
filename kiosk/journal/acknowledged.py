"""How far the collector is known to have this journal: read from the agent's notes beside it.

The notes may be old or missing; then fewer entries are known to be safe, never more.
"""

import json
from pathlib import Path

from kiosk.journal.chain import Cursor


def acknowledged_by_collector(folder: Path, journal_id: str) -> Cursor:
    """The cursor that the collector last proved to have, from ``agent.json``; the start where nothing is known."""
    try:
        notes = json.loads((folder / "agent.json").read_bytes())
        if notes.get("journal_id") != journal_id or not notes.get("acknowledged_head"):
            return Cursor.start(journal_id)
        return Cursor(int(notes["acknowledged_next"]), bytes.fromhex(notes["acknowledged_head"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return Cursor.start(journal_id)
