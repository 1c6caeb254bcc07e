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

from tests.attack.centre import PROVINCE
from tests.attack.forms import Label, Pieces, read_form
from tests.attack.harvest import Sheet
from tests.attack.world import World

WHO = "kiemtra"
_RANDOM = re.compile(r"[0-9A-Za-z+/]{40,}={0,2}")
"""Hashes, signatures and keys in base64."""
_ON_PAGE = re.compile(f"mục [0-9.]+, ngày|{_RANDOM.pattern}".encode())
"""The same, and where a leaf stands in the log: in the order of hashes, which says nothing."""
_JOURNAL = {"blocks": 0, "unions": 0, "uncut": 1}
"""Where in a row of the basis its journal stands."""


def bundles(world: World) -> Iterator[Sheet]:
    """The bundle of every closed month, of each unit and of all together, and the auditors' pages.

    The one province's is that of all together once more.
    """
    kept = {(each.unit, f"{each.month:%Y-%m}") for each in world.centre.kept() if each.unit != PROVINCE}
    for unit, month in sorted(kept):
        below = f"/{unit}" if unit else ""
        page = world.centre.read(f"/kiem-toan{below}", WHO).content
        yield Sheet(WHO, "html", f"/kiem-toan{below}", read_form("html", _ON_PAGE.sub(b"-", page)))
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
    return read_form("json", json.dumps(_plain(content), ensure_ascii=False).encode())


def _plain(value: Any) -> Any:
    """The same without what is random; a statement, which is JSON inside, as what it says."""
    match value:
        case {"index": _, "proof": list(), **rest}:
            # As on the page.
            return _plain(rest)
        case dict():
            return {
                key: _plain(json.loads(each) if key == "statement" and each else each) for key, each in value.items()
            }
        case list():
            return [_plain(each) for each in value]
        case str():
            return _RANDOM.sub("-", value)
    return value
