"""Memory: a process that serves for months keeps nothing that grows with what people and kiosks send."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sync.collector.drawing import templates

ROOT = Path(__file__).parents[4]
SERVING = ("sync/collector", "sync/protocol", "kiosk/base", "kiosk/domain")
BOUNDED_BY = {
    "sync/collector/api/middleware.py:_meters": "routes and the statuses that they answer with",
    "sync/collector/drawing/theme_css.py:theme_css": "the themes of the program",
    "sync/collector/export/paper.py:_fonts": "one set of fonts",
    "sync/collector/fleet/kiosks/status.py:_copies": "the two engines",
    "sync/collector/fleet/kiosks/status.py:_known": "the two engines",
    "sync/collector/fleet/rollouts/effective.py:_one_base": "one statement",
    "sync/collector/fleet/rollouts/effective.py:select_bases": "one statement",
    "sync/collector/fleet/surveys/library.py:_shipped": "one dictionary",
    "sync/collector/store/bulk.py:_plain_type": "columns of the program's tables",
    "sync/collector/store/bulk.py:_row_statement": "the statements of the program",
    "sync/collector/store/bulk.py:_update_statement": "the statements of the program, in three sizes",
    "sync/collector/store/bulk.py:is_spread": "the program's tables",
    "kiosk/base/memory.py:_library": "one library",
    "kiosk/base/public_days.py:public_days": "the countries that are shipped",
    "kiosk/base/texts.py:texts": "the languages of the program and of the office's surveys",
}
"""Every function that remembers without a limit, and what there are few of."""


def unlimited(file: Path) -> Iterator[str]:
    """The functions of a file that remember what they returned, for however many arguments."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(map(_is_unlimited, node.decorator_list)):
            yield f"{file.relative_to(ROOT)}:{node.name}"


def _is_unlimited(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Name("cache") | ast.Attribute(attr="cache"):
            return True
        case ast.Call(ast.Name("lru_cache"), args, keywords):
            given = [*args, *(each.value for each in keywords if each.arg == "maxsize")]
            return any(isinstance(each, ast.Constant) and each.value is None for each in given)
    return False


def test_whatever_remembers_without_a_limit_has_few_things_to_remember() -> None:
    files = [file for folder in SERVING for file in (ROOT / folder).rglob("*.py")]

    assert sorted(name for file in files for name in unlimited(file)) == sorted(BOUNDED_BY)


def test_pictures_that_surveys_name_are_forgotten_again() -> None:
    for number in range(templates.DRAWINGS_MAX + 50):
        templates.drawing("faces", f"none-{number}")

    assert templates.drawing.cache_info().currsize == templates.DRAWINGS_MAX


def test_nothing_is_hashed_when_the_program_is_loaded() -> None:
    """An Argon2 hash takes 64 MB, which a process never gives back."""
    hashed = "import argon2; argon2.PasswordHasher.hash = None; import sync.collector.people.passwords; print('loaded')"

    said = subprocess.run([sys.executable, "-c", hashed], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert said.stdout == "loaded\n", said.stderr
