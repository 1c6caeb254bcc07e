"""Bundles of months in which counters move, cards are cloned and presses are set aside: the file says yes to each."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.base.texts import texts
from sync.collector.kit.bundle import Wanted, make_bundle
from sync.collector.people.rights import ANYBODY
from sync.collector.services.closed import find_shelf
from tests.attack.months.pool_stories import BUSY, CLOSED, until
from tests.attack.names import Look
from tests.attack.stories import DONE, anything, cloned, counter_moves
from tests.attack.world import BEGIN, Voices, World, a_world
from tests.journey.bundles import VERIFY, Opened
from tests.sync.collector.sharing import compiled_once, quick_hashes  # noqa: F401 - fixtures


def decided(world: World, look: Look) -> None:
    """Three mornings at a counter; a supervisor sets the second one aside."""
    for number in range(3):
        world.until(number, 8)
        world.press("a", 6)
    world.until(4, 8)
    look()
    second = BEGIN.date() + timedelta(days=1)
    assert world.set_aside(world.sign("Q1", second, "am"), second, second) == DONE


STORIES = {"moved": counter_moves, "cloned": cloned, "decided": decided, "anything": anything(1)}


def closed_bundles(world: World) -> Iterator[tuple[str, bytes]]:
    """Of every unit whose October was closed by now."""
    services = world.centre.services
    for code in sorted({each.unit for each in world.centre.kept()}):
        shelf = find_shelf(services, ANYBODY, code or None, "2026-10")
        yield code, make_bundle(services, Wanted(shelf, texts("collector", "en"), lines=True))


def closed_after(story: Callable[[World, Look], None]) -> dict[str, bytes]:
    """What is handed out of October once this happened in it."""
    with a_world(Voices({number: 1 + number % 5 for number in range(0, 400, 3)})) as world:
        story(world, world.centre.services.release)
        until(world, CLOSED, 8)
        for kiosk in world.kiosks.values():
            if not kiosk.is_on:
                kiosk.start()
            if kiosk.is_used:
                world.deliver(kiosk.name)
        world.centre.close_months()
        return dict(closed_bundles(world))


@pytest.mark.parametrize("name", STORIES)
def test_bundles_of_eventful_months_hold(name: str, tmp_path: Path) -> None:
    bundles = closed_after(STORIES[name])

    assert len(bundles) >= 3
    for code, body in bundles.items():
        path = tmp_path / "b.zip"
        path.write_bytes(body)
        _, told = VERIFY.verify(path)
        assert told.differs == [], (code, [VERIFY.sentence(one, 0) for one in told.differs])
        assert code or told.proven["n"] + told.proven["tails"] > 0
        assert ("word_suspect" in {one["code"] for one in told.rests}) is (name == "decided")


def test_the_first_report_of_a_corrected_month_holds_and_names_what_came_since(tmp_path: Path) -> None:
    with a_world(Voices()) as world:
        until(world, BUSY, 8)
        world.press("c", 6)
        until(world, BUSY + 1, 8)
        world.deliver("c")
        world.disconnect("c")
        world.press("c", 6)
        until(world, CLOSED, 8)
        world.centre.close_months(files=False)
        until(world, CLOSED + 1, 8)
        world.deliver("c")
        world.centre.close_months(files=False)
        shelf = find_shelf(world.centre.services, ANYBODY, "XB", "2026-10")
        said = {}
        for number in (0, 1):
            path = tmp_path / f"{number}.zip"
            path.write_bytes(make_bundle(world.centre.services, Wanted(shelf, texts("collector", "vi"), number=number)))
            bundle, told = VERIFY.verify(path)
            assert (bundle.about["number"], told.differs) == (number, [])
            said[number] = {one.get("why") for one in told.rests}

    assert "later" in said[0]
    assert "later" not in said[1]


def kiosk_moves(world: World, look: Look) -> None:
    """A kiosk stands in one commune for three mornings, and in the other one for three more."""
    for number in range(6):
        world.until(number, 8)
        world.press("a", 6)
        if number == 2:
            world.pass_s(60)
            world.move_kiosk("a", "Q4")
    world.until(7, 8)
    look()


def test_a_kiosk_that_moved_is_proven_with_both_units_bundles(tmp_path: Path) -> None:
    bundles = closed_after(kiosk_moves)
    paths = {code: tmp_path / f"{code}.zip" for code in bundles}
    for code, body in bundles.items():
        paths[code].write_bytes(body)
    alone = {code: _rests(VERIFY.verify(path)[1]) for code, path in paths.items()}

    both = VERIFY.verify(paths["XA"], beside=[paths["XB"]])[1]

    assert [code for code, rests in alone.items() if "word_withheld" in rests] == ["XA", "XB"]
    assert (both.differs, {"word_withheld", "word_edge"} & set(_rests(both))) == ([], set())
    assert "word_withheld" not in alone["TINH"]
    assert _rests(both)["word_beside"] == alone["XA"]["word_withheld"] > 0
    for alter, code in ((_another_number, "beside_differs"), (_another_month, "beside_month")):
        other = Opened(bundles["XB"])
        alter(other)
        told = VERIFY.verify(paths["XA"], beside=[other.written(tmp_path / "other.zip")])[1]
        assert [one["code"] for one in told.differs] == [code]
        assert _rests(told)["word_withheld"] == alone["XA"]["word_withheld"]


def test_a_counter_that_moves_later_leaves_earlier_months_proven(tmp_path: Path) -> None:
    with a_world(Voices({})) as world:
        for number in (11, 14, 15):
            world.until(number, 8)
            world.press("a", 6)
        until(world, CLOSED, 8)
        world.deliver("a")
        world.centre.services.release()
        world.centre.close_months()
        before = dict(closed_bundles(world))["XA"]
        # On the first of November: both cuts that show where October ends stand in the other commune now.
        world.move_counter("Q1", "XB", BEGIN.date() + timedelta(days=13))
        after = dict(closed_bundles(world))["XA"]

    shown = [[cut for one in Opened(body)["journals"] for cut in one["cuts"]] for body in (before, after)]
    assert shown[0] == shown[1]
    assert [json.loads(cut["statement"])["days"][0][:7] for cut in shown[1]] == ["2026-10", "2026-11", "2026-11"]
    path = tmp_path / "b.zip"
    path.write_bytes(after)
    told = VERIFY.verify(path)[1]
    assert (told.differs, set(VERIFY.UNPROVEN) & set(_rests(told))) == ([], set())


def _another_number(other: Opened) -> None:
    other["printed"]["tables"]["levels"][0]["n"] += 1


def _another_month(other: Opened) -> None:
    other["bundle"]["month"] = "2026-11"


def test_only_the_very_cut_that_is_hidden_here_is_found_beside() -> None:
    told, said = VERIFY.Told(), '{"order":["2026-10",0]}'
    cut = {"index": 3, "leaf": b64encode(VERIFY.hash_leaf(said.encode())).decode()}

    told.beside["journal", 3] = said
    assert VERIFY.found_beside(told, "journal", cut) == json.loads(said)
    told.beside["journal", 3] = '{"order":["2026-10",1]}'
    assert VERIFY.found_beside(told, "journal", cut) is None


def _rests(told: Any) -> dict[str, int]:
    return {one["code"]: one["n"] for one in told.rests}
