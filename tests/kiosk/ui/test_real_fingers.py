"""On a real X server with a panel that takes ten fingers: palms, two hands, two thumbs and the staff's two corners."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.kiosk_on_panel import Kiosk
from tests.touch_panel import XORG, TouchPanel

pytestmark = pytest.mark.window


@pytest.fixture
def open_kiosk(tmp_path: Path) -> Iterator[Callable[..., Kiosk]]:
    assert XORG.exists(), "Xorg is missing: .ci/system-packages installs it"
    with ExitStack() as opened:

        def open_one(size: tuple[int, int] = (1280, 800), turned: int = 0, **others: Any) -> Kiosk:
            panel = opened.enter_context(closing(TouchPanel(tmp_path, size, turned)))
            return opened.enter_context(closing(Kiosk(panel, tmp_path, **others)))

        yield open_one


@pytest.mark.parametrize(
    ("size", "turned"),
    [((1280, 800), 0), ((1920, 1080), 180), ((1080, 1920), 90), ((800, 1280), 270), ((1024, 600), 0)],
)
def test_fingers_mean_what_the_rules_say_on_every_panel(
    open_kiosk: Callable[..., Kiosk], size: tuple[int, int], turned: int
):
    kiosk = open_kiosk(size, turned)
    panel, (x, y) = kiosk.panel, kiosk.face(4)
    margin = (size[0] * 0.5, size[1] - 6.0)

    panel.hold([(x - 20, y), (x + 20, y), (x, y - 20), (x, y + 20)], 0.15)  # a palm on one face
    kiosk.until_told("nhiều ngón tay")
    assert kiosk.levels == []

    panel.hold([kiosk.face(1), kiosk.face(5)], 0.15)  # two hands, two answers
    assert kiosk.levels == []

    panel.down(7, margin)  # a hand that rests beside the faces …
    time.sleep(0.4)
    panel.tap((x, y))  # … while the other one presses
    kiosk.until_shown("reasons")
    panel.up(7, margin)

    assert kiosk.levels == [4]
    assert kiosk.ask("sign()") == ""


@pytest.mark.parametrize(("size", "turned"), [((1280, 800), 0), ((1080, 1920), 90)])
def test_both_corners_held_at_once_open_the_staffs_door(
    open_kiosk: Callable[..., Kiosk], size: tuple[int, int], turned: int
):
    kiosk = open_kiosk(size, turned)
    corners = [(12.0, 12.0), (size[0] - 12.0, 12.0)]

    kiosk.panel.hold(corners, 0.5)
    assert kiosk.ask("app.step_shown.value") == "question"
    kiosk.panel.hold(corners, 2.2)

    kiosk.until_shown("pin")
    for digit in "314159":
        kiosk.panel.tap(kiosk.where(f"app.page.pad_key({digit!r})"))
        time.sleep(0.1)
    kiosk.until_shown("desk")
    assert kiosk.levels == []


def test_two_thumbs_write_every_letter(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk(words=True)
    panel = kiosk.panel
    panel.tap(kiosk.face(4))
    kiosk.until_shown("reasons")
    time.sleep(0.35)
    panel.tap(kiosk.where("app.page.ids.skip"))
    kiosk.until_shown("words")
    time.sleep(0.35)
    keys = {name: kiosk.where(f"app.page.keyboard.key({name!r})") for name in ("k", "h", "o", "n", "g", "space", "c")}
    text = ["k", "h", "o", "o", "n", "g", "space", "c", "o"]

    for n, name in enumerate(text):  # each goes down before the last is up
        panel.down(n, keys[name])
        time.sleep(0.03)
        if n:
            panel.up(n - 1, keys[text[n - 1]])
        time.sleep(0.06)
    panel.up(len(text) - 1, keys[text[-1]])

    kiosk.until("app.page._draft.text == 'không co'")


def test_strokes_in_one_slow_frame_are_judged_by_when_they_happened(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk(words=True)
    panel = kiosk.panel
    panel.tap(kiosk.face(4))
    kiosk.until_shown("reasons")
    tiles = [kiosk.where(f"app.page.reason_tile({n})") for n in range(3)]
    time.sleep(0.4)

    kiosk.tell("freeze(2.0)")
    time.sleep(0.3)
    for tile in tiles[:2]:
        panel.tap(tile)
        time.sleep(0.4)
    panel.tap(tiles[0], 0.02)  # taken back …
    time.sleep(0.05)
    panel.tap(tiles[2], 0.02)  # … and a tremor beside it
    kiosk.answer()
    kiosk.settle()

    assert kiosk.ask("[app.page.reason_tile(n).chosen for n in range(3)]") == [False, True, False]


def test_tap_at_a_screen_that_was_not_seen_yet_is_none_on_it(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk()
    panel, face = kiosk.panel, kiosk.face(3)
    kiosk.tell("freeze(1.5)")
    time.sleep(0.3)
    panel.tap(face)
    time.sleep(0.4)
    panel.tap(face)  # an impatient second tap: the faces are still what is seen
    kiosk.answer()
    kiosk.until_shown("reasons")
    kiosk.settle()

    assert kiosk.levels == [3]
    assert kiosk.ask("app.flow.view.chosen") == ()


def test_finger_left_on_a_face_is_told_so_and_the_next_press_counts(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk()
    panel, face = kiosk.panel, kiosk.face(2)
    panel.down(1, face)
    kiosk.until("app.page.face_tile(2).pressed")
    time.sleep(3.1)

    kiosk.until_told("quá lâu")
    assert not kiosk.ask("app.page.face_tile(2).pressed")
    panel.tap(kiosk.face(5), finger=2)
    kiosk.until_shown("reasons")
    panel.up(1, face)

    assert kiosk.levels == [5]


def test_mouse_and_finger_are_each_one_press_and_other_buttons_none(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk()
    for button in (2, 3, 4):
        kiosk.panel.click(kiosk.face(1), button=button)
    assert kiosk.levels == []
    for n, press in enumerate((kiosk.panel.click, kiosk.panel.tap), 1):
        press(kiosk.face(3))
        kiosk.until_shown("reasons")
        time.sleep(0.35)
        kiosk.panel.tap(kiosk.where("app.page.ids.skip"))
        kiosk.until_shown("question")
        time.sleep(0.35)
        assert kiosk.levels == [3] * n


def test_contacts_come_from_the_pane_and_not_from_the_mouse_as_well(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk()
    providers = kiosk.ask("[type(p).__name__ for p in __import__('kivy.base').base.EventLoop.input_providers]")

    assert "Contacts" in providers
    assert "MouseMotionEventProvider" not in providers


def test_window_that_is_gone_is_no_end_of_the_program(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk()

    assert kiosk.ask("refused(3)") == "the window has no room for it"
    assert kiosk.ask("1") == 1


def test_pane_that_went_with_its_window_is_laid_again(open_kiosk: Callable[..., Kiosk]):
    kiosk = open_kiosk()
    kiosk.ask("pane()._x.XDestroyWindow(pane()._display, ctypes.c_ulong(pane().window)) and None")
    kiosk.settle()

    kiosk.panel.tap(kiosk.face(2))
    kiosk.until_shown("reasons")

    assert kiosk.levels == [2]
