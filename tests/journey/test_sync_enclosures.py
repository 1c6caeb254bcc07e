"""A comment's text may be deleted at any stage of its way: the chain verifies on both sides before and after."""

from contextlib import closing
from pathlib import Path

import pytest

from kiosk.domain.visit.rating import Comment
from kiosk.journal.disk.engine import sqlite_module
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.verify import verify_journal
from kiosk.office.from_centre import words_key_said
from sync.collector.care.comments.opening import KeyFile, open_words, renew_key
from sync.collector.store.database import open_database
from tests.live import LiveKiosk, once_each


def comment(kiosk: LiveKiosk) -> None:
    kiosk.press()
    kiosk.stop()
    with Journal.open(kiosk.path, kiosk.clock, "test", allow_any_disk=True) as journal:
        journal.append(Comment(kiosk.clock.now(), 2, "Chờ lâu"))
    kiosk.start()


def delete_text(database: Path) -> None:
    with closing(sqlite_module().connect(database, timeout=10)) as connection:
        assert connection.execute("DELETE FROM enclosure").rowcount == 1
        connection.commit()


@pytest.mark.parametrize("stage", ["before upload", "after upload", "at the collector", "before a re-send"])
def test_text_deleted_at_any_stage_leaves_both_chains_whole(kiosk, collector, stage, tmp_path):
    comment(kiosk)
    collector.backup(tmp_path / "yesterday.db")
    if stage == "before upload":
        delete_text(kiosk.path)
    kiosk.sync()
    if stage == "after upload":
        delete_text(kiosk.path)
    if stage == "at the collector":
        delete_text(collector.path)
    if stage == "before a re-send":
        delete_text(kiosk.path)
        collector.restore(tmp_path / "yesterday.db")
    kiosk.press()
    kiosk.sync()

    with JournalReader(kiosk.path) as reader:
        assert verify_journal(reader) is None
        ((next_seq, head),) = collector.rows("SELECT next_seq, head FROM journal")
        assert (next_seq, bytes(head)) == (reader.head().next_seq, reader.head().head)
    assert collector.reported() == once_each(kiosk)


def test_sealed_words_come_from_the_screen_to_the_inbox_and_lie_open_nowhere_on_the_way(kiosk, collector, tmp_path):
    file = KeyFile(tmp_path / "words.keys")
    database = open_database(f"sqlite:///{collector.path}")
    with database.writing() as connection:
        renew_key(connection, file, kiosk.clock.now().wall, "it")
    kiosk.press()
    kiosk.sync()
    kiosk.stop()
    with Journal.open(kiosk.path, kiosk.clock, "test", allow_any_disk=True) as journal:
        journal.seal_words(words_key_said(kiosk.folder))
        journal.append(Comment(kiosk.clock.now(), 2, "Chờ lâu"))
    kiosk.start()
    on_kiosk = b"".join(path.read_bytes() for path in kiosk.folder.iterdir() if path.is_file())
    kiosk.sync()
    on_collector = b"".join(path.read_bytes() for path in collector.path.parent.glob("collector.db*"))

    with database.writing() as connection:
        assert open_words(connection, file.read(), kiosk.clock.now().wall.date()) == 1

    database.close()
    assert collector.rows("SELECT text FROM comment") == [("Chờ lâu",)]
    assert "Chờ lâu".encode() not in on_kiosk + on_collector
