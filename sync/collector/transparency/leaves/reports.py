"""Reports: the kept reports of closed months, by what leaves say of them, and the leaf of each.

A leaf names unit, month and number, which are public facts of a closed report. The index calls it by these words too,
so what a leaf is about can be read in the leaf itself. Leaves of version 1 did not name the unit: the index calls them
by the unit's row in the database.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from sync.collector.proof.told.own_words import said_by
from sync.collector.replica.shown import NOWHERE
from sync.collector.store.schema import closed_month, unit
from sync.collector.transparency.disk.tree import Tree
from sync.collector.transparency.errors import LogAltered
from sync.protocol.tlog.leaf import REPORT, WHOLE_OFFICE, Leaf, OfMonth, report_leaf, unnamed_report_leaf
from sync.protocol.tlog.tiles import TILE_WIDTH

_GONE = "?"
"""In the place of the code of a unit that is not there any more; no unit has it, so no leaf says it."""


LeafOf = Callable[[date], Leaf]
"""The leaf of something, by the leaf's day."""


class KeptReport(NamedTuple):
    """A report as its row calls it."""

    unit_id: int
    first: date
    of: OfMonth
    hash: bytes

    @property
    def old_subject(self) -> str:
        """What the index calls its leaf, if that is of version 1."""
        return f"{self.unit_id}/{self.of.month}/{self.of.number}"

    def leaf(self, day: date) -> Leaf:
        """Its leaf."""
        return report_leaf(day, self.of, self.hash)

    def unnamed_leaf(self, day: date) -> Leaf:
        """Its leaf of version 1."""
        return unnamed_report_leaf(day, self.of.month, self.of.number, self.hash)


def kept_reports(connection: Connection) -> Iterator[KeptReport]:
    """Every kept report, without its numbers."""
    c = closed_month.c
    wanted = select(c.unit_id, c.month, c.number, c.hash, unit.c.code).outerjoin(unit, unit.c.unit_id == c.unit_id)
    for row in connection.execute(wanted):
        code = WHOLE_OFFICE if row.unit_id == NOWHERE else row.code or _GONE
        yield KeptReport(row.unit_id, row.month, OfMonth(code, f"{row.month:%Y-%m}", row.number), bytes(row.hash))


def subject_in(leaf: Leaf) -> str:
    """What the index calls a leaf that names its unit: its own words."""
    return " ".join(leaf.fields[:3])


def of_row(connection: Connection, unit_id: int, month: date, number: int) -> OfMonth:
    """What the leaf of a report says that it is of."""
    wanted = select(unit.c.code).where(unit.c.unit_id == unit_id)
    code = WHOLE_OFFICE if unit_id == NOWHERE else connection.execute(wanted).scalar_one_or_none()
    return OfMonth(code or _GONE, f"{month:%Y-%m}", number)


def reports_by_subject(connection: Connection) -> dict[str, LeafOf]:
    """By what the index calls it, the leaf that a kept report must have."""
    found: dict[str, LeafOf] = {}
    for report in kept_reports(connection):
        found |= {report.of.subject: report.leaf, report.old_subject: report.unnamed_leaf}
    return found


def require_new(tree: Tree, size: int, reports: Sequence[KeptReport]) -> None:
    """That of none of these the log's first ``size`` leaves hold one already, whatever its index says.

    Raises LogAltered, and LogDamaged for leaves that cannot be read.
    """
    due = {report.of.subject for report in reports}
    for bundle in range(-(-size // TILE_WIDTH)) if due else ():
        of_reports = [
            Leaf.parse(leaf) for leaf in tree.leaves(bundle, size) if leaf.split(b" ", 2)[1] == REPORT.encode()
        ]
        if twice := sorted(due.intersection(subject_in(leaf) for leaf in of_reports if leaf.version > 1)):
            raise LogAltered(
                "the log has a leaf of report {subject} already, and its index does not say so: the folder beside the "
                "log was altered too, and nothing is signed twice. See with collector verify what else was altered, "
                "find out by whom, and put the log's folder back from a backup",
                subject=twice[0],
            )


def require_said(connection: Connection, report: KeptReport) -> None:
    """That a report's own numbers say what is about to be signed of it. Raises LogAltered."""
    c = closed_month.c
    mine = (c.unit_id == report.unit_id, c.month == report.first, c.number == report.of.number)
    said = said_by(connection.execute(select(c.numbers).where(*mine)).scalar_one(), report.hash)
    if said != report.of:
        raise LogAltered(
            "report {number} of {month} is kept as that of unit {unit}, and its own numbers say {said}: it was altered "
            "in the database and is not signed. See with collector verify what else was altered, find out by whom, and "
            "put the row in closed_month back from a backup",
            number=report.of.number, month=report.of.month, unit=report.of.unit,
            said="-" if said is None else said.subject,
        )  # fmt: skip
