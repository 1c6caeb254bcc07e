"""One command turns a bare machine into a kiosk; repeating it is safe."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.commands.setup import setup_commands
from kiosk.office.pin import pin_matches
from kiosk.office.settings import load_kiosk_settings
from sync.agent.transparency.kept import load_kept
from tests import started
from tests.live import LiveCollector, live_collector
from tests.sync.protocol.tlog.samples import LOG


def setup(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["setup", "--no-input", "--data-dir", folder, *arguments]
    ended = started.run("kiosk", command, {**os.environ, "HAILONG_LANGUAGE": "en", **environment})
    assert "Traceback" not in ended.stderr
    return ended


@pytest.fixture
def collector(tmp_path):
    with live_collector(tmp_path / "collector") as running:
        yield running


def file_for(collector: LiveCollector, folder: Path, counter: str = "Q1") -> Path:
    file = folder / "hailong-setup.toml"
    file.write_text(
        f'server = "{collector.url}"\ncode = "{collector.new_code("Q1")}"\ncounter = "{counter}"\n'
        f'log.vkey = "{LOG.vkey}"\n'
        '[settings.screen]\ntheme = "dark"\nrotation_deg = 90\n'
    )
    return file


def findings(ended: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {found["about"]: found["state"] for found in json.loads(ended.stdout)}


def test_setup_file_makes_a_kiosk_and_repeating_it_changes_nothing(collector, tmp_path):
    file, data = file_for(collector, tmp_path), tmp_path / "data"

    first = setup(data, "--from", str(file), "--json", HAILONG_SETUP_PIN="284915")
    device = (data / "kiosk" / "device.json").read_bytes()
    second = setup(data, "--from", str(file), "--json")

    settings = load_kiosk_settings(None, data)
    assert (settings.screen.theme, settings.screen.rotation_deg, settings.collector.url) == ("dark", 90, collector.url)
    assert pin_matches(settings.pin_path.read_text().strip(), "284915")
    assert load_kept(settings.folder / "log.json").source == "setup"
    for ended in (first, second):
        found = {found["about"]: found for found in json.loads(ended.stdout)}
        said = [found[about] for about in ("enrolment", "server", "rights")]
        assert [one for one in said if one["state"] != "OK"] == []
    assert (data / "kiosk" / "device.json").read_bytes() == device
    assert collector.rows("SELECT count(*) FROM device") == [(1,)]


def test_options_alone_make_a_kiosk_and_say_what_was_done(collector, tmp_path):
    ended = setup(
        tmp_path / "data", "--server", collector.url, "--code", collector.new_code("Q2"), "--theme", "high-contrast",
        "--proxy", "",
    )  # fmt: skip

    assert "Enrolled: Xã Bắc Sơn, Quầy 2." in ended.stdout
    assert "Settings are in" in ended.stdout
    assert "The collector answers at" in ended.stdout
    # This machine has no screen, and the doctor says so.
    assert ended.returncode == ("FAIL" in ended.stdout)


def test_settings_may_be_changed_later_without_a_code(collector, tmp_path):
    data = tmp_path / "data"
    setup(data, "--from", str(file_for(collector, tmp_path)))

    setup(data, "--theme", "light")

    settings = load_kiosk_settings(None, data)
    assert (settings.screen.theme, settings.screen.rotation_deg, settings.collector.url) == ("light", 90, collector.url)


def test_code_of_another_counter_is_noticed(collector, tmp_path):
    ended = setup(tmp_path / "data", "--from", str(file_for(collector, tmp_path, counter="Q2")))

    assert ended.returncode == 1
    assert ended.stderr.startswith("the code was for counter Q1, not Q2; move the kiosk there with: collector device")


def test_refused_pin_leaves_everything_as_it_was(tmp_path):
    ended = setup(tmp_path, "--theme", "dark", HAILONG_SETUP_PIN="111111")

    assert ended.returncode == 2
    assert "this PIN is guessed first" in ended.stderr
    assert not (tmp_path / "kiosk").exists()


def test_wrong_options_are_told_all_at_once(tmp_path):
    ended = setup(tmp_path, "--theme", "blue", "--rotation-deg", "45", "--panel-inch", "1")

    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 3
    assert not (tmp_path / "kiosk").exists()


def test_proxy_is_kept_for_the_kiosks_user_alone(tmp_path):
    setup(tmp_path, "--proxy", "http://u:geheim@127.0.0.1:9")

    assert load_kiosk_settings(None, tmp_path).collector.proxy == "http://u:geheim@127.0.0.1:9"
    assert "geheim" not in (tmp_path / "kiosk" / "kiosk.toml.d" / "50-setup.toml").read_text()
    assert (tmp_path / "kiosk" / "proxy.secret").stat().st_mode & 0o777 == 0o600


def test_data_of_another_user_is_left_alone(tmp_path):
    (tmp_path / "kiosk").mkdir()
    os.chown(tmp_path / "kiosk", 65534, 65534)

    ended = setup(tmp_path, "--theme", "dark")

    assert ended.returncode == 1
    assert "belongs to another user; run this as that one: sudo -u '#65534' kiosk setup" in ended.stderr
    assert list((tmp_path / "kiosk").iterdir()) == []


def test_offices_own_file_is_never_written(tmp_path):
    (tmp_path / "kiosk").mkdir()
    own = tmp_path / "kiosk" / "kiosk.toml"
    own.write_text("# ours\n[screen]\ntheme = 'high-contrast'\n")

    setup(tmp_path, "--theme", "dark")

    assert own.read_text() == "# ours\n[screen]\ntheme = 'high-contrast'\n"
    assert load_kiosk_settings(None, tmp_path).screen.theme == "dark"


def test_installer_at_a_terminal_is_asked_for_what_is_missing(collector, tmp_path, monkeypatch):
    # A bare machine may have no pseudo-terminals at all.
    monkeypatch.setattr("kiosk.commands.setup._is_somebody_there", lambda: True)
    answers = [collector.url, collector.new_code("Q1"), "Q1", "dark", "270", "", "284915", "284915"]

    ended = CliRunner().invoke(setup_commands, ["--data-dir", str(tmp_path / "data")], input="\n".join([*answers, ""]))

    settings = load_kiosk_settings(None, tmp_path / "data")
    assert json.loads((tmp_path / "data" / "kiosk" / "device.json").read_text())["counter"] == "Q1", ended.output
    assert (settings.collector.url, settings.screen.theme, settings.screen.rotation_deg) == (collector.url, "dark", 270)
    assert settings.screen.panel_inch == 15.6
    assert "panel_inch" not in (tmp_path / "data" / "kiosk" / "kiosk.toml.d" / "50-setup.toml").read_text()
    assert pin_matches(settings.pin_path.read_text().strip(), "284915")
    assert "284915" not in ended.output


def test_nobody_at_a_terminal_is_asked_for_nothing(tmp_path):
    ended = started.run("kiosk", ["setup", "--data-dir", tmp_path], os.environ)

    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "kiosk" / "device.json").exists()
