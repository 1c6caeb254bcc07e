import os
import stat

import pytest

from sync.agent.device.keys import load_key, obtain_key
from sync.agent.errors import DeviceUnusable, NotEnrolled
from sync.protocol.own_key import public_text


def test_key_is_made_once_and_kept(tmp_path):
    path = tmp_path / "kiosk" / "device.key"

    made = obtain_key(path)

    assert public_text(obtain_key(path)) == public_text(made)
    assert len(public_text(made)) == 44


def test_key_is_for_its_owner_alone(tmp_path):
    obtain_key(tmp_path / "kiosk" / "device.key")

    assert stat.S_IMODE((tmp_path / "kiosk" / "device.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "kiosk").stat().st_mode) == 0o700
    assert [entry.name for entry in (tmp_path / "kiosk").iterdir()] == ["device.key"]


def test_missing_key_means_not_enrolled(tmp_path):
    with pytest.raises(NotEnrolled, match="kiosk enroll URL CODE"):
        load_key(tmp_path / "device.key")


def test_key_that_others_may_read_is_not_used(tmp_path):
    obtain_key(tmp_path / "device.key")
    (tmp_path / "device.key").chmod(0o640)

    with pytest.raises(DeviceUnusable, match="chmod 600"):
        obtain_key(tmp_path / "device.key")


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_damaged_key_is_never_replaced_in_silence(tmp_path, content):
    path = tmp_path / "device.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(DeviceUnusable, match="damaged"):
        obtain_key(path)

    assert path.read_bytes() == content


def test_key_is_on_disk_before_it_is_used(tmp_path, monkeypatch):
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)

    obtain_key(tmp_path / "device.key")

    assert len(synced) == 2  # the file, then its directory
