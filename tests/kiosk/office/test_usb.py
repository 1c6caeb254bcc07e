from pathlib import Path

import pytest

from kiosk.office.usb import NoStick, StickRefused, find_stick, write_whole


def test_mounted_stick_is_found_at_either_depth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stick = tmp_path / "officer" / "STICK"
    stick.mkdir(parents=True)
    monkeypatch.setattr(Path, "is_mount", lambda path: path == stick)

    assert find_stick((tmp_path,)) == stick


def test_folder_that_is_no_mount_is_no_stick(tmp_path: Path):
    (tmp_path / "leftover").mkdir()

    with pytest.raises(NoStick, match="put one in"):
        find_stick((tmp_path, tmp_path / "nowhere"))


def test_file_is_there_whole_and_an_older_one_is_replaced(tmp_path: Path):
    for content in (b"one", b"two"):
        write_whole(tmp_path / "numbers.csv", content)

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("numbers.csv", b"two")]


def test_full_stick_leaves_the_older_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_whole(tmp_path / "numbers.csv", b"one")

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(StickRefused, match="No space left"):
        write_whole(tmp_path / "numbers.csv", b"two")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("numbers.csv", b"one")]
