"""Plants: faults that are put into the product on purpose, each with a story in which an attacker must find it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Row

from kiosk.domain.numbers.blocks import Cut, Rated, Stream, sums_of
from kiosk.domain.numbers.desk_numbers import DeskNumbers
from kiosk.numbers import days
from sync.collector.figures.release import Release
from sync.collector.replica import keep
from sync.collector.replica.blocks.judging import _Judging
from sync.collector.replica.blocks.kept import move_held
from sync.collector.replica.outgoing import sums
from sync.collector.replica.outgoing.lifted import lift_blocks, put_blocks
from sync.collector.replica.outgoing.unions import add_unions
from sync.collector.replica.projection import LateLine
from sync.collector.replica.projection_rows import RatingRow
from tests.attack import harvest, stories
from tests.attack.names import Harvest, Story


@dataclass(frozen=True)
class Plant:
    """A fault."""

    name: str
    patches: Mapping[str, Any]
    """What stands in the place of which attribute."""
    story: Story
    harvest: Harvest


def _nothing(*_: object) -> None:
    """A check that finds nothing wrong."""


def _closed_half_days(read: days._Read) -> DeskNumbers:
    """A desk that tells each half day by itself, however few are in it."""
    return DeskNumbers([held for held in read._at_once() if read._open.isdisjoint(held.pieces)], {}, {})


def _this_moment(read: days._Read) -> DeskNumbers:
    """A desk that tells what there is."""
    return DeskNumbers(list(read._at_once()), {}, {})


def _always(*_: object, **__: object) -> bool:
    """Whatever came may make a cut due."""
    return True


def _cut_what_came(judging: _Judging) -> None:
    """A collector that makes a block of what came so far, whether its half day is over or not."""
    for one in judging._judge.end():
        judging._keep(one)
    _KEEP_STATE(judging)


def _each_block(connection: Connection, blocks: Sequence[Row[Any]], least: int) -> None:
    """The levels of what was set aside go out block by block."""
    add_unions(connection, blocks, min(least, 1))


def _believed(_: Release, one: Row[Any]) -> bool:
    """Every block goes out that is believed, a tail as well."""
    return one.fault is None


def _change_what_is_told(
    connection: Connection, journal_id: str, late: Sequence[LateLine], stored: Mapping[int, RatingRow]
) -> Any:
    """Another face is counted, although the rating's block is shown already."""
    blocks = lift_blocks(connection, journal_id, set(stored))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sync.collector.replica.keep.blocks_of", lambda *_: {})
        found = _APPLY(connection, journal_id, late, stored)
    move_held(connection, journal_id, [(row, found.ratings[seq]) for seq, row in stored.items()])
    put_blocks(connection, blocks)
    return found


_OUTGOING = "o.grain, o.series, o.question, o.first, o.last, o.part, {}.counter_id, o.unit_id, o.is_suspect, o.sign"
_KEEP_STATE, _APPLY = _Judging.keep_state, keep._apply_late
_BLOCKS, _REPLICA, _RELEASE = "kiosk.domain.numbers.blocks", "sync.collector.replica", "sync.collector.figures.release"
_FOUR = {f"{_BLOCKS}.COUNTED_MIN": 4, f"{_RELEASE}.COUNTED_MIN": 4, f"{_REPLICA}.blocks.sums.COUNTED_MIN": 4,
         "kiosk.domain.numbers.disclosure.Policy.block_min": property(lambda _: 4)}  # fmt: skip
_AT_EACH_ROW = sums.HELD.replace("o.*", _OUTGOING.format("p"), 1).replace("o.*", _OUTGOING.format("o"))
_AFTER_THE_CUT = {f"{_REPLICA}.keep._apply_late": _change_what_is_told,
                  f"{_REPLICA}.visit_check.late_for": _nothing}  # fmt: skip
PLANTS = (
    Plant("a minimum of four", _FOUR, stories.four_and_more, stories.days_on_the_web),
    Plant(
        "set-aside ratings by the one",
        {f"{_RELEASE}.add_unions": _each_block, f"{_REPLICA}.outgoing.unions.COUNTED_MIN": 1},
        stories.one_pressed_again, stories.days_on_the_web,
    ),
    Plant(
        "a desk that counts by half day", {"kiosk.numbers.days._Read.numbers": property(_closed_half_days)},
        stories.one_of_the_afternoon, stories.days_at_desk_and_web,
    ),
    Plant(
        "a desk that does not wait for the half day", {"kiosk.numbers.days._Read.numbers": property(_this_moment)},
        stories.looked_at_all_day, stories.days_at_desk_and_web,
    ),
    Plant(
        "a collector that does not wait for the half day",
        {f"{_REPLICA}.blocks.judging._Judging.keep_state": _cut_what_came, f"{_REPLICA}.ingest.may_cut": _always},
        stories.looked_at_all_day, stories.days_at_desk_and_web,
    ),
    Plant(
        "a collector that shows tails", {f"{_RELEASE}.Release._may_go": _believed},
        stories.months_end, stories.days_around_months_end,
    ),
    Plant(
        "a block parted between the rows of a moved counter", {f"{_REPLICA}.outgoing.sums.HELD": _AT_EACH_ROW},
        stories.counter_moves, stories.days_of_both,
    ),
    Plant(
        "a change that came after the cut", _AFTER_THE_CUT,
        stories.chosen_after_the_cut, stories.days_on_the_web,
    ),
)  # fmt: skip


def _never_a_tail(rated: Sequence[Rated], *, is_tail: bool) -> Cut:
    """A cut that is told however few are in it."""
    return Cut(rated[-1].stream, rated[-1].seq, False, sums_of(rated))


_TOLD_TAILS = {f"{_BLOCKS}._together": _never_a_tail, f"{_BLOCKS}._wrong_ends": _nothing}
PLANTS_OF_CUTS = (
    Plant(
        "cuts of four", {f"{_BLOCKS}.COUNTED_MIN": 4},
        stories.four_and_more, harvest.whole_cuts,
    ),
    Plant(
        "tails that call themselves blocks", _TOLD_TAILS,
        stories.months_end, harvest.whole_cuts,
    ),
)  # fmt: skip
"""Faults of both sides alike: of the kiosk that cuts and of the centre that checks by the same rules."""


def cut_at_the_fifth_press(rated: Iterable[Rated], at: str, moves: int = 0, **others: Any) -> list[Cut]:
    """The cuts of a kiosk that has a border after every fifth press, whatever half day it lies in."""
    waiting: dict[Stream, list[Rated]] = {}
    found = []
    for each in rated:
        of_stream = waiting.setdefault(each.stream, [])
        of_stream.append(each)
        if len(of_stream) == 5:
            found.append(Cut(each.stream, each.seq, False, sums_of(waiting.pop(each.stream))))
    return found
