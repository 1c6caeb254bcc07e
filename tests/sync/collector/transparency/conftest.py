"""An office whose collector keeps a log."""

from pathlib import Path

import pytest

from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.transparency.logs import Kept
from tests.sync.collector.transparency.restored import World, make_world


@pytest.fixture
def kept(office: Office, tmp_path: Path) -> Kept:
    return Kept(office, tmp_path / "log")


@pytest.fixture
def pen(office: Office) -> Pen:
    """A journal that the collector has."""
    pen = Pen()
    pen.opened()
    pen.rating()
    office.append(pen)
    return pen


@pytest.fixture
def world(kept: Kept, office: Office, pen: Pen, tmp_path: Path) -> World:
    """A log of two days, of which the first is in the backup."""
    return make_world(kept, office, pen, tmp_path)
