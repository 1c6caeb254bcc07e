from pathlib import Path

import pytest

from kiosk.usb import NoStick, find_stick


def test_mounted_stick_is_found_at_either_depth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stick = tmp_path / "officer" / "STICK"
    stick.mkdir(parents=True)
    monkeypatch.setattr(Path, "is_mount", lambda path: path == stick)

    assert find_stick((tmp_path,)) == stick


def test_folder_that_is_no_mount_is_no_stick(tmp_path: Path):
    (tmp_path / "leftover").mkdir()

    with pytest.raises(NoStick, match="put one in"):
        find_stick((tmp_path, tmp_path / "nowhere"))
