"""Journals: what the kiosks signed of the cuts on which a report rests.

Of each journal its signed tree is told by the statements that show all of the month, and hashes of everything else. A
statement of another unit's block of the month is shown by its hash: nobody reads here what their rights do not let
them. Where the month ends, though, a statement alone can show: the cuts on its borders are told whole, wherever the
kiosk stood by then, and they are few: one before, one behind, the last, and those of a clock that was set back.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from sync.collector.closed.basis import Basis, BasisBlock
from sync.collector.errors import UsageWrong
from sync.collector.figures.places import Place, Places
from sync.collector.kit.cuts import Ordered, covers_of, wanted_positions
from sync.collector.kit.logged import LogProofs
from sync.collector.kit.numbered import Numbers
from sync.collector.replica.blocks.stated import Signature, Stated, leaf_hashes, signed_at, signed_over, statements
from sync.collector.replica.dropped import floor_of
from sync.collector.replica.outgoing.sums import SUSPECT
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import block, cut_leaf, journal
from sync.collector.transparency.logged import Logged

_BY_HASH = ("unit", "fault", "carried", "otherwise")
"""Told by their hash: beside what is counted of the same ratings, in this journal or another, a few could be read."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What a report's place has in it."""

    counters: frozenset[int]
    units: frozenset[int]

    @classmethod
    def of(cls, places: Places, place: Place) -> "Inside":
        """Of a place."""
        counters = {at.counter_id for at in places.counters(place.key) if at.counter_id is not None}
        return cls(frozenset(counters), frozenset(-number for number in places.between(place.key)))

    def has(self, row: Row[Any]) -> bool:
        """Whether all of a block stands here."""
        return row.unit_id in self.units if row.counter_id is None else row.counter_id in self.counters


@dataclass(frozen=True, slots=True)
class Telling:
    """What a bundle tells of journals."""

    connection: Connection
    basis: Basis
    month: str
    inside: Inside
    proofs: LogProofs | None
    numbers: Numbers
    """How blocks are named."""
    is_newest: bool = True
    """Whether no later report of the month was made."""

    def journals(self) -> list[dict[str, Any]]:
        """Each journal with blocks in the report, and the signed tree of its cuts where there is one."""
        named = {one.journal for one in self.basis.blocks} | {one.journal for one in self.basis.uncut if one.journal}
        return [self._journal(journal_id) for journal_id in sorted(named)]

    def _journal(self, journal_id: str) -> dict[str, Any]:
        wanted = select(journal.c.device_id).where(journal.c.journal_id == journal_id)
        device_id = str(self.connection.execute(wanted).scalar_one())
        said: dict[str, Any] = {"journal": journal_id, "device": device_id, "tree": None, "cuts": []}
        said |= {"leaf": None, "key_leaf": None}
        logged = None if self.proofs is None else self.proofs.through(self.connection, journal_id)
        signed = self._signed(journal_id, logged)
        if signed is None:
            return said
        told = self._positions(journal_id, signed.size)
        covers = covers_of(leaf_hashes(self.connection, journal_id, signed.size), told)
        said["tree"] = {
            "size": signed.size,
            "key": signed.public_key,
            "signature": _text(signed.signature),
            "covers": [(first, end, _text(found)) for first, end, found in covers],
        }
        said["cuts"] = list(self._cuts(journal_id, told))
        if self.proofs is not None:
            said["key_leaf"] = self.proofs.key(self.connection, device_id, signed.key_id)
            if logged is not None and logged.cuts_size == signed.size:
                said["leaf"] = self.proofs.journal(self.connection, journal_id, logged)
        return said

    def _signed(self, journal_id: str, logged: Logged | None) -> Signature | None:
        """What the kiosk signed: of the tree that the log knows, or the newest."""
        found = None
        if logged is not None and logged.cuts_size:
            found = signed_at(self.connection, journal_id, logged.cuts_size)
        return found or signed_over(self.connection, journal_id)

    def _positions(self, journal_id: str, size: int) -> list[int]:
        c = cut_leaf.c
        wanted = select(c.latest, c.back).where(c.journal_id == journal_id, c.position < size).order_by(c.position)
        ordered, back = list[Ordered](), 0
        for row in self.connection.execute(wanted):
            ordered.append(Ordered(row.latest, row.back > back))
            back = row.back
        return wanted_positions(ordered, self.month)

    def _cuts(self, journal_id: str, positions: Sequence[int]) -> Iterator[dict[str, Any]]:
        blocks = self._blocks(journal_id)
        mine = {one.cut: one for one in self.basis.blocks if one.journal == journal_id and one.is_kiosks}
        hashes = leaf_hashes(self.connection, journal_id)
        found = {one.position: one for one in self._stated(journal_id, positions)}
        for position in positions:
            one = found.get(position)
            if one is None:
                self._require_kept(journal_id, position)
            used = None if one is None or one.cut.journal_id != journal_id else mine.get(one.cut.seq)
            # One that lies in no single place of the report is told where all of it is.
            if one is not None and used is not None and used.fault is None and used.place is not None:
                why = None if _counts_as_said(used, one) else "otherwise"
            else:
                used, why = None, self._why(journal_id, one, blocks)
            shown = None if one is None or why in _BY_HASH else one.statement.decode("ascii")
            leaf = _text(hashes[position]) if shown is None else None
            last = None if used is None else self.numbers[journal_id, used.last]
            yield {"index": position, "statement": shown, "leaf": leaf, "last": last, "why": why}

    def _stated(self, journal_id: str, positions: Sequence[int]) -> Iterator[Stated]:
        """The statements at these positions; each run of them is read at once."""
        for _, run in groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0]):
            some = [position for _, position in run]
            yield from statements(self.connection, journal_id, some[0], some[-1])

    def _require_kept(self, journal_id: str, position: int) -> None:
        """Raise UsageWrong where what is stated there went with lines that were dropped when their time was over."""
        c = cut_leaf.c
        wanted = select(c.seq).where(c.journal_id == journal_id, c.position == position)
        seq, floor = self.connection.execute(wanted).scalar_one(), floor_of(self.connection, journal_id)
        if floor is not None and seq <= floor.last:
            raise UsageWrong(
                "the lines from which this bundle is made were dropped when their time was over: only bundles "
                "that were made before prove this month"
            )

    def _blocks(self, journal_id: str) -> dict[int, Row[Any]]:
        """The journal's own blocks, by the entry that states each."""
        b = block.c
        wanted = select(b.cut_seq, b.fault, b.counter_id, b.unit_id, b.n, b.is_tail)
        rows: Any = self.connection.execute(wanted.where(b.journal_id == journal_id, b.is_kiosks)).all()
        return {row.cut_seq: row for row in rows}

    def _why(self, journal_id: str, one: Stated | None, blocks: dict[int, Row[Any]]) -> str | None:
        """Why a statement is in no number of the report; None where it is simply of another month."""
        if one is None:
            return "fault"
        if one.cut.journal_id != journal_id:
            return "carried"
        row, said = blocks.get(one.cut.seq), json.loads(one.statement)
        if row is None or row.fault is not None:
            return "fault"
        is_of_month = said["days"][1][:7] == self.month
        if is_of_month and not self.inside.has(row):
            return "unit"
        if not row.is_tail and row.n != said["counted"]["n"]:
            return "otherwise"
        if not is_of_month:
            return None
        # The later reports have what came since, and what a corrected time puts elsewhere is not told apart from it.
        return "time" if self.is_newest else "later"


def _counts_as_said(one: BasisBlock, said: Stated) -> bool:
    """Whether as many ratings of the block count here as its kiosk says; of a tail no level is told anyhow."""
    n = sum(piece.n for piece in one.pieces if piece.standing in (COUNTED, SUSPECT))
    return one.is_tail or int(json.loads(said.statement)["counted"]["n"]) == n


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
