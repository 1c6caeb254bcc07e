"""A collector that moves: kiosks follow it by themselves, nobody enrols again, and no stranger is followed."""

import contextlib
import shutil
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from sync.agent.enroll import KioskFiles, load_device
from sync.agent.errors import AnotherCollector, CollectorUnavailable, DeliveryError
from sync.agent.run import _agent
from sync.agent.state import load_state
from sync.agent.troubles import Trouble
from sync.collector.fleet.devices import own
from sync.collector.store.schema import own_key
from tests.builders import FrozenClock
from tests.live import LiveKiosk, live_collector, once_each
from tests.moving import (
    NEVER,
    announce,
    decide,
    empty_journals,
    forget_key,
    made,
    mover_fault,
    said,
    take_over,
    url_of,
)


def test_kiosk_hears_of_the_move_ahead_and_follows_once_the_collector_is_there(kiosk, collector, new_place):
    kiosk.press(3)
    announce(collector, new_place.url)
    kiosk.sync()
    assert url_of(kiosk) == collector.url

    kiosk.press(2)
    take_over(new_place, collector)
    kiosk.sync()

    assert url_of(kiosk) == new_place.url
    assert new_place.reported() == once_each(kiosk)
    assert new_place.rows("SELECT count(*) FROM device") == [(1,)]
    kiosk.press()
    kiosk.sync()
    assert new_place.reported() == once_each(kiosk)


def test_kiosk_stays_until_the_day_has_come_by_the_collectors_clock(kiosk, collector, new_place):
    announce(collector, new_place.url, in_=NEVER)
    kiosk.press()
    kiosk.sync()
    backup = new_place.path.with_name("drill.db")
    collector.backup(backup)
    shutil.copy(backup, new_place.path)
    new_place.start()

    kiosk.press()
    kiosk.sync()

    assert url_of(kiosk) == collector.url
    assert collector.reported() == once_each(kiosk)
    kiosk.sync()
    assert said(collector)["address"] == collector.url


def test_day_is_told_by_the_collectors_clock_and_not_by_the_kiosks(tmp_path, collector, new_place):
    far_ahead = FrozenClock(datetime(2044, 1, 1, tzinfo=UTC))
    kiosk = LiveKiosk(tmp_path / "kiosk", far_ahead).start()
    kiosk.enroll(collector)
    announce(collector, new_place.url, in_=NEVER)
    backup = new_place.path.with_name("drill.db")
    collector.backup(backup)
    shutil.copy(backup, new_place.path)
    new_place.start()

    kiosk.sync()

    assert url_of(kiosk) == collector.url
    kiosk.stop()


def test_impostor_at_the_new_address_is_not_followed_and_gets_no_rating(kiosk, collector, new_place):
    """Another collector, which even knows this kiosk's id and key, but has another key of its own."""
    announce(collector, new_place.url)
    take_over(new_place, collector)
    decide(new_place, lambda connection: connection.execute(update(own_key).values(private_key=bytes(range(32)))))
    empty_journals(new_place)
    collector.start()
    kiosk.press(4)

    kiosk.sync()

    assert url_of(kiosk) == collector.url
    assert new_place.reported() == {}
    assert collector.reported() == once_each(kiosk)


def test_announcement_that_the_collector_did_not_sign_is_passed_over(kiosk, collector, tmp_path):
    """Whoever took over the old address may answer what it likes: it has not the collector's key."""
    kiosk.press()
    kiosk.sync()
    with live_collector(made(tmp_path / "stranger")) as stranger:
        collector.stop()
        backup = tmp_path / "copy.db"
        collector.backup(backup)
        stranger.stop()
        shutil.copy(backup, stranger.path)
        decide(stranger, lambda connection: connection.execute(update(own_key).values(private_key=bytes(range(32)))))
        stranger.port, stranger.url, stranger.public_url = collector.port, collector.url, collector.url
        announce(stranger, "https://stranger.example")
        stranger.start()

        kiosk.sync()
        kiosk.sync()

        assert load_device(KioskFiles(kiosk.folder)).move is None
        assert said(stranger)["move"] == "the announced address is not signed by the collector that this kiosk knows"
        stranger.stop()


def test_stranger_at_the_collectors_own_address_gets_nothing_of_the_journal(kiosk, collector):
    kiosk.press(3)
    decide(collector, lambda connection: connection.execute(update(own_key).values(private_key=bytes(range(32)))))

    with pytest.raises(AnotherCollector):
        kiosk.sync()

    assert collector.reported() == {}
    assert load_state(KioskFiles(kiosk.folder).state).trouble.trouble is Trouble.STRANGER


def test_kiosk_of_an_older_version_learns_the_key_at_its_first_contact(kiosk, collector):
    files = KioskFiles(kiosk.folder)
    key = load_device(files).collector_key
    assert key
    kiosk.sync()
    forget_key(files)

    kiosk.sync()

    assert load_device(files).collector_key == key


def test_backup_that_is_restored_at_the_new_address_is_brought_up_to_date(kiosk, collector, new_place):
    kiosk.press(3)
    announce(collector, new_place.url)
    kiosk.sync()
    backup = new_place.path.with_name("night.db")
    collector.backup(backup)
    kiosk.press(4)
    kiosk.sync()

    collector.stop()
    shutil.copy(backup, new_place.path)
    new_place.start()
    kiosk.sync()

    assert url_of(kiosk) == new_place.url
    assert new_place.reported() == once_each(kiosk)


def test_new_address_that_is_dead_keeps_nobody_from_delivering(kiosk, collector, new_place):
    announce(collector, new_place.url)
    kiosk.press(2)

    kiosk.sync()
    kiosk.press()
    kiosk.sync()

    assert url_of(kiosk) == collector.url
    assert collector.reported() == once_each(kiosk)
    assert str(mover_fault(kiosk)).startswith("no_network: ")


def test_both_dead_keep_everything_until_the_new_one_answers(kiosk, collector, new_place):
    kiosk.press()
    announce(collector, new_place.url)
    kiosk.sync()
    collector.stop()
    kiosk.press(2)
    with pytest.raises(CollectorUnavailable):
        kiosk.sync()

    take_over(new_place, collector)
    kiosk.sync()

    assert new_place.reported() == once_each(kiosk)


def test_agent_at_work_goes_there_by_itself_and_calls_again_at_once(kiosk, collector, new_place):
    announce(collector, new_place.url)
    agent = _agent(
        KioskFiles(kiosk.folder), kiosk.path, kiosk.clock, collector.url, None, None, start_delay_s_max=0
    )  # fmt: skip
    kiosk.press()
    agent.run_cycle()
    take_over(new_place, collector)
    kiosk.press(2)

    agent.run_cycle()
    assert url_of(kiosk) == new_place.url
    assert agent.due()
    agent.run_cycle()

    assert new_place.reported() == once_each(kiosk)


def test_same_machine_under_a_new_name_takes_kiosks_at_both(kiosk, collector, new_place):
    """Two names for one collector: it takes what is signed for either, before and after the change."""
    kiosk.press()
    announce(collector, new_place.url)
    kiosk.sync()
    old = collector.url
    take_over(new_place, collector)
    collector.path, collector.public_url = new_place.path, new_place.url
    new_place.stop()
    collector.start()
    kiosk.press()

    with contextlib.suppress(DeliveryError):
        kiosk.sync()

    assert url_of(kiosk) == old
    assert collector.reported() == once_each(kiosk)


def test_announcement_can_be_taken_back(kiosk, collector, new_place):
    announce(collector, new_place.url, in_=NEVER)
    kiosk.sync()
    assert load_device(KioskFiles(kiosk.folder)).move is not None

    decide(collector, lambda connection: own.cancel_move(connection, datetime.now(UTC), "test"))
    kiosk.sync()

    assert load_device(KioskFiles(kiosk.folder)).move is None


def test_address_in_the_kiosks_settings_is_passed_over_once_the_collector_left_it(kiosk, collector, new_place):
    kiosk.press()
    announce(collector, new_place.url)
    kiosk.sync(url=collector.url)
    take_over(new_place, collector)

    kiosk.sync(url=collector.url)
    kiosk.press()
    kiosk.sync(url=f"{collector.url}/")

    assert new_place.reported() == once_each(kiosk)
