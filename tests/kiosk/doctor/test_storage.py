"""Faults of the disk, of its room and of its rights are provoked on real disks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.base.texts import texts
from kiosk.doctor import storage
from kiosk.journal.journal import Journal
from kiosk.office.settings import load_kiosk_settings
from tests.faults.rig.mounts import ext4_disk, memory_disk, remount

ENGLISH = texts("kiosk", "en")
NOBODY = 65534


def test_memory_that_is_nearly_full_keeps_no_ratings(tmp_path, said):
    with memory_disk(tmp_path / "disk", "8m") as disk:
        settings = load_kiosk_settings(None, disk)

        told = said([*storage.look_at_disk(settings, ENGLISH), *storage.look_at_room(settings, ENGLISH)])

    assert "FAIL Data folder" in told["disk"]
    assert "is memory" in told["disk"]
    assert told["room"] == f"FAIL 8 MB free → make room on the disk of {disk}"


def test_room_for_weeks_alone_is_doubtful(tmp_path, said):
    with memory_disk(tmp_path / "disk", "128m") as disk:
        told = said(storage.look_at_room(load_kiosk_settings(None, disk), ENGLISH))

    assert told["room"].startswith("WARN 134 MB free")


def test_memory_is_doubtful_only_where_the_settings_allow_it(tmp_path, said):
    with memory_disk(tmp_path / "disk", "8m") as disk:
        settings = load_kiosk_settings(None, disk, {"journal": {"allow_any_disk": True}})

        assert said(storage.look_at_disk(settings, ENGLISH))["disk"].startswith("WARN")


def test_disk_that_went_read_only_is_told(tmp_path, said):
    with ext4_disk(tmp_path / "disk", 8) as disk:
        remount(disk, "ro")

        told = said(storage.look_at_disk(load_kiosk_settings(None, disk), ENGLISH))

    assert told["disk"].startswith(f"FAIL Data folder {disk}/kiosk on ext4: it is read-only → restart")


def test_data_of_this_kiosk_alone_is_fine(settings, clock, said):
    Journal.open(settings.journal_path, clock, "test").close()

    assert said(storage.look_at_rights(settings, ENGLISH))["rights"].startswith("OK")


def test_file_that_others_may_read_is_named(settings, clock, said):
    Journal.open(settings.journal_path, clock, "test").close()
    settings.journal_path.chmod(0o640)

    assert said(storage.look_at_rights(settings, ENGLISH))["rights"] == (
        f"FAIL Others may read: journal.db → chmod -R go= {settings.folder}"
    )


def test_file_left_by_another_user_is_named(settings, clock, said):
    Journal.open(settings.journal_path, clock, "test").close()
    os.chown(settings.journal_path, NOBODY, NOBODY)

    assert said(storage.look_at_rights(settings, ENGLISH))["rights"] == (
        f"FAIL Another user owns: journal.db → chown -R {os.getuid()} {settings.folder}"
    )


def test_folder_that_may_not_be_read_is_told_to_another_user(settings, said):
    folder = settings.folder
    for parent in (settings.data_dir, *list(settings.data_dir.parents)[:-2]):
        parent.chmod(0o711)

    with as_nobody():
        told = said(storage.look_at_rights(settings, ENGLISH))

    assert told["rights"] == f"FAIL {folder} cannot be read (Permission denied) → run this as the kiosk's user"


@contextmanager
def as_nobody() -> Iterator[None]:
    """What the block does, a user without rights does."""
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
