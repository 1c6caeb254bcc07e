"""Orders: what IT staff ask of the screen, as the agent laid it beside the journal; each is taken once.

The file is taken by renaming it, so that what the agent lays there meanwhile is never lost.
"""

from enum import StrEnum
from pathlib import Path

import msgspec

from kiosk.base.private_file import write_private

LAID, TAKEN = "orders.json", "orders.taken.json"


class Order(StrEnum):
    """What the screen can be asked for."""

    RESTART = "restart"
    TOUCH_TEST = "touch_test"
    CLEANING_OFF = "cleaning_off"
    PICTURE = "picture"


class _Laid(msgspec.Struct, frozen=True):
    kind: str


def next_order(folder: Path) -> Order | None:
    """The oldest order, which is taken with that; None where there is none. What cannot be read says nothing."""
    taken = folder / TAKEN
    if not taken.exists():
        try:
            (folder / LAID).replace(taken)
        except OSError:
            return None
    orders = _read(taken)
    _keep(taken, orders[1:])
    return orders[0] if orders else None


def _read(path: Path) -> list[Order]:
    known = frozenset(Order)
    try:
        laid = msgspec.json.decode(path.read_bytes(), type=list[_Laid])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []
    return [Order(one.kind) for one in laid if one.kind in known]


def _keep(path: Path, orders: list[Order]) -> None:
    if orders:
        write_private(path, msgspec.json.encode([{"kind": order} for order in orders]), durable=False)
    else:
        path.unlink(missing_ok=True)
