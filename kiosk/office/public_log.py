"""Public log: whether a proof of the collector's log failed, as the agent noted it beside the journal."""

from pathlib import Path

import msgspec

KEPT = "log.json"


class _Kept(msgspec.Struct, frozen=True):
    fault: object = None
    """Stays until a person has seen to it."""


def log_is_doubted(folder: Path) -> bool:
    """Whether a proof failed and nobody has seen to it yet; what cannot be read says nothing."""
    try:
        return msgspec.json.decode((folder / KEPT).read_bytes(), type=_Kept).fault is not None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
