"""No network ever: signed files on a stick, in any order, repeatedly, beside the network; once in the reports."""

import itertools
import json
import os
import random
import re
import stat
from pathlib import Path

import pytest

from kiosk.base.texts import texts
from kiosk.commands.sync import ack
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.acknowledged import acknowledged_by_collector
from sync.agent.asked.offline import export_batches, take_acknowledgement
from sync.agent.device.enroll import KioskFiles, enroll_offline, load_device
from sync.agent.errors import FileUnusable, NotEnrolled
from tests import started
from tests.live import LiveCollector, LiveKiosk, once_each

NO_LOG = "No public log is known to this kiosk."


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def export(kiosk: LiveKiosk, to: Path, **options: object) -> Path:
    file, _ = export_batches(kiosk.folder, kiosk.path, to, kiosk.clock, **options)  # type: ignore[arg-type]
    return file


def command(collector: LiveCollector, *arguments: str | Path, code: int = 0, public_url: str | None = None) -> str:
    env = {
        **os.environ, "HAILONG_LANGUAGE": "en", "HAILONG_COLLECTOR_DATABASE_URL": f"sqlite:///{collector.path}",
        "HAILONG_COLLECTOR_PUBLIC_URL": collector.url if public_url is None else public_url,
    }  # fmt: skip
    ended = started.run("collector", arguments, env)
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended.stderr
    return ended.stdout + ended.stderr


def test_files_of_many_kiosks_come_in_any_order_and_again_and_again(tmp_path, kiosk, collector, stick):
    other = LiveKiosk(tmp_path / "other").start()
    other.enroll(collector)
    files = []
    for number, one in enumerate((kiosk, other, kiosk, other)):
        one.press(3)
        files.append(export(one, stick / f"{number}.hailong"))
    random.Random(1).shuffle(files)

    first = command(collector, "import", *files)
    again = command(collector, "import", *reversed(files))

    assert collector.reported() == once_each(kiosk, other)
    assert sum(int(n) for n in re.findall(r"(\d+) new", first)) == 14
    assert re.findall(r"(\d+) new", again) == ["0"] * 4
    other.stop()


def test_file_that_continues_a_missing_one_waits_for_it(kiosk, collector, stick):
    kiosk.press(2)
    early = export(kiosk, stick / "1.hailong")
    command(collector, "ack-file", stick / "ack")
    collector.backup(stick / "backup.db")
    command(collector, "import", early)
    command(collector, "ack-file", stick / "ack")
    take_acknowledgement(kiosk.folder, kiosk.path, stick / "ack")
    kiosk.press(2)
    late = export(kiosk, stick / "2.hailong")
    collector.restore(stick / "backup.db")

    assert "an earlier file of this kiosk is missing" in command(collector, "import", late, code=1)
    command(collector, "import", late, early)

    assert collector.reported() == once_each(kiosk)


@pytest.mark.parametrize("order", list(itertools.permutations(["sync", "import", "export"])))
def test_mixing_files_and_network_counts_each_press_once(kiosk, collector, stick, order):
    kiosk.press(2)
    file = export(kiosk, stick / "first.hailong")
    for step in (*order, "import"):
        kiosk.press()
        match step:
            case "sync":
                kiosk.sync()
            case "export":
                file = export(kiosk, stick / "next.hailong")
            case "import":
                command(collector, "import", file)
    kiosk.sync()

    assert collector.reported() == once_each(kiosk)


def test_acknowledgement_lets_an_offline_kiosk_prune_and_the_next_export_is_short(
    kiosk, collector, stick, capsys, monkeypatch
):
    monkeypatch.setattr("kiosk.commands.sync.t", texts("kiosk", "en"))
    kiosk.press(3)
    command(collector, "import", export(kiosk, stick))
    command(collector, "ack-file", stick / "ack")
    kiosk.press()

    assert take_acknowledgement(kiosk.folder, kiosk.path, stick / "ack") == (4, 5)

    ack(stick / "ack", data_dir=kiosk.folder.parent)
    assert capsys.readouterr().out.splitlines() == ["The collector has 4 of 5 entries.", NO_LOG]
    with JournalReader(kiosk.path) as reader:
        assert acknowledged_by_collector(kiosk.folder, reader.id).next_seq == 5
    _, entries = export_batches(kiosk.folder, kiosk.path, stick / "short.hailong", kiosk.clock)
    _, everything = export_batches(kiosk.folder, kiosk.path, stick / "all.hailong", kiosk.clock, everything=True)
    assert (entries, everything) == (1, 5)
    command(collector, "import", stick / "short.hailong", stick / "all.hailong")
    assert collector.reported() == once_each(kiosk)


def test_kiosk_without_any_network_is_enrolled_by_its_files(tmp_path, collector, stick):
    kiosk = LiveKiosk(tmp_path / "mountain").start()
    enroll_offline(kiosk.folder, collector.url, collector.new_code("Q2"))
    kiosk.press(2)
    with pytest.raises(NotEnrolled, match="kiosk ack"):
        kiosk.sync()

    command(collector, "import", export(kiosk, stick))
    kiosk.press()
    command(collector, "import", export(kiosk, stick / "again.hailong"))
    command(collector, "ack-file", stick / "ack")
    take_acknowledgement(kiosk.folder, kiosk.path, stick / "ack")

    assert load_device(KioskFiles(kiosk.folder)).counter == "Q2"
    assert collector.reported() == once_each(kiosk)
    kiosk.press()
    kiosk.sync()
    assert collector.reported() == once_each(kiosk)
    assert collector.rows("SELECT DISTINCT code FROM tally JOIN counter USING (counter_id)") == [("Q2",)]
    kiosk.stop()


def test_altered_file_is_refused_and_a_cut_one_is_good_up_to_the_cut(kiosk, collector, stick):
    kiosk.press(700)
    whole = export(kiosk, stick / "whole.hailong").read_bytes()
    altered, cut = stick / "altered.hailong", stick / "cut.hailong"
    altered.write_bytes(whole.replace(b"from=1&", b"from=2&", 1))
    cut.write_bytes(whole[: len(whole) * 3 // 4])

    assert "not all was taken" in command(collector, "import", altered, code=1)
    assert collector.reported() == {}
    assert "the whole part is taken" in command(collector, "import", cut, code=1)
    assert 0 < len(collector.reported()) < 700
    command(collector, "import", stick / "whole.hailong")
    assert collector.reported() == once_each(kiosk)


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b'{"hailong":"parcel","version":1}\n{"method":1}\n'])
def test_file_that_is_something_else_is_said_in_one_sentence(collector, stick, content):
    (stick / "odd.hailong").write_bytes(content)

    told = command(collector, "import", stick / "odd.hailong", code=1)

    assert "odd.hailong: not all was taken" in told


def test_file_of_a_stranger_or_a_revoked_kiosk_is_not_taken(tmp_path, kiosk, collector, stick):
    kiosk.press()
    file = export(kiosk, stick / "1.hailong")
    command(collector, "device", "revoke", "Q1")

    assert "withdrawn" in command(collector, "import", file, code=1)

    assert collector.reported() == {}


def test_export_is_private_whole_and_shows_progress(kiosk, stick):
    kiosk.press(1200)
    heard: list[tuple[int, int]] = []

    file = export(kiosk, stick, progress=lambda done, of: heard.append((done, of)))

    assert [path.name for path in stick.iterdir()] == [file.name]
    assert re.fullmatch(r"Q1-[0-9a-f]{8}-\d{8}-\d{6}\.hailong", file.name)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert heard == [(500, 1201), (1000, 1201), (1201, 1201)]


def test_stick_that_cannot_be_written_is_said_and_leaves_nothing_behind(kiosk, stick):
    kiosk.press()

    with pytest.raises(FileUnusable, match="cannot be written"):
        export(kiosk, stick / "missing" / "file.hailong")

    assert list(stick.iterdir()) == []


def test_acknowledgement_of_another_past_or_another_kiosk_changes_nothing(kiosk, collector, stick, tmp_path):
    kiosk.press(2)
    kiosk.sync()
    command(collector, "ack-file", stick / "ack")
    before = (kiosk.folder / "agent.json").read_bytes()
    forged = json.loads((stick / "ack").read_bytes())
    forged["kiosks"][0]["journals"][0]["head"] = "0" * 64
    (stick / "forged").write_text(json.dumps(forged))
    other = LiveKiosk(tmp_path / "other").start()
    enroll_offline(other.folder, collector.url, collector.new_code())

    for folder, path, file in ((kiosk.folder, kiosk.path, "forged"), (other.folder, other.path, "ack")):
        with pytest.raises(Exception, match=r"not a past|nothing for this kiosk"):
            take_acknowledgement(folder, path, stick / file)

    assert (kiosk.folder / "agent.json").read_bytes() == before
    other.stop()


def test_press_on_a_file_is_dated_by_the_kiosks_own_clock_and_marked_uncertain(kiosk, collector, stick):
    kiosk.press()
    command(collector, "import", export(kiosk, stick))

    assert collector.rows("SELECT DISTINCT time_quality FROM rating") == [("uncertain",)]


def test_file_is_taken_though_the_settings_do_not_name_the_port_on_which_the_collector_was_served(
    kiosk, collector, stick
):
    kiosk.press(3)
    file = export(kiosk, stick / "1.hailong")

    said = command(collector, "import", file, public_url="")

    assert "4 new entries" in said
    assert collector.reported() == once_each(kiosk)


def test_file_for_another_address_says_which_one_is_which_and_blames_no_signature(kiosk, collector, stick):
    kiosk.press()
    file = export(kiosk, stick / "1.hailong", url="https://y-kien.example.vn")

    said = command(collector, "import", file, code=1)

    assert f"signed for a collector at https://y-kien.example.vn, and this one is at {collector.url}" in said
    assert "public_url" in said
    assert "signature does not" not in said


def test_file_of_an_older_kiosk_does_not_say_for_whom_and_is_told_what_may_be_wrong(kiosk, collector, stick):
    kiosk.press()
    file = export(kiosk, stick / "1.hailong", url="https://y-kien.example.vn")
    older = re.sub(rb',"address":"[^"]*"', b"", file.read_bytes())
    assert older != file.read_bytes()
    file.write_bytes(older)

    said = command(collector, "import", file, code=1)

    assert f"its signature does not fit this collector at {collector.url}: if kiosks call it otherwise" in said


def test_offline_kiosk_is_taken_at_the_new_place_of_its_collector(kiosk, collector, stick):
    """It never hears of a move: what it signs for the old address is taken, and it gets its acknowledgement."""
    kiosk.press(2)
    file = export(kiosk, stick / "1.hailong")

    command(collector, "import", file, public_url="https://y-kien.example.vn")
    command(collector, "ack-file", stick / "ack", public_url="https://y-kien.example.vn")

    assert take_acknowledgement(kiosk.folder, kiosk.path, stick / "ack") == (3, 3)
    assert load_device(KioskFiles(kiosk.folder)).collector_key
