"""What once looked wrong: labels at their borders, letters that did not grow, seams, a face without an outline."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.base.resources import resource
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.ui.look.look import Look
from kiosk.ui.look.theme import contrast
from kiosk.ui.parts.draft import TONES
from kiosk.ui.staff.numbers.day_words import words_of_day
from kiosk.ui.wiring.desk import Delivery, Desk, Seen
from tests.tallies import a_tally, counted

pytestmark = pytest.mark.window

SHAPES = [(1280, 800), (1920, 1080), (1366, 768), (1080, 1920), (1024, 600), (800, 1280)]
OUTLINE_MIN = 1.15
WRITTEN = {".py", ".kv", ".html", ".po", ".toml", ".md", ".js", ".css"}


def keyboard(app: Any, look: Look) -> Any:
    app.look = look
    page = app.page_cache.page((Step.WORDS, 0))
    page.arrange(look)
    return page.keyboard


@pytest.mark.parametrize("shape", SHAPES)
def test_keys_grow_with_the_text_and_their_letters_are_alike(open_kiosk: Any, shape: tuple[int, int]):
    app = open_kiosk(words=True).app
    sizes = {}
    for scale in (1.0, 1.5, 2.0):
        keys = keyboard(app, Look("light", *shape, scale))
        letters = {keys.key(letter).ids.word.font_size for letter in "qwertyuiopasdfghjklzxcvbnmăâđ"}
        assert len(letters) == 1
        sizes[scale] = letters.pop()

    assert sizes[1.5] >= 1.25 * sizes[1.0]
    assert sizes[2.0] >= 1.4 * sizes[1.0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_names_of_tones_stand_free_of_their_keys(open_kiosk: Any, shape: tuple[int, int], scale: float):
    keys = keyboard(open_kiosk(words=True).app, Look("light", *shape, scale))

    assert all(keys.key(tone).ids.word.width <= 0.85 * keys.key(tone).width for tone in TONES)


@pytest.mark.parametrize("shape", SHAPES)
def test_greys_meet_on_whole_pixels(open_kiosk: Any, shape: tuple[int, int]):
    app = open_kiosk(more={"desk": Desk(lambda _pin: True, a_tally, Delivery)}).app
    page = app.page_cache.page((Room.CHECKS, 0))
    page.arrange(Look("light", *shape))

    greys = page._wedges
    assert all(float(edge).is_integer() for grey in greys for edge in (grey.x, grey.y, grey.width, grey.height))
    assert [grey.right for grey in greys[:-1]] == [grey.x for grey in greys[1:]]


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_every_face_has_an_outline(theme: str):
    look = Look(theme, 1280, 800)

    for level in range(1, 6):
        assert contrast(look.colour(f"level_{level}_fill"), look.colour(f"level_{level}_stroke")) >= OUTLINE_MIN


@pytest.mark.parametrize("shape", SHAPES)
def test_band_of_a_test_leaves_the_logo_free(open_kiosk: Any, shape: tuple[int, int]):
    kiosk = open_kiosk(test=True)
    assert kiosk.app.look.band
    look = Look("light", *shape, band=True)
    kiosk.app.look = look
    page = kiosk.app.page
    page.arrange(look)

    mark = page.ids.header.ids.mark
    assert mark.top <= look.height - look.band_height - 2 * look.u


def test_room_for_the_band_comes_and_goes_with_the_test(open_kiosk: Any):
    kiosk = open_kiosk()
    mark = kiosk.app.page.ids.header.ids.mark
    free = mark.top

    kiosk.app.flow.set_test(True)
    kiosk.frames(3)
    assert mark.top < free

    kiosk.app.flow.set_test(False)
    kiosk.frames(3)
    assert mark.top == free


def test_cleaning_says_whose_kiosk_it_is_and_how_long_it_takes(open_kiosk: Any):
    app = open_kiosk(more={"desk": Desk(lambda _pin: True, a_tally, Delivery)}).app
    app.staff.door.call(Room.CLEANING, app.wiring.clock.now())
    app.refresh()
    app.transitions.turn()
    app.wiring.clock.advance(10.0)
    app.refresh()

    page = app.page
    assert page.ids.header.ids.office.text
    assert page.ids.countdown.ids.seconds.text == "20"
    assert page.ids.countdown.share == pytest.approx(2 / 3)


def test_half_days_tell_how_many_pressed_and_never_what(kiosk: Any):
    found = counted()

    morning, _ = words_of_day(Seen(found, date(2026, 11, 11)), kiosk.app.t).parts

    # How many is told of one press, too: it says nothing of what anybody chose.
    assert morning.number == "1"


def test_quotation_mark_stands_nowhere_for_fewer_than():
    found = [
        path
        for folder in ("kiosk", "sync", "config", "assets/locale")
        for path in resource(*folder.split("/")).rglob("*")
        if path.suffix in {".py", ".kv", ".html", ".po", ".toml", ".md", ".js", ".css"}
        and "‹" in path.read_text("utf-8")
    ]

    assert found == list[Path]()


def test_corners_of_a_low_tile_s_shadow_do_not_overlap(open_kiosk: Any) -> None:
    kiosk = open_kiosk()
    tile = kiosk.app.page.face_tile(4)
    for height in (20.0, 60.0, 200.0):
        tile.height = height
        kiosk.frames(2)
        (shadow,) = (each for each in tile.canvas.before.children if type(each).__name__ == "BorderImage")
        above, _, below, _ = shadow.display_border
        assert 0 < above + below <= shadow.size[1] + 1e-6


def test_counter_is_never_written_larger_than_its_office(open_kiosk: Any) -> None:
    kiosk = open_kiosk()
    kiosk.disk.answers = "refused"
    kiosk.app.turn_text_size()
    kiosk.app.turn_text_size()
    kiosk.press_face(4)
    kiosk.until_step(Step.NOT_RECORDED)
    header = kiosk.app.page.ids.header
    assert header.ids.counter.opacity
    assert header.ids.counter.font_size <= header.ids.office.font_size
