"""Rolled-back images, cloned cards, restored collectors, and presses go on: each thanked rating once in the reports."""

import pytest

from kiosk.journal.errors import Diverged
from sync.agent.errors import JournalTaken
from sync.agent.state import load_state
from sync.agent.troubles import Trouble
from tests.live import LiveKiosk, once_each


def sync_parted(kiosk: LiveKiosk) -> None:
    """The cycle that finds the parting, what the app does about it, and the next cycle."""
    with pytest.raises(Diverged):
        kiosk.sync()
    kiosk.press()
    kiosk.sync()


def test_rolled_back_image_loses_nothing_that_was_sent_and_counts_nothing_twice(tmp_path, kiosk, collector):
    kiosk.press(3)
    kiosk.sync()
    image = kiosk.copy(tmp_path / "image")
    kiosk.press(2)
    kiosk.sync()

    kiosk.roll_back(image)
    kiosk.start().press(2)
    sync_parted(kiosk)

    assert collector.reported() == once_each(kiosk)
    kiosk.require_sound()
    assert [n for (n,) in collector.rows("SELECT count(*) FROM journal WHERE continues IS NOT NULL")] == [1]


def test_two_kiosks_with_one_card_and_one_key_keep_all_their_ratings(tmp_path, kiosk, collector):
    kiosk.press(3)
    kiosk.sync()
    kiosk.press(2)
    clone = kiosk.copy(tmp_path / "clone").start()
    clone.press(2)
    kiosk.press(3)
    kiosk.sync()

    sync_parted(clone)
    for _ in range(2):
        kiosk.press()
        clone.press()
        kiosk.sync()
        clone.sync()

    assert collector.reported() == once_each(kiosk, clone)
    assert [(why, seq) for why, seq in collector.rows(_CONTINUED)] == [("diverged", 8)]
    kiosk.require_sound()
    clone.require_sound()
    clone.stop()


_CONTINUED = "SELECT continues_why, continues_seq FROM journal WHERE continues IS NOT NULL"


def test_clone_that_sends_first_makes_the_other_one_go_on_anew(tmp_path, kiosk, collector):
    kiosk.press(2)
    clone = kiosk.copy(tmp_path / "clone").start()
    kiosk.press(600)
    clone.press(700)
    clone.sync()

    sync_parted(kiosk)

    assert collector.reported() == once_each(kiosk, clone)
    clone.stop()


def test_restored_collector_gets_everything_again_even_from_journals_that_were_put_aside(tmp_path, kiosk, collector):
    kiosk.press(3)
    kiosk.sync()
    collector.backup(tmp_path / "backup.db")
    kiosk.press(2)
    kiosk.sync()
    image = kiosk.copy(tmp_path / "image")
    kiosk.press(2)
    kiosk.sync()
    lost_with_the_disk = kiosk.thanked[-2:]
    kiosk.roll_back(image)
    kiosk.start().press()
    sync_parted(kiosk)

    collector.restore(tmp_path / "backup.db")
    kiosk.press()
    kiosk.sync()

    expected = once_each(kiosk)
    for press in lost_with_the_disk:  # the kiosk's disk forgot them, and then the collector's did
        del expected[press]
    assert collector.reported() == expected


def test_collector_restored_while_two_clones_go_on(tmp_path, kiosk, collector):
    kiosk.press(2)
    kiosk.sync()
    collector.backup(tmp_path / "backup.db")
    clone = kiosk.copy(tmp_path / "clone").start()
    kiosk.press()
    clone.press()
    kiosk.sync()
    sync_parted(clone)

    collector.restore(tmp_path / "backup.db")
    clone.press()
    kiosk.press()
    clone.sync()
    for _ in range(2):
        try:
            kiosk.sync()
        except Diverged:
            kiosk.press()

    assert collector.reported() == once_each(kiosk, clone)
    clone.stop()


def test_agent_continues_the_journal_itself_while_no_app_is_running(tmp_path, kiosk, collector):
    kiosk.press(2)
    image = kiosk.copy(tmp_path / "image")
    kiosk.press(2)
    kiosk.sync()
    sent = once_each(kiosk)
    kiosk.roll_back(image)

    kiosk.sync()

    assert load_state(kiosk.folder / "agent.json").trouble is None
    kiosk.start().press()
    kiosk.sync()
    assert collector.reported() == once_each(kiosk)
    assert sent.keys() < collector.reported().keys()


def test_kiosk_that_was_enrolled_anew_goes_on_in_a_journal_of_its_own(tmp_path, kiosk, collector):
    kiosk.press(2)
    kiosk.sync()
    kiosk.press(2)
    (kiosk.folder / "device.key").unlink()
    kiosk.enroll(collector)

    with pytest.raises(JournalTaken):
        kiosk.sync()
    assert load_state(kiosk.folder / "agent.json").trouble.trouble is Trouble.DIVERGED
    kiosk.press()
    kiosk.sync()

    assert collector.reported() == once_each(kiosk)
