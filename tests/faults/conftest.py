"""Fixtures of the fault tests.

Each runs in a short form with every ``pytest`` (a seeded sample of the faults) and in
full with ``make faults``, which sets FAULTS=long.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.rig.kiosk_runs import KioskRuns
from tests.faults.rig.libraries import MODES, use_mode
from tests.faults.rig.oracle import Oracle
from tests.sync.collector.postgres import memory

LONG = os.environ.get("FAULTS") == "long"


@pytest.fixture(scope="session", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Each of the two ways a commit reaches the disk."""
    return str(request.param)


@pytest.fixture(scope="session")
def runs(mode: str) -> Iterator[KioskRuns]:
    """Kiosks in this mode, each in a process of its own."""
    with KioskRuns(mode) as started:
        yield started


@pytest.fixture
def place() -> Iterator[Path]:
    """Where disks are laid out that were left behind: in memory, where the kiosks that start on them wait for none."""
    with TemporaryDirectory(prefix="hailong-disks-", dir=memory()) as folder:
        yield Path(folder)


@pytest.fixture
def oracle(mode: str, monkeypatch: pytest.MonkeyPatch) -> Oracle:
    """The judge, in this mode."""
    use_mode(mode, monkeypatch.setattr)
    return Oracle(mode)
