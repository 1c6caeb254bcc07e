"""``collector verify``: what a person and a program are told, and the exit code."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import open_database
from tests import started
from tests.sync.collector.builders import NOON, Pen, open_office
from tests.sync.collector.kiosk_client import URL, enrolled_key, send
from tests.sync.collector.sharing import open_migrated


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A collector's data folder with a journal of two kiosks each."""
    database = open_migrated(tmp_path / "collector" / "collector.db")
    office = open_office(database)
    services = make_services(CollectorConfig(public_url=URL), database, lambda: NOON)
    with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000)) as client:
        for device in (office.device, office.new_device()):
            pen, key = Pen(), enrolled_key(database, device.device_id)
            pen.opened()
            for level in (5, 4, 5):
                pen.rating(level)
            assert send(client, key.entries(pen)).status_code == 200
    services.writer.close()
    yield tmp_path
    database.close()


def verify(folder: Path, *arguments: str, language: str = "en") -> "subprocess.CompletedProcess[str]":
    env = {"PATH": "/usr/bin:/bin", "HAILONG_LANGUAGE": language, "HOME": "/nonexistent"}
    return started.run("collector", ("verify", "--data-dir", str(folder), *arguments), env)


def alter(folder: Path, statement: str) -> None:
    database = open_database(f"sqlite:///{folder}/collector/collector.db")
    with database.writing() as connection:
        assert connection.execute(text(statement)).rowcount
    database.close()


def test_everything_holds_and_is_said_with_how_much_it_was(folder: Path) -> None:
    ended = verify(folder, "--all", "--workers", "2")

    assert (ended.returncode, ended.stdout) == (0, "Everything holds: 2 journals, 8 entries.\n")
    assert ended.stderr.splitlines()[-1] == "Kiosk 2 of 2, 8 entries"


def test_what_does_not_hold_is_one_sentence_with_whose_it_is(folder: Path) -> None:
    alter(folder, "UPDATE rating SET level = 1 WHERE seq = 3 AND journal_id = (SELECT min(journal_id) FROM journal)")

    ended = verify(folder, "--all", "--workers", "1")
    told = json.loads(verify(folder, "--all", "--workers", "1", "--json").stdout)

    (finding,) = told["findings"]
    assert (ended.returncode, told["holds"]) == (1, False)
    assert (finding["what"], finding["whose"], finding["first"]) == ("rating_changed", "collector", 3)
    assert ended.stdout == (
        f"Journal {finding['journal']} of kiosk 00000000 at counter Q1: the rating of entry 3 is not kept as its line "
        "says: level. It was altered in the collector's database: no kiosk can do that.\n"
    )
    assert "Đã bị sửa trong cơ sở dữ liệu" in verify(folder, "--all", "--workers", "1", language="vi").stdout


def test_one_journal_or_one_unit_is_checked_alone(folder: Path) -> None:
    alter(folder, "UPDATE rating SET level = 1 WHERE seq = 3 AND journal_id = (SELECT min(journal_id) FROM journal)")
    database = open_database(f"sqlite:///{folder}/collector/collector.db")
    with database.reading() as connection:
        wrong, right = connection.execute(text("SELECT journal_id FROM journal ORDER BY 1")).scalars()
    database.close()

    assert verify(folder, "--journal", right).returncode == 0
    assert verify(folder, "--journal", wrong).returncode == 1
    assert verify(folder, "--unit", "XA").returncode == 1
    assert verify(folder, "--unit", "YB").stderr == "there is no unit YB\n"
    assert verify(folder, "--journal", "x").stderr == "there is no journal x\n"
    assert verify(folder).returncode == verify(folder, "--all", "--unit", "XA").returncode == 2


def test_check_goes_on_from_a_file_that_is_kept(folder: Path) -> None:
    file = folder / "marks"
    first = verify(folder, "--all", "--since", str(file), "--workers", "1")
    again = verify(folder, "--all", "--since", str(file), "--workers", "1")

    assert [ended.stdout for ended in (first, again)] == [
        "Everything holds: 2 journals, 8 entries.\n", "Everything holds: 2 journals, 0 entries.\n",
    ]  # fmt: skip
    alter(folder, "UPDATE segment SET head = prev")
    assert verify(folder, "--all", "--since", str(file)).returncode == 1
    file.write_text("no marks")
    assert verify(folder, "--all", "--since", str(file)).stderr.startswith(f"cannot read {file}: ")
