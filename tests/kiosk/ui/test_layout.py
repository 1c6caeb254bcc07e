"""Every screen in every shape, language and text size: nothing is cut or overlaps, nothing is too small to hit."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.visit import Step
from kiosk.flow import View
from kiosk.ui.look.look import TEXT_SCALES, Look
from kiosk.ui.wiring.desk import Delivery, Desk, Seen
from tests.tallies import a_tally, busy_tally, counted, terms

pytestmark = pytest.mark.window

LOG_WORDS = "Sổ công khai: lần gần nhất chưa kiểm tra được (kiosk log)"
"""The longest of what the staff's page says of the public log."""
SHAPES = [(1280, 800), (1920, 1080), (1080, 1920), (1024, 600), (1024, 768), (3840, 2160), (800, 1280)]


KIOSKS = {"five": ("sipas-5", 1, 8), "three": ("tt32-3", 2, 15), "hall": ("tt32-3", 1, 30)}
"""Survey, questions, counters."""
CASES = [("five", language, scale, False) for language in ("vi", "en") for scale in TEXT_SCALES]
CASES += [(name, language, 2.0, False) for name in ("three", "hall") for language in ("vi", "en")]
CASES += [("three", "vi", 1.0, False), ("hall", "vi", 1.0, False)]
CASES += [("five", "vi", 1.0, True), ("five", "vi", 2.0, True), ("hall", "vi", 2.0, True)]


@pytest.fixture(params=["five"])
def kiosk(request: Any, open_kiosk: Any) -> Any:
    survey, questions, counters = KIOSKS[request.param]
    return open_kiosk(survey=survey, questions=questions, counters=counters, words=True)


@pytest.mark.parametrize(("kiosk", "language", "scale", "band"), CASES, indirect=["kiosk"])
def test_nothing_is_cut_and_nothing_overlaps(kiosk: Any, language: str, scale: float, band: bool):
    if language != kiosk.app.t.language:
        kiosk.app.turn_language()
    kiosk.app.doubted = True
    pages = _pages(kiosk.app)
    for name in "Cảm ơn 0912345678 vì các cán bộ rất nhiệt tình ".replace(" ", "\n\n").split("\n"):
        for key in name or " ":
            pages[Step.WORDS, 0]._strike(key)
    faults = []
    for shape in SHAPES:
        for (step, _), page in pages.items():
            look = Look("light", *shape, scale, band=band)
            kiosk.app.look = look
            page.can_listen = hasattr(page.ids, "listen")
            page.arrange(look)
            page.tell(View(step, 1, kept=True, standing=Standing.REPEAT, chosen=("wait", "fee", "trips")))
            faults += [f"{step} at {shape[0]}x{shape[1]}: {fault}" for fault in _faults(page, look)]

    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("kiosk", ["five", "three"], indirect=True)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_finger_must_hit_is_large_enough(kiosk: Any, shape: tuple[int, int]):
    look = Look("light", *shape)
    page = _pages(kiosk.app)[Step.QUESTION, 0]
    page.arrange(look)

    pixels_per_mm = (shape[0] ** 2 + shape[1] ** 2) ** 0.5 / (15.6 * 25.4)
    for target in page.targets():
        least_mm = 22 if hasattr(target, "level") else 16
        assert min(target.size) >= least_mm * pixels_per_mm - 1


@pytest.mark.parametrize("kiosk", ["five", "three"], indirect=True)
def test_all_faces_are_equally_large(kiosk: Any):
    page = _pages(kiosk.app)[Step.QUESTION, 0]
    for shape in SHAPES:
        for scale in TEXT_SCALES:
            page.arrange(Look("light", *shape, scale))
            tiles = [target for target in page.targets() if hasattr(target, "level")]
            assert len({tile.face_size for tile in tiles}) == 1
            assert len({tile.ids.word.font_size for tile in tiles}) == 1
            widths, heights = zip(*(tile.size for tile in tiles), strict=True)
            assert max(widths) - min(widths) <= 1
            assert max(heights) - min(heights) <= 1


LONG_NAME = {
    "vi": "12 · Đăng ký kinh doanh, lao động, người có công và xã hội",
    "en": "12 · Business, labour and social",
}
NUMBERS = (Room.DESK, Room.DAYS, Room.SERVED)
SEEN = {
    "a full day": Seen(counted(), date(2026, 11, 19)),
    "a day of few": Seen(counted(), date(2026, 11, 11)),
    "a day off": Seen(counted(), date(2026, 11, 15)),
    "a busy day": Seen(counted(busy_tally()), date(2026, 11, 20)),
    "a hall": Seen(counted(a_tally(by=terms(counters={"Q12": LONG_NAME}))), date(2026, 11, 20), "Q12"),
    "nothing yet": Seen(),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("language", "scale"), [("vi", 1.0), ("vi", 1.5), ("vi", 2.0), ("en", 1.0), ("en", 2.0)])
def test_staff_screens_are_whole_too(open_kiosk: Any, shape: tuple[int, int], language: str, scale: float):
    desk = Desk(lambda _pin: True, a_tally, Delivery, lambda code: code, lambda: "", lambda: "")
    app = open_kiosk(more={"desk": desk}).app
    if language != app.t.language:
        app.turn_language()
    look = app.look = Look("light", *shape, scale)
    faults = []
    # The other rooms are read at 100 % only: behind the door nobody turns the text size.
    for room in (room for room in Room if room is not Room.OUTSIDE) if scale == 1 else NUMBERS:
        page = app.page_cache.page((room, 0))
        page.arrange(look)
        for name, seen in SEEN.items() if room in NUMBERS else [("", Seen())]:
            page.tell_door(app.staff.door, app.wiring.clock.now(), "Đã ghi 7 mục vào hailong-20261123.ndjson.")
            page.tell_desk(seen, Delivery(7, 3 * 86_400, True, LOG_WORDS), True)
            at = f"{room} with {name} at {shape[0]}x{shape[1]}"
            faults += [f"{at}: {fault}" for fault in _faults(page, look)]

    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("shape", SHAPES)
def test_bars_of_the_staffs_numbers_stay_inside_their_cards(open_kiosk: Any, shape: tuple[int, int]):
    app = open_kiosk(more={"desk": Desk(lambda _pin: True, a_tally, Delivery)}).app
    look = app.look = Look("light", *shape)
    for room in (Room.DESK, Room.DAYS):
        page = app.page_cache.page((room, 0))
        page.arrange(look)
        for seen in SEEN.values():
            page.tell_desk(seen, None, False)
            for bar in (*page.panel.levels, *page.panel.parts):
                stripe = bar.ids.stripe
                if bar.opacity and stripe.width > 1:
                    card = page.panel.ids.levels_card if bar in page.panel.levels else page.panel.ids.parts_card
                    assert card.x <= stripe.x
                    assert stripe.right <= card.right
                    assert card.y <= stripe.y
                    assert stripe.top <= card.top


def _pages(app: Any) -> dict[Any, Any]:
    from kiosk.ui.stage.pages import places_of

    return {place: app.page_cache.page(place) for place in places_of(app.wiring)}


def _faults(page: Any, look: Look) -> Iterator[str]:
    words = [part for part in page.walk(restrict=True) if hasattr(part, "fit") and part.text and _is_seen(part, page)]
    targets = list(page.targets())
    yield from (f"{part.text!r} finds no room" for part in words if not part.fits)
    yield from (f"{part.text!r} is cut" for part in words if not _is_within(part, look))
    yield from (f"{one.text!r} and {other.text!r} overlap" for one, other in combinations(words, 2) if _lap(one, other))
    yield from (f"{part.text!r} touches the band" for part in words if part.top > look.height - look.band_height - 1)
    yield from (f"{part.text!r} touches its line" for part in words if not _is_free(part, look))
    yield from ("two targets overlap" for one, other in combinations(targets, 2) if _lap(one, other))
    for word in words:
        others = [target for target in targets if target not in (word.parent, word.parent.parent)]
        yield from (f"{word.text!r} lies on a button" for target in others if _lap(word, target))


def _is_within(part: Any, look: Look) -> bool:
    return min(part.x, part.y) >= -1 and part.right <= look.width + 1 and part.top <= look.height + 1


def _is_free(part: Any, look: Look) -> bool:
    """Whether words stand free of the line around the button that they are on."""
    button = part.parent
    if not hasattr(button, "pressed"):
        return True
    down = 1.2 * look.u if "\n" in part.text else 0
    return part.width <= button.width - 1.2 * look.u + 1 and part.height <= button.height - down + 1


def _is_seen(part: Any, page: Any) -> bool:
    while part is not page:
        if not part.opacity:
            return False
        part = part.parent
    return True


def _lap(one: Any, other: Any) -> bool:
    # one pixel of grace: places are rounded
    return (
        min(one.right, other.right) - max(one.x, other.x) > 1.5 and min(one.top, other.top) - max(one.y, other.y) > 1.5
    )
