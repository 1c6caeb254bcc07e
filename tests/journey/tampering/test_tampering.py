"""Seven kinds of tampering and the whole past rewritten are named within a day; a restored collector accuses nobody."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sync.agent.transparency.kept import Doubt
from sync.collector.transparency.errors import LogBehind
from tests.journey.tampering.places import Country, copy_sqlite
from tests.journey.tampering.stories import DAY, RESTORED, TAMPERED, Seen, restored, tampered
from tests.journey.tampering.told import IN_ORDER, LOG
from tests.sync.collector.postgres import memory
from tests.sync.collector.sharing import compiled_once, migrated  # noqa: F401 - the first is a fixture
from tests.sync.collector.transparency.witnessing import witness

DOUBTS = {str(doubt) for doubt in Doubt}


@pytest.fixture(scope="module")
def seen(compiled_once: None) -> Iterator[dict[str, Seen]]:  # noqa: F811
    """What was said of each, by its title."""
    with witness() as other, TemporaryDirectory(prefix="hailong-town-", dir=memory()) as root:
        country = Country(Path(root), f"sqlite:///{migrated()}", copy_sqlite, other)
        kept, backup = country.honest()
        yield {one.title: one for one in chain(tampered(country, kept), restored(country, kept, backup))}


@pytest.mark.parametrize("title", [story.title for story in TAMPERED])
def test_tampering_is_named_within_a_day(seen: dict[str, Seen], title: str) -> None:
    assert seen[title].missing() == [], seen[title].words
    assert max(word.hours for word in seen[title].words) <= DAY


@pytest.mark.parametrize("title", [story.title for story in RESTORED])
def test_restored_collector_is_called_no_fraud(seen: dict[str, Seen], title: str) -> None:
    assert seen[title].missing() == [], seen[title].words
    said = {(word.who, word.code) for word in seen[title].words}
    assert {code for who, code in said if who == LOG} == {LogBehind.code}
    assert {code for who, code in said if who != LOG} <= {"restarted", IN_ORDER}
    assert not DOUBTS & {code for _, code in said}
