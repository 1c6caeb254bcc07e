"""A November that is closed, for tests of what becomes of it."""

from collections.abc import Iterator

import pytest

from tests.sync.collector.builders import Office
from tests.sync.collector.closing import LATER, Closed


@pytest.fixture
def closed(office: Office) -> Iterator[Closed]:
    made = Closed(office)
    yield made
    made.end()


@pytest.fixture
def november(closed: Closed) -> Closed:
    """Forty ratings at each counter, and closed."""
    for counter in ("Q1", "Q2"):
        closed.press(*[4] * 30, *[2] * 10, counter=counter)
    closed.close()
    closed.clock.now = LATER
    return closed
