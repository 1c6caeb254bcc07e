"""Altered: what somebody with a bundle in hand would change in it, and what the auditor's file calls that."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.cuts import SignedCuts
from tests.journey.bundles import VERIFY, Opened

Alter = Callable[[Opened, Opened], Any]
"""What somebody does to the bundle of a unit, with that of another unit beside it."""


def _statement(opened: Opened, change: Callable[[dict[str, Any]], Any]) -> None:
    for cut in opened["journals"][0]["cuts"]:
        said = json.loads(cut["statement"])
        if "levels" in said["counted"] and cut["last"] is not None:
            change(said)
            cut["statement"] = json.dumps(said, separators=(",", ":"))
            return


def a_printed_number(opened: Opened, other: Opened) -> None:
    opened["printed"]["tables"]["figures"][0]["share"] = "99.9"


def a_printed_interval(opened: Opened, other: Opened) -> None:
    opened["printed"]["tables"]["levels"][4]["n"] += 1


def a_missing_number(opened: Opened, other: Opened) -> None:
    del opened["printed"]["tables"]["figures"][0]["satisfied"]


def a_blank_number(opened: Opened, other: Opened) -> None:
    opened["printed"]["tables"]["places"][0]["clear"] = None


def a_missing_table(opened: Opened, other: Opened) -> None:
    del opened["printed"]["tables"]["places"]


def words_beside_a_number(opened: Opened, other: Opened) -> None:
    rows = opened["printed"]["tables"]["aside"]
    rows[0]["standing"], rows[1]["standing"] = rows[1]["standing"], rows[0]["standing"]


def a_reason_for_no_number(opened: Opened, other: Opened) -> None:
    opened["printed"]["tables"]["figures"][0]["points"] = {"without": "99.9"}


def a_change_since_before(opened: Opened, other: Opened) -> None:
    opened["printed"]["tables"]["reasons"][0]["points"] = "9.9"


def a_kept_number(opened: Opened, other: Opened) -> None:
    opened["report"]["parts"][0]["me"]["shown"]["counts"]["5"] += 5


def a_level_of_a_statement(opened: Opened, other: Opened) -> None:
    def better(said: dict[str, Any]) -> None:
        low, *_, high = sorted(said["counted"]["levels"])
        said["counted"]["levels"][low] -= 1
        said["counted"]["levels"][high] += 1

    _statement(opened, better)


def a_level_of_a_block(opened: Opened, other: Opened) -> None:
    block = next(one for one in opened["basis"]["blocks"] if one[14])
    low = next(place for place, n in enumerate(block[14]) if n)
    block[14][low] -= 1
    block[14][4 if low < 4 else 0] += 1


def a_reason_of_a_block(opened: Opened, other: Opened) -> None:
    block = next(one for one in opened["basis"]["blocks"] if one[15])
    block[15]["wait"] = block[15].pop(next(iter(block[15]))) + 1


def a_proof_of_the_log(opened: Opened, other: Opened) -> None:
    opened["proofs"]["reports"][0]["leaf"]["proof"][0] = base64.b64encode(bytes(32)).decode()


def an_entry_of_the_log(opened: Opened, other: Opened) -> None:
    opened["proofs"]["reports"][0]["leaf"]["index"] += 1


def a_signature(opened: Opened, other: Opened) -> None:
    tree = opened["journals"][0]["tree"]
    raw = bytearray(base64.b64decode(tree["signature"]))
    raw[0] ^= 1
    tree["signature"] = base64.b64encode(raw).decode()


def a_key_with_its_own_signature(opened: Opened, other: Opened) -> None:
    found, key = opened["journals"][0], Ed25519PrivateKey.generate()
    covers = {(first, end): base64.b64decode(one) for first, end, one in found["tree"]["covers"]}
    leaves = {cut["index"]: VERIFY.hash_leaf(cut["statement"].encode()) for cut in found["cuts"]}
    root = VERIFY.root_of_parts(found["tree"]["size"], leaves, covers)
    signed = SignedCuts.sign(key, found["journal"], (found["tree"]["size"], root))
    found["tree"]["signature"] = base64.b64encode(signed.signature).decode()
    found["tree"]["key"] = base64.b64encode(key.public_key().public_bytes_raw()).decode()


def a_missing_block(opened: Opened, other: Opened) -> None:
    blocks = opened["basis"]["blocks"]
    gone = next(one for one in blocks if one[14])
    blocks.remove(gone)
    for found in opened["journals"]:
        for cut in found["cuts"]:
            if (found["journal"], cut["last"]) == (gone[0], gone[1]):
                cut["last"] = None


def a_missing_statement(opened: Opened, other: Opened) -> None:
    a_missing_block(opened, other)
    for found in opened["journals"]:
        for cut in [one for one in found["cuts"] if one["last"] is None and not one["why"]]:
            if json.loads(cut["statement"])["days"][1].startswith("2026-10"):
                found["cuts"].remove(cut)
                leaf = VERIFY.hash_leaf(cut["statement"].encode())
                found["tree"]["covers"].append([cut["index"], cut["index"] + 1, base64.b64encode(leaf).decode()])


def a_shorter_tree(opened: Opened, other: Opened) -> None:
    opened["journals"][0]["tree"]["size"] -= 1


def a_journal_twice(opened: Opened, other: Opened) -> None:
    opened["journals"].append(opened["journals"][0])


def a_block_twice(opened: Opened, other: Opened) -> None:
    opened["basis"]["blocks"].append(opened["basis"]["blocks"][0])


def a_cut_twice(opened: Opened, other: Opened) -> None:
    opened["journals"][0]["cuts"].append(opened["journals"][0]["cuts"][1])


def a_block_of_another_unit(opened: Opened, other: Opened) -> None:
    strange = next(one for one in other["basis"]["blocks"] if one[14])
    mine = next(one for one in opened["basis"]["blocks"] if one[14])
    strange[11] = mine[11]
    strange[13] = [[mine[11], *piece[1:]] for piece in strange[13]]
    opened["basis"]["blocks"].append(strange)
    opened["journals"].extend(one for one in other["journals"] if one["journal"] == strange[0])


def a_block_at_another_counter(opened: Opened, other: Opened) -> None:
    hall = next(one for one in opened["basis"]["blocks"] if one[14] and one[11].endswith(":Q2"))
    hall[11] = hall[11].replace("Q2", "Q3")
    hall[13] = [[piece[0].replace("Q2", "Q3"), *piece[1:]] for piece in hall[13]]


def a_pool_of_too_few(opened: Opened, other: Opened) -> None:
    pool = opened["basis"]["pools"][0][0]
    tails = [one for one in opened["basis"]["blocks"] if one[10] == pool]
    for one in tails[1:]:
        one[10] = None


def set_aside_levels(opened: Opened, other: Opened) -> None:
    opened["basis"]["unions"][0][6][0] += 1


def transactions(opened: Opened, other: Opened) -> None:
    opened["basis"]["served"].append([opened["basis"]["blocks"][0][11], "2026-10-05", 5, 20, 1, 1])


ALTERED: list[tuple[Alter, set[str]]] = [
    (a_printed_number, {"number"}),
    (a_printed_interval, {"number"}),
    (a_missing_number, {"printed_missing"}),
    (a_blank_number, {"printed_missing"}),
    (a_missing_table, {"printed_missing"}),
    (words_beside_a_number, {"number"}),
    (a_reason_for_no_number, {"number"}),
    (a_change_since_before, {"number"}),
    (a_kept_number, {"report_hash", "leaf_proof", "number"}),
    (a_level_of_a_statement, {"cuts_signature", "block_else"}),
    (a_level_of_a_block, {"block_else", "number"}),
    (a_reason_of_a_block, {"block_else", "number"}),
    (a_proof_of_the_log, {"leaf_proof"}),
    (an_entry_of_the_log, {"leaf_proof"}),
    (a_signature, {"cuts_signature"}),
    (a_key_with_its_own_signature, {"leaf_proof"}),
    (a_missing_block, {"cut_unused", "number"}),
    (a_missing_statement, {"cuts_gap", "number"}),
    (a_shorter_tree, {"cuts_size"}),
    (a_journal_twice, {"journal_twice"}),
    (a_block_twice, {"block_twice", "number"}),
    (a_cut_twice, {"cut_twice"}),
    (a_block_of_another_unit, {"number"}),
    (a_block_at_another_counter, {"block_place", "number"}),
    (a_pool_of_too_few, {"pool_few", "pool_sums"}),
    (set_aside_levels, {"union_sums", "number"}),
    (transactions, {"number"}),
]


def a_rating_in_a_line(opened: Opened, other: Opened) -> None:
    segment = next(one for one in opened["lines"]["journals"][0]["segments"] if '"level":4' in one["lines"])
    segment["lines"] = segment["lines"].replace('"level":4', '"level":5', 1)


def a_missing_segment(opened: Opened, other: Opened) -> None:
    next(one for one in opened["lines"]["journals"] if len(one["segments"]) > 2)["segments"].pop(1)


def a_signed_batch(opened: Opened, other: Opened) -> None:
    segment = opened["lines"]["journals"][0]["segments"][0]
    segment["base"] = segment["base"].replace("&head=", "&haed=")


def a_level_of_a_pool(opened: Opened, other: Opened) -> None:
    levels = opened["basis"]["pools"][0][4]
    low = next(place for place, n in enumerate(levels) if n)
    levels[low] -= 1
    levels[4 if low < 4 else 0] += 1


def a_rating_of_another_block(opened: Opened, other: Opened) -> None:
    one, two, *_ = (found for found in opened["lines"]["held"] if found[0] == opened["lines"]["held"][0][0])
    two[2][two[0]][0] = one[2][one[0]][0]


IN_LINES: list[tuple[Alter, set[str]]] = [
    (a_rating_in_a_line, {"line_signature", "line_recount"}),
    (a_missing_segment, {"line_chain"}),
    (a_signed_batch, {"line_signature"}),
    (a_level_of_a_pool, {"number"}),
    (a_rating_of_another_block, {"line_recount"}),
]


def hide_cut(cut: dict[str, Any], why: str | None) -> None:
    """Show a cut by its hash alone, for a reason or none."""
    leaf = VERIFY.hash_leaf(cut["statement"].encode())
    cut |= {"statement": None, "leaf": base64.b64encode(leaf).decode(), "why": why, "last": None}


def unlogged_report(opened: Opened) -> None:
    opened["proofs"]["reports"][0]["leaf"] = None
    opened["report"]["today"] = "2026-12-31"
    opened["proofs"]["reports"][0]["sha256"] = sha256(json.dumps(opened["report"]).encode()).hexdigest()


def unlogged_key(opened: Opened) -> None:
    opened["journals"][0]["key_leaf"] = None


def unlogged_journal(opened: Opened) -> None:
    opened["journals"][0]["leaf"] = None


def unsigned(opened: Opened) -> None:
    opened["journals"][0] |= {"tree": None, "cuts": [], "leaf": None, "key_leaf": None}


def counted_otherwise(opened: Opened) -> None:
    cut = next(one for one in opened["journals"][0]["cuts"] if one["last"] is not None)
    last = cut["last"]
    hide_cut(cut, "otherwise")
    cut["last"] = last


def withheld(opened: Opened) -> None:
    """A cut behind the month's, for another reason than its month: that it is not of this one, nobody else says."""
    hide_cut(opened["journals"][0]["cuts"][-1], "unit")


UNPROVEN = [
    (unlogged_report, "word_report", 2),
    (unlogged_key, "word_key", 1),
    (unlogged_journal, "word_journal", 1),
    (unsigned, "word_uncut", 1),
    (counted_otherwise, "word_otherwise", 0),
    (withheld, "word_withheld", 0),
]
"""What is not proven, though nothing differs, and whether that is of a journal or of both."""
