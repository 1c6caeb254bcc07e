"""The support bundle helps whoever gets it, and gives away nothing: secrets planted everywhere are not in it."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from kiosk.doctor.bundle import BundleNotWritten, finding_part, journal_part, without_secrets, write_bundle
from kiosk.doctor.finding import fine
from kiosk.domain.visit.rating import Comment
from kiosk.journal.journal import Journal
from kiosk.office.pin import hash_pin, keep_hash
from sync.agent.asked.closed import closed_status
from sync.agent.asked.status import agent_status
from sync.agent.device.enroll import enroll_offline
from sync.agent.state import AgentState, keep_state
from sync.agent.troubles import Trouble
from tests import started
from tests.builders import MORNING, FrozenClock, make_rating

SECRETS = ("geheim", "284915", "BCDFGHJK", "BCDF-GHJK", "cô Lan rất tốt", "$argon2", "PRIVATE KEY", "0912345678",
           "079123456789", "lan.nguyen@example.vn")  # fmt: skip
LOG = """2026-11-22T09:00:00+0700 host kiosk[1]: {"event": "enrolled", "code": "BCDF-GHJK"}
2026-11-22T09:00:01+0700 host kiosk[1]: pin 284915 typed, comment: "cô Lan rất tốt" call 0912345678
2026-11-22T09:00:02+0700 host kiosk[1]: proxy http://u:geheim@proxy:3128 refused lan.nguyen@example.vn 079123456789
2026-11-22T09:00:03+0700 host kiosk[1]: up to date
"""


@pytest.fixture
def kiosk(tmp_path: Path) -> Path:
    """A kiosk with a secret in every place that has room for one."""
    folder, clock = tmp_path / "data" / "kiosk", FrozenClock()
    folder.mkdir(parents=True, mode=0o700)
    with Journal.open(folder / "journal.db", clock, "test") as journal:
        entry = journal.append(make_rating(clock, 5))
        journal.append(Comment(clock.now(), entry.seq, "cô Lan rất tốt"))
    keep_hash(folder / "pin.hash", hash_pin("284915"))
    enroll_offline(folder, "https://danhgia.example.vn", "BCDF-GHJK")
    state = AgentState().with_trouble(Trouble.PROXY, "http://u:geheim@proxy:3128 refused", clock.now(), 9)
    keep_state(folder / "agent.json", state)
    (folder / "kiosk.toml").write_text(
        f"[collector]\nproxy = 'http://u:geheim@proxy:3128'\n[staff]\npin_hash = '{hash_pin('284915')}'\n"
    )
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "log").write_text(LOG)
    (programs / "journalctl").write_text(f"#!/bin/sh\ncat {tmp_path / 'log'}\n")
    (programs / "journalctl").chmod(0o755)
    return tmp_path


def bundle(folder: Path) -> dict[str, str]:
    environment = {**os.environ, "HAILONG_LANGUAGE": "en", "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    command = ["support-bundle", folder / "out.zip", "--data-dir", folder / "data"]
    ended = started.run("kiosk", command, environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "look into it before you send it" in ended.stdout
    with zipfile.ZipFile(folder / "out.zip") as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_nothing_that_was_planted_is_in_it(kiosk):
    key = (kiosk / "data" / "kiosk" / "device.key").read_text().splitlines()[1]

    parts = bundle(kiosk)

    for name, text in parts.items():
        for planted in (*SECRETS, key):
            assert planted not in text, (name, planted)


def test_what_helps_is_in_it(kiosk):
    parts = bundle(kiosk)

    assert set(parts) == {"versions.json", "settings.json", "doctor.json", "agent.json", "journal.json", "log.txt"}
    assert json.loads(parts["journal.json"])["kinds"] == {"comment": 1, "opened": 1, "rating": 1}
    assert json.loads(parts["agent.json"])["trouble"] == "proxy"
    assert {"sqlite", "disk", "screen"} <= {found["about"] for found in json.loads(parts["doctor.json"])}
    proxy = next(each for each in json.loads(parts["settings.json"]) if each["key"] == "collector.proxy")
    assert proxy["value"] == "http://u:***@proxy:3128"
    assert "up to date" in parts["log.txt"]
    assert "level" not in parts["journal.json"]


def test_of_the_half_day_that_is_not_over_nothing_is_counted(kiosk):
    folder, clock = kiosk / "data" / "kiosk", FrozenClock()
    clock.advance(86_400)
    with Journal.open(folder / "journal.db", clock, "test") as journal:
        for _ in range(7):
            journal.append(make_rating(clock, 5))
    now = clock.now().wall

    told = json.loads(journal_part(folder / "journal.db", now))
    exact = agent_status(folder, folder / "journal.db", clock)

    assert (told["kinds"], told["next_seq"]) == ({"comment": 1, "opened": 1, "rating": 1}, 4)
    assert len(told["head"]) == 8, "by two whole hashes the lines between can be found by trying"
    assert (exact.waiting, closed_status(exact, folder, folder / "journal.db", now).waiting) == (10, 3)
    assert finding_part(fine("journal", "10 entries"))["said"] == "[…] entries"


def test_bundle_is_for_its_maker_alone(kiosk):
    bundle(kiosk)

    assert (kiosk / "out.zip").stat().st_mode & 0o777 == 0o600
    assert not list(kiosk.glob(".*unfinished"))


def test_folder_gets_a_file_named_after_its_time(tmp_path):
    assert write_bundle(tmp_path, {"a.txt": "a"}, MORNING).name == "hailong-support-20261123-080000.zip"


def test_place_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(BundleNotWritten, match="cannot be written"):
        write_bundle(tmp_path / "none" / "out.zip", {}, MORNING)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("code BCDF-GHJK used", "code […] used"),
        ("postgresql://h:ge@heim@db/x", "postgresql://[…]@db/x"),
        ("hash $argon2id$v=19$m=1$abc$def end", "hash […] end"),
        ("-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----\nnext", "[…]\nnext"),
        ("key " + "A" * 44, "key […]"),
        ("typed 284915", "typed […]"),
        ("/usr/lib/python3.11/site-packages/hailong/kiosk/journal/engine.py", None),
        ("2026-11-22T09:00:03+0700 took 120 s, 12.345678 of 1,234,567 bytes", None),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text, left):
    assert without_secrets(text) == (text if left is None else left)
