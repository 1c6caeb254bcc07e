"""Statement: what of a cut an auditor may read, as a leaf of the tree that the kiosk signs.

It tells everything that a report adds up of a block, and nothing that rests on one to four ratings: of a tail how many
there are and no level, of what was set aside how many and why. Neither a line's place nor its time: the distance of
two lines tells that somebody said more than a level. Kiosk and collector make the same bytes of the same line. Pure.
"""

import base64
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from kiosk.domain.numbers.blocks import COUNTED_MIN, Cut, Sums
from kiosk.domain.visit.rating import Standing

_COMMITMENT = b"hailong-cut/1\n"
_HALF_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} (am|pm)")


@dataclass(frozen=True, slots=True)
class Order:
    """How a journal's statements follow each other, so that it shows whether one of a month was left out."""

    latest: str = ""
    """The latest month (``2026-10``) of any statement so far."""
    back: int = 0
    """So many of them were of an earlier month than the latest of their time: a clock was set back."""

    def after(self, month: str) -> "Order":
        """The order once a statement of this month has followed."""
        return Order(max(self.latest, month), self.back + (month < self.latest))


def is_stated(one: Cut) -> bool:
    """Whether the cut is a leaf: older kiosks did not say its half days."""
    return one.days is not None and all(map(_HALF_DAY.fullmatch, one.days))


def statement(one: Cut, before: Order, chain_hash: bytes, carried_hash: bytes | None = None) -> tuple[bytes, Order]:
    """The leaf of a cut for which ``is_stated`` holds, and the order with it.

    ``chain_hash`` is the journal's hash after the line that states the cut; ``carried_hash`` is the hash which that
    line had where it was written, if it was carried over from there.
    """
    assert one.days is not None  # noqa: S101 - it is stated
    order = before.after(one.days[1][:7])
    counter, series = one.stream
    said: dict[str, Any] = {"v": 1, "series": [series.survey, series.question, list(series.levels)]}
    said |= {"counter": counter} if counter else {}
    said |= {"tail": True} if one.is_tail else {}
    aside = {standing: _count(one.sums[standing]) for standing in sorted(one.sums) if standing != Standing.COUNTED}
    said |= {"days": list(one.days), "counted": _counted(one), "aside": aside, "order": [order.latest, order.back]}
    said |= {} if carried_hash is None else {"was": _commitment(carried_hash)}
    said["rest"] = _commitment(chain_hash)
    return json.dumps(said, separators=(",", ":")).encode("ascii"), order


def _counted(one: Cut) -> dict[str, Any]:
    sums = one.sums.get(Standing.COUNTED, Sums({}, {}))
    n = _count(sums)
    # Whatever a kiosk calls a block: levels of fewer than five are for nobody to read.
    if one.is_tail or n < COUNTED_MIN:
        return {"n": n}
    levels = {str(level): of_it for level, of_it in sorted(sums.levels.items())}
    return {"n": n, "levels": levels, "reasons": dict(sorted(sums.reasons.items()))}


def _count(sums: Sums) -> int:
    return sum(sums.levels.values())


def _commitment(chain_hash: bytes) -> str:
    """Of the very line and all before it; whoever does not know the hash learns nothing."""
    return base64.b64encode(sha256(_COMMITMENT + chain_hash).digest()).decode("ascii")
