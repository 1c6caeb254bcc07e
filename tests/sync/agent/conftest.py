import pytest

from tests.builders import FrozenClock, make_rating
from tests.fakes import FakeCollector, InMemoryJournal
from tests.sync.agent.watching import DAY, Kiosk


@pytest.fixture
def journal(clock: FrozenClock) -> InMemoryJournal:
    """A journal with three ratings."""
    journal = InMemoryJournal()
    for level in (5, 4, 1):
        journal.append(make_rating(clock, level))
    return journal


@pytest.fixture
def collector() -> FakeCollector:
    return FakeCollector()


@pytest.fixture
def kiosk(tmp_path, journal: InMemoryJournal, collector: FakeCollector, clock: FrozenClock) -> Kiosk:
    kiosk = Kiosk(tmp_path, journal, collector, clock)
    kiosk.begin()
    kiosk.log.add(b"another")
    kiosk.log.add_journal(journal, DAY)
    kiosk.log.add(b"one more")
    return kiosk
