"""The attacker before a collector on PostgreSQL: some of the stories of ``tests/attack``."""

from functools import partial

import pytest

from tests.attack import stories
from tests.attack.names import Harvest, Story, find_supports
from tests.sync.collector.conftest import postgres_database

STORIES: tuple[tuple[Story, Harvest], ...] = (
    (stories.decided_twice, stories.days_on_the_web), (stories.came_late, stories.days_on_the_web),
    (stories.counter_moves, stories.days_of_both), (stories.busy_months_end, stories.months_on_the_web),
)  # fmt: skip


@pytest.mark.parametrize(("story", "harvest"), STORIES, ids=[story.__name__ for story, _ in STORIES])
def test_nobody_is_told_apart_on_postgresql(story: Story, harvest: Harvest, postgres: str) -> None:
    found = find_supports(story, harvest, partial(postgres_database, postgres, "template_hailong"))

    assert found.equations, "nothing is told in this story"
    assert not found.leak(), found.leak()
