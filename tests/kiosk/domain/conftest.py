import pytest

from tests.builders import FrozenClock
from tests.visits import Citizen


@pytest.fixture
def citizen(clock: FrozenClock) -> Citizen:
    return Citizen(clock)
