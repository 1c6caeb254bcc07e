"""A bundle without lines names blocks by their place among their journal's, and no entry."""

from datetime import date

import pytest

from sync.collector.closed.basis import FORM, Basis, BasisBlock, BasisUnion
from sync.collector.kit.numbered import UNTOLD, block_numbers, numbered

DAY = date(2026, 10, 30)


def block(journal: str, last: int, cut: int) -> BasisBlock:
    return BasisBlock(
        journal, last, cut, "s", "q", True, False, None, True, True, None, "T/", (DAY, DAY), (), None, {}
    )  # fmt: skip


BASIS = Basis(
    FORM,
    (block("a", 7, 9), block("a", 31, 44), block("b", 12, 13)),
    (),
    (BasisUnion("a", "s", "q", 7, 31, "T/", (5, 0, 0, 0, 0), (7, 31)),),
    (),
    (),
)


@pytest.mark.parametrize(("lines", "cuts"), [(False, [UNTOLD] * 3), (True, [9, 44, 13])])
def test_no_entry_is_named_but_beside_its_line(lines: bool, cuts: list[int]) -> None:
    told = numbered(BASIS, block_numbers(BASIS), lines=lines)

    assert [(one.journal, one.last) for one in told.blocks] == [("a", 1), ("a", 2), ("b", 1)]
    assert [one.cut for one in told.blocks] == cuts
    assert [(one.first, one.last, one.blocks) for one in told.unions] == [(1, 2, (1, 2))]
