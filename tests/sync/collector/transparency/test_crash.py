"""Broken off at whatever step, on the disk or in the database, the log goes on from what it has signed."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sync.collector.store import schema
from sync.protocol.tlog.merkle import check_consistency
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.postgres import memory
from tests.sync.collector.transparency import logs
from tests.sync.collector.transparency.logs import Kept

STEPS_MAX = 200
_WRITTEN = (schema.log_leaf, schema.log_state, schema.log_journal, schema.segment, schema.journal)


def test_whatever_step_is_the_last_one_before_a_crash_the_log_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    while steps < STEPS_MAX:
        with TemporaryDirectory(dir=memory()) as folder:
            kept = Kept(office, Path(folder) / "log")
            with office.database.writing() as connection:
                for table in _WRITTEN:
                    connection.execute(table.delete())
            _grow(office)
            if not _crash(kept, monkeypatch, steps):
                break
        steps += 1
    assert 15 < steps < STEPS_MAX


def _grow(office: Office) -> None:
    pen = Pen()
    pen.opened()
    office.append(pen)


def _crash(kept: Kept, monkeypatch: pytest.MonkeyPatch, steps: int) -> bool:
    """Break two days' work off after so many steps on the disk and in the database; whether it came so far."""
    left = [steps]
    signed = []
    with monkeypatch.context() as patched:
        for module, name in logs.DISK_STEPS:
            patched.setattr(module, name, logs.counted(getattr(module, name), left))
        patched.setattr(Kept, "transact", logs.counted(Kept.transact, left))
        try:
            kept.run()
            signed.append(kept.newest().checkpoint)
            _grow(kept.office)
            kept.run()
        except logs.Cut:
            pass
        else:
            return False
    if kept.folder.key_files.exist():
        note = kept.folder.signed(kept.folder.key_files.read())
        signed += [] if note is None else [note.checkpoint]
    kept.run()
    newest = kept.newest().checkpoint
    for one in signed:
        check_consistency(one.size, one.root, newest.size, newest.root, kept.public.consistency(one.size, newest.size))
    journals = {source.journal_id for source in kept.sources()}
    with kept.office.database.reading() as connection:
        assert journals == {str(one) for one in connection.execute(schema.journal.select()).scalars()}
    assert len(kept.sources()) == len(journals) == newest.size
    return True
