"""The attacker: everything that a role can read, combined in every way, tells nothing of one to four people.

The numbers are taken from real answers of a real collector, from its files and from the desks of real kiosks. What is
planted on purpose must be found. ``ATTACK=long`` draws many more stories.
"""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from kiosk.domain.numbers.blocks import Invalid
from tests.attack import harvest, roles, stories, watched
from tests.attack.doors import audited, parquet
from tests.attack.doors.door_plants import DOOR_PLANTS
from tests.attack.months import closed, pool_stories
from tests.attack.months.pool_plants import POOL_PLANTS
from tests.attack.months.pool_stories import CLOSED, until
from tests.attack.names import MARKED, Found, Harvest, Look, Story, find_supports, tell
from tests.attack.plants import PLANTS, PLANTS_OF_CUTS, Plant, cut_at_the_fifth_press
from tests.attack.plants_of_forms import PLANTS_OF_FORMS, FormPlant
from tests.attack.world import Made, Voices, World, a_world, embedded
from tests.sync.collector.sharing import compiled_once, one_loop, papers_once, quick_hashes  # noqa: F401 - fixtures

LONG = os.environ.get("ATTACK") == "long"
STORIES: tuple[tuple[Story, Harvest], ...] = (
    (stories.one_of_the_afternoon, stories.days_at_desk_and_web), (stories.decided_twice, roles.each_form),
    (stories.four_and_more, stories.days_on_the_web), (stories.whole_half_days, stories.days_at_desk_and_web),
    (stories.one_pressed_again, stories.days_on_the_web), (stories.looked_at_all_day, roles.few_pages),
    (stories.chosen_anew, stories.days_on_the_web), (stories.chosen_after_the_cut, stories.days_on_the_web),
    (stories.came_late, roles.each_form),
    (stories.counter_moves, roles.each_form_of_both), (stories.busy_months_end, stories.months_on_the_web),
    (stories.cloned, stories.days_on_the_web), (stories.months_end, harvest.whole_cuts),
    (stories.clock_stepped, stories.days_at_desk_and_web),
    (watched.by_it, watched.for_it),
    (stories.rush_and_more, roles.everybody_after_chores),
    *((story, parquet.files_and_months) for story in pool_stories.STORIES),
    (closed.corrected, closed.kept_and_live), (audited.audited, audited.everything_of_a_month),
)  # fmt: skip
_totals = {"interleavings": 0, "tellings": 0, "numbers": 0, "equations": 0, "rank": 0, "planted": 0}
_forms: set[str] = set()
_stories: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def _report(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the attacker did, printed at the end; with ``-s`` story by story, and who read in which form."""
    yield
    told = ", ".join(f"{n} {what}" for what, n in _totals.items())
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nattacker: {told} found, {len(_forms)} pairs of a form and a reader")
        if request.config.getoption("capture") == "no":
            print("\n".join([*_stories, "", *sorted(_forms)]))


def attacked(story: Story, harvest: Harvest, made: Made = embedded, mark: int = MARKED) -> Found:
    """What an attacker finds out in a story."""
    found = find_supports(story, harvest, made, mark)
    told = {"interleavings": 1, "tellings": found.tellings, "numbers": found.numbers}
    told |= {"equations": found.verdict.equations, "rank": found.verdict.rank}
    for what, n in told.items():
        _totals[what] += n
    _forms.update(found.forms)
    _stories.append(f"{story.__name__}, {harvest.__name__}: " + ", ".join(f"{n} {what}" for what, n in told.items()))
    return found


@pytest.mark.parametrize(
    ("story", "harvest"), STORIES, ids=[f"{story.__name__}-{harvest.__name__}" for story, harvest in STORIES]
)
def test_nobody_is_told_apart(story: Story, harvest: Harvest) -> None:
    found = attacked(story, harvest)

    assert found.equations, "nothing is told in this story"
    assert not found.leak(), found.leak()


@pytest.mark.parametrize(
    "plant", [*PLANTS, *PLANTS_OF_CUTS, *POOL_PLANTS, closed.FEW_CORRECTED], ids=lambda plant: plant.name
)
def test_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    for target, instead in plant.patches.items():
        monkeypatch.setattr(target, instead)

    assert attacked(plant.story, plant.harvest).leak()
    _totals["planted"] += 1


@pytest.mark.parametrize(
    "plant", [*PLANTS_OF_FORMS, watched.TELLS_FACES, *DOOR_PLANTS, parquet.FILE_OF_FOUR], ids=lambda plant: plant.name
)
def test_planted_fault_is_found_in_its_form(plant: FormPlant, monkeypatch: pytest.MonkeyPatch) -> None:
    for target, instead in plant.patches.items():
        monkeypatch.setattr(target, instead)

    found = attacked(plant.story, plant.harvest, mark=plant.mark)

    assert found.leak()
    assert any(source.startswith(plant.forms) for source in found.sources()), found.leak()
    _totals["planted"] += 1


def test_every_address_is_read_or_tells_nothing() -> None:
    """Whoever adds a page or a list says in ``roles`` who reads it, or why it tells nothing."""
    with a_world(Voices(dict.fromkeys(range(40), 1))) as world:
        stories.rush_and_more(world, world.centre.do_chores)
        until(world, CLOSED, 8)
        world.centre.do_chores()
        read = [urlsplit(way).path for _, _, way in roles.addresses(world)]
        routes = [route for route in world.centre.app.routes if "GET" in getattr(route, "methods", ())]

    assert len(routes) > 50
    unread = [route.path for route in routes if not any(route.path_regex.fullmatch(way) for way in read)]
    assert sorted(unread) == sorted([*roles.TELLS_NOTHING, *roles.READ_BY_DOORS])


@pytest.mark.parametrize("seed", range(60) if LONG else (3,))
def test_nobody_is_told_apart_whatever_happens(seed: int) -> None:
    leak = attacked(stories.anything(seed), stories.all_at_desk_and_web).leak()

    assert not leak, leak


def test_a_kiosk_that_cuts_elsewhere_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A border at the fifth press splits a half day: whoever judges the lines names each such cut."""
    wrong = []

    def story(world: World, look: Look) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("kiosk.journal.uncut.cut", cut_at_the_fifth_press)
            stories.whole_half_days(world, look)
        wrong.extend(judged.wrong for judged in harvest.cuts_of(world.kiosks["a"]))

    tell(story, harvest.whole_cuts, Voices())

    assert wrong
    assert wrong[0] is Invalid.SPLITS
