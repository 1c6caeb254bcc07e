"""The program is killed (SIGKILL) at any system call: what was thanked for is there at the next start."""

import shutil
import signal
from pathlib import Path
from random import Random

import pytest

from tests.faults.conftest import LONG
from tests.faults.rig.oracle import PromiseBroken
from tests.faults.rig.strikes import (
    CHANGING,
    CONTINUATION,
    FIRST_START,
    PRESS,
    PRUNING,
    START,
    Strike,
    census,
    strike_with,
    strikes,
)

pytestmark = pytest.mark.timeout(1800 if LONG else 120)

MOMENTS = [FIRST_START, START, CONTINUATION, PRESS, PRUNING]
STRIKES_MAX = 100_000 if LONG else 20


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name)
def test_killed_kiosk_has_kept_what_it_thanked_for(runs, oracle, moment, place):
    counted = census(runs, moment, place / "census")
    every = strikes(moment, counted, counted if LONG else CHANGING, "signal=SIGKILL")

    struck = [strike for strike in chosen(every) if is_killed(runs, oracle, strike, place / "disk")]

    assert len(struck) >= min(len(every), STRIKES_MAX) / 2


def chosen(every: list[Strike]) -> list[Strike]:
    return Random(20261123).sample(every, min(STRIKES_MAX, len(every)))


def is_killed(runs, oracle, strike: Strike, folder: Path) -> bool:
    run = strike_with(runs, strike.moment, folder / "journal.db", strike.tracer())
    assert run.status in (0, -signal.SIGKILL), (strike, run.words)
    try:
        oracle.require_kept(folder / "journal.db", run.told, continues=strike.moment.continues)
    except PromiseBroken as broken:
        raise PromiseBroken(f"{strike}: {broken}; it had said: {run.words}") from broken
    shutil.rmtree(folder)
    return run.status != 0
