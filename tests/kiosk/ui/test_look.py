"""Tokens, lines and areas, without a window."""

import pytest

from kiosk.ui.look.area import Area
from kiosk.ui.look.errors import ThemeInvalid
from kiosk.ui.look.lines import break_lines, widest
from kiosk.ui.look.look import Look
from kiosk.ui.look.theme import SHAPE_MIN, TEXT_MIN, contrast, read_office_colours, themes

READ_ON = {
    "ink": ("ground", "surface", "surface_sunk", "surface_pressed"),
    "ink_muted": ("ground", "surface"),
    "on_accent": ("accent", "accent_pressed"),
    "success": ("ground", "surface"),
    "ground": ("ink",),
    "danger": ("ground", "surface"),
}
SEEN_ON = dict.fromkeys(("border", "accent", "focus"), ("ground", "surface")) | {
    f"level_{n}_stroke": ("ground", "surface", "surface_pressed") for n in range(1, 6)
}


def measure(text: str) -> float:
    return 10.0 * len(text)


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_every_theme_can_be_read(theme: str):
    look = Look(theme, 1280, 800)
    for pairs, least in ((READ_ON, TEXT_MIN), (SEEN_ON, SHAPE_MIN)):
        for role, grounds in pairs.items():
            for ground in grounds:
                found = contrast(look.colour(role), look.colour(ground))
                assert found >= least, f"{theme}: {role} on {ground} has {found:.1f}"


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_marks_of_the_faces_can_be_seen(theme: str):
    look = Look(theme, 1280, 800)
    for level in range(1, 6):
        assert contrast(look.colour(f"level_{level}_fill"), look.face_mark) >= TEXT_MIN


def test_three_themes_are_there():
    assert themes() == ["dark", "high-contrast", "light"]


def test_missing_colour_names_the_theme_and_the_role():
    with pytest.raises(ThemeInvalid, match=r"light\.toml: the colour 'mauve'"):
        Look("light", 1280, 800).colour("mauve")


def test_missing_theme_is_named():
    with pytest.raises(ThemeInvalid, match="autumn"):
        Look("autumn", 1280, 800).colour("ink")


def test_sizes_follow_the_short_side():
    small, large = Look("light", 1280, 800), Look("light", 2560, 1600)

    assert large.style("title").size == pytest.approx(2 * small.style("title").size)
    assert large.part("face") == pytest.approx(2 * small.part("face"))


def test_millimetres_win_on_a_small_panel():
    assert Look("light", 1024, 600, panel_inches=7).part("tool") > Look("light", 1024, 600).part("tool")


def test_title_stops_growing_before_the_words_do():
    plain, large = Look("light", 1280, 800), Look("light", 1280, 800, 2.0)

    assert large.style("label").size == pytest.approx(2 * plain.style("label").size)
    assert large.style("title").size == pytest.approx(1.45 * plain.style("title").size)


def test_lines_are_few_and_about_equally_long():
    lines = break_lines("one two three four five six", 200, measure)

    assert lines == ["one two three", "four five six"]


def test_unbalanced_lines_fill_the_width():
    assert break_lines("one two three four five six", 200, measure, balanced=False) == [
        "one two three four",
        "five six",
    ]


def test_no_break_space_holds_a_compound_together():
    assert break_lines("sự phục\u00a0vụ", 70, measure) == ["sự", "phục\u00a0vụ"]


def test_word_wider_than_the_room_is_told():
    lines = break_lines("incomprehensibilities no", 100, measure)

    assert lines[0] == "incomprehensibilities"
    assert widest(lines, measure) > 100


def test_cutting_takes_a_piece_and_its_gap():
    page = Area(0, 0, 100, 80)

    top = page.cut_top(20, 10)
    left = page.cut_left(30, 5)

    assert (top.y, top.height) == (60, 20)
    assert (left.x, left.width, left.height) == (0, 30, 50)
    assert (page.x, page.y, page.width, page.height) == (35, 0, 65, 50)


def test_grid_runs_left_to_right_and_top_to_bottom():
    cells = Area(0, 0, 110, 70).grid(2, 2, 10)

    assert [(cell.x, cell.y) for cell in cells] == [(0, 40), (60, 40), (0, 0), (60, 0)]
    assert {(cell.width, cell.height) for cell in cells} == {(50, 30)}


def test_office_colours_its_button_where_it_can_be_read():
    colours = read_office_colours("light", {"accent": "#7A1020"})

    assert Look("light", 1280, 800, colours=colours).accent == pytest.approx((0x7A / 255, 0x10 / 255, 0x20 / 255, 1))
    assert Look("light", 1280, 800, colours=colours).ink == Look("light", 1280, 800).ink


@pytest.mark.parametrize(
    ("colours", "said"),
    [
        ({"accent": "#F0E0D0"}, "on_accent on accent has a contrast of"),
        ({"accent": "red"}, "is missing or not like #14322E"),
        ({"level_1_fill": "#000000"}, "'level_1_fill' cannot be set; those that can are accent"),
    ],
)
def test_colours_that_cannot_be_read_are_refused(colours: dict[str, str], said: str):
    with pytest.raises(ThemeInvalid, match=said):
        read_office_colours("light", colours)
