import stat
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from kiosk.commands.main import commands
from kiosk.office.pin import PinNotKept, PinUnfit, hash_pin, keep_hash, pin_matches


def test_hash_knows_its_pin_and_no_other_and_does_not_show_it():
    hashed = hash_pin("314159")

    assert hashed.startswith("$argon2id$")
    assert "314159" not in hashed
    assert pin_matches(hashed, "314159")
    assert not pin_matches(hashed, "314158")


@pytest.mark.parametrize("pin", ["", "31415", "3141592", "31415a", "٣١٤١٥٩", "000000", "123456", "654321"])
def test_pin_that_is_no_pin_or_guessed_first_is_refused(pin: str):
    with pytest.raises(PinUnfit):
        hash_pin(pin)


def test_no_pin_opens_a_broken_hash():
    assert not pin_matches("", "314159")
    assert not pin_matches("plain", "plain")


def test_hash_is_kept_for_the_kiosks_own_account_alone(tmp_path: Path):
    path = tmp_path / "kiosk" / "pin.hash"
    keep_hash(path, hash_pin("314159"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pin_matches(path.read_text().strip(), "314159")


def test_place_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(PinNotKept, match="cannot be written"):
        keep_hash(tmp_path / "file" / "pin.hash", "x")


def set_pin(folder: Path, *options: str, typed: str = "314159\n314159\n") -> Result:
    return CliRunner().invoke(commands, ["pin", "--data-dir", str(folder), *options], input=typed)


def test_command_keeps_the_hash_and_never_shows_the_pin(tmp_path: Path):
    done = set_pin(tmp_path)

    assert done.exit_code == 0
    assert "314159" not in done.output
    assert pin_matches((tmp_path / "kiosk" / "pin.hash").read_text().strip(), "314159")


def test_command_prints_a_hash_for_other_kiosks_and_changes_nothing(tmp_path: Path):
    done = set_pin(tmp_path, "--print")

    assert pin_matches(done.stdout.strip().splitlines()[-1], "314159")
    assert not (tmp_path / "kiosk").exists()


def test_command_refuses_a_pin_that_is_guessed_first(tmp_path: Path):
    assert isinstance(set_pin(tmp_path, typed="123456\n123456\n").exception, PinUnfit)
    assert not (tmp_path / "kiosk").exists()
