"""Fixtures that every part of the tests may use."""

import sys
from pathlib import Path

import pytest

# The helpers beside this file (builders, fakes) are plain modules: tests have no packages.
sys.path.insert(0, str(Path(__file__).parent))

from builders import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()
