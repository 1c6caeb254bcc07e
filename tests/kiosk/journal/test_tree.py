"""The tree of a journal's cuts is kept with them, whatever comes in between, and is the one that its lines give."""

import json
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from kiosk.domain.visit.rating import Reasons, Standing
from kiosk.journal import cutting, uncut
from kiosk.journal.chain import Cursor
from kiosk.journal.disk.engine import writer_engine
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.stated import InForce
from kiosk.journal.tree import HeldTree
from kiosk.journal.upkeep.verify import verify_journal
from tests.builders import FrozenClock, make_rating
from tests.trees import statements_of, tree_of

IN_FORCE = InForce("sipas-5@1", None, {"overall": (1, 2, 3, 4, 5)}, "03")
HALF_DAY_S, DAY_S = 5 * 3600, 86400
RETENTION = timedelta(days=400)


@pytest.fixture
def journal(journal, clock):
    """One whose kiosk cuts."""
    journal.state_settings(IN_FORCE, clock.now())
    return journal


def cut(journal: Journal, clock) -> None:
    while journal.cut(clock.now()):
        pass


def half_day(journal: Journal, clock, n: int = 6, **others: object) -> None:
    """Some ratings that are cut; at the end it is the next day."""
    for _ in range(n):
        seq = journal.append(make_rating(clock, **others)).seq
    journal.append(Reasons(clock.now(), seq, ("waiting",)))
    clock.advance(HALF_DAY_S)
    cut(journal, clock)
    clock.advance(DAY_S - HALF_DAY_S)


def lines(reader: JournalReader) -> list[bytes]:
    return [entry.line for entry in reader.entries()]


def assert_is_of_lines(reader: JournalReader, size: int) -> None:
    """At every entry the tree is that of the lines so far, however they are asked for."""
    written = lines(reader)
    for seq in range(1, len(written) + 1):
        assert reader.cuts_at(seq) == tree_of(reader.id, written[:seq])
    assert reader.cuts_at(len(written))[0] == size


def test_tree_grows_with_each_cut_and_is_known_for_every_entry(journal, reader, clock):
    for n in (6, 2, 7, 5, 9):
        half_day(journal, clock, n)
    half_day(journal, clock, 3, counter="04", standing=Standing.REPEAT)
    clock.advance(31 * DAY_S)
    cut(journal, clock)

    assert_is_of_lines(reader, 5)


def test_batch_brings_the_tree_up_to_its_last_line_and_none_where_it_states_no_cut(journal, reader, clock):
    for _ in range(3):
        half_day(journal, clock)
    written = lines(reader)

    cursor, found = Cursor.start(journal.id), []
    while batch := reader.batch_after(cursor, 5, 100_000):
        cursor = batch.end
        if batch.cuts is not None:
            assert batch.cuts == tree_of(journal.id, written[: cursor.next_seq - 1])
            found.append(batch.cuts[0])
        assert (batch.cuts is not None) == any(b'"block"' in line for line in batch.lines)

    assert found == [1, 2, 3]


def test_power_cut_at_any_statement_of_a_cut_leaves_the_tree_of_the_lines(journal, path, clock, tmp_path):
    half_day(journal, clock)
    for counter in ("1", "2"):
        for _ in range(5):
            journal.append(make_rating(clock, counter=counter))
    clock.advance(HALF_DAY_S)
    journal.close()
    sizes, at = [], 0
    while not sizes or sizes[-1] == 1:
        at += 1
        copy = tmp_path / str(at) / path.name
        copy.parent.mkdir()
        shutil.copyfile(path, copy)
        with Journal.open(copy, clock, "test", allow_any_disk=True) as broken:
            refuse_statement(broken, at)
            with suppress(JournalUnwritable, DatabaseError):  # the latter of what is read after the cut
                cut(broken, clock)
        with JournalReader(copy) as reader:
            end = reader.head().next_seq - 1
            assert reader.cuts_at(end) == tree_of(reader.id, lines(reader))
            sizes.append(reader.cuts_at(end)[0])

    assert sizes == [*[1] * (at - 1), 3]
    assert at > 8


def refuse_statement(journal: Journal, at: int) -> None:
    """From the first line that a cut writes on the disk refuses the statement of this number."""
    seen: list[str] = []

    @event.listens_for(journal._engine, "before_cursor_execute")
    def refuse(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if seen or statement.startswith("INSERT INTO entry"):
            seen.append(statement)
        if len(seen) == at:
            raise DatabaseError("", None, Exception("disk I/O error"))


def test_pruning_leaves_the_tree_as_it_was(journal, reader, clock):
    for _ in range(4):
        half_day(journal, clock)
    written = lines(reader)
    clock.advance(398 * DAY_S)
    while journal.maintain(reader.head(), RETENTION, clock.now()):
        pass
    half_day(journal, clock)
    left = next(reader.entries()).seq

    assert left > 10
    end = reader.head().next_seq - 1
    assert reader.cuts_at(end) == tree_of(journal.id, [*written, *lines(reader)[len(written) - left + 1 :]])
    for seq in range(left, len(written)):
        assert reader.cuts_at(seq) == tree_of(journal.id, written[:seq])
    assert verify_journal(reader) is None
    assert reader.held_tree() == HeldTree(5)


def older_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kiosk from before trees: its cuts do not say their half days, and it keeps no tree."""
    monkeypatch.setattr(cutting, "block_line", lambda seq, now, one: uncut.block_line(seq, now, _undated(one)))
    monkeypatch.setattr(cutting, "catch_up", lambda *_: None)


def _undated(one: uncut.Cut) -> uncut.Cut:
    return type(one)(one.stream, one.last, one.is_tail, one.sums)


def test_cuts_of_an_older_kiosk_are_in_no_tree_and_those_after_the_upgrade_are(journal, path, clock, monkeypatch):
    with monkeypatch.context() as older:
        older_cuts(older)
        half_day(journal, clock)
        half_day(journal, clock)
    half_day(journal, clock)
    with monkeypatch.context() as gone_back:
        older_cuts(gone_back)
        half_day(journal, clock)
    journal.close()
    with Journal.open(path, clock, "newer") as again:
        half_day(again, clock)

    with JournalReader(path) as reader:
        assert sum(b'"block"' in line for line in lines(reader)) == 5
        assert_is_of_lines(reader, 2)


def test_long_file_of_an_older_version_is_looked_through_in_short_pieces(journal, path, clock, monkeypatch):
    monkeypatch.setattr(cutting, "LINES_LOOKED_THROUGH_MAX", 4)
    for _ in range(3):
        half_day(journal, clock)
    journal.close()
    engine = writer_engine(path)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meta WHERE key LIKE 'tree%'")
    engine.dispose()

    clock.advance(DAY_S)
    with Journal.open(path, clock, "newer") as again:
        steps = [again.cut(clock.now()) for _ in range(9)]

    assert steps.index(False) > 3
    with JournalReader(path) as reader:
        assert_is_of_lines(reader, 3)


def test_what_was_not_looked_through_yet_is_before_it_is_pruned(journal, reader, clock):
    for _ in range(3):
        half_day(journal, clock)
    with journal._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meta WHERE key LIKE 'tree%'")
    written = lines(reader)
    clock.advance(401 * DAY_S)

    assert journal.maintain(reader.head(), RETENTION, clock.now()) > 0
    half_day(journal, clock)

    end = reader.head().next_seq - 1
    assert reader.cuts_at(end) == tree_of(journal.id, [*written, *list(lines(reader))[-(end - len(written)) :]])


def test_file_that_has_lost_lines_and_its_tree_tells_of_none(journal, reader, clock):
    for _ in range(2):
        half_day(journal, clock)
    clock.advance(401 * DAY_S)
    while journal.maintain(reader.head(), RETENTION, clock.now()):
        pass
    half_day(journal, clock)
    with journal._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meta WHERE key LIKE 'tree%'")

    assert reader.cuts_at(reader.head().next_seq - 1)[0] == 0
    assert reader.batch_after(reader.anchor(), 500, 100_000).cuts is None


def part(path, journal_id: str, seq: int) -> None:
    """What the agent notes where the collector's copy took another course."""
    notes = {"parted": {"journal_id": journal_id, "seq": seq}}
    path.with_name("agent.json").write_text(json.dumps(notes), encoding="utf-8")


def test_continuation_has_a_tree_of_its_own_that_begins_with_what_was_carried(journal, path, clock):
    for _ in range(2):
        half_day(journal, clock)
    with JournalReader(path) as reader:
        originals = [said for _, said in statements_of(journal.id, lines(reader))]
    for times in (1, 2):
        part(path, journal.id, 0)
        journal.continue_parted(clock.now())
        with JournalReader(path) as reader:
            assert_is_of_lines(reader, 2 * times)
            assert reader.batch_after(Cursor.start(journal.id), 500, 100_000).cuts[0] == 2 * times
        half_day(journal, clock)
        half_day(journal, clock)

    with JournalReader(path) as reader:
        assert_is_of_lines(reader, 6)
        carried = [said for _, said in statements_of(journal.id, lines(reader))][:2]
    assert [json.loads(said)["was"] for said in carried] == [json.loads(said)["rest"] for said in originals]


class Kiosk:
    """A kiosk to which anything happens, and all lines that it ever wrote, by journal."""

    def __init__(self, folder: Path) -> None:
        self.path, self.clock = folder / "journal.db", FrozenClock()
        self.written: dict[str, list[bytes]] = {}
        self.journal = self._opened()

    def _opened(self) -> Journal:
        opened = Journal.open(self.path, self.clock, "test", allow_any_disk=True)
        opened.state_settings(IN_FORCE, self.clock.now())
        return opened

    def note(self) -> JournalReader:
        """Remember the new lines."""
        with JournalReader(self.path) as reader:
            known = self.written.setdefault(reader.id, [])
            known += [entry.line for entry in reader.entries(len(known) + 1)]
            return reader

    def half_day(self, n: int) -> None:
        half_day(self.journal, self.clock, n)

    def repeats(self, n: int) -> None:
        half_day(self.journal, self.clock, n, standing=Standing.REPEAT, counter="04")

    def month(self, n: int) -> None:
        self.clock.advance(n * 31 * DAY_S)
        cut(self.journal, self.clock)

    def move(self, n: int) -> None:
        stands = InForce(IN_FORCE.survey, None, IN_FORCE.levels, f"0{n}")
        self.journal.state_settings(stands, self.clock.now())

    def set_clock_back(self, n: int) -> None:
        self.clock.wall -= timedelta(days=20 * n)

    def prune(self, n: int) -> None:
        with JournalReader(self.path) as reader:
            self.journal.maintain(reader.head(), timedelta(days=n), self.clock.now())

    def restart(self, _n: int) -> None:
        self.journal.close()
        self.journal = self._opened()

    def part(self, n: int) -> None:
        with JournalReader(self.path) as reader:
            part(self.path, self.journal.id, max(reader.anchor().next_seq - 1, reader.head().next_seq - 8 * n))
        self.journal.continue_parted(self.clock.now())


ACTIONS = st.tuples(
    st.sampled_from(["half_day", "repeats", "month", "move", "set_clock_back", "prune", "restart", "part"]),
    st.integers(1, 7),
)


@settings(deadline=None, max_examples=6, derandomize=True)
@given(st.lists(ACTIONS, min_size=8, max_size=14))
def test_tree_is_that_of_the_lines_whatever_happens_to_the_kiosk(actions):
    with TemporaryDirectory() as folder:
        kiosk = Kiosk(Path(folder))
        for action, n in [("half_day", 5), *actions, ("half_day", 6)]:
            getattr(kiosk, action)(n)
            kiosk.note()
        with JournalReader(kiosk.path) as reader:
            found, held = reader.cuts_at(reader.head().next_seq - 1), reader.held_tree()
        kiosk.journal.close()

    assert found == tree_of(kiosk.journal.id, kiosk.written[kiosk.journal.id])
    assert found[0] > 0
    assert held == HeldTree(found[0])
