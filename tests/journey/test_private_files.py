"""Whatever umask the programs are started with: what they keep is for their owner alone, what is carried is not."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.base.private_file import close_to_others, write_private
from kiosk.setup.drop_in import keep_drop_in
from tests import started
from tests.offscreen import OFFSCREEN

pytestmark = [pytest.mark.window, pytest.mark.timeout(180)]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


ENVIRONMENT = {
    **os.environ, **OFFSCREEN, "HAILONG_LANGUAGE": "en", "HAILONG_KIOSK_JOURNAL__ALLOW_ANY_DISK": "true",
}  # fmt: skip


def run(umask: int, program: str, *arguments: str | Path, typed: str = "") -> None:
    ended = started.run(program, arguments, ENVIRONMENT, typed=typed, umask=umask)
    assert ended.returncode == 0, (program, arguments, ended.stdout + ended.stderr)


def run_demo(umask: int, *arguments: str | Path) -> None:
    command = [Path(sys.executable).with_name("kiosk"), "demo", *arguments, "--presses", "6", "--exit-when-synced"]
    ended = subprocess.run(
        command, env=ENVIRONMENT, umask=umask, capture_output=True, text=True, timeout=150, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nothing_that_a_kiosk_and_its_collector_keep_follows_the_umask(tmp_path, port):
    """Kept files are looked at where the umask would open them, carried ones also where it would close them."""
    data, made = tmp_path / "data", tmp_path / "made"
    made.mkdir()
    at = ("--data-dir", data)
    run_demo(0o000, *at, "--port", str(port))
    run(0o000, "kiosk", "pin", *at, typed="314159\n314159\n")
    run(0o000, "kiosk", "backup", made / "journal.db", *at)
    run(0o000, "kiosk", "export", made, "--all", *at)
    run(0o000, "collector", "backup", made / "collector.db", *at)
    run(0o000, "collector", "report", made / "report.csv", *at)
    carried = {made / "open.ack": 0o000, made / "closed.ack": 0o077}
    for file, umask in carried.items():
        run(umask, "collector", "ack-file", file, *at)

    kept = [path for path in (*data.rglob("*"), *made.iterdir()) if "screenshots" not in path.parts]
    assert {path.name for path in kept} >= {"languages.json", "pin.hash", "journal.db", "agent.log", "collector.db"}
    assert [path for path in kept if path not in carried and mode(path) & 0o77] == []
    assert [mode(path) for path in carried] == [0o644, 0o644]


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_drop_in_is_found_by_the_kiosks_user_and_what_was_in_it_by_nobody_else(tmp_path, umask):
    file = tmp_path / "kiosk.toml.d" / "50-setup.toml"
    before = os.umask(umask)
    try:
        keep_drop_in(file, {"office": {"name": {"vi": "A"}}})
        file.write_text("# by hand\n")
        kept = keep_drop_in(file, {"staff": {"pin_hash": "secret"}})
    finally:
        os.umask(before)

    assert kept is not None
    assert [mode(path) for path in (file.parent, file, kept)] == [0o755, 0o600, 0o600]


def test_what_an_older_version_let_others_read_is_closed(tmp_path):
    for name in ("languages.json", "kiosk.toml", "aside/journal.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch(mode=0o644)
    (tmp_path / "elsewhere").symlink_to(tmp_path / "kiosk.toml")

    close_to_others(tmp_path, "kiosk.toml")

    assert [mode(tmp_path / name) for name in ("languages.json", "kiosk.toml", "aside")] == [0o600, 0o644, 0o700]


def test_file_that_cannot_be_written_whole_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("no")))

    with pytest.raises(OSError, match="no"):
        write_private(tmp_path / "file", b"text", durable=True)

    assert list(tmp_path.iterdir()) == []
