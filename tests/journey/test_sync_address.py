"""The collector's address by hand and by command: what is wrong is said, and no stranger is followed."""

import contextlib
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy import update
from werkzeug import Request, Response

from kiosk.base.texts import texts
from kiosk.journal.errors import Diverged
from kiosk.journal.reader import JournalReader
from sync.agent.asked.by_hand import call_at
from sync.agent.asked.compare import compare_ratings
from sync.agent.device.enroll import KioskFiles, change_device, load_device
from sync.agent.errors import AnotherCollector, CollectorUnavailable, DeviceNotRecognised
from sync.agent.troubles import Trouble
from sync.collector.fleet.devices.roster import read_roster
from sync.collector.store.database import open_database
from sync.collector.store.schema import own_key
from sync.protocol.own_key import READY
from tests.live import once_each
from tests.moving import (
    NEVER,
    announce,
    decide,
    forget_key,
    forwarding,
    kiosk_command,
    said,
    take_over,
    url_of,
)
from tests.sync.collector.builders import HANOI


@pytest.mark.parametrize("host_is_kept", [True, False])
def test_relay_to_the_true_collector_proves_nothing(kiosk, collector, httpserver, host_is_kept):
    """Whoever only passes requests on cannot answer for an address that is not the collector's."""
    relay = httpserver.url_for("").rstrip("/")

    def pass_on(request: Request) -> Response:
        answer = requests.request(
            request.method, collector.url + request.full_path.rstrip("?"), data=request.data,
            headers={key: value for key, value in request.headers if key != "Host" or host_is_kept}, timeout=60,
        )  # fmt: skip
        return Response(answer.content, answer.status_code, content_type=answer.headers["Content-Type"])

    httpserver.expect_request(re.compile(".*")).respond_with_handler(pass_on)
    kiosk.press()
    kiosk.sync()

    with pytest.raises(DeviceNotRecognised) as caught:
        call_at(kiosk.folder, kiosk.path, relay, kiosk.clock)

    assert caught.value.trouble is (Trouble.ADDRESS if host_is_kept else Trouble.SIGNATURE)
    assert url_of(kiosk) == collector.url


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
        # What waits is told when its half day is over: by tomorrow.
        (listed,) = read_roster(connection, datetime.now(UTC) + timedelta(days=1), HANOI)
    database.close()
    assert (listed.waiting, listed.error) == (0, None)
