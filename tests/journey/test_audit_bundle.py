"""An auditor's bundle of the known month: the one file recomputes it on a bare machine, and names whatever is altered."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.replica.stored import stored_entries
from sync.collector.store.schema import journal
from sync.protocol.cuts import SignedCuts
from tests.attack.centre import COMMUNES
from tests.journey.bundles import FILE, Audited, Opened, audited, verifier
from tests.journey.known_month import OCTOBER, Lines
from tests.sync.collector.sharing import compiled_once, quick_hashes  # noqa: F401 - fixtures

VERIFY = verifier()
Alter = Callable[[Opened, Opened], Any]
"""What somebody does to the bundle of a unit, with that of another unit beside it."""


@pytest.fixture(scope="module")
def month() -> Iterator[Audited]:
    with audited() as found:
        yield found


@pytest.fixture(scope="module")
def opened(month: Audited) -> Opened:
    return Opened(month.bundles["XA"])


@pytest.fixture(scope="module")
def other(month: Audited) -> Opened:
    return Opened(month.bundles["XB"])


def checked(month: Audited, path: Path, **values: Any) -> Any:
    """What the file finds, with the log's and the witness' keys as the auditor has them."""
    keys = [
        [VERIFY.read_vkey(values.get(name, key))] for name, key in (("log", month.vkey), ("witness", month.witness))
    ]
    return VERIFY.verify(path, *keys, values.get("known"))[1]


@pytest.mark.parametrize("unit", ["XA", "XB", ""])
def test_every_number_of_the_known_month_is_recomputed(month: Audited, unit: str, tmp_path: Path) -> None:
    told = checked(month, Opened(month.bundles[unit]).written(tmp_path / "b.zip"))

    assert told.differs == []
    assert told.numbers > 400
    assert told.cosigned == [("nhan-chung.example", 1_795_000_000)]


def test_what_is_proven_is_what_the_stored_lines_say(month: Audited, opened: Opened, tmp_path: Path) -> None:
    told, lines = checked(month, opened.written(tmp_path / "b.zip")), Lines(month.world)
    xa = COMMUNES["XA"]

    assert told.proven["n"] == lines.cut(xa, tails=False).n
    assert told.proven["tails"] == lines.cut(xa, tails=True).n
    assert told.proven["n"] + told.proven["tails"] == OCTOBER["XA"].counted
    rests = {one["code"]: one["n"] for one in told.rests}
    assert rests["word_pools"] == lines.cut(xa, tails=True).n
    assert not {"word_log", "word_witness", "word_key", "word_journal", "word_uncut", "word_report"} & set(rests)


def test_the_file_runs_on_a_bare_machine(month: Audited, opened: Opened, tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    home = Path(sys.modules["cryptography"].__path__[0]).parent
    for name in ("cryptography", "cffi", "pycparser", *(one.name for one in home.glob("_cffi_backend*"))):
        (packages / name).symlink_to(home / name)
    bundle = opened.written(tmp_path / "thang-10.zip")
    bare = f"import runpy, sys; sys.path.append({str(packages)!r}); sys.argv = sys.argv[1:]; "
    bare += "runpy.run_path(sys.argv[0], run_name='__main__')"
    arguments = [str(FILE), str(bundle), "--log-vkey", month.vkey, "--witness", month.witness, "--json"]

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", bare, *arguments], capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["holds"], said["unit"], said["month"], said["differs"]) == (True, "XA", "2026-10", [])


def test_the_file_is_plain_python_of_nine_versions_and_its_own(opened: Opened) -> None:
    import ast

    tree = ast.parse(FILE.read_text("utf-8"), feature_version=(3, 9))
    imports = {
        (one.module if isinstance(one, ast.ImportFrom) else alias.name).partition(".")[0]
        for one in ast.walk(tree)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for alias in one.names
    }

    assert imports - sys.stdlib_module_names == {"cryptography"}


def test_both_languages_say_everything(month: Audited, opened: Opened, tmp_path: Path, capsys: Any) -> None:
    path = str(opened.written(tmp_path / "b.zip"))

    assert VERIFY.main([path, "--lang", "en"]) == 0
    assert "YES: nothing differs." in capsys.readouterr().out
    assert VERIFY.main([path]) == 0
    assert "ĐÚNG: không có gì khác." in capsys.readouterr().out
    assert VERIFY.main([str(tmp_path / "none.zip")]) == 2


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
    opened["log"]["reports"][0]["leaf"]["proof"][0] = base64.b64encode(bytes(32)).decode()


def an_entry_of_the_log(opened: Opened, other: Opened) -> None:
    opened["log"]["reports"][0]["leaf"]["index"] += 1


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
    (a_block_twice, {"block_twice", "number"}),
    (a_cut_twice, {"cut_twice"}),
    (a_block_of_another_unit, {"number"}),
    (a_block_at_another_counter, {"block_place", "number"}),
    (a_pool_of_too_few, {"pool_few", "pool_sums"}),
    (set_aside_levels, {"union_sums", "number"}),
    (transactions, {"number"}),
]


@pytest.mark.parametrize(("alter", "codes"), ALTERED, ids=[alter.__name__ for alter, _ in ALTERED])
def test_whatever_is_altered_is_named(
    month: Audited, opened: Opened, other: Opened, tmp_path: Path, alter: Alter, codes: set[str]
) -> None:
    mine = opened.copy()
    alter(mine, other.copy())

    told = checked(month, mine.written(tmp_path / "b.zip"))

    assert {one["code"] for one in told.differs} >= codes
    for one in told.differs:
        assert all("{" not in VERIFY.sentence(one, language) for language in (0, 1))


def test_an_older_checkpoint_is_named(month: Audited, opened: Opened, tmp_path: Path) -> None:
    mine, known = opened.copy(), VERIFY.Checkpoint(opened["log"]["checkpoint"])
    mine["log"]["checkpoint"] = month.early
    path = mine.written(tmp_path / "b.zip")

    told = checked(month, path, known=known)

    assert {"checkpoint_older", "witness_missing", "leaf_beyond"} <= {one["code"] for one in told.differs}


def test_keys_that_the_auditor_brought_are_held_to(month: Audited, opened: Opened, tmp_path: Path) -> None:
    path = opened.written(tmp_path / "b.zip")
    from sync.protocol.tlog.note import Cosigner, Signer

    told = checked(month, path, log=Signer.generate("danhgia.example/log").vkey)
    assert [one["code"] for one in told.differs] == ["checkpoint_key"]
    told = checked(month, path, witness=Cosigner.generate("nhan-chung.example").vkey)
    assert [one["code"] for one in told.differs] == ["witness_missing"]


def test_nothing_in_a_bundle_rests_on_one_to_four_opinions(month: Audited) -> None:
    for body in month.bundles.values():
        found = Opened(body)
        for number, said in _opinions(found):
            assert number == 0 or number >= COUNTED_MIN, said
        assert {name.partition(".")[0] for name in found.files} == {
            *("bundle", "report", "printed", "basis", "log", "journals")
        }


def _opinions(found: Opened) -> Iterator[tuple[int, Any]]:
    """Of everything that tells levels or reasons, on how many ratings it rests."""
    for block in found["basis"]["blocks"]:
        assert (block[14] is None and block[15] == {}) or not block[6]
        yield sum(block[14] or ()), block
    for pool in found["basis"]["pools"]:
        yield sum(pool[4]), pool
        yield sum(pool[6] or ()), pool
    for union in found["basis"]["unions"]:
        yield sum(union[6]), union
    for one in found["journals"]:
        for cut in one["cuts"]:
            said = json.loads(cut["statement"])
            assert set(said) <= {"v", "series", "counter", "tail", "days", "counted", "aside", "order", "was", "rest"}
            yield (said["counted"]["n"] if "levels" in said["counted"] else 0), said
            assert "levels" in said["counted"] or "reasons" not in said["counted"]


def test_no_line_and_no_hash_of_the_chain_is_in_a_bundle(month: Audited) -> None:
    hashes = set()
    with month.services.database.reading() as connection:
        for journal_id in connection.execute(select(journal.c.journal_id)).scalars():
            hashes |= {head for _, head, _ in stored_entries(connection, journal_id, 1, 10**6)}
    told = b"".join(one for body in month.bundles.values() for one in Opened(body).files.values())

    assert len(hashes) > 800
    assert not [one for one in hashes if one.hex().encode() in told or base64.b64encode(one) in told]
    assert not any(word in told for word in (b'"mono"', b'"boot"', b'"standing":"', b'"seq"'))
