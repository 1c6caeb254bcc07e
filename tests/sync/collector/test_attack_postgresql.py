"""The attacker before a collector on PostgreSQL: some of the stories of ``tests/attack``."""

from contextlib import closing
from datetime import UTC
from functools import partial

import pytest

from sync.collector.store.database import open_database
from tests.attack import stories
from tests.attack.centre import build
from tests.attack.names import Harvest, Story, find_supports
from tests.attack.world import BEGIN, Made
from tests.sync.collector.conftest import order, postgres_database

STORIES: tuple[tuple[Story, Harvest], ...] = (
    (stories.decided_twice, stories.days_on_the_web), (stories.came_late, stories.days_on_the_web),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(postgres: str) -> Made:
    """Fresh databases with the province in them: copies of one that is built once."""
    order(postgres, "CREATE DATABASE template_attack TEMPLATE template_hailong STRATEGY file_copy")
    with closing(open_database(postgres.format(database="template_attack"))) as database:
        build(database, BEGIN.astimezone(UTC))
    return partial(postgres_database, postgres, "template_attack")


@pytest.mark.parametrize(("story", "harvest"), STORIES, ids=[story.__name__ for story, _ in STORIES])
def test_nobody_is_told_apart_on_postgresql(story: Story, harvest: Harvest, made: Made) -> None:
    found = find_supports(story, harvest, made)

    assert found.equations, "nothing is told in this story"
    assert not found.leak(), found.leak()
