"""What may happen to an enrolled kiosk: each is one command, each in the audit log, and none loses a rating."""

import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.agent.device.enroll import KioskFiles
from sync.agent.device.keys import load_key
from sync.agent.device.rotate import rotate_key
from sync.agent.errors import CollectorUnavailable, DeviceNotRecognised, EnrolmentRefused, JournalTaken
from sync.agent.troubles import Trouble
from sync.agent.wire.client import CollectorClient
from sync.collector.fleet.devices import directory
from sync.protocol.own_key import public_text
from tests import started
from tests.live import LiveCollector, LiveKiosk, live_collector, once_each


@pytest.fixture
def collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveCollector]:
    monkeypatch.setattr(directory, "ASKED_S", 0.0)
    with live_collector(tmp_path / "collector") as running:
        yield running


def command(collector: LiveCollector, *arguments: str) -> str:
    """What ``collector …`` prints, in English."""
    env = {
        **os.environ, "HAILONG_LANGUAGE": "en", "HAILONG_COLLECTOR_DATABASE_URL": f"sqlite:///{collector.path}",
        "HAILONG_COLLECTOR_PUBLIC_URL": collector.url,
    }  # fmt: skip
    ended = started.run("collector", arguments, env)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def actions(collector: LiveCollector) -> list[object]:
    return [action for (action,) in collector.rows("SELECT action FROM audit ORDER BY audit_id")]


def device_id(kiosk: LiveKiosk) -> str:
    return str(json.loads((kiosk.folder / "device.json").read_bytes())["device_id"])


def test_revoked_kiosk_keeps_its_ratings_and_sends_them_once_it_is_enrolled_anew(kiosk, collector):
    kiosk.press(2)
    kiosk.sync()
    kiosk.press(2)

    command(collector, "device", "revoke", device_id(kiosk)[:8])
    with pytest.raises(DeviceNotRecognised):
        kiosk.sync()
    with pytest.raises(EnrolmentRefused):
        kiosk.enroll(collector)
    kiosk.enroll(collector, new_key=True)
    with pytest.raises(JournalTaken):
        kiosk.sync()
    kiosk.press()
    kiosk.sync()

    assert collector.reported() == once_each(kiosk)
    assert actions(collector).count("device.revoked") == 1


def test_moved_kiosk_counts_for_each_counter_what_was_pressed_there(kiosk, collector):
    kiosk.press(2)
    kiosk.sync()
    kiosk.press(2)

    command(collector, "device", "move", "Q1", "--counter", "Q2")
    kiosk.press(3)
    kiosk.sync()

    counted = collector.rows("SELECT code, sum(n) FROM tally JOIN counter USING (counter_id) GROUP BY code")
    assert counted == [("Q1", 4), ("Q2", 3)]
    assert "device.moved" in actions(collector)


def test_new_key_is_taken_and_the_old_one_opens_nothing_more(kiosk, collector, tmp_path):
    kiosk.press()
    thief = kiosk.copy(tmp_path / "thief")
    old = public_text(load_key(KioskFiles(kiosk.folder).key))

    rotate_key(kiosk.folder, kiosk.clock)

    assert public_text(load_key(KioskFiles(kiosk.folder).key)) != old
    assert not KioskFiles(kiosk.folder).new_key.exists()
    kiosk.sync()
    with pytest.raises(DeviceNotRecognised):
        thief.sync()
    assert collector.reported() == once_each(kiosk)
    assert actions(collector).count("device.key") == 1


@pytest.mark.parametrize("repeated", ["command", "agent"])
def test_lost_answer_to_a_new_key_is_made_good(kiosk, collector, monkeypatch, repeated):
    take = CollectorClient.change_key

    def lose(client: CollectorClient, request: object) -> None:
        take(client, request)
        raise CollectorUnavailable(Trouble.NO_ANSWER, "the connection broke")

    with monkeypatch.context() as lost:
        lost.setattr(CollectorClient, "change_key", lose)
        with pytest.raises(CollectorUnavailable):
            rotate_key(kiosk.folder, kiosk.clock)
    if repeated == "command":
        rotate_key(kiosk.folder, kiosk.clock)
    kiosk.press()
    kiosk.sync()

    assert not KioskFiles(kiosk.folder).new_key.exists()
    assert collector.reported() == once_each(kiosk)
    assert actions(collector).count("device.key") == 1


def test_replaced_machine_is_enrolled_with_a_new_code_beside_the_old_one(kiosk, collector, tmp_path):
    kiosk.press(2)
    kiosk.sync()
    machine = LiveKiosk(tmp_path / "new machine").start()

    machine.enroll(collector)
    machine.press()
    machine.sync()

    assert collector.reported() == once_each(kiosk, machine)
    machine.stop()


def test_list_tells_of_forks_and_of_entries_that_came_twice(kiosk, collector, tmp_path):
    kiosk.press(2)
    kiosk.sync()
    clone = kiosk.copy(tmp_path / "clone").start()
    clone.press()
    kiosk.press()
    kiosk.sync()
    for _ in range(2):
        try:
            clone.sync()
        except Exception:
            clone.press()

    listed = command(collector, "device", "list")
    (found,) = json.loads(command(collector, "device", "list", "--json"))

    assert "forked: two copies of it went on" in listed
    assert [journal["state"] for journal in found["journals"]] == ["forked", "open"]
    assert found["journals"][1]["why"] == "diverged"
    clone.stop()


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_code_is_drawn_as_a_picture_for_its_owner_alone(collector, tmp_path, kind):
    picture = tmp_path / f"code.{kind}"

    told = command(collector, "device", "new", "--counter", "Q1", "--qr", str(picture))

    assert re.search(r"kiosk enroll http://127.0.0.1:\d+ [A-Z]{4}-[A-Z]{4}", told)
    assert picture.read_bytes().startswith(b"\x89PNG" if kind == "png" else b"<?xml")
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
