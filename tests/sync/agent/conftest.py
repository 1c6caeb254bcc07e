import pytest

from tests.builders import FrozenClock, make_rating
from tests.fakes import FakeCollector, InMemoryJournal


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
