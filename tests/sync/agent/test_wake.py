import pytest

from kiosk.journal.disk import engine
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from sync.agent.wake import FileWatch
from tests.builders import make_rating


@pytest.mark.parametrize("version", [(3, 53, 4), (3, 40, 1)], ids=["wal", "truncate"])
def test_every_press_in_a_real_journal_is_noticed_once(tmp_path, clock, monkeypatch, version):
    monkeypatch.setattr(engine, "sqlite_version", lambda: version)
    path = tmp_path / "journal.db"
    with Journal.open(path, clock, "test") as journal:
        watch = FileWatch(path)
        assert not watch.changed()
        for _ in range(5):
            journal.append(make_rating(clock))
            assert watch.changed()
            assert not watch.changed()


@pytest.mark.parametrize("version", [(3, 53, 4), (3, 40, 1)], ids=["wal", "truncate"])
def test_reading_a_journal_is_no_change(tmp_path, clock, monkeypatch, version):
    monkeypatch.setattr(engine, "sqlite_version", lambda: version)
    path = tmp_path / "journal.db"
    with Journal.open(path, clock, "test") as journal:
        journal.append(make_rating(clock))
        watch = FileWatch(path)
        with JournalReader(path) as reader:
            reader.head()

        assert not watch.changed()


def test_file_that_comes_or_goes_is_a_change(tmp_path):
    watch = FileWatch(tmp_path / "device.json")

    (tmp_path / "device.json").write_bytes(b"{}")
    assert watch.changed()
    (tmp_path / "device.json").unlink()
    assert watch.changed()
    assert not watch.changed()
