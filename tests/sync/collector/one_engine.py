"""One engine instead of both, for modules whose questions do not reach the database; import the fixture."""

from collections.abc import Iterator

import pytest

from tests.sync.collector.sharing import migrated_copy


@pytest.fixture
def database_url() -> Iterator[str]:
    """The address of a fresh migrated SQLite file."""
    with migrated_copy() as url:
        yield url
