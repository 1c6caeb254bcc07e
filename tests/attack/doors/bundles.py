"""Bundles: what an auditor takes away of a closed month, file by file, and the page where it is taken.

Ids and hashes are made anew in each telling of a story, and with them the order of what is sorted by them. So
journals are put in the order of their kiosks and of their first cuts, and what is random is left out.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from tests.attack import harvest
from tests.attack.forms import Label, Pieces, read_form
from tests.attack.harvest import Sheet
from tests.attack.world import World

WHO = "kiemtra"
_RANDOM = re.compile(rb"[0-9A-Za-z+/]{40,}={0,2}")
"""Hashes, signatures and keys in base64."""
_JOURNAL = {"blocks": 0, "unions": 0, "uncut": 1}
"""Where in a row of the basis its journal stands."""


def bundles(world: World) -> Iterator[Sheet]:
    """The bundle of every closed month, of each unit and of all together, and the auditors' pages."""
    for unit, month in sorted({(each.unit, f"{each.month:%Y-%m}") for each in world.centre.kept()}):
        below = f"/{unit}" if unit else ""
        yield harvest.page(world, f"/kiem-toan{below}", WHO)
        way = f"/kiem-toan-goi{below}?ky={month}"
        yield Sheet(WHO, "zip", way, dict(_pieces(world.centre.read(way, WHO).content)))


def _pieces(body: bytes) -> Iterator[tuple[Label, str]]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        said = {name: json.loads(packed.read(name)) for name in packed.namelist()}
    order = _order(said["journals.json"])
    said["journals.json"] = sorted(said["journals.json"], key=lambda one: order[one["journal"]])
    for table, at in _JOURNAL.items():
        rows = said["basis.json"][table]
        rows.sort(key=lambda row, at=at: (order.get(row[at], 0), json.dumps(row[:at] + row[at + 1 :])))
    for name, content in said.items():
        yield from (((name, *label), words) for label, words in _of_json(content).items())


def _order(journals: list[Mapping[str, Any]]) -> Mapping[str, int]:
    """Which journal comes first: by its kiosk and what it says, never by its id."""

    def key(one: Mapping[str, Any]) -> tuple[Any, ...]:
        return one["device"], [(cut["index"], cut["statement"] is None) for cut in one["cuts"]]

    return {one["journal"]: place for place, one in enumerate(sorted(journals, key=key), start=1)}


def _of_json(content: Any) -> Pieces:
    return read_form("json", _RANDOM.sub(b"-", json.dumps(content, ensure_ascii=False).encode()))
