"""What IT staff read of a kiosk: its clock; and an upgrade's refusal in their language, others' words as they are."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.base.resources import resource
from kiosk.base.texts import texts
from sync.agent.transparency.kept import Doubt
from sync.collector.fleet.kiosks.words import log_doubt, why_refused
from sync.collector.web.fleet.fleet_words import FleetWords
from sync.collector.words.phrases import Phrases
from tests.builders import ZONE
from tests.sync.collector.builders import NOON

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


@pytest.mark.parametrize(("ahead_s", "said"), [
    (None, "–"), (0.0, "0 s"), (-0.04, "0 s"), (0.04, "0 s"), (0.3, "+0,3 s"), (-59.9, "−59,9 s"), (25_200.0, "+7 giờ"),
])  # fmt: skip
def test_clock_is_ahead_or_behind_only_by_what_can_be_read(ahead_s: float | None, said: str) -> None:
    kiosk: Any = SimpleNamespace(clock_ahead_s=ahead_s)

    assert FleetWords(Phrases(texts("collector", "vi"), ZONE, NOON), NOON, ZONE).clock(kiosk) == said


@pytest.mark.parametrize("code", Doubt)
def test_whatever_a_kiosk_says_of_the_public_log_has_words(code: Doubt) -> None:
    assert log_doubt(texts("collector", "vi"), code) != code
    assert log_doubt(texts("collector", "en"), code) != code
