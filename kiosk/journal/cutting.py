"""Cutting: what is over goes into a `block` entry, once, and nobody ever cuts it otherwise.

On the recorder's thread, between presses, one short transaction at a time: what is read
and what is written has an upper bound, so that no press waits for a cut.
"""

from sqlalchemy import Connection, Engine

from kiosk.domain.instant import Instant
from kiosk.domain.numbers.blocks import Cut, HalfDay, open_at
from kiosk.journal.counts.sums import add_to_centre, note_cut
from kiosk.journal.reader import anchor_of, head_of
from kiosk.journal.tree import catch_up, looked_through
from kiosk.journal.uncut import Uncut, block_line, note, noted_in
from kiosk.journal.writing import write_line

LINES_MAX = 200
"""So many lines are read at a time, some milliseconds …"""
CUTS_MAX = 20
"""… and so many cuts written."""
LINES_LOOKED_THROUGH_MAX = 5000
"""So many of an older version's lines are looked through at a time for cuts, and nearly none of them decoded."""


class Cutting:
    """Cuts one journal, as its lines come."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._uncut: Uncut | None = None
        self._has_tree = False
        """Whether all cuts that an older version or another journal left are in the tree."""
        self._done_in: frozenset[HalfDay] = frozenset()
        """The half days that were not over when last everything due was cut: until they are, nothing is due."""

    def forget(self) -> None:
        """Begin anew from what the file says: something failed, or it is another journal."""
        self._uncut, self._done_in, self._has_tree = None, frozenset(), False

    def step(self, journal_id: str, now: Instant, least: int = 0) -> bool:
        """Read on or, at the end, cut what is due, in blocks of five ratings or ``least``; whether there is more to do.

        The sums that the desk reads are kept in the same transaction.
        """
        at = now.wall.replace(microsecond=0).isoformat()
        # The lines of a half day are read when it is over: all day long they need no memory beside the file.
        if open_at(at) == self._done_in or (self._uncut is None and not self._begin()):
            return False
        assert self._uncut is not None  # noqa: S101 - begun
        if self._read_on(self._uncut) or self._look_through(journal_id):
            return True
        due = self._uncut.due(at, least)
        with self._engine.begin() as connection:
            _write(connection, journal_id, self._uncut, due[:CUTS_MAX], now)
        if len(due) > CUTS_MAX:
            return True
        self._done_in = open_at(at)
        return False

    def _begin(self) -> bool:
        with self._engine.begin() as connection:
            noted = noted_in(connection)
        self._uncut = None if noted is None else Uncut(noted)
        return self._uncut is not None

    def _read_on(self, uncut: Uncut) -> bool:
        query = "SELECT seq, line FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?"
        with self._engine.begin() as connection:
            rows = connection.exec_driver_sql(query, (uncut.next_seq, LINES_MAX)).all()
        for seq, line in rows:
            uncut.read(seq, line)
        return len(rows) == LINES_MAX

    def _look_through(self, journal_id: str) -> bool:
        """Take cuts that are in no tree yet into it; whether there are more lines to look through."""
        if self._has_tree:
            return False
        with self._engine.begin() as connection:
            last, first = head_of(connection, journal_id).next_seq - 1, looked_through(connection)
            through = min(last, max(first, anchor_of(connection, journal_id).next_seq) + LINES_LOOKED_THROUGH_MAX)
            catch_up(connection, through)
        self._has_tree = through == last
        return not self._has_tree


def _write(connection: Connection, journal_id: str, uncut: Uncut, cuts: list[Cut], now: Instant) -> None:
    end = head_of(connection, journal_id)
    for one in cuts:
        seq, held = end.next_seq, uncut.held(one)
        end = write_line(connection, end, block_line(seq, now, one)).end
        note_cut(connection, seq, one, held)
        uncut.take(one)
    catch_up(connection, end.next_seq - 1)
    add_to_centre(connection, uncut.passed)
    uncut.passed.clear()
    # Said again where nothing was cut: what lies before may be pruned.
    note(connection, uncut.noted)
