"""What is written where: kv files hold geometry only, every text has its Vietnamese words."""

import ast
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kiosk.base.resources import resource

KIOSK = resource("kiosk")
KV = sorted(KIOSK.rglob("*.kv"))
CATALOGUES = {language: resource("assets", "locale", language, "LC_MESSAGES", "kiosk.po") for language in ("vi", "en")}


def test_there_are_kv_files():
    assert len(KV) >= 5


@pytest.mark.parametrize("path", KV, ids=lambda path: path.stem)
def test_kv_holds_no_colours(path: Path):
    for line in path.read_text("utf-8").splitlines():
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b", line), line
        if "rgb" in line:
            assert "app.look." in line, line


@pytest.mark.parametrize("path", KV, ids=lambda path: path.stem)
def test_kv_holds_no_sizes(path: Path):
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#:"):
            continue
        code = re.sub(r'"[^"]*"|#.*|\b\w*[A-Za-z_]\w*', "", line)
        numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", code)}
        # halves, doubles, four corners and a full circle are geometry; anything else is a size
        assert numbers <= {0, 1, 2, 4, 360}, line
        assert not re.search(r"\b[ds]p\(", line), line


@pytest.mark.parametrize("path", KV, ids=lambda path: path.stem)
def test_kv_reads_of_the_application_only_what_all_screens_are_drawn_with(path: Path):
    drawn_with = {"look", "t", "office", "counter", "logo", "next_language", "high_contrast", "shadow", "shadow_border"}
    drawn_with |= {"doubted"}

    assert set(re.findall(r"\bapp\.(\w+)", path.read_text("utf-8"))) <= drawn_with


@pytest.mark.parametrize("path", sorted((KIOSK / "ui").rglob("*.py")), ids=lambda path: path.stem)
def test_no_screen_reaches_for_the_running_application(path: Path):
    assert path.name == "app.py" or "get_running_app" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", KV, ids=lambda path: path.stem)
def test_kv_holds_no_texts(path: Path):
    for line in path.read_text("utf-8").splitlines():
        if re.match(r"\s*(text|words|title|office|counter):", line):
            without = re.sub(r'app\.t\("[^"]*"', "", line)
            assert not re.search(r'"[^"]+"', without), line


@pytest.mark.parametrize("language", CATALOGUES)
def test_catalogue_has_words_for_every_text_on_the_screen(language: str):
    missing = _texts_on_the_screen() - set(_catalogue(language))

    assert not missing


def test_texts_are_found():
    texts = _texts_on_the_screen()

    assert "Thank you" in texts
    assert "Your rating has been recorded." in texts
    assert any(text.startswith("Sorry, something is wrong") for text in texts)


def test_vietnamese_is_complete_and_composed():
    for text, words in _catalogue("vi").items():
        assert words, text
        assert unicodedata.is_normalized("NFC", words), text
        assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", text)), text


@pytest.mark.parametrize("language", CATALOGUES)
def test_catalogue_is_sorted(language: str):
    texts = list(_catalogue(language))

    assert texts == sorted(texts)


def _catalogue(language: str) -> dict[str, str]:
    with CATALOGUES[language].open("rb") as file:
        return {_first(message.id): _first(message.string) for message in read_po(file) if message.id}


def _first(text: str | Sequence[str]) -> str:
    """The text itself, or the first of its plural forms."""
    return text if isinstance(text, str) else text[0]


def _texts_on_the_screen() -> set[str]:
    found: set[str] = set()
    for path in KV:
        found.update(re.findall(r'app\.t\("([^"]+)"', path.read_text("utf-8")))
    for path in sorted((KIOSK / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ("t", "ScreenUnavailable", "ThemeInvalid"):
                found.update(argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant))
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
