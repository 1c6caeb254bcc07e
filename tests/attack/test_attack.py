"""The attacker: everything that a role can read, combined in every way, tells nothing of one to four people.

The numbers are taken from real answers of a real collector, from its files and from the desks of real kiosks. What is
planted on purpose must be found. ``ATTACK=long`` draws many more stories.
"""

import os
from collections.abc import Iterator

import pytest

from kiosk.domain.numbers.blocks import Invalid
from tests.attack import pool_stories, stories
from tests.attack.names import Found, Harvest, Look, Story, find_supports, tell
from tests.attack.plants import PLANTS, PLANTS_OF_CUTS, Plant, cut_at_the_fifth_press
from tests.attack.pool_plants import POOL_PLANTS
from tests.attack.world import Voices, World
from tests.sync.collector.sharing import compiled_once, quick_hashes  # noqa: F401 - fixtures

LONG = os.environ.get("ATTACK") == "long"
STORIES: tuple[tuple[Story, Harvest], ...] = (
    (stories.one_of_the_afternoon, stories.days_at_desk_and_web), (stories.decided_twice, stories.days_on_the_web),
    (stories.four_and_more, stories.days_on_the_web), (stories.whole_half_days, stories.days_at_desk_and_web),
    (stories.one_pressed_again, stories.days_on_the_web), (stories.looked_at_all_day, stories.days_at_desk_and_web),
    (stories.chosen_anew, stories.days_on_the_web), (stories.chosen_after_the_cut, stories.days_on_the_web),
    (stories.came_late, stories.days_on_the_web),
    (stories.counter_moves, stories.days_of_both), (stories.busy_months_end, stories.months_on_the_web),
    (stories.cloned, stories.days_on_the_web), (stories.months_end, stories.whole_cuts),
    (stories.clock_stepped, stories.days_at_desk_and_web),
    *((story, pool_stories.months_of_all) for story in pool_stories.STORIES),
)  # fmt: skip
_totals = {"interleavings": 0, "tellings": 0, "equations": 0, "rank": 0, "planted": 0}


@pytest.fixture(scope="module", autouse=True)
def _report(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the attacker did, printed at the end."""
    yield
    told = ", ".join(f"{n} {what}" for what, n in _totals.items())
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nattacker: {told} found")


def attacked(story: Story, harvest: Harvest) -> Found:
    """What an attacker finds out in a story."""
    found = find_supports(story, harvest)
    _totals["interleavings"] += 1
    _totals["tellings"] += found.tellings
    for verdict in found.verdicts().values():
        _totals["equations"] += verdict.equations
        _totals["rank"] += verdict.rank
    return found


@pytest.mark.parametrize(
    ("story", "harvest"), STORIES, ids=[f"{story.__name__}-{harvest.__name__}" for story, harvest in STORIES]
)
def test_nobody_is_told_apart(story: Story, harvest: Harvest) -> None:
    found = attacked(story, harvest)

    assert any(found.supports.values()), "nothing is told in this story"
    assert not found.leaks(), "\n".join(found.leaks())


@pytest.mark.parametrize("plant", [*PLANTS, *PLANTS_OF_CUTS, *POOL_PLANTS], ids=lambda plant: plant.name)
def test_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    for target, instead in plant.patches.items():
        monkeypatch.setattr(target, instead)

    assert attacked(plant.story, plant.harvest).leaks()
    _totals["planted"] += 1


@pytest.mark.parametrize("seed", range(60) if LONG else (3,))
def test_nobody_is_told_apart_whatever_happens(seed: int) -> None:
    leaks = attacked(stories.anything(seed), stories.all_at_desk_and_web).leaks()

    assert not leaks, "\n".join(leaks)


def test_a_kiosk_that_cuts_elsewhere_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A border at the fifth press splits a half day: whoever judges the lines names each such cut."""
    wrong = []

    def story(world: World, look: Look) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("kiosk.journal.uncut.cut", cut_at_the_fifth_press)
            stories.whole_half_days(world, look)
        wrong.extend(judged.wrong for judged in stories.cuts_of(world.kiosks["a"]))

    tell(story, stories.whole_cuts, Voices())

    assert wrong
    assert wrong[0] is Invalid.SPLITS
