"""Every sentence of a template has Vietnamese words, and nothing in one needs a style."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kiosk.base.resources import resource
from sync.collector import web

TEMPLATES = sorted((Path(web.__file__).parent / "templates").glob("*.html"))
SENTENCE = re.compile(r"""(?<![\w.])(?:p\.)?t(?:\.several)?\((?:"([^"]*)"|'([^']*)')""")


@pytest.mark.parametrize("template", TEMPLATES, ids=[template.name for template in TEMPLATES])
def test_every_sentence_of_a_template_has_vietnamese_words(template: Path) -> None:
    with resource("assets", "locale", "vi", "LC_MESSAGES", "collector.po").open("rb") as file:
        messages = list(read_po(file))
    known = {one for message in messages for one in (message.id if isinstance(message.id, tuple) else (message.id,))}

    missing = {one or other for one, other in SENTENCE.findall(template.read_text("utf-8"))} - known

    assert missing == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=[template.name for template in TEMPLATES])
def test_no_template_has_a_style_or_a_script_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")

    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text)
