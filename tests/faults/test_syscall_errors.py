"""The disk answers with an error, once or from now on, at any system call: told honestly, and healed by itself."""

import shutil
from pathlib import Path
from random import Random

import pytest

from tests.faults.conftest import LONG
from tests.faults.rig.kiosk_runs import KioskRuns, Run
from tests.faults.rig.oracle import Oracle, PromiseBroken, Whys, require
from tests.faults.rig.strikes import (
    CONTINUATION,
    FIRST_START,
    PRESS,
    PRUNING,
    START,
    Moment,
    Strike,
    census,
    strike_with,
    strikes,
)

pytestmark = pytest.mark.timeout(3600 if LONG else 120)

WRITING = frozenset(
    [
        "openat",
        "write",
        "pwrite64",
        "ftruncate",
        "fallocate",
        "fsync",
        "fdatasync",
        "unlink",
        "unlinkat",
        "rename",
        "renameat",
        "renameat2",
        "mkdir",
    ]
)
SYNCS = frozenset({"fsync", "fdatasync"})
SHORT = frozenset({"write", "pwrite64"})
FAULTS = ("error=EIO", "error=ENOSPC", "error=EROFS", "retval=0")
"""``retval=0``: the call claims success and has written nothing, the shortest of short writes."""
MOMENTS = [FIRST_START, START, CONTINUATION, PRUNING, PRESS]
STRIKES_MAX = 100_000 if LONG else 8


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name)
def test_error_that_comes_once_loses_nothing(runs, oracle, moment, tmp_path):
    for strike in sampled(every_strike(runs, moment, tmp_path, lasts=False)):
        run = struck(runs, oracle, strike, tmp_path / "disk")

        # Three tries, and a journal that could not be opened is opened with the press: no citizen hears of it.
        assert run.told.refused == (), (strike, run.words)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name)
def test_error_that_lasts_loses_nothing_and_is_told(runs, oracle, moment, tmp_path):
    for strike in sampled(every_strike(runs, moment, tmp_path, lasts=True)):
        run = struck(runs, oracle, strike, tmp_path / "disk")

        if moment is PRESS:
            # At the second stop the disk is well again: the same program goes on by itself.
            assert run.told.kept[-2:] == run.told.pressed[-2:], (strike, run.words)


@pytest.mark.parametrize("limit_kib", range(4, 52, 4) if LONG else [8, 24, 40])
def test_short_write_loses_nothing(runs, oracle, limit_kib, tmp_path):
    """A limit on the size of files cuts the write that crosses it short, and refuses those behind it."""
    # Not on a sector's border: the write that is cut leaves a torn page behind.
    run = strike_with(runs, PRESS, tmp_path / "disk" / "journal.db", None, file_bytes_max=limit_kib * 1024 + 700)

    require_kept(oracle, run, "a short write", tmp_path / "disk")
    assert run.told.kept[-2:] == run.told.pressed[-2:], run.words


# With a write-ahead log a commit that raised is undone when its connection is closed: nothing is there to be doubled.
@pytest.mark.parametrize("mode", ["truncate"], indirect=True)
def test_press_that_is_written_again_without_looking_is_found_out(runs, oracle, tmp_path):
    def all_syncs_struck() -> None:
        for strike in every_strike(runs, PRESS, tmp_path, lasts=False):
            if strike.call in SYNCS:
                struck(runs, oracle, strike, tmp_path / "disk", mutant="written again unseen")

    with pytest.raises(PromiseBroken, match="kept more than once"):
        all_syncs_struck()


def every_strike(runs: KioskRuns, moment: Moment, folder: Path, *, lasts: bool) -> list[Strike]:
    """Every fault at every call of the moment that may change the disk."""
    counted = census(runs, moment, folder / "census")
    shutil.rmtree(folder / "census")
    return [
        strike
        for fault in FAULTS
        for strike in strikes(moment, counted, SHORT if fault == "retval=0" else WRITING, fault, lasts)
    ]


def sampled(every: list[Strike]) -> list[Strike]:
    return Random(20261123).sample(every, min(STRIKES_MAX, len(every)))


def struck(runs: KioskRuns, oracle: Oracle, strike: Strike, folder: Path, **order: object) -> Run:
    """The run, once it is shown that it kept its promises; its disk is gone."""
    run = strike_with(runs, strike.moment, folder / "journal.db", strike.tracer(), **order)
    # A head file that cannot be opened says nothing, lest a bad sector there stop the kiosk for ever: that a journal
    # was rolled back shows then against the collector's copy alone.
    unseen = (None,) if strike.call == "openat" else ()
    require_kept(oracle, run, str(strike), folder, (*strike.moment.continues, *unseen))
    return run


def require_kept(oracle: Oracle, run: Run, fault: str, folder: Path, continues: Whys = (None,)) -> None:
    try:
        require(run.status == 0, "it broke down instead of saying what is wrong")
        oracle.require_kept(folder / "journal.db", run.told, continues=continues)
    except PromiseBroken as broken:
        raise PromiseBroken(f"{fault}: {broken}; it had said: {run.words}") from broken
    finally:
        shutil.rmtree(folder)
