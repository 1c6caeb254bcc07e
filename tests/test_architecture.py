"""The import rules of pyproject.toml hold, and they would notice if they were broken."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


def test_import_contracts_are_kept():
    linted = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("kiosk/flow.py", "import sync.protocol"),
        ("kiosk/journal/chain.py", "import kivy"),
        ("sync/collector/replica/ingest.py", "import kivy"),
        ("kiosk/domain/visit/rating.py", "import kiosk.base.texts"),
        ("sync/agent/upload.py", "import requests"),
        ("sync/collector/replica/tally.py", "import fastapi"),
    ],
)
def test_broken_contract_is_noticed(tmp_path, file, line):
    for name in ("kiosk", "sync", "pyproject.toml"):
        subprocess.run(["cp", "-r", str(ROOT / name), str(tmp_path)], check=True)
    path = tmp_path / file
    path.write_text(path.read_text() + f"\n{line}\n")

    linted = subprocess.run(LINT, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert "BROKEN" in linted.stdout, linted.stdout + linted.stderr


def test_domain_uses_the_standard_library_only():
    strangers = {
        (path.name, module)
        for path in (ROOT / "kiosk" / "domain").glob("*.py")
        for module in imported(path)
        if module not in sys.stdlib_module_names and module != "kiosk"
    }

    assert strangers == set()


def test_only_the_screen_imports_kivy():
    importers = {
        path.relative_to(ROOT).parts[:2]
        for package in ("kiosk", "sync")
        for path in (ROOT / package).rglob("*.py")
        if "kivy" in imported(path)
    }

    assert importers == {("kiosk", "ui")}


def test_kiosk_package_itself_imports_nothing():
    assert imported(ROOT / "kiosk" / "__init__.py") == set()


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
