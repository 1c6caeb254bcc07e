"""Rebuild: gets back what a restored log lacks, from a mirror, up to the newest checkpoint that anybody knows.

Every leaf is fetched, hashed and held to a checkpoint that this log signed, so a mirror can leave out and never change.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import structlog

from sync.collector.transparency.disk.folder import Folder, Signed
from sync.collector.transparency.elsewhere.call import NoAnswer
from sync.collector.transparency.elsewhere.known import Heard, Others
from sync.collector.transparency.elsewhere.mirrors import Mirror
from sync.collector.transparency.errors import LogBehind, LogDamaged
from sync.collector.transparency.leaves.kept import forget_kept
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import LogWrong
from sync.protocol.tlog.merkle import Frontier, leaf_hash
from sync.protocol.tlog.tiles import TILE_WIDTH, Tile, read_bundle

LEAVES_AT_ONCE = 256 * TILE_WIDTH

_log = structlog.get_logger("collector.log")


class Rebuilt(NamedTuple):
    """What a rebuild fetched, and how far the log is signed now."""

    size: int
    """So many leaves are here now."""
    added: int
    signed: Signed | None


def rebuild(folder: Folder, others: Others, here: Signed | None) -> Rebuilt:
    """Bring the log to the newest checkpoint known; nothing is done where it is there already, with all its leaves.

    Raises LogBehind where no mirror has it whole, with the leaves that lie here at its beginning.
    """
    heard = others.hear()
    newest, size = heard.newest, 0 if here is None else here.checkpoint.size
    # Where files are missing every leaf is fetched anew.
    begin = size if here is None or _is_whole(folder, here.checkpoint) else 0
    theirs = 0 if newest is None else newest.signed.checkpoint.size
    if newest is None or theirs < size or theirs == begin:
        return Rebuilt(size, 0, here)
    wanted = newest.signed
    for mirror in others.mirrors:
        try:
            _take(folder, mirror, begin, wanted, here)
        except (NoAnswer, LogWrong) as error:
            _log.warning("mirror cannot give the log back", mirror=mirror.place, why=str(error))
            continue
        # What was kept of an attempt would be taken for what these leaves are about.
        forget_kept(folder.index, size)
        if theirs > size:
            folder.keep_signed(wanted.note)
        return Rebuilt(theirs, theirs - begin, wanted if theirs > size else here)
    raise _no_mirror(heard, size)


def _is_whole(folder: Folder, signed: Checkpoint) -> bool:
    """Whether every leaf that was signed lies here, and all of them lead to what was signed."""
    size, frontier = signed.size, Frontier()
    try:
        for bundle in range(-(-size // TILE_WIDTH)):
            folder.tree.leaf_hash(bundle * TILE_WIDTH, size)
            for leaf in folder.tree.leaves(bundle, size):
                frontier.append(leaf_hash(leaf))
        return frontier.root() == folder.tree.root(size) == signed.root
    except LogDamaged:
        return False


def _take(folder: Folder, mirror: Mirror, size: int, wanted: Signed, here: Signed | None) -> None:
    """Fetch the leaves from ``size`` on, and keep them once all of them lead to the roots that were signed."""
    checkpoint = wanted.checkpoint
    frontier = _frontier(folder, size)
    leaves: list[bytes] = []
    for some in _leaves(mirror, size, checkpoint.size):
        for leaf in some:
            frontier.append(leaf_hash(leaf))
            if here is not None and frontier.size == here.checkpoint.size and frontier.root() != here.checkpoint.root:
                raise NoAnswer("its leaves do not lead to the checkpoint that was signed here")
        leaves += some
    if frontier.root() != checkpoint.root:
        raise NoAnswer("its leaves do not lead to the checkpoint")
    for at in range(0, len(leaves), LEAVES_AT_ONCE):
        folder.tree.append(size + at, leaves[at : at + LEAVES_AT_ONCE])


def _frontier(folder: Folder, size: int) -> Frontier:
    read, nodes, start = folder.tree.hashes(size), [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            nodes.append(read(level, start >> level))
            start += 1 << level
    return Frontier(size, nodes)


def _leaves(mirror: Mirror, size: int, end: int) -> Iterator[Sequence[bytes]]:
    for bundle in range(size // TILE_WIDTH, -(-end // TILE_WIDTH)):
        width = min(TILE_WIDTH, end - bundle * TILE_WIDTH)
        raw, got = mirror.bundle(Tile(-1, bundle, width))
        leaves = read_bundle(raw, got)[:width]
        yield leaves[max(0, size - bundle * TILE_WIDTH) :]


def _no_mirror(heard: Heard, size: int) -> LogBehind:
    newest = heard.newest
    assert newest is not None  # noqa: S101 - the caller found it larger than what lies here
    return LogBehind(
        "{who} knows {theirs} leaves of this log, here are {size}, and no mirror has the rest: name a copy of the "
        "log's folder public in [log] mirrors and try again; only where there is none: collector log restart",
        who=newest.who,
        theirs=newest.signed.checkpoint.size,
        size=size,
    )
