from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.journal.disk import engine
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader

FIXED, FAULTY = (3, 53, 4), (3, 40, 1)


@pytest.fixture(params=[FIXED, FAULTY], ids=["wal", "truncate"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a journal, in each of the two modes that we may meet."""
    monkeypatch.setattr(engine, "sqlite_version", lambda: request.param)
    return tmp_path / "kiosk" / "journal.db"


@pytest.fixture
def journal(path: Path, clock) -> Iterator[Journal]:
    with Journal.open(path, clock, "hailong test") as opened:
        yield opened


@pytest.fixture
def reader(journal: Journal, path: Path) -> Iterator[JournalReader]:
    with JournalReader(path) as opened:
        yield opened
