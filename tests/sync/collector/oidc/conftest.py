"""One engine: what is asked of the database here is asked of both elsewhere."""

from pathlib import Path

import pytest


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    path = tmp_path / "oidc.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"
