"""Every sentence of a template has Vietnamese words, and nothing in one needs a style or a wide window."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import nodes

from kiosk.base.resources import resource
from sync.collector import web
from sync.collector.drawing.templates import templates

TEMPLATES = sorted((Path(web.__file__).parent / "templates").glob("*.html"))
LINE_CHARS_MAX = 160


@pytest.mark.parametrize("template", TEMPLATES, ids=[template.name for template in TEMPLATES])
def test_every_sentence_of_a_template_has_vietnamese_words(template: Path) -> None:
    with resource("assets", "locale", "vi", "LC_MESSAGES", "collector.po").open("rb") as file:
        messages = list(read_po(file))
    known = {one for message in messages for one in (message.id if isinstance(message.id, tuple) else (message.id,))}

    missing = set(sentences(template.read_text("utf-8"))) - known

    assert missing == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=[template.name for template in TEMPLATES])
def test_no_template_has_a_style_or_a_script_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")

    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=[template.name for template in TEMPLATES])
def test_lines_of_a_template_can_be_read_side_by_side(template: Path) -> None:
    too_long = [line for line in template.read_text("utf-8").splitlines() if len(line) >= LINE_CHARS_MAX]

    assert too_long == []


def test_sentences_are_found_across_lines() -> None:
    source = '{{ t("one "\n    "two") }}{{ p.t.several("{n} day", "{n} days", 2) }}{{ other("three") }}'

    assert set(sentences(source)) == {"one two", "{n} day", "{n} days"}


def sentences(source: str) -> Iterator[str]:
    """The message ids that a template asks its texts for; literals side by side are one."""
    for call in templates.parse(source).find_all(nodes.Call):
        spoken = call.args[: _ids_of(call.node)]
        yield from (one.value for one in spoken if isinstance(one, nodes.Const))


def _ids_of(function: nodes.Expr) -> int:
    """How many message ids a call begins with."""
    match function:
        case nodes.Name(name="t") | nodes.Getattr(attr="t"):
            return 1
        case nodes.Getattr(attr="several"):
            return 2
    return 0
