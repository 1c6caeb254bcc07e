"""What the agent relies on in a journal: the fake and the real one keep the same promises."""

import pytest

from kiosk.domain.maintenance import Maintenance, Work
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import Diverged
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from tests.builders import make_rating
from tests.fakes import InMemoryJournal


@pytest.fixture(params=["in memory", "on disk"])
def pressed(request, tmp_path, clock):
    """A journal with entries, as the agent sees it."""
    if request.param == "in memory":
        journal = InMemoryJournal()
        for level in (1, 2, 3, 4, 5):
            journal.append(make_rating(clock, level))
        yield journal
        return
    path = tmp_path / "journal.db"
    with Journal.open(path, clock, "test") as writer:
        for level in (1, 2, 3, 4):
            writer.append(make_rating(clock, level))
        with JournalReader(path) as reader:
            yield reader


def test_batch_ends_where_the_next_begins(pressed):
    start = Cursor.start(pressed.id)

    first = pressed.batch_after(start, lines_max=2, bytes_max=10_000)
    rest = pressed.batch_after(first.end, lines_max=500, bytes_max=10_000)

    assert (first.start, len(first.lines), len(rest.lines)) == (start, 2, 3)
    assert rest.end == pressed.head()
    assert not pressed.batch_after(pressed.head(), lines_max=500, bytes_max=10_000)


def test_batch_keeps_to_its_bytes_but_has_one_line_at_least(pressed):
    start = Cursor.start(pressed.id)
    first, second = pressed.batch_after(start, lines_max=2, bytes_max=10_000).lines
    room = len(first) + len(second) + 2

    assert len(pressed.batch_after(start, lines_max=500, bytes_max=room).lines) == 2
    assert len(pressed.batch_after(start, lines_max=500, bytes_max=room - 1).lines) == 1
    assert len(pressed.batch_after(start, lines_max=500, bytes_max=1).lines) == 1


def test_hashes_reach_from_the_start_to_the_head(pressed):
    assert pressed.hash_at(0) == Cursor.start(pressed.id).head
    assert pressed.hash_at(5) == pressed.head().head
    assert pressed.hash_at(6) is None
    assert pressed.hash_at(-1) is None


def test_every_place_on_the_chain_is_an_ancestor_and_nothing_else_is(pressed):
    for seq in range(6):
        pressed.require_ancestor(Cursor(seq + 1, pressed.hash_at(seq)))
    for stranger in (Cursor(3, b"\0" * 32), Cursor(7, pressed.head().head), Cursor(2, pressed.head().head)):
        with pytest.raises(Diverged):
            pressed.require_ancestor(stranger)


def test_last_touch_test_is_told_with_its_time_and_nothing_before_the_first(tmp_path, clock):
    told = []
    with Journal.open(tmp_path / "journal.db", clock, "test") as real, JournalReader(real.path) as reader:
        for writer, journal in ((fake := InMemoryJournal(), fake), (real, reader)):
            seen = [journal.touch_test()]
            for work in (
                Maintenance(clock.now(), Work.TEST, (1, 2, 1, 1, 1), 3),
                Maintenance(clock.now(), Work.CLEANING),
            ):
                writer.append(work)
                seen.append(journal.touch_test())
            told.append(seen)

    result = "1,2,1,1,1+3 2026-11-23T08:00:00+07:00"
    assert told == [[None, result, result]] * 2
