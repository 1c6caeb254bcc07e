"""A language is a folder: it is dropped in, brings its own words, font, script and voice, or is refused clearly."""

from pathlib import Path
from typing import Any

import pytest

from kiosk.base.resources import resource
from kiosk.ui.look.errors import LanguageInvalid
from kiosk.ui.look.languages import is_whole_font, load_languages
from kiosk.ui.look.look import Look

KHMER_FONT = Path("/usr/share/fonts/truetype/khmeros/KhmerOScontent.ttf")
LETTERS = "ខ្ញុំស្រឡាញ់"
"""Khmer letters that stand under, over and around each other; a row of letters for the shaping, not a text of ours."""


def drop_in(folder: Path, code: str, text: str) -> Path:
    (folder / code).mkdir(parents=True)
    (folder / code / "language.toml").write_text(text, "utf-8")
    return folder


def test_shipped_languages_name_themselves():
    assert [(language.code, language.name) for language in load_languages(("vi", "en"))] == [
        ("vi", "Tiếng Việt"), ("en", "English"),
    ]  # fmt: skip


def test_language_that_is_dropped_in_says_in_vietnamese_what_it_lacks(tmp_path: Path):
    (language,) = load_languages(("ede",), drop_in(tmp_path, "ede", 'name = "Êđê"'))

    assert language.name == "Êđê"
    assert language.texts("Skip") == "Bỏ qua"


def test_offices_own_folder_comes_before_the_shipped_one(tmp_path: Path):
    vietnamese, english = load_languages(("vi", "en"), drop_in(tmp_path, "vi", 'name = "Tiếng Việt (Quảng Trị)"'))

    assert (vietnamese.name, english.name) == ("Tiếng Việt (Quảng Trị)", "English")


def test_recording_of_the_office_comes_before_the_one_that_was_made(tmp_path: Path):
    (language,) = load_languages(("vi",), drop_in(tmp_path, "vi", 'name = "Tiếng Việt"'))
    recorded = tmp_path / "vi" / "audio" / "sipas-5-overall.ogg"
    recorded.parent.mkdir()
    recorded.write_bytes(b"")

    assert language.recording("sipas-5-overall") == recorded
    assert language.recording("nothing") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read .*name"),
        ("name = ", "cannot be read"),
        ('name = "Khmer"\n[font]\nregular = "none.ttf"', "none.ttf is missing"),
        ('name = "Khmer"\n[font]\nregular = "language.toml"', "language.toml is no whole font"),
    ],
)
def test_language_that_cannot_be_read_is_refused_by_its_file(tmp_path: Path, text: str, said: str):
    with pytest.raises(LanguageInvalid, match=said):
        load_languages(("km",), drop_in(tmp_path, "km", text))


def test_language_without_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(LanguageInvalid, match="there is no language 'km'"):
        load_languages(("km",), tmp_path)


@pytest.mark.parametrize("part", [0, 11, 200, 20_000, -1])
def test_font_that_ends_before_its_tables_do_is_no_whole_font(tmp_path: Path, part: int):
    whole = resource("assets", "fonts", "BeVietnamPro-Bold.ttf")
    (tmp_path / "cut.ttf").write_bytes(whole.read_bytes()[:part])

    assert is_whole_font(whole)
    assert is_whole_font(KHMER_FONT)
    assert not is_whole_font(tmp_path / "cut.ttf")


@pytest.mark.window
def test_khmer_is_shaped_and_nothing_of_it_is_cut(open_kiosk: Any, tmp_path: Path):
    from kiosk.ui.parts.parts import Words, text_width

    assert KHMER_FONT.is_file(), "fonts-khmeros is missing: .ci/system-packages installs it"
    text = f'name = "ខ្មែរ"\n[font]\nregular = "{KHMER_FONT}"\nscript = "Khmr"\nline = 1.7'
    vietnamese, khmer = load_languages(("vi", "km"), drop_in(tmp_path, "km", text))
    app = open_kiosk(more={"languages": (vietnamese, khmer)}).app
    app.turn_language()
    look = app.look
    style = look.style("title")

    assert (style.font, style.script) == (str(KHMER_FONT), "Khmr")
    alone = sum(text_width(style, 40.0, letter) for letter in LETTERS)
    assert text_width(style, 40.0, LETTERS) < 0.8 * alone
    words = Words(role="title", words=LETTERS)
    words.fit(look, look.width, look.height)
    words.texture_update()
    assert words.texture_size[0] <= words.width + 0.2 * words.font_size
    assert style.line >= 0.97 * khmer.fonts.line


def test_look_sets_each_language_in_its_own_font():
    look = Look("light", 1280, 800)

    assert look.style("title").font.endswith("BeVietnamPro-Bold.ttf")
    assert look.style("title").script == ""
