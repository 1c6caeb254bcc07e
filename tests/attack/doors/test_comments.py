"""Comments: which counter a comment came from that names none, no page of a counter and no search of the inbox tells.

Whoever may read comments reads two offices that differ in that alone, by every address about a counter.
"""

import re
from functools import partial

import pytest
from sqlalchemy import ColumnElement

from kiosk.domain.visit.rating import Comment
from sync.collector.care.comments import inbox
from sync.collector.chores.comments import run_comment_round
from sync.collector.chores.every import transact
from sync.collector.store.schema import comment
from tests.attack.world import Voices, World, a_world
from tests.sync.collector.sharing import compiled_once, one_loop, quick_hashes  # noqa: F401 - fixtures

ABOUT = ("/t/XA/Q2", "/t/XA/Q3", "/gop-y?quay=Q2", "/gop-y?quay=Q3", "/gop-y?quay=Q2&dv=XA&tim=tre",
         "/gop-y?quay=Q3&tt=rac", "/gop-y?quay=Q2&ky=2026", "/gop-y", "/gop-y?dv=XA")  # fmt: skip
WORDS = "Trễ hẹn hai lần."


def written_at(counter: str, *, n: int) -> dict[str, str]:
    """What the commune's supervisor reads where ``n`` people pressed at each of two counters and one of them wrote."""
    with a_world(Voices()) as world:
        for code in ("Q2", "Q3"):
            (first,) = world.press("hall", 1, code)
            if code == counter:
                write(world, first)
            world.press("hall", n - 1, code)
        world.until(8, 8)
        run_comment_round(world.centre.services, partial(transact, world.centre.services))
        return {way: plain(world.centre.read(way, "huong").text) for way in ABOUT}


def write(world: World, number: int) -> None:
    kiosk = world.kiosks["hall"]
    kiosk.append(Comment(kiosk.clock.now(), world.seqs[number][1], WORDS))


def plain(page: str) -> str:
    """The page without names that are drawn by lot, and without marks at what was sought."""
    return re.sub(r"\b[0-9a-f]{8,}\b|name=\"form_key\" value=\"[^\"]*\"", "…", re.sub("</?mark>", "", page))


@pytest.fixture(scope="module")
def at_the_second() -> dict[str, str]:
    """Three pressed at each counter, and whoever wrote did at the second."""
    return written_at("Q2", n=3)


def test_where_few_pressed_nothing_tells_which_counter_somebody_wrote_at(at_the_second: dict[str, str]) -> None:
    assert WORDS in at_the_second["/gop-y"]
    assert not any(WORDS in page for way, page in at_the_second.items() if "Q" in way)
    assert differing(at_the_second, written_at("Q3", n=3)) == []


def test_where_enough_pressed_the_counter_that_is_named_has_it_and_no_other() -> None:
    pages = written_at("Q2", n=6)

    assert [way for way in ABOUT if WORDS in pages[way]] == [way for way in ABOUT if "Q3" not in way]


def test_a_search_by_where_it_came_from_is_found(
    at_the_second: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "_names", came_from)

    assert "/t/XA/Q3" in differing(at_the_second, written_at("Q3", n=3))


def came_from(counter_id: int) -> ColumnElement[bool]:
    """What must not be asked."""
    return comment.c.counter_id == counter_id


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [way for way in one if one[way] != other[way]]
