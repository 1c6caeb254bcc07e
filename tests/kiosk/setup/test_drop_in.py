"""What setup writes is its own file, whole or not there; the office's hand is never lost."""

import tomllib
from pathlib import Path

import pytest

from kiosk.office.settings import load_kiosk_settings
from kiosk.setup.drop_in import drop_in_of, keep_drop_in
from kiosk.setup.errors import SettingsNotKept

MINE = {"screen": {"theme": "dark", "panel_inch": 21.5}, "office": {"name": {"vi": 'Xã "Bắc Sơn"'}}}


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return tmp_path / "kiosk" / "kiosk.toml"


def test_drop_in_holds_what_was_wanted(main, tmp_path):
    file = drop_in_of(main)

    assert keep_drop_in(file, MINE) is None

    assert file == tmp_path / "kiosk" / "kiosk.toml.d" / "50-setup.toml"
    assert tomllib.loads(file.read_text("utf-8")) == MINE
    assert load_kiosk_settings(None, tmp_path).office.name == {"vi": 'Xã "Bắc Sơn"'}
    assert list(file.parent.iterdir()) == [file]


def test_later_wishes_are_laid_over_earlier_ones(main):
    keep_drop_in(drop_in_of(main), MINE)

    assert keep_drop_in(drop_in_of(main), {"screen": {"theme": "light"}}) is None

    kept = tomllib.loads(drop_in_of(main).read_text("utf-8"))
    assert kept["screen"] == {"theme": "light", "panel_inch": 21.5}
    assert kept["office"] == MINE["office"]


def test_file_that_somebody_changed_is_kept_aside(main):
    file = drop_in_of(main)
    keep_drop_in(file, MINE)
    by_hand = file.read_text("utf-8") + 'survey = "tt32-3"\n'
    file.write_text(by_hand, "utf-8")

    kept = keep_drop_in(file, {"screen": {"theme": "light"}})

    assert kept is not None
    assert kept.read_text("utf-8") == by_hand
    assert kept.suffix != ".toml"
    assert tomllib.loads(file.read_text("utf-8")) == {"screen": {"theme": "light"}}


@pytest.mark.parametrize(
    ("table", "mode"),
    [({"screen": {"theme": "dark"}}, 0o644), ({"collector": {"proxy": "http://u:p@h"}}, 0o600),
     ({"staff": {"pin_hash": "$argon2"}}, 0o600)],
)  # fmt: skip
def test_secrets_are_for_the_kiosks_user_alone(main, table, mode):
    keep_drop_in(drop_in_of(main), table)

    assert drop_in_of(main).stat().st_mode & 0o777 == mode


def test_folder_that_cannot_be_written_is_one_sentence(main):
    main.parent.write_text("in the way")

    with pytest.raises(SettingsNotKept, match="cannot be written"):
        keep_drop_in(drop_in_of(main), MINE)
