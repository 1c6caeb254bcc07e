"""One engine instead of both, for modules whose questions do not reach the database; import the fixture."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh migrated SQLite file."""
    path = tmp_path / "collector.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"
