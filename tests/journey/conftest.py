"""A real collector and a real kiosk that is enrolled there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveCollector, LiveKiosk, live_collector
from tests.moving import made
from tests.sync.collector.sharing import compiled_once, one_loop, quick_hashes  # noqa: F401 - fixtures


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[LiveCollector]:
    """Running on loopback."""
    with live_collector(tmp_path / "collector") as running:
        yield running


@pytest.fixture
def kiosk(tmp_path: Path, collector: LiveCollector) -> Iterator[LiveKiosk]:
    """Its app runs; its agent is called by the test."""
    kiosk = LiveKiosk(tmp_path / "kiosk").start()
    kiosk.enroll(collector)
    yield kiosk
    kiosk.stop()


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[LiveCollector]:
    """Another machine; its collector is given its data by the test."""
    there = LiveCollector(made(tmp_path / "there"))
    yield there
    there.stop()
