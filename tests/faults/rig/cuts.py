"""Cuts: the plug pulled after every operation of a recorded run, and what the oracle says of each disk left behind."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rig.disk import Disk, Dropped, Fate, Image, Kept, Torn, write_image
from tests.faults.rig.operations import Operation, Say
from tests.faults.rig.oracle import Oracle, PromiseBroken, Whys
from tests.faults.rig.told import Told

NOTHING = Told()


@dataclass(frozen=True, slots=True)
class Cut:
    """The plug pulled after that many operations, and what became of what was not synced."""

    after: int
    fate: str
    """``drop``, ``keep``, or ``torn-`` and a seed."""


def every_cut(operations: Sequence[Operation], torn: int) -> list[Cut]:
    """All cuts of a run: before the first operation and after each, with both extremes and ``torn`` seeds."""
    fates = ("drop", "keep", *(f"torn-{seed}" for seed in range(torn)))
    return [Cut(after, fate) for after in range(len(operations) + 1) for fate in fates]


def images(operations: Sequence[Operation], cuts: Collection[Cut], before: Image) -> Iterator[tuple[Cut, Image, Told]]:
    """What each cut leaves of a disk that held ``before``, and what had been told by then."""
    disk, words = Disk(before), list[str]()
    for after in range(len(operations) + 1):
        if after:
            operation = operations[after - 1]
            disk.do(operation)
            words += [operation.words] if isinstance(operation, Say) else []
        for cut in cuts:
            if cut.after == after:
                yield cut, disk.after_cut(_fate(cut)), Told.heard(words)


def broken_by(
    operations: Sequence[Operation],
    cuts: Collection[Cut],
    oracle: Oracle,
    place: Path,
    journal: str,
    before: Image | None = None,
    told_before: Told = NOTHING,
    in_doubt_max: int = 1,
    continues: Whys = (None,),
) -> list[str]:
    """What the oracle finds broken, a line each; every image is opened by the kiosk itself, below ``place``."""
    found = []
    for cut, image, told in images(operations, cuts, before or {}):
        folder = place / "image"
        write_image(image, folder)
        try:
            oracle.require_kept(folder / journal, told_before.and_then(told), in_doubt_max, continues)
        except PromiseBroken as broken:
            last = operations[cut.after - 1] if cut.after else "nothing"
            found.append(f"{cut.fate} after operation {cut.after} ({last}): {broken}")
        shutil.rmtree(folder)
    return found


def _fate(cut: Cut) -> Fate:
    match cut.fate:
        case "drop":
            return Dropped()
        case "keep":
            return Kept()
        case _:
            return Torn(f"{cut.after} {cut.fate}")
