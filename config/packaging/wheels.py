"""Wheels: what the lock file names, for one kind of machine, fetched once and checked against its hashes."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
SINCE_1980 = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same sources give the same bytes."""
INSTALL = """\
hailong {version}, {extras}, for {machine}, Python {python}; no network is needed.

    python -m venv hailong
    hailong/bin/pip install --no-index --find-links . --require-hashes -r requirements.txt
    hailong/bin/pip install --no-index --no-deps {wheel}

Under Windows the programs lie in hailong\\Scripts instead of hailong/bin.
"""


@dataclass(frozen=True)
class Machine:
    """A kind of machine, in the words of uv and of pip."""

    name: str
    resolves_as: str
    runs_as: str
    """The oldest that is promised: Debian 12 has glibc 2.36, Ubuntu 22.04 has 2.35."""
    platforms: tuple[str, ...]


LINUX = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
OLD_LINUX = ("manylinux_2_12", "manylinux_2_5", "manylinux2010", "manylinux1")
"""That there were before arm64."""
AMD64 = Machine("linux-x86_64", "x86_64-manylinux_2_28", "x86_64-manylinux_2_34",
                tuple(f"{each}_x86_64" for each in (*LINUX, *OLD_LINUX)))  # fmt: skip
ARM64 = Machine("linux-aarch64", "aarch64-manylinux_2_28", "aarch64-manylinux_2_34",
                tuple(f"{each}_aarch64" for each in LINUX))  # fmt: skip
WINDOWS = Machine("windows-amd64", "x86_64-pc-windows-msvc", "x86_64-pc-windows-msvc", ("win_amd64",))


def run(*command: str | Path, **environment: str) -> str:
    """Run a command in the checkout; what it prints."""
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT, env=os.environ | environment, check=True, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return ended.stdout


def fetch(folder: Path, machine: Machine, extras: tuple[str, ...], python: str) -> Path:
    """Every wheel of the lock that these extras need there, beside a ``requirements.txt`` with their hashes.

    What is there already is not fetched again, so that a second build needs no network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted, lock, seen = folder / "requirements.txt", ROOT / "requirements.lock", folder / "lock.sha256"
    # By what is in them: a fresh checkout of the same lock is a newer file, and need not be fetched for.
    locked = _hash_of(lock, ROOT / "pyproject.toml")
    if wanted.is_file() and seen.is_file() and seen.read_text("utf-8") == locked:
        return folder
    wanted.unlink(missing_ok=True)
    for older in (*folder.glob("*.whl"), *folder.glob("*.tar.gz")):
        older.unlink()
    resolved = folder / "requirements.new"
    # Resolved for that machine: pip would take the markers of this one, and leave out what only Windows needs.
    run(
        PROGRAMS / "uv", "pip", "compile", "pyproject.toml", "--constraint", lock, "--quiet",
        *(word for extra in extras for word in ("--extra", extra)),
        "--python-platform", machine.resolves_as, "--python-version", python, "--generate-hashes",
        "--no-emit-index-url", "--no-header", "--no-annotate", "--output-file", resolved,
    )  # fmt: skip
    run(
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--require-hashes", "--python-version", python, "--implementation", "cp",
        *(word for platform in machine.platforms for word in ("--platform", platform)),
        "--dest", folder, "-r", resolved,
    )  # fmt: skip
    for sources in folder.glob("*.tar.gz"):
        _build_pure(sources, resolved)
    resolved.rename(wanted)
    seen.write_text(locked, "utf-8")
    return folder


def _hash_of(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _build_pure(sources: Path, wanted: Path) -> None:
    """Put the wheel of a library that is published as sources only in its place, and its hash beside theirs."""
    before = set(sources.parent.glob("*.whl"))
    # Its builder writes its own version into the wheel: the locked one.
    run(
        PROGRAMS / "uv", "build", "--wheel", "--quiet", "--build-constraints", ROOT / "requirements.lock",
        "--require-hashes", "--out-dir", sources.parent, sources, SOURCE_DATE_EPOCH="315532800", TZ="UTC",
    )  # fmt: skip
    (wheel,) = set(sources.parent.glob("*.whl")) - before
    if not wheel.name.endswith("-any.whl"):
        raise SystemExit(f"{wheel.name} is for this machine only: {sources.name} must come as a wheel")
    name = re.escape(sources.name.split("-")[0])
    hashed = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lines = wanted.read_text("utf-8")
    wanted.write_text(re.sub(rf"^({name}==\S+) ", rf"\1 --hash=sha256:{hashed} ", lines, flags=re.MULTILINE), "utf-8")
    sources.unlink()


def build_own(folder: Path, epoch: int) -> Path:
    """hailong's own wheel, the same bytes from the same sources."""
    folder.mkdir(parents=True, exist_ok=True)
    for older in folder.glob("hailong-*.whl"):
        older.unlink()
    run(
        PROGRAMS / "uv", "build", "--wheel", "--no-build-isolation", "--quiet", "--offline", "--out-dir", folder,
        SOURCE_DATE_EPOCH=str(epoch), UV_PYTHON=sys.executable,
    )  # fmt: skip
    (wheel,) = folder.glob("hailong-*.whl")
    return wheel


def write_wheelhouse(
    to: Path, wheels: Path, own: Path, machine: Machine, extras: tuple[str, ...], python: str, version: str
) -> None:
    """One archive that installs without a network."""
    told = INSTALL.format(
        version=version, extras=" and ".join(extras), machine=machine.name, python=python, wheel=own.name
    )
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("INSTALL.txt", SINCE_1980), told)
        for file in sorted([*wheels.glob("*.whl"), wheels / "requirements.txt", own]):
            archive.writestr(zipfile.ZipInfo(file.name, SINCE_1980), file.read_bytes())
