"""A collector that moves: kiosks follow it by themselves, nobody enrols again, and no stranger is followed."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Connection, update
from werkzeug import Request, Response

from kiosk.journal.errors import Diverged
from kiosk.journal.reader import JournalReader
from kiosk.texts import texts
from sync.agent.by_hand import call_at
from sync.agent.compare import compare_ratings
from sync.agent.enroll import KioskFiles, change_device, load_device
from sync.agent.errors import AnotherCollector, CollectorUnavailable, DeliveryError, DeviceNotRecognised
from sync.agent.move import Mover
from sync.agent.run import _agent
from sync.agent.state import load_state
from sync.agent.troubles import Trouble
from sync.collector import own
from sync.collector.database import open_database
from sync.collector.roster import read_roster
from sync.collector.schema import own_key
from sync.protocol.own_key import READY
from tests.builders import FrozenClock
from tests.live import LiveCollector, LiveKiosk, live_collector, once_each

NEVER = timedelta(days=30)


def decide(collector: LiveCollector, work: Callable[[Connection], Any]) -> None:
    """What IT staff decide at the collector; it is started again, as its memory of it is short."""
    was_running = collector.running
    collector.stop()
    database = open_database(f"sqlite:///{collector.path}")
    with database.writing() as connection:
        work(connection)
    database.close()
    if was_running:
        collector.start()


def announce(collector: LiveCollector, url: str, in_: timedelta = -timedelta(minutes=1)) -> None:
    now = datetime.now(UTC)
    decide(collector, lambda connection: own.plan_move(connection, url, now + in_, now, "test"))


def url_of(kiosk: LiveKiosk) -> str:
    return load_device(KioskFiles(kiosk.folder)).url


def said(collector: LiveCollector) -> dict[str, Any]:
    ((status,),) = collector.rows("SELECT status FROM device_status")
    return dict(json.loads(str(status)))


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[LiveCollector]:
    """Another machine; its collector is given its data by the test."""
    there = LiveCollector(_made(tmp_path / "there"))
    yield there
    there.stop()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def take_over(there: LiveCollector, collector: LiveCollector) -> None:
    """Stop the old one and restore its data at the new place."""
    collector.stop()
    backup = there.path.with_name("copy.db")
    collector.backup(backup)
    shutil.copy(backup, there.path)
    there.start()


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


@pytest.mark.parametrize("host_is_kept", [True, False])
def test_relay_to_the_true_collector_proves_nothing(kiosk, collector, httpserver, host_is_kept):
    """Whoever only passes requests on cannot answer for an address that is not the collector's."""
    relay = httpserver.url_for("").rstrip("/")

    def pass_on(request: Request) -> Response:
        answer = requests.request(
            request.method, collector.url + request.full_path.rstrip("?"), data=request.data,
            headers={key: value for key, value in request.headers if key != "Host" or host_is_kept}, timeout=10,
        )  # fmt: skip
        return Response(answer.content, answer.status_code, content_type=answer.headers["Content-Type"])

    httpserver.expect_request(re.compile(".*")).respond_with_handler(pass_on)
    kiosk.press()
    kiosk.sync()

    with pytest.raises(DeviceNotRecognised) as caught:
        call_at(kiosk.folder, kiosk.path, relay, kiosk.clock)

    assert caught.value.trouble is (Trouble.ADDRESS if host_is_kept else Trouble.SIGNATURE)
    assert url_of(kiosk) == collector.url


def test_announcement_that_the_collector_did_not_sign_is_passed_over(kiosk, collector, tmp_path):
    """Whoever took over the old address may answer what it likes: it has not the collector's key."""
    kiosk.press()
    kiosk.sync()
    with live_collector(_made(tmp_path / "stranger")) as stranger:
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


def test_by_hand_the_kiosk_goes_where_its_own_journal_is_known(kiosk, collector, new_place):
    kiosk.press(3)
    kiosk.sync()
    forget_key(KioskFiles(kiosk.folder))
    take_over(new_place, collector)

    gone = call_at(kiosk.folder, kiosk.path, f"{new_place.url}/", kiosk.clock, configured=collector.url)
    kiosk.press()
    kiosk.sync(url=collector.url)

    assert (gone.url, gone.has, gone.of) == (new_place.url, 4, 4)
    assert new_place.reported() == once_each(kiosk)
    assert load_device(KioskFiles(kiosk.folder)).collector_key


def test_by_hand_a_stranger_is_refused_unless_somebody_vouches(kiosk, collector, new_place):
    kiosk.press(3)
    take_over(new_place, collector)
    decide(new_place, lambda connection: connection.execute(update(own_key).values(private_key=bytes(range(32)))))

    with pytest.raises(AnotherCollector):
        call_at(kiosk.folder, kiosk.path, new_place.url, kiosk.clock)
    assert url_of(kiosk) == collector.url

    call_at(kiosk.folder, kiosk.path, new_place.url, kiosk.clock, vouched=True)
    kiosk.sync()
    assert new_place.reported() == once_each(kiosk)


def test_enrolment_made_meanwhile_is_not_undone(kiosk, collector):
    files = KioskFiles(kiosk.folder)
    earlier = load_device(files)
    kiosk.enroll(collector, "Q2")

    change_device(files, "another", lambda known: earlier)

    assert load_device(files).counter == "Q2"


def test_numbers_after_a_disk_image_was_put_back_speak_of_the_same_ratings(tmp_path, kiosk, collector):
    kiosk.press(12)
    kiosk.sync()
    image = kiosk.copy(tmp_path / "image")
    kiosk.press(20)
    kiosk.sync()
    kiosk.roll_back(image)
    kiosk.start()
    kiosk.press(5)
    for _ in range(3):
        with contextlib.suppress(Diverged):
            kiosk.sync()

    with JournalReader(kiosk.path) as newest:
        assert newest.count("rating") == 5
    assert sum(collector.reported().values()) == 37
    found = compare_ratings(kiosk.folder, kiosk.path, kiosk.clock, url=None, proxy=None, ca_file=None)
    assert found == (17, 17)


def kiosk_command(kiosk: LiveKiosk, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from kiosk.cli import main; main()", *arguments]
    env = {**os.environ, "HAILONG_LANGUAGE": "en", **environment}
    ended = subprocess.run(
        [*program, "--data-dir", str(kiosk.folder.parent)], capture_output=True, text=True, timeout=60, env=env
    )
    assert "Traceback" not in ended.stderr
    return ended


def test_commands_say_where_the_kiosk_calls_and_what_the_collector_has(kiosk, collector, new_place):
    kiosk.press(3)
    kiosk.sync()
    take_over(new_place, collector)
    old = {"HAILONG_KIOSK_COLLECTOR__URL": collector.url}

    gone = kiosk_command(kiosk, "server", new_place.url, **old)
    compared = kiosk_command(kiosk, "sync", "--compare", **old)

    assert gone.stdout.splitlines() == [
        f"The collector at {new_place.url} has 4 of 4 entries; this kiosk calls it there.",
        f"The settings still name {collector.url}: that is passed over from now on.",
    ]
    assert compared.stdout == "Ratings on this disk: 3. The collector has 3 of them.\n"


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("http://y-kien.example.vn", 2, "is not encrypted"),
        ("y-kien", 2, "is not an address"),
        ("http://127.0.0.1:9", 1, "The collector cannot be reached."),
    ],
)
def test_address_by_hand_that_leads_nowhere_changes_nothing(kiosk, collector, url, code, said):
    ended = kiosk_command(kiosk, "server", url)

    assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
    assert url_of(kiosk) == collector.url


def test_status_tells_of_the_move_and_whether_the_kiosk_can_follow(kiosk, collector, new_place):
    announce(collector, new_place.url, in_=NEVER)
    kiosk.sync()
    cannot = kiosk_command(kiosk, "sync", "--status").stdout
    backup = new_place.path.with_name("drill.db")
    collector.backup(backup)
    shutil.copy(backup, new_place.path)
    new_place.start()
    kiosk.sync()
    can = kiosk_command(kiosk, "sync", "--status").stdout

    assert f"is going to be at {new_place.url}. This kiosk cannot follow yet: no_network: " in cannot
    assert f"is going to be at {new_place.url}. This kiosk reaches it there and follows by itself" in can
    kiosk.sync()
    assert said(collector)["move"] == READY


def test_kiosk_at_an_address_that_is_not_the_collectors_is_told_which_one_is_wrong(kiosk, collector):
    """Another port leads to the collector as well: nobody is told to enrol again."""
    with forwarding(collector.port) as port, pytest.raises(DeviceNotRecognised) as caught:
        kiosk.sync(url=f"http://127.0.0.1:{port}")

    assert caught.value.trouble is Trouble.ADDRESS
    words = caught.value.said(texts("kiosk", "en"))
    assert "Nobody need enrol again" in words
    assert f"signed for http://127.0.0.1:{port}, and the address of this collector is {collector.url}" in words


def test_list_of_kiosks_after_a_complete_upload_tells_of_nothing_waiting_and_of_no_trouble(kiosk, collector):
    kiosk.press(20)
    collector.stop()
    with pytest.raises(CollectorUnavailable):
        kiosk.sync()
    collector.start()

    kiosk.sync()

    database = open_database(f"sqlite:///{collector.path}")
    with database.reading() as connection:
        (listed,) = read_roster(connection)
    database.close()
    assert (listed.waiting, listed.error) == (0, None)


@contextlib.contextmanager
def forwarding(to: int) -> Iterator[int]:
    """A port that leads to another one, as a container's or a firewall's does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def forward() -> None:
            with contextlib.suppress(OSError):
                while True:
                    here, _ = server.accept()
                    there = socket.create_connection(("127.0.0.1", to))
                    for source, target in ((here, there), (there, here)):
                        threading.Thread(target=_pour, args=(source, target), daemon=True).start()

        threading.Thread(target=forward, daemon=True).start()
        yield server.getsockname()[1]


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def forget_key(files: KioskFiles) -> None:
    """The device file as an older version wrote it."""
    device = json.loads(files.device.read_bytes())
    for name in ("collector_key", "move", "left"):
        device.pop(name, None)
    files.device.write_text(json.dumps(device))


def empty_journals(collector: LiveCollector) -> None:
    def work(connection: Connection) -> None:
        for table in ("segment", "rating", "tally", "journal"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    decide(collector, work)


def mover_fault(kiosk: LiveKiosk) -> str | None:
    mover = Mover(KioskFiles(kiosk.folder), kiosk.path, kiosk.clock)
    assert not mover.follow(urgent=True)
    assert mover.fault != READY
    return mover.fault
