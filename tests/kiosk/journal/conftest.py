import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.journal.disk import engine
from kiosk.journal.disk.lock import lock_of
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


@pytest.fixture
def let_agent_work(path: Path) -> Iterator[Callable[[], None]]:
    """Has another thread hold the journal's lock for 0.3 s, as an agent does that continues a parted journal."""
    threads: list[threading.Thread] = []

    def begin() -> None:
        held = threading.Event()

        def hold() -> None:
            lock = lock_of(path)
            held.set()
            time.sleep(0.3)
            lock.release()

        threads.append(threading.Thread(target=hold))
        threads[-1].start()
        assert held.wait(60)

    yield begin
    for thread in threads:
        thread.join()
