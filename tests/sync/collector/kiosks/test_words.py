"""Whatever the upgrade's script says is said in the reader's language; what others say is said as it is."""

import re

import pytest

from kiosk.resources import resource
from kiosk.texts import texts
from sync.collector.kiosks.words import why_refused

SCRIPT = resource("config", "debian", "kiosk", "update").read_text("utf-8")
SAID = [
    re.sub(r"\$\(fault\)|\$\w+", "7", said)
    for said in re.findall(r'(?:trouble=|refuse )"([^"]+)"', SCRIPT)
    if not re.fullmatch(r"\$\w+", said)
]


def test_the_script_is_read_as_it_is_written() -> None:
    assert len(SAID) >= 9


@pytest.mark.parametrize("why", SAID)
def test_reason_of_the_script_is_said_in_vietnamese_and_in_english_as_it_was(why: str) -> None:
    assert why_refused(texts("collector", "vi"), why) != why
    assert why_refused(texts("collector", "en"), why) == why


@pytest.mark.parametrize("why", ["dpkg: error processing package hailong-kiosk", ""])
def test_reason_of_another_program_is_said_as_it_is(why: str) -> None:
    assert why_refused(texts("collector", "vi"), why) == why
