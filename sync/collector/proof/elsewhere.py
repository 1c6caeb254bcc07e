"""Elsewhere: what lines of one of a kiosk's journals say of ratings in another one, and where carried ones count."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from kiosk.journal.lines import ReasonsLine, RevisedLine
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.continued import Origin, Position, counted_positions, origins_of
from sync.collector.replica.dropped import is_same_dropped
from sync.collector.replica.stored import stored_entries
from sync.collector.store.schema import carried, duplicate, rating, unread


@dataclass(slots=True)
class Elsewhere:
    """Of all journals of one kiosk, until the last of them was read."""

    connection: Connection
    levels: dict[Position, tuple[int, int, int | None]] = field(default_factory=dict)
    """Of ratings with another level than in their line: that one, the kept one, and the kept first one."""
    revised: dict[Position, list[int]] = field(default_factory=dict)
    """The levels that citizens chose later, in order."""
    said: dict[Position, list[str]] = field(default_factory=dict)
    """Reasons that are said in another journal than the rating's."""
    unsaid: dict[Position, list[str]] = field(default_factory=dict)
    """Reasons that are kept and were not said in the rating's own journal."""

    gone: dict[str, int] = field(default_factory=dict)
    """Of journals of which lines were dropped, the last of these."""

    def is_gone(self, at: Position) -> bool:
        """Whether the entry was dropped: what is said of it is held to nothing any more."""
        return at.seq <= self.gone.get(at.journal_id, 0)

    def counted(
        self, journal_id: str, duplicates: Mapping[int, tuple[str, int]], said: ReasonsLine | RevisedLine
    ) -> Position:
        """Where the rating is counted of which an entry of the journal speaks."""
        if said.rating_journal is None:
            return Position(*duplicates.get(said.rating, (journal_id, said.rating)))
        at = Position(said.rating_journal, said.rating)
        return counted_positions(self.connection, [at]).get(at, at)

    def settle_level(self, at: Position) -> None:
        """Compare the level of a rating of which everything was said; raises Wrong."""
        if at not in self.levels and at not in self.revised:
            return
        line, kept, first = self.levels.pop(at, (0, 0, None))
        chosen = self.revised.pop(at, None)
        if chosen is None or (kept, first) != (chosen[-1], line):
            raise Wrong(What.RATING_CHANGED, first=at.seq, column="level")

    def end(self) -> list[tuple[str, Wrong]]:
        """What does not fit between the journals, each with the journal in which it is."""
        found = []
        for at in sorted(self.levels.keys() | self.revised.keys()):
            try:
                self.settle_level(at)
            except Wrong as wrong:
                found.append((at.journal_id, wrong))
        places = sorted(self.said.keys() | self.unsaid.keys())
        differing = [at for at in places if self.said.get(at) != self.unsaid.get(at)]
        return found + [(at.journal_id, Wrong(What.REASONS_CHANGED, first=at.seq)) for at in differing]


def is_counted_there(
    connection: Connection, here: Position, line: bytes, there: Position, *, is_rating: bool = True
) -> bool:
    """Whether an entry that is not counted here says the same as one that is there, and a rating is kept there."""
    mine = [*origins_of(line), *_own_place(connection, here)]
    if any(one.position == there and is_same_dropped(connection, *there, one.hash) for one in mine):
        return True
    theirs = _line_at(connection, there)
    if theirs is None or (is_rating and not _is_kept(connection, there)):
        return False
    places = {*mine}
    others = {*origins_of(theirs[1]), Origin(there, theirs[0])}
    if places & others:
        return True
    # Two carried from the same place, one after the other: the table of what was carried has both.
    c = carried.c
    for origin in mine:
        same = (c.journal_id == origin.position.journal_id) & (c.seq == origin.position.seq) & (c.hash == origin.hash)
        ways = connection.execute(select(c.in_journal, c.in_seq).where(same))
        if any((str(row.in_journal), row.in_seq) == tuple(there) for row in ways):
            return True
    return False


def _own_place(connection: Connection, at: Position) -> list[Origin]:
    found = _line_at(connection, at)
    return [] if found is None else [Origin(at, found[0])]


def _line_at(connection: Connection, at: Position) -> tuple[bytes, bytes] | None:
    entries = stored_entries(connection, at.journal_id, at.seq, at.seq)
    return next(((head, line) for seq, head, line in entries if seq == at.seq), None)


def _is_kept(connection: Connection, at: Position) -> bool:
    for table in (rating, unread, duplicate):
        here = (table.c.journal_id == at.journal_id) & (table.c.seq == at.seq)
        if connection.execute(select(table.c.seq).where(here)).first() is not None:
            return True
    return False
