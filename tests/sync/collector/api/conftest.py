"""The office of the API description's examples, once for all that only read it."""

from collections.abc import Iterator

import pytest

from tests.sync.collector.api.examples import Entitled, entitled


@pytest.fixture(scope="session")
def world() -> Iterator[Entitled]:
    """Programs before that office's collector, whose clock goes on by a second with each question."""
    with entitled() as made:
        yield made
