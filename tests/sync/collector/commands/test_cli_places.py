"""The commands about places: tried, shown and asked about; what cannot be followed is refused, never passed over."""

import csv
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.sync.collector.commands.test_cli import run, sentence

Run = Callable[..., object]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collector with a counter in each of two units."""
    made = str(tmp_path_factory.mktemp("begun"))
    for code, unit in (("HK1", "TTHC-A"), ("HK2", "TTHC-B")):
        new = ("counter", "new", code, f"Quầy {code[-1]}", "--unit", unit, "--unit-name", unit[-1])
        assert run(*new, "--data-dir", made).returncode == 0
    return Path(made)


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> str:
    """A copy of it."""
    return str(shutil.copytree(begun, tmp_path / "data"))


def places(folder: str) -> list[tuple[str, str, str]]:
    """Each counter by its code, name and unit's name."""
    with closing(sqlite3.connect(Path(folder, "collector", "collector.db"))) as database:
        return sorted(database.execute("SELECT c.code, c.name, u.name FROM counter c JOIN unit u USING (unit_id)"))


def table(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "table.csv"
    file.write_text("\r\n".join(lines) + "\r\n", "utf-8-sig")
    return str(file)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("HK1,TTHC-B,Quầy 1 đổi tên", "unit: counter HK1 belongs to unit TTHC-A; to move it: collector counter move"),
        ("HK1,TTHC-A,Quầy 1 (đổi tên)", "name: counter HK1 is named Quầy 1; to name it anew: collector counter rename"),
        ("hk1,TTHC-A,Quầy 1", "counter: there is no hk1, but HK1: capitals count; write HK1"),
    ],
)
def test_a_table_for_kiosks_moves_and_renames_nothing_by_the_way(
    folder: str, tmp_path: Path, line: str, why: str
) -> None:
    settings = tmp_path / "collector.toml"
    settings.write_text('public_url = "https://danhgia.example.vn"\n', "utf-8")
    asked = table(tmp_path, "counter,unit,name", line)

    ended = run("device", "new", "--from", asked, "--out", str(tmp_path / "out"), "--config", str(settings),
                "--data-dir", folder)  # fmt: skip

    assert why in sentence(ended, 2)
    assert not (tmp_path / "out").exists()


def test_a_counter_moves_and_is_named_anew_by_command(folder: str) -> None:
    moved = run("counter", "move", "HK1", "--unit", "TTHC-B", "--data-dir", folder)
    named = run("counter", "rename", "HK1", "Quầy 1 – Hộ tịch", "--data-dir", folder)
    again = run("counter", "move", "HK1", "--unit", "TTHC-B", "--data-dir", folder)

    assert moved.stdout.startswith("Counter HK1: unit TTHC-A until ")
    assert named.stdout == "HK1: Quầy 1 is named Quầy 1 – Hộ tịch\n"
    assert sentence(again) == "counter HK1 stands in unit TTHC-B already"
    assert places(folder) == [("HK1", "Quầy 1 – Hộ tịch", "B"), ("HK2", "Quầy 2", "B")]


def test_a_table_is_shown_asked_about_and_then_done(folder: str, tmp_path: Path) -> None:
    file = table(tmp_path, "counter;unit;since;name;;", "HK1;TTHC-B;2020-01-02;Quầy 3;;")
    before = places(folder)

    unanswered = run("counter", "move", "--from", file, "--data-dir", folder)
    assert places(folder) == before
    done = run("counter", "move", "--from", file, "--yes", "--data-dir", folder)

    shown = "Counter HK1: unit TTHC-A until 2020-01-02, from then on TTHC-B; ratings that go along: 0\n"
    assert (unanswered.stdout, unanswered.returncode) == (shown, 2)
    assert "nobody can be asked here" in unanswered.stderr
    assert (done.stdout, done.returncode) == (f"{shown}Done: 1\n", 0)
    assert places(folder) == [("HK1", "Quầy 3", "B"), ("HK2", "Quầy 2", "B")]


def test_every_line_that_cannot_be_carried_out_is_told_and_nothing_is_done(folder: str, tmp_path: Path) -> None:
    lines = ("HK1,TTHC-B,2020-01-02", "hk2,TTHC-A,2020-01-02", "HK2,TTHC-B,2020-01-02", "HK2,TTHC-A,2999-01-01")
    file = table(tmp_path, "counter,unit,since", *lines)
    before = places(folder)

    told = sentence(run("counter", "move", "--from", file, "--yes", "--data-dir", folder), 2)

    assert [line.partition("table.csv:")[2] for line in told.splitlines()] == [
        "3: counter: there is no hk2, but HK2: capitals count; write HK2",
        "4: counter: counter HK2 stands in unit TTHC-B already",
        "5: counter: 2999-01-01 has not come yet: do it on that day or later; what is pressed meanwhile goes along",
    ]
    assert places(folder) == before


def test_a_unit_is_made_named_and_ended(folder: str) -> None:
    made = run("unit", "new", "TTHC-C", "Xã  C", "--below", "TTHC-B", "--data-dir", folder)
    named = run("unit", "rename", "TTHC-C", "Phường C", "--data-dir", folder)
    ended = run("unit", "end", "TTHC-A", "--into", "TTHC-C", "--since", "2020-01-02", "--data-dir", folder)
    again = run("unit", "end", "TTHC-A", "--into", "TTHC-B", "--data-dir", folder)
    new = run("counter", "new", "HK3", "Quầy 3", "--unit", "TTHC-A", "--data-dir", folder)

    assert (made.stdout, named.stdout) == ("Unit TTHC-C Xã C is there.\n", "TTHC-C: Xã C is named Phường C\n")
    assert "followed by: TTHC-C. Counters that moved: 1" in ended.stdout
    for refused in (again, new):
        assert sentence(refused) == "unit TTHC-A ended on 2020-01-02; followed by: TTHC-C"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("device", "new", "--from", "x.csv", "--out", "o", "--counter", "HK1", "--qr", "q.png"),
         "--counter, --qr cannot be followed beside --from"),
        (("device", "new", "--counter", "HK1", "--out", "o"), "--out cannot be followed without --from"),
        (("device", "new", "--counter", "HK1", "--unit", "TTHC-B"),
         "--unit cannot be followed without --create-counter"),
        (("device", "new", "--counter", "HK1", "--create-counter", "--unit", "TTHC-B"),
         "counter HK1 belongs to unit TTHC-A; to move it: collector counter move"),
        (("device", "new", "--counter", "HK1", "--create-counter", "--counter-name", "Quầy 9"),
         "counter HK1 is named Quầy 1; to name it anew: collector counter rename"),
        (("device", "new", "--counter", "hk1", "--create-counter"),
         "there is a counter HK1: hk1 differs by capitals only"),
        (("counter", "new", "HK4", "Quầy 4", "--unit", "TTHC-A", "--unit-name", "Xã A"),
         "unit TTHC-A is named A; to name it anew: collector unit rename"),
        (("counter", "move", "HK1"), "say what is to change: counter, unit; or give a table with --from"),
        (("counter", "move", "HK1", "--from", "x.csv"), "give a table with --from, or one change"),
        (("counter", "rename", "HK1", "Quầy 2", "--yes"), "--yes belongs to a table (--from)"),
        (("counter", "move", "HK1", "--unit", "TTHC-B", "--since", "1/7/2026"), "'1/7/2026' is no day"),
        (("device", "move", "HK1", "--counter", "HK2", "--since", "hôm qua"), "'hôm qua' is no time"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_followed_is_refused(folder: str, command: tuple[str, ...], why: str) -> None:
    before = places(folder)

    ended = run(*command, "--data-dir", folder)

    assert ended.returncode in (1, 2), ended
    assert sentence(ended, ended.returncode).startswith(why)
    assert places(folder) == before


def test_an_import_that_touches_units_with_counters_shows_what_and_asks(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    run("unit", "import", "--province", "20", "--data-dir", folder)
    run("counter", "new", "HK1", "Quầy 1", "--unit", "06325", "--data-dir", folder)
    run("unit", "rename", "06325", "Xã Tên Cũ", "--data-dir", folder)

    asked = run("unit", "import", "--province", "20", "--data-dir", folder)
    kept = places(folder)
    done = run("unit", "import", "--province", "20", "--yes", "--data-dir", folder)

    assert (asked.returncode, asked.stdout) == (2, "06325 Xã Tên Cũ would be named Xã Bắc Sơn (counters: 1)\n")
    assert "nobody can be asked here" in asked.stderr
    assert (done.returncode, kept, places(folder)) == (
        0, [("HK1", "Quầy 1", "Xã Tên Cũ")], [("HK1", "Quầy 1", "Xã Bắc Sơn")],
    )  # fmt: skip


def test_codes_in_written_tables_stay_as_they_are(tmp_path: Path) -> None:
    """What make.py wrote is read as it was written, noughts and all."""
    with (Path(__file__).parents[4] / "config" / "units" / "vietnam.csv").open(encoding="utf-8", newline="") as file:
        assert next(row["code"] for row in csv.DictReader(file) if row["name"] == "Phường Ba Đình") == "00004"
