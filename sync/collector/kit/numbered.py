"""Numbered: a report's blocks as a bundle names them, by their place among the journal's and not by their lines.

How many lines lie between two places tells whether somebody said more than a level, and of a block's last rating, or of
a tail, whose that was. Pure.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from sync.collector.closed.basis import Basis

Numbers = Mapping[tuple[str, int], int]
"""By journal and last rating of a block: which of the journal's blocks it is here, from 1 on."""
UNTOLD = 0
"""Stands where the entry that states a cut does with lines alone."""


def block_numbers(basis: Basis) -> Numbers:
    """The numbers of all blocks that a basis names."""
    found: dict[str, set[int]] = {}
    for block in basis.blocks:
        found.setdefault(block.journal, set()).add(block.last)
    for union in basis.unions:
        found.setdefault(union.journal, set()).update((union.first, union.last, *union.blocks))
    return {(journal, last): n for journal, lasts in found.items() for n, last in enumerate(sorted(lasts), start=1)}


def numbered(basis: Basis, numbers: Numbers, *, lines: bool) -> Basis:
    """The same with numbers in the place of seqs; beside whole ``lines`` the entry that states each cut stays."""
    blocks = (
        replace(one, last=numbers[one.journal, one.last], cut=one.cut if lines else UNTOLD) for one in basis.blocks
    )
    unions = (
        replace(
            one,
            first=numbers[one.journal, one.first],
            last=numbers[one.journal, one.last],
            blocks=tuple(numbers[one.journal, last] for last in one.blocks),
        )
        for one in basis.unions
    )
    return replace(basis, blocks=tuple(blocks), unions=tuple(unions))
