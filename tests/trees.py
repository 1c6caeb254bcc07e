"""The tree of a journal's cuts as the protocol's README says it, and not as the program works it out."""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root by RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def hashes_of(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """The hashes of a tree of leaves that are hashed already, by level and index, as proofs are made of them."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        row = levels[-1]
        pairs = range(0, len(row) - 1, 2)
        levels.append([sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in pairs])
    return lambda level, index: levels[level][index]


def statements_of(journal_id: str, lines: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """The statements of all cuts in a journal, each with the place of its line."""
    chain_hash, latest, back, found = sha256(journal_id.encode()).digest(), "", 0, []
    for seq, line in enumerate(lines, start=1):
        chain_hash = sha256(chain_hash + line).digest()
        entry = json.loads(line)
        if entry["kind"] != "block" or "days" not in entry:
            continue
        month = entry["days"][1][:7]
        back, latest = back + (month < latest), max(latest, month)
        places = [entry["from"], *entry.get("from_earlier", [])] if "from" in entry else []
        was = {"was": commitment(bytes.fromhex(places[-1][2]))} if places else {}
        order = {"order": [latest, back], **was, "rest": commitment(chain_hash)}
        said = {**_what(entry), **order}
        found.append((seq, json.dumps(said, separators=(",", ":")).encode()))
    return found


def tree_of(journal_id: str, lines: Iterable[bytes]) -> tuple[int, bytes]:
    """How many cuts there are, and the root over their statements."""
    leaves = [statement for _, statement in statements_of(journal_id, lines)]
    return len(leaves), root_of(leaves)


def commitment(chain_hash: bytes) -> str:
    """To a line and all before it."""
    return base64.b64encode(sha256(b"hailong-cut/1\n" + chain_hash).digest()).decode()


def _what(entry: dict[str, Any]) -> dict[str, Any]:
    said = {"v": 1, "series": [entry["survey"], entry["question"], entry["levels"]]}
    said |= {key: entry[key] for key in ("counter", "tail") if key in entry}
    sums = {standing: sum(one["levels"].values()) for standing, one in entry["sums"].items()}
    counted: dict[str, Any] = {"n": sums.pop("counted", 0)}
    if counted["n"] >= 5 and not entry.get("tail"):
        of_it = entry["sums"]["counted"]
        counted |= {
            "levels": dict(sorted(of_it["levels"].items())),
            "reasons": dict(sorted(of_it.get("reasons", {}).items())),
        }
    return said | {"days": entry["days"], "counted": counted, "aside": dict(sorted(sums.items()))}
