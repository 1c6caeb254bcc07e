"""The command line: one clear sentence for every fault, and codes that work."""

import json
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from sync.collector.store.database import open_database
from sync.collector.store.schema import device
from tests import started


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, in English."""
    env = {"PATH": "/usr/bin:/bin", "HAILONG_LANGUAGE": "en", "HOME": "/nonexistent", **environment}
    return started.run("collector", arguments, env)


def sentence(ended: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """What a failed command says: one line, no traceback, nothing else."""
    assert ended.returncode == code, ended
    assert "Traceback" not in ended.stderr
    return ended.stderr.strip()


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "data")


def test_a_first_code_makes_database_unit_and_counter_and_prints_the_code_alone(folder: str) -> None:
    new = ("device", "new", "--data-dir", folder, "--counter", "Q3", "--create-counter", "--counter-name", "Quầy 3",
           "--unit-name", "Phường Bình An", "--quiet")  # fmt: skip

    first, second = run(*new), run(*new)

    for ended in (first, second):
        assert (ended.returncode, ended.stderr) == (0, "")
        assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\n", ended.stdout)
    assert first.stdout != second.stdout
    assert Path(folder, "collector", "collector.db").is_file()


def test_a_code_for_people_comes_with_what_to_do_with_it(folder: str) -> None:
    ended = run("device", "new", "--data-dir", folder, "--counter", "Q3", "--create-counter")

    assert "kiosk enroll http://127.0.0.1:8600 " in ended.stdout
    assert "works once, until" in ended.stdout


def test_an_unknown_counter_is_named_with_the_remedy(folder: str) -> None:
    run("migrate", "--data-dir", folder)

    ended = run("device", "new", "--data-dir", folder, "--counter", "Q9")

    assert sentence(ended, 2) == (
        "there is no counter Q9; make it with: collector counter new, or give --create-counter"
    )


def test_counters_are_made_in_units_that_are_there(folder: str) -> None:
    assert run("unit", "import", "--data-dir", folder, "--province", "20").stdout.endswith(
        "Provinces there: 1. Communes there: 65.\n"
    )
    assert run("counter", "new", "HC-1", "Quầy 1", "--unit", "20", "--data-dir", folder).returncode == 0
    assert "already" in sentence(run("counter", "new", "HC-1", "Quầy 1", "--unit", "20", "--data-dir", folder), 2)
    assert "no unit 99" in sentence(run("counter", "new", "HC-2", "Quầy 2", "--unit", "99", "--data-dir", folder), 2)


def test_every_fault_of_the_settings_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "collector.toml"
    file.write_text('listen_port = 99999\ntime_zone = "Moon/Crater"\ncolour = "red"\n[reports]\naccess = "friends"\n')

    told = sentence(run("serve", "--config", str(file)), 2)

    for key in ("listen_port", "time_zone", "colour", "reports.access"):
        assert f"{file}: {key}: " in told
    assert len(told.splitlines()) == 4


def test_a_port_in_use_is_told_with_the_remedy(folder: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        told = sentence(run("serve", "--data-dir", folder, "--port", str(port)))

    assert told == (
        f"cannot listen at 127.0.0.1:{port}: Address already in use; "
        "stop the program that is there or choose another --port"
    )


def test_a_folder_that_cannot_be_written_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    told = sentence(run("serve", "--data-dir", str(tmp_path / "file")))

    assert "cannot be written" in told
    assert "--data-dir" in told


@pytest.mark.parametrize(("revision", "words"), [("9999", "newer version"), ("none", "collector migrate")])
def test_a_database_of_another_version_is_refused_with_the_remedy(folder: str, revision: str, words: str) -> None:
    run("migrate", "--data-dir", folder)
    database = open_database(f"sqlite:///{folder}/collector/collector.db")
    change = "UPDATE alembic_version SET version_num = '9999'" if revision == "9999" else "DROP TABLE alembic_version"
    with database.writing() as connection:
        connection.exec_driver_sql(change)
    database.close()

    url = f"sqlite:///{folder}/collector/collector.db"
    told = sentence(run("serve", "--data-dir", folder, HAILONG_COLLECTOR_DATABASE_URL=url))

    assert words in told


def test_a_file_that_is_no_database_is_told_and_left_alone(folder: str) -> None:
    file = Path(folder, "collector", "collector.db")
    file.parent.mkdir(parents=True)
    file.write_text("my notes, not a database" * 100)

    told = sentence(run("serve", "--data-dir", folder))

    assert "file is not a database" in told
    assert file.read_text().startswith("my notes")


def test_migrating_twice_says_that_there_is_nothing_to_do(folder: str) -> None:
    assert "A new database was made (schema 00" in run("migrate", "--data-dir", folder).stdout
    assert "nothing to do" in run("migrate", "--data-dir", folder).stdout


@pytest.mark.parametrize(
    "command", [(), ("serve",), ("migrate",), ("device", "new"), ("unit", "import"), ("counter", "new")]
)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    ended = run(*command, "--help")

    assert ended.returncode == 0
    assert "Example: collector " in ended.stdout


def test_vietnamese_terminals_are_answered_in_vietnamese(folder: str) -> None:
    run("migrate", "--data-dir", folder)

    ended = run("device", "new", "--data-dir", folder, "--counter", "Q9", HAILONG_LANGUAGE="vi")

    assert sentence(ended, 2).startswith("không có quầy Q9")


def test_the_collector_imports_neither_kivy_nor_what_only_the_agent_needs() -> None:
    probe = (
        "import sys; sys.modules.update(dict.fromkeys(['kivy', 'requests', 'apscheduler']));"
        "import sync.collector.commands.main, sync.collector.run.server"
    )

    ended = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_table_of_counters_becomes_codes_and_setup_files(tmp_path: Path) -> None:
    table, out = tmp_path / "counters.csv", tmp_path / "out"
    table.write_text("counter,unit,unit_name\nQ1,XA,Xã Bắc Sơn\nQ2,XA,\n", "utf-8")
    command = ("device", "new", "--from", str(table), "--out", str(out), "--data-dir", str(tmp_path / "data"))

    refused = run(*command)
    made = run(*command, HAILONG_COLLECTOR_PUBLIC_URL="https://danhgia.example.vn")

    assert "set public_url first" in sentence(refused, 2)
    assert "Codes made: 2. Kept from before: 0. Counters with a kiosk already: 0." in made.stdout
    assert sorted(path.name for path in out.iterdir()) == ["Q1", "Q2", "codes.csv"]


def test_every_fault_of_a_table_is_told_with_its_line(tmp_path: Path) -> None:
    table = tmp_path / "counters.csv"
    table.write_text("counter,unit\nQ1,XA\nQ1,XA\nQ 3,XA\n", "utf-8")

    told = run(
        "device", "new", "--from", str(table), "--out", str(tmp_path / "out"), "--data-dir", str(tmp_path / "data"),
        HAILONG_COLLECTOR_PUBLIC_URL="https://danhgia.example.vn",
    )  # fmt: skip

    assert told.returncode == 2
    assert [line.split(": ")[0] for line in told.stderr.splitlines()] == [f"{table}:4", f"{table}:3"]


def test_a_code_needs_a_counter_or_a_table(folder: str) -> None:
    assert "--counter" in sentence(run("device", "new", "--data-dir", folder), 2)


def test_settings_are_checked_and_shown_with_where_they_come_from(tmp_path: Path) -> None:
    (tmp_path / "collector.toml").write_text("listen_port = 99999\n")
    (tmp_path / "good.toml").write_text("listen_port = 8700\n")
    (tmp_path / "good.toml.d").mkdir()
    (tmp_path / "good.toml.d" / "10-office.toml").write_text("[metrics]\naccess = 'open'\n")

    bad = run("config", "check", "--config", str(tmp_path / "collector.toml"))
    good = run("config", "show", "--config", str(tmp_path / "good.toml"),
               HAILONG_COLLECTOR_DATABASE_URL="postgresql://h:geheim@db/h")  # fmt: skip

    assert bad.returncode == 2
    assert "listen_port: must be at most 65535, not 99999" in bad.stdout
    assert good.stdout.splitlines() == [
        'database_url = "postgresql://h:***@db/h"  # environment HAILONG_COLLECTOR_DATABASE_URL',
        f"listen_port = 8700  # file {tmp_path / 'good.toml'}",
        f'metrics.access = "open"  # drop-in {tmp_path / "good.toml.d" / "10-office.toml"}',
    ]


def test_a_move_is_announced_told_and_taken_back(folder: str) -> None:
    new = run("device", "new", "--data-dir", folder, "--counter", "Q3", "--create-counter")
    assert new.returncode == 0
    move = ("move", "--data-dir", folder)

    assert run(*move).stdout.splitlines()[-1] == "No move is announced."
    planned = run(*move, "https://y-kien.example.vn/", "--day", "2026-12-15")
    told = run(*move)
    ended = run(*move, "--cancel")

    assert planned.stdout == (
        "From 00:00 15/12/2026 on this collector is at https://y-kien.example.vn; "
        "kiosks hear of it at their next contact.\n"
    )
    assert "From 00:00 15/12/2026 on it is at https://y-kien.example.vn." in told.stdout
    assert ended.stdout == "The announcement is taken back.\n"
    assert run(*move, "--cancel").stdout == "No move is announced.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("http://y-kien.example.vn",), "http://y-kien.example.vn: must begin with https://"),
        (("y-kien",), "y-kien: must be a web address such as"),
        (("https://y-kien.example.vn", "--day", "mai"), "mai is no day; write it as 2026-12-15"),
    ],
)
def test_a_move_that_no_kiosk_could_follow_is_refused(folder: str, arguments: tuple[str, ...], said: str) -> None:
    run("device", "new", "--data-dir", folder, "--counter", "Q3", "--create-counter")

    assert said in sentence(run("move", "--data-dir", folder, *arguments), 2)


def test_counters_of_a_hall_are_granted_listed_and_ended_by_command(folder: str) -> None:
    new = ("device", "new", "--data-dir", folder, "--create-counter", "--unit", "XA", "--unit-name", "Xã A")
    for code in ("Q1", "Q2"):
        assert run(*new, "--counter", code).returncode == 0
    database = open_database(f"sqlite:///{folder}/collector/collector.db")
    kiosk = {"device_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "counter_id": 1, "public_key": "k", "info": {}}
    with database.writing() as connection:
        connection.execute(insert(device).values(**kiosk, enrolled_at=datetime(2026, 11, 20, tzinfo=UTC)))
    database.close()
    at = ("--data-dir", folder)

    granted = run("device", "grant", "3f25", "--counter", "Q2", *at)
    listed, told = run("device", "counters", "Q1", "--json", *at), run("device", "list", *at)
    ended = run("device", "ungrant", "3f25", "--counter", "Q2", *at)

    assert "may speak for Q2 too" in granted.stdout
    assert [one["code"] for one in json.loads(listed.stdout)["grants"]] == ["Q2"]
    assert "serves too: Q2" in told.stdout
    assert "speaks for Q2 no longer" in ended.stdout
    assert "ended" in run("device", "counters", "Q1", *at).stdout
    refused = run("device", "ungrant", "3f25", "--counter", "Q2", *at)
    assert sentence(refused, 2) == "counter Q2 is not granted to this kiosk"
    unknown = run("device", "grant", "3f25", "--counter", "Q9", *at)
    assert sentence(unknown, 2) == "there is no counter Q9; make it with: collector counter new"


def test_a_code_for_a_hall_names_counters_that_are_there(folder: str) -> None:
    new = ("device", "new", "--data-dir", folder, "--counter", "Q3", "--create-counter")

    assert sentence(run(*new, "--serves", "Q9"), 2).startswith("there is no counter Q9")
    assert run(*new).returncode == 0
    assert run(*new[:-2], "Q4", "--create-counter", "--serves", "Q3").returncode == 0


def test_keys_for_words_are_made_and_listed_with_what_waits_and_a_lost_file_is_said(folder: str) -> None:
    run("migrate", "--data-dir", folder)
    asked = ("words-key", "list", "--data-dir", folder)
    none, made = run(*asked), run("words-key", "new", "--data-dir", folder)
    listed = run(*asked)
    file = Path(folder, "collector", "words.keys")
    as_json = json.loads(run(*asked, "--json").stdout)
    file.unlink()
    lost = run(*asked)

    assert "There is no key yet: the collector makes it by itself at its next start." in none.stdout
    assert str(file) in made.stdout
    assert re.search(r"[0-9a-f]{16}  made .*, in the file; 0 texts wait", listed.stdout)
    assert listed.stdout.count("for this key kiosks seal now") == 1
    assert [(key["here"], key["closed"], key["now"]) for key in as_json] == [(True, 0, True)]
    assert f"NOT in {file}; 0 texts cannot be opened" in lost.stdout
