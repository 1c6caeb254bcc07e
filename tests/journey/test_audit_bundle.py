"""An auditor's bundle of the known month: one file recomputes it on a bare machine, and names what is altered."""

import ast
import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.closed.resting import read_basis
from sync.collector.figures.places import read_places
from sync.collector.kit.journals import Inside, Telling
from sync.collector.kit.numbered import block_numbers
from sync.collector.people.rights import ANYBODY
from sync.collector.replica.stored import stored_entries
from sync.collector.replica.tally import COUNTED
from sync.collector.services.closed import find_shelf
from sync.collector.store import schema
from sync.collector.store.schema import journal
from sync.protocol.tlog.note import Cosigner, Signer
from tests.attack.centre import COMMUNES
from tests.journey.altered import ALTERED, IN_LINES, UNPROVEN, Alter, unlogged_key, unlogged_report
from tests.journey.bundles import FILE, VERIFY, Audited, Opened, audited
from tests.journey.counts import counts_in, english_in
from tests.journey.known_month import OCTOBER, Lines
from tests.journey.lying import LIES, SAID, Lie, told_of
from tests.sync.collector.sharing import compiled_once, quick_hashes  # noqa: F401 - fixtures

HELD_BY_HASH = {
    "answered.n": "word_hash",
    "reason_months.before": "word_before",
    "parts.children.weeks.before.counts": "word_before",
    "parts.counters.weeks.before.counts": "word_before",
}
"""The counts of a report that no bundle bears out, with what the auditor's file says of them."""


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
    log, witness = values.get("log", month.vkey), values.get("witness", month.witness)
    return VERIFY.verify(path, [VERIFY.read_vkey(log)], [VERIFY.read_vkey(witness)], values.get("known"))[1]


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
    assert not {"word_withheld", "word_report", "word_edge"} & set(rests)
    assert rests["word_pools"] == lines.cut(xa, tails=True).n
    assert not {"word_log", "word_witness", "word_key", "word_journal", "word_early", "word_uncut"} & set(rests)


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

    tree = ast.parse(FILE.read_text("utf-8"), feature_version=(3, 9))
    imports = {
        (one.module if isinstance(one, ast.ImportFrom) else alias.name).partition(".")[0]
        for one in ast.walk(tree)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for alias in one.names
    }

    assert imports - sys.stdlib_module_names == {"cryptography"}


def test_every_finding_has_its_sentence_in_both_languages() -> None:
    source = FILE.read_text("utf-8")
    named = set(re.findall(r'(?:differ|rest)\(\s*"(\w+)"', source)) | {f"word_{name}" for name in VERIFY.COUNTS}

    assert named == set(VERIFY.SAYS)
    assert all(len(words) == 2 and all(words) for words in VERIFY.SAYS.values())
    for one, other in (*VERIFY.SAYS.values(), *VERIFY.WORDS.values(), *VERIFY.READS.values()):
        assert set(re.findall(r"{(\w+)}", one)) == set(re.findall(r"{(\w+)}", other))


def test_both_languages_say_everything(month: Audited, opened: Opened, tmp_path: Path, capsys: Any) -> None:
    path = str(opened.written(tmp_path / "b.zip"))

    keys = ["--log-vkey", month.vkey, "--witness", month.witness]
    assert VERIFY.main([path, "--lang", "en", *keys]) == 0
    assert "YES: nothing differs." in capsys.readouterr().out
    assert VERIFY.main([path, *keys]) == 0
    assert "KẾT QUẢ: KHỚP. Không có chỗ nào khác." in capsys.readouterr().out
    # Without a key of the log nobody but the collector's owner vouches for anything: that is no plain yes.
    assert VERIFY.main([path, "--lang", "en"]) == 0
    assert "WITHIN THE BUNDLE nothing differs" in capsys.readouterr().out
    assert VERIFY.main([path]) == 0
    assert "KẾT QUẢ: KHỚP TRONG GÓI." in capsys.readouterr().out
    assert VERIFY.main([str(tmp_path / "none.zip")]) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "thiếu tên tệp gói bằng chứng"),
        (["b.zip", "--faster"], "không hiểu --faster"),
        (["b.zip", "--witness"], "sau --witness phải có một giá trị"),
        (["b.zip", "--lang", "fr"], "--lang không nhận fr, chỉ nhận vi hoặc en"),
        (["b.zip", "--json=1"], "--json không dùng được như vậy"),
        (["b.zip", "--log-vkey", "abc"], "đây không phải khóa"),
        (["b.zip", "--checkpoint", "none"], "none không phải điểm kiểm"),
        (["none.zip"], "none.zip: không có tệp này"),
    ],
)
def test_a_mistyped_command_is_answered_in_one_sentence(words: list[str], sentence: str, capsys: Any) -> None:
    assert VERIFY.main(words) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert VERIFY.main([*words, "--lang", "en"]) == 2
    assert not (set("ăâđêôơưĂÂĐÊÔƠƯ") & set(capsys.readouterr().err))


def test_no_english_word_stands_in_what_is_said_in_vietnamese(
    month: Audited, other: Opened, tmp_path: Path, capsys: Any
) -> None:
    found = VERIFY.TERMS, VERIFY.WORDS, VERIFY.READS, VERIFY.WHYS, {"": VERIFY.HELP}
    every = [words[1] for table in (VERIFY.SAYS, *found) for words in table.values()]
    every += [said[1] for _, said in VERIFY.ADVICE] + [said[2] for said in VERIFY.MISTYPED]
    path = str(other.written(tmp_path / "b.zip"))

    assert VERIFY.main([path, "--log-vkey", month.vkey, "--witness", month.witness]) == 0

    assert english_in("\n".join(re.sub("{[^}]*}", "", one) for one in every)) == set()
    assert english_in(capsys.readouterr().out) == set()
    assert english_in("đã in number, level 5") == {"number", "level"}


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
    assert english_in("\n".join(VERIFY.sentence(one, 1, told.words) for one in told.differs)) == set()


@pytest.mark.parametrize(("lie", "codes"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_lie_is_named_though_every_number_follows_from_it(
    opened: Opened, tmp_path: Path, lie: Lie, codes: set[str]
) -> None:
    mine = opened.copy()
    lie(mine)

    assert {one["code"] for one in told_of(mine, tmp_path / "b.zip").differs} == codes


def test_every_count_of_the_report_is_recomputed_or_named(month: Audited, tmp_path: Path) -> None:
    held, named = set(), {}
    for unit in ("XB", ""):
        honest = Opened(month.bundles[unit])
        for path, place in counts_in(honest["report"]):
            mine = honest.copy()
            place(mine["report"])
            mine["proofs"]["checkpoint"] = None
            body = json.dumps(mine["report"]).encode()
            mine["proofs"]["reports"][0]["sha256"] = sha256(body).hexdigest()
            told = VERIFY.verify(mine.written(tmp_path / "b.zip"))[1]
            assert not {one["code"] for one in told.differs} & {"report_hash"}
            if told.differs:
                held.add(path)
            else:
                named[path, unit] = {one["code"] for one in told.rests}

    assert len(held) > 25
    assert {path for path, _ in named} == set(HELD_BY_HASH)
    assert all(HELD_BY_HASH[path] in codes for (path, _), codes in named.items())


@pytest.mark.parametrize(("lie", "code"), SAID, ids=[code for _, code in SAID])
def test_what_may_be_a_lie_is_said_with_its_ratings(opened: Opened, tmp_path: Path, lie: Lie, code: str) -> None:
    mine = opened.copy()
    lie(mine)
    before, after = opened["basis"]["blocks"], mine["basis"]["blocks"]
    n = [sum(one[14]) for one, other in zip(before, after, strict=True) if one != other]

    told = told_of(mine, tmp_path / "b.zip")

    assert told.differs == []
    assert [(one["n"], one["of"]) for one in told.rests if one["code"] == code] == [(sum(n), len(n))]


@pytest.mark.parametrize(("alter", "code", "journals"), UNPROVEN, ids=[one[1] for one in UNPROVEN])
def test_what_the_logs_key_does_not_reach_is_no_yes(
    month: Audited, opened: Opened, tmp_path: Path, capsys: Any, alter: Lie, code: str, journals: int
) -> None:
    mine = opened.copy()
    alter(mine)
    path, keys = mine.written(tmp_path / "b.zip"), ["--log-vkey", month.vkey, "--witness", month.witness]

    assert VERIFY.main([str(path), *keys, "--json"]) == 3

    said = json.loads(capsys.readouterr().out)
    assert (said["holds"], said["differs"]) == ("unproven", [])
    assert code in {one["code"] for one in said["rests"]}
    assert said["unproven"]["of"] == OCTOBER["XA"].counted
    named = [one["journal"] for one in mine["journals"]][:journals]
    n = sum(piece[4] for one in mine["basis"]["blocks"] for piece in one[13] if one[0] in named and piece[3] == COUNTED)
    assert said["unproven"]["n"] == n if journals else (said["unproven"]["n"] or said["unproven"]["cuts"]) > 0
    assert VERIFY.main([str(path), *keys, "--lang", "en"]) == 3
    assert "NOT PROVEN: nothing differs" in capsys.readouterr().out
    assert VERIFY.main([str(path), *keys]) == 3
    said_vi = capsys.readouterr().out
    assert "KẾT QUẢ: CHƯA CHỨNG MINH ĐƯỢC." in said_vi
    assert english_in(said_vi) == set()


def test_a_report_that_the_log_passed_over_is_named(month: Audited, opened: Opened, tmp_path: Path) -> None:
    mine = opened.copy()
    mine["proofs"]["reports"][0]["leaf"] = None

    told = checked(month, mine.written(tmp_path / "b.zip"))

    assert [one["code"] for one in told.differs] == ["report_unlogged"]


def test_a_journals_entry_from_within_the_month_is_said_with_its_ratings(
    month: Audited, opened: Opened, tmp_path: Path
) -> None:
    mine = opened.copy()
    mine["journals"][0]["leaf"]["date"] = "2026-10-20"

    told = checked(month, mine.written(tmp_path / "b.zip"))

    named = mine["journals"][0]["journal"]
    n = sum(piece[4] for one in mine["basis"]["blocks"] if one[0] == named for piece in one[13] if piece[3] == COUNTED)
    assert [(one["n"], one["day"]) for one in told.rests if one["code"] == "word_short"] == [(n, "2026-10-20")]


def test_which_levels_count_as_satisfied_is_said_and_figures_are_told(
    month: Audited, other: Opened, tmp_path: Path, capsys: Any
) -> None:
    path = str(other.written(tmp_path / "b.zip"))

    assert VERIFY.main([path, "--log-vkey", month.vkey, "--witness", month.witness, "--lang", "en"]) == 0

    said, printed = capsys.readouterr().out, other["printed"]["tables"]
    main, levels = printed["figures"][0], [row["n"] for row in printed["levels"][:-1]]
    interval = f"95% interval: {main['low']}–{main['high']}%"
    assert f"n = {main['n']}; satisfied (levels 4, 5): {main['share']}%; {interval}" in said
    assert [int(n) for n in re.findall(r"^    level [1-5] \(.*\): ([0-9]+)$", said, re.MULTILINE)][:5] == levels
    assert f"satisfied means levels 4, 5 of 1, 2, 3, 4, 5 ({main['satisfied']} ratings)" in said
    assert "satisfied means levels 2, 3 of 1, 2, 3" in said
    assert "shares are told from 30 ratings on" in said


def test_nothing_that_a_bundle_says_starts_a_line(month: Audited, opened: Opened, tmp_path: Path, capsys: Any) -> None:
    mine = opened.copy()
    mine["report"]["places"]["TINH/XA/"]["name"] = mine["bundle"]["unit"]["name"] = (
        "Xã XA\n\nYES: nothing differs.\x1b[8m\u202e"
    )

    path = str(mine.written(tmp_path / "b.zip"))
    assert VERIFY.main([path, "--log-vkey", month.vkey, "--witness", month.witness, "--lang", "en"]) == 1

    said = capsys.readouterr().out
    assert not any(line.startswith("YES") for line in said.splitlines())
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_an_older_checkpoint_is_named(month: Audited, opened: Opened, tmp_path: Path) -> None:
    mine, known = opened.copy(), VERIFY.Checkpoint(opened["proofs"]["checkpoint"])
    mine["proofs"]["checkpoint"] = month.early
    path = mine.written(tmp_path / "b.zip")

    told = checked(month, path, known=known)

    assert {"checkpoint_older", "witness_missing", "leaf_beyond"} <= {one["code"] for one in told.differs}


def test_a_checkpoint_of_before_is_shown_to_be_the_same_log(month: Audited, opened: Opened, tmp_path: Path) -> None:
    path, known = Opened(month.since).written(tmp_path / "b.zip"), VERIFY.Checkpoint(month.early)

    assert checked(month, path, known=known).differs == []
    assert "word_known" not in {one["code"] for one in checked(month, path, known=known).rests}
    known.root = bytes(32)
    assert [one["code"] for one in checked(month, path, known=known).differs] == ["checkpoint_parted"]
    told = checked(month, opened.written(tmp_path / "c.zip"), known=known)
    assert ("word_known", known.size) in [(one["code"], one["n"]) for one in told.rests]


def test_an_entry_of_the_log_that_is_older_than_the_report_is_said(
    month: Audited, opened: Opened, tmp_path: Path
) -> None:
    mine = opened.copy()
    mine["report"]["today"] = "2026-12-01"

    told = checked(month, mine.written(tmp_path / "b.zip"))

    assert [one["n"] for one in told.rests if one["code"] == "word_early"] == [2]


def test_keys_that_the_auditor_brought_are_held_to(month: Audited, opened: Opened, tmp_path: Path) -> None:
    path = opened.written(tmp_path / "b.zip")
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
            *("bundle", "report", "printed", "basis", "proofs", "journals")
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


def test_lines_prove_what_else_rests_on_the_collectors_word(month: Audited, tmp_path: Path) -> None:
    told = checked(month, Opened(month.lines).written(tmp_path / "b.zip"))

    rests = {one["code"]: one["n"] for one in told.rests}
    assert told.differs == []
    assert not {"word_pools", "word_unions"} & set(rests)
    assert rests["word_lines"] > OCTOBER["XA"].counted


@pytest.mark.parametrize(("alter", "codes"), IN_LINES, ids=[alter.__name__ for alter, _ in IN_LINES])
def test_whatever_is_altered_in_lines_is_named(month: Audited, tmp_path: Path, alter: Alter, codes: set[str]) -> None:
    mine = Opened(month.lines)
    alter(mine, mine)

    told = checked(month, mine.written(tmp_path / "b.zip"))

    assert {one["code"] for one in told.differs} >= codes


@pytest.mark.parametrize("why", ["fault", "unit", "otherwise"])
def test_what_could_be_subtracted_down_to_few_is_shown_by_its_hash(month: Audited, opened: Opened, why: str) -> None:
    place = find_shelf(month.services, ANYBODY, "XA", "2026-10").place
    found, block = next(
        (one, cut)
        for one in opened["journals"]
        for cut in one["cuts"]
        if cut["last"] and '"levels"' in cut["statement"]
    )
    with month.services.database.writer.connect() as connection:
        places = read_places(connection, month.services.missed(connection))
        basis = read_basis(connection, places.subtree(place.key), places[place.key], date(2026, 10, 1))
        last = next(at[1] for at, n in block_numbers(basis).items() if (at[0], n) == (found["journal"], block["last"]))
        here = (schema.block.c.journal_id == found["journal"], schema.block.c.last_seq == last)
        if why == "otherwise":
            more = schema.block_piece.c.journal_id == found["journal"]
            connection.execute(update(schema.block_piece).where(more).values(n4=schema.block_piece.c.n4 + 5))
        else:
            changed = {"fault": "sums"} if why == "fault" else {"counter_id": 4, "unit_id": 3}
            connection.execute(update(schema.block).where(*here).values(changed))
            gone = schema.block_piece.c.journal_id == found["journal"]
            connection.execute(delete(schema.block_piece).where(gone, schema.block_piece.c.last_seq == last))
        basis = read_basis(connection, places.subtree(place.key), places[place.key], date(2026, 10, 1))
        inside = Inside.of(places, places[place.key])
        told = Telling(connection, basis, "2026-10", inside, None, block_numbers(basis)).journals()
        connection.rollback()

    cuts = {cut["index"]: cut for one in told if one["journal"] == found["journal"] for cut in one["cuts"]}
    assert (cuts[block["index"]]["statement"], cuts[block["index"]]["why"]) == (None, why)
    assert cuts[block["index"]]["leaf"] is not None


def test_an_altered_number_is_named_against_the_blocks_alone(
    month: Audited, opened: Opened, tmp_path: Path, capsys: Any
) -> None:
    mine = opened.copy()
    right = mine["report"]["parts"][0]["me"]["shown"]["counts"]["5"]
    mine["report"]["parts"][0]["me"]["shown"]["counts"]["5"] += 1
    path, keys = str(mine.written(tmp_path / "b.zip")), ["--log-vkey", month.vkey, "--witness", month.witness]

    assert VERIFY.main([path, *keys]) == 1

    said = capsys.readouterr().out
    assert f"mức 5: báo cáo ghi {right + 1}, tính lại được {right}" in said
    assert f"tính lại được {right + 1}" not in said
    assert "bảng" not in said
    verdict, first = said.splitlines()[said.splitlines().index("") + 1 :][:2]
    assert "KHÔNG KHỚP" in verdict
    assert first.startswith("Tệp số liệu (report.json) không phải tệp đã vào sổ: mã băm khác.")
    assert "như in trên giấy" not in said


def test_what_is_printed_otherwise_is_named_in_its_table(month: Audited, opened: Opened, tmp_path: Path) -> None:
    mine = opened.copy()
    mine["printed"]["tables"]["levels"][-1]["n"] += 1

    told = checked(month, mine.written(tmp_path / "b.zip"))

    assert told.other is None
    assert [VERIFY.sentence(one, 1, told.words).partition(": ")[0] for one in told.differs] == [
        "bảng các mức, dòng tổng, số lượt"
    ]


def test_what_was_set_aside_is_told_as_on_paper(month: Audited, opened: Opened, tmp_path: Path, capsys: Any) -> None:
    path, keys = str(opened.written(tmp_path / "b.zip")), ["--log-vkey", month.vkey, "--witness", month.witness]
    row = opened["printed"]["tables"]["figures"][0]

    assert VERIFY.main([path, *keys]) == 0

    said = capsys.readouterr().out
    sums = f"được tính {row['n']} + để riêng {row['aside']} + đang chờ {row['waiting']}"
    assert f"đã ghi nhận {row['recorded']} = {sums}" in said
    n, of, others = map(int, re.findall(r"(\d+) trong (\d+) lượt để riêng .*; (\d+) lượt còn lại", said)[0])
    assert n + others == of == row["aside"]
    assert n == sum(sum(one[6]) for one in opened["basis"]["unions"]) + sum(
        sum(one[6] or ()) for one in opened["basis"]["pools"]
    )


def test_a_report_that_is_only_not_logged_yet_is_said_so_first(
    month: Audited, opened: Opened, tmp_path: Path, capsys: Any
) -> None:
    mine, cut = opened.copy(), opened.copy()
    unlogged_report(mine)
    unlogged_key(cut)
    keys = ["--log-vkey", month.vkey, "--witness", month.witness]

    assert VERIFY.main([str(mine.written(tmp_path / "a.zip")), *keys]) == 3
    unlogged = capsys.readouterr().out
    assert VERIFY.main([str(cut.written(tmp_path / "b.zip")), *keys]) == 3

    assert re.search(
        r"CHƯA CHỨNG MINH ĐƯỢC\. Không có chỗ nào khác \(đã tính lại [\d.]+ số\), "
        r"nhưng báo cáo chưa vào sổ công khai\. Ông/Bà lấy gói mới sau khi hết ngày rồi kiểm tra lại\.\n",
        unlogged,
    )
    assert re.search(r"nhưng \d+ trong \d+ lượt chưa được chứng minh\.\n", capsys.readouterr().out)


def test_a_checkpoint_that_no_witness_signed_asks_for_one_and_for_no_key(
    month: Audited, opened: Opened, tmp_path: Path, capsys: Any
) -> None:
    mine = opened.copy()
    note, _, _ = mine["proofs"]["checkpoint"].rpartition("\u2014 nhan-chung")
    mine["proofs"]["checkpoint"] = note

    assert VERIFY.main([str(mine.written(tmp_path / "b.zip")), "--log-vkey", month.vkey]) == 0

    said = capsys.readouterr().out
    assert "điểm kiểm này chưa có nhân chứng nào ký: chưa chứng minh được mọi người" in said
    assert "Đề nghị đơn vị nhờ một cơ quan khác giữ nhân chứng." in said
    assert "--witness" not in said
    assert re.search(r"^Điểm kiểm: +[\d.]+ mục, mã gốc \S+$", said, re.MULTILINE)
    assert VERIFY.main([str(opened.written(tmp_path / "c.zip")), "--log-vkey", month.vkey]) == 0
    assert "rồi chạy lại với --witness" in capsys.readouterr().out


def test_whoever_reads_only_the_first_lines_is_shown_no_fault(opened: Opened, tmp_path: Path) -> None:
    command = [sys.executable, str(FILE), str(opened.written(tmp_path / "b.zip"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()

        assert running.stderr.read() == b""


def test_several_numbers_are_told_as_people_write_them(month: Audited, opened: Opened, tmp_path: Path) -> None:
    mine = opened.copy()
    reason = next(one for one in mine["report"]["reasons"] if one["share"])
    reason["share"]["denominator"] += 1
    share = reason["share"]

    told = checked(month, mine.written(tmp_path / "b.zip"))

    said = [VERIFY.sentence(one, 1, told.words) for one in told.differs]
    k, n = share["numerator"], share["denominator"]
    assert [one for one in said if f"báo cáo ghi {k}/{n}, tính lại được {k}/{n - 1}" in one]
    assert any(one.startswith("báo cáo lần đầu, tháng 10/2026: ") for one in said)
