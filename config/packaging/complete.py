"""Complete: a wheelhouse holds every wheel that its machine needs, and none that another one would.

Two installers are asked, neither of which may fetch anything: pip whether each wheel's tags fit that machine, uv
whether what hailong asks for there, by that machine's markers, is all in the folder.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from wheels import PROGRAMS, ROOT, Machine


def require_complete(wheelhouse: Path, machine: Machine, extras: tuple[str, ...], python: str) -> int:
    """Look at a finished archive; how many wheels are in it. Ends the program if one is missing, or one too many."""
    with tempfile.TemporaryDirectory() as unpacked:
        folder = Path(unpacked)
        with zipfile.ZipFile(wheelhouse) as archive:
            archive.extractall(folder)
        chosen = _chosen_by_pip(folder, machine, python)
        _resolve(folder, machine, extras, python)
        there = {path.name for path in folder.glob("*.whl") if not path.name.startswith("hailong-")}
    if there != chosen:
        raise SystemExit(f"{wheelhouse.name} has wheels that {machine.name} does not take: {sorted(there - chosen)}")
    return len(there) + 1


def _chosen_by_pip(folder: Path, machine: Machine, python: str) -> set[str]:
    """The wheels that pip would install there."""
    told = _run(
        sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--disable-pip-version-check",
        "--ignore-installed", "--no-deps", "--target", str(folder / "nowhere"), "--report", "-",
        *_from(folder), "--only-binary", ":all:", "--implementation", "cp", "--python-version", python,
        *(word for platform in machine.platforms for word in ("--platform", platform)),
        "--require-hashes", "-r", str(folder / "requirements.txt"),
    )  # fmt: skip
    return {unquote(Path(urlsplit(part["download_info"]["url"]).path).name) for part in json.loads(told)["install"]}


def _resolve(folder: Path, machine: Machine, extras: tuple[str, ...], python: str) -> None:
    """Have hailong's own needs met from the folder, as its description states them."""
    (own,) = folder.glob("hailong-*.whl")
    _run(
        str(PROGRAMS / "uv"), "pip", "install", "--dry-run", "--quiet", "--offline", "--no-cache", "--no-config",
        "--target", str(folder / "nowhere"), *_from(folder), "--only-binary", ":all:",
        "--python-platform", machine.runs_as, "--python-version", python,
        "--constraint", str(folder / "requirements.txt"), f"hailong[{','.join(extras)}] @ {own.as_uri()}",
    )  # fmt: skip


def _from(folder: Path) -> tuple[str, ...]:
    return ("--no-index", "--find-links", str(folder))


def _run(*command: str) -> str:
    ended = subprocess.run(command, cwd=ROOT, check=False, text=True, capture_output=True)
    if ended.returncode:
        raise SystemExit(f"this wheelhouse is not complete: {ended.stderr.strip()[-2000:]}")
    return ended.stdout
