"""Fixtures that every part of the tests may use."""

import gc

import pytest

from tests.builders import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look through it again and again."""
    gc.freeze()
