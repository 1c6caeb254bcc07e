"""The plug is pulled: at any moment of a kiosk's life, every rating that was thanked for is on the disk.

A kiosk's file operations are recorded once; then, for each moment between two of them,
the disks that may be left behind are made and the kiosk is started on each.
"""

import itertools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.conftest import LONG
from tests.faults.rig.cuts import NOTHING, Cut, broken_by, every_cut, images
from tests.faults.rig.disk import Image, read_image, write_image
from tests.faults.rig.kiosk_runs import KioskRuns
from tests.faults.rig.mutants import MUTANTS
from tests.faults.rig.operations import Operation
from tests.faults.rig.oracle import Oracle, presses_in
from tests.faults.rig.recording import record
from tests.faults.rig.told import Press, Told

pytestmark = pytest.mark.timeout(1800 if LONG else 120)

JOURNAL, HEAD = "kiosk/journal.db", "kiosk/journal.head"
LIFE = ["stop", "open", "press:9", "close", "open", "press:3"]
"""First start, presses with a checkpoint among them, an orderly end, another start, presses."""
BEFORE_SIGNING = ("open", "state", "press:6", "close")
SIGNING = ["stop", "open", "cut", "log", "press:5", "cut", "rewrite", "see", "log",
           "acknowledge", "prune", "press:5", "cut", "log"]  # fmt: skip
"""Blocks are cut and signed, the public log is watched, shown with another past, and seen to; then some is pruned."""
EARLY_CHECKPOINT = {"wal_autocheckpoint": 16}
TORN = 8 if LONG else 2
CUTS_MAX = 1_000_000 if LONG else 70
SIGNING_CUTS_MAX = 1_000_000 if LONG else 30


@dataclass(frozen=True, slots=True)
class Scene:
    """What a disk held and what had been told, then what was done to it."""

    operations: list[Operation]
    before: Image
    told_before: Told = NOTHING

    def broken(self, oracle: Oracle, place: Path, cuts_max: int = CUTS_MAX, **expected: Any) -> list[str]:
        """What a sample of all cuts breaks; empty when the promise holds."""
        cuts = every_cut(self.operations, TORN)
        sample = Random(20261123).sample(cuts, min(cuts_max, len(cuts)))
        return broken_by(self.operations, sample, oracle, place, JOURNAL, self.before, self.told_before, **expected)


@pytest.fixture
def stage(runs: KioskRuns, tmp_path: Path):
    """Records a plan on a disk that holds ``before``."""

    def play(plan: list[str], before: Image | None = None, told_before: Told = NOTHING, **order: object) -> Scene:
        folder = tmp_path / "stage"
        write_image(before or {}, folder)
        run, operations = record(runs, folder, JOURNAL, plan, settings=EARLY_CHECKPOINT, **order)
        assert (run.status, run.told.troubles) == (0, ()), run.words
        shutil.rmtree(folder)
        return Scene(operations, before or {}, told_before)

    return play


@pytest.fixture
def lived(runs: KioskRuns, tmp_path: Path):
    """The disk that a plan leaves behind when it ends, and what it told."""

    boots = itertools.count(1)

    def live(*plan: str, before: Image | None = None) -> tuple[Image, Told]:
        folder = tmp_path / "lived"
        write_image(before or {}, folder)
        run = runs.run(folder / JOURNAL, plan, boot=f"boot-before-{next(boots)}")
        assert (run.status, run.told.troubles) == (0, ()), run.words
        image = read_image(folder)
        shutil.rmtree(folder)
        return image, run.told

    return live


def test_every_rating_thanked_for_outlives_a_power_cut(stage, oracle, place):
    assert stage(LIFE).broken(oracle, place) == []


def test_what_was_signed_and_seen_of_the_public_log_outlives_a_power_cut(stage, lived, oracle, place):
    assert stage(SIGNING, *lived(*BEFORE_SIGNING)).broken(oracle, place, SIGNING_CUTS_MAX) == []


def test_power_cut_while_pruning_loses_nothing_that_the_collector_does_not_have(stage, lived, oracle, place):
    before, told = lived("open", "press:5", "close")

    scene = stage(
        ["stop", "open", "press:2", "acknowledge", "prune", "press:1", "acknowledge", "prune", "press:1"], before, told
    )

    assert scene.broken(oracle, place) == []


def test_power_cut_while_the_schema_is_brought_up_to_date_loses_nothing(stage, lived, oracle, place, monkeypatch):
    before, told = lived("open", "press:3", "close")

    scene = stage(["stop", "open", "press:1"], before, told, migrating=True)

    MUTANTS["migrating"](monkeypatch.setattr)
    assert scene.broken(oracle, place) == []


def test_power_cut_while_a_rolled_back_journal_is_continued_loses_nothing(stage, lived, oracle, place):
    older, told = lived("open", "press:3", "close")
    newer, _ = lived("open", "press:2", "close", before=older)

    scene = stage(["stop", "open", "press:1"], {**older, HEAD: newer[HEAD]}, told)

    assert scene.broken(oracle, place, continues=("rolled back",)) == []


def test_power_cut_while_a_damaged_journal_is_continued_loses_nothing_more(stage, lived, oracle, place):
    sound, told = lived("open", "press:6", "close")
    damaged, lost = one_byte_flipped_in_the_last_line(sound[JOURNAL])

    scene = stage(["stop", "open", "press:1"], {**sound, JOURNAL: damaged}, told.without(lost))

    assert scene.broken(oracle, place, continues=("damaged",)) == []


def test_power_cut_while_it_recovers_from_a_power_cut_loses_nothing(stage, oracle, place):
    life = stage(LIFE)
    cuts = every_cut(life.operations, torn=2)
    twice = Random(1).sample(cuts, 60 if LONG else 4)

    for cut, image, told in images(life.operations, twice, {}):
        again = stage(["stop", "open", "press:1"], image, told, boot="boot-again")
        assert again.broken(oracle, place, cuts_max=20, in_doubt_max=2) == [], f"the first cut was {cut}"


@pytest.mark.parametrize("mutant", ["synced less", "thanked early"])
def test_kiosk_that_breaks_the_promise_is_found_out(stage, oracle, place, mutant):
    broken = stage(LIFE, mutant=mutant).broken(oracle, place, cuts_max=60)

    assert any("thanked for, but not kept" in line for line in broken)


@pytest.mark.parametrize(
    ("mutant", "said"),
    [("synced less", "signed, but not kept"), ("log unsynced", "and here is"), ("evidence forgotten", "evidence")],
)
def test_kiosk_that_forgets_what_it_signed_or_saw_is_found_out(stage, lived, oracle, place, mutant, said):
    broken = stage(SIGNING, *lived(*BEFORE_SIGNING), mutant=mutant).broken(oracle, place, cuts_max=20)

    assert any(said in line for line in broken)


def test_kiosk_that_prunes_what_the_collector_does_not_have_is_found_out(stage, oracle, place):
    scene = stage(["stop", "open", "press:3", "acknowledge", "press:3", "prune"], mutant="pruned unacknowledged")

    at_the_end = [Cut(len(scene.operations), "keep")]
    (broken,) = broken_by(scene.operations, at_the_end, oracle, place, JOURNAL)
    assert "thanked for, but not kept" in broken


def one_byte_flipped_in_the_last_line(file: bytes) -> tuple[bytes, Press]:
    """The file with another level in its last rating, and that rating, which can no longer be proven."""
    *_, last = re.finditer(rb'\{"seq":\d+,[^}]*"kind":"rating"[^}]*\}', file)
    (press,) = presses_in([last[0]])
    place = last.start() + last[0].index(b'"level":') + len(b'"level":')
    return file[:place] + str(1 + press.level % 5).encode() + file[place + 1 :], press
