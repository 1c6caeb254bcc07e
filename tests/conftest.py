"""Fixtures that every part of the tests may use."""

import pytest

from tests.builders import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()
