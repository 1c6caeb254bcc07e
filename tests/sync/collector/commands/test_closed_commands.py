"""``collector closed``: what is due is closed, shown with its hashes, and written byte for byte."""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests import started
from tests.sync.collector.builders import open_office
from tests.sync.collector.closing import Closed, at
from tests.sync.collector.sharing import open_migrated


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a collector with a closed month and a correction."""
    place = tmp_path_factory.mktemp("data")
    file = place / "collector" / "collector.db"
    database = open_migrated(file)
    closed = Closed(open_office(database))
    closed.press(*[4] * 40)
    closed.close()
    closed.clock.now = at(10, month=12)
    closed.press(*[5] * 6, day=17, came=at(10, month=12))
    closed.close()
    closed.end()
    database.close()
    return place


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HAILONG_LANGUAGE": "en", "HOME": "/nonexistent"}
    return started.run("collector", ["closed", *arguments, "--data-dir", str(folder)], environment)


def test_what_is_kept_is_listed_and_written_byte_for_byte(folder: Path) -> None:
    (shelf,) = json.loads(run(folder, "list", "--unit", "XA", "--json").stdout)

    assert (shelf["period"], [report["number"] for report in shelf["reports"]]) == ("2026-11", [0, 1])
    for number, report in enumerate(shelf["reports"]):
        out = folder / f"{number}.pdf"
        told = run(folder, "export", str(out), "--period", "2026-11", "--unit", "XA", "--number", str(number))
        assert (told.returncode, told.stderr) == (0, "")
        wanted = {file["form"]: file["sha256"] for file in report["files"]}
        assert sha256(out.read_bytes()).hexdigest() == wanted["pdf"]
        assert out.stat().st_mode & 0o777 == 0o600


def test_the_newest_is_written_by_default_and_its_numbers_too(folder: Path) -> None:
    run(folder, "export", str(folder / "n.json"), "--period", "2026-11", "--unit", "XA")

    listed = run(folder, "list", "--unit", "XA", "--period", "2026-11").stdout
    assert sha256((folder / "n.json").read_bytes()).hexdigest() in listed
    assert len(json.loads((folder / "n.json").read_text("utf-8"))["closing"]["corrections"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--period", "2026-10"), "was not closed here"), (("--period", "2026-11", "--number", "7"), "no such file"),
     (("--period", "2026-11", "--unit", "XZ"), "there is no unit")],
)  # fmt: skip
def test_what_is_not_kept_is_refused_in_a_sentence(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    ended = run(folder, "export", str(folder / "x.csv"), *arguments)

    assert ended.returncode == 2
    assert words in ended.stderr
    assert not (folder / "x.csv").exists()


def test_making_by_hand_closes_from_this_month_on(folder: Path) -> None:
    ended = run(folder, "make")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Reports kept: 0" in ended.stdout
