"""Reproducible: two builds of the same sources give the same bytes, whoever builds them, where and when."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from wheels import run

NO_PYTHON = "bad_coding|badsyntax|lib2to3"
"""Files that are no valid Python: a library's own test data."""


def rewrite_records(libraries: Path) -> None:
    """Let each library's RECORD name what is there and nothing else, in one order.

    The installer's also names programs, with checksums over the path of the folder they were made in, and its own
    notes of when that was; both are taken out of the package.
    """
    for record in libraries.glob("*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as file:
            lines = [line for line in csv.reader(file) if line and (libraries / line[0]).is_file()]
        with record.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(sorted(lines))


def write_byte_code(python: Path, root: Path, folders: Iterable[Path]) -> None:
    """Byte code beside each file below ``root``, which stands for the machine's root: it is taken without a look.

    The machine's user cannot write it, and a start would be slow without.
    """
    # -B, or what this very process imports is compiled by the way: bound to the time of the file, which then changes,
    # so that every start would compile it again.
    compiler = (python, "-B", "-I", "-m", "compileall", "-q", "-f", "-x", NO_PYTHON)
    run(*compiler, "-s", root, "-p", "/", "--invalidation-mode", "unchecked-hash", *folders)


def settle(root: Path, epoch: int) -> None:
    """Rights and times that do not depend on who built this, and when."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def size_kb(root: Path) -> int:
    """Of all files; a folder's own size depends on the disk it lies on."""
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink()) // 1024
