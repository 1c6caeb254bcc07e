"""Fixtures that every part of the tests may use."""

import atexit
import gc
import os
import shutil
import sys
import tempfile

if os.environ.get("HAILONG_TESTS_SQLITE") == "python":
    # Debian's own, which kiosks and collectors without pysqlite3 have; before anything asks for it.
    sys.modules["pysqlite3"] = None  # type: ignore[assignment]

import pytest
from structlog.dev import ConsoleRenderer, plain_traceback

from tests.builders import FrozenClock

# Nobody's own data: what a collector of yesterday left in the folder that is usual for them is not the tests' to find.
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="hailong-nobodys-")
atexit.register(shutil.rmtree, os.environ["XDG_DATA_HOME"], ignore_errors=True)

# A fault in the log is told as Python tells it: with the values of all variables, as a developer's terminal would show
# it, one takes seconds.
ConsoleRenderer.get_active().exception_formatter = plain_traceback


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and what tests leave waits: the garbage collector need not look all the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
