"""Builds what is installed: two Debian packages, wheels for other machines, and lists of parts and licences.

``make packages`` runs it. Everything it needs is fetched once into build/fetched and checked against the lock;
a second build works without a network, and from the same sources gives the same bytes.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from complete import require_complete
from deb import COLLECTOR, KIOSK, Package, Tree
from interpreter import Interpreter
from licences import write_checksums, write_licences, write_parts_list
from wheels import AMD64, ARM64, ROOT, WINDOWS, build_own, fetch, run, write_wheelhouse

FETCHED = ROOT / "build" / "fetched"
TREES = ROOT / "build" / "trees"
PACKAGES = ROOT / "build" / "packages"
PYTHONS = ("3.11", "3.12", "3.13")
"""Those that Kivy has wheels for."""


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description="Builds the packages into build/packages.")
    options.add_argument("--revision", help="a further build of the same version, such as 2, with newer parts")
    options.add_argument("--only", choices=("deb", "wheels"), help="leave the other kind out")
    options.add_argument("--quick", action="store_true", help="pack loosely: for a trial, not for a network")
    options.add_argument("--to", type=Path, default=PACKAGES, metavar="DIR", help="instead of build/packages")
    chosen = options.parse_args()
    os.umask(0o022)  # the rights of files are part of their packages
    version = _version() + (f"-{chosen.revision}" if chosen.revision else "")
    shutil.rmtree(chosen.to, ignore_errors=True)
    chosen.to.mkdir(parents=True)
    own = build_own(FETCHED / "own", _epoch())
    python, packing = _python(), ("-Zgzip", "-z1") if chosen.quick else ("-Zxz",)
    if chosen.only != "wheels":
        for package in (KIOSK, COLLECTOR):
            _build_deb(package, Interpreter(FETCHED / f"python{python}", python), own, version, chosen.to, packing)
    if chosen.only != "deb":
        for machine, package in ((ARM64, KIOSK), (ARM64, COLLECTOR), (WINDOWS, KIOSK)):
            # pysqlite3 has wheels for amd64 alone; the journal is as safe, but slower, with the system's own SQLite.
            extras = tuple(extra for extra in package.extras if extra != "sqlite")
            wheels = fetch(FETCHED / f"{package.name}-{machine.name}-{python}", machine, extras, python)
            archive = chosen.to / f"{package.name}_{version}_{machine.name}_wheels.zip"
            write_wheelhouse(archive, wheels, own, machine, extras, python, version)
            require_complete(archive, machine, extras, python)
            _tell(archive)
    write_checksums(chosen.to)
    _tell(chosen.to / "SHA256SUMS")


def _build_deb(
    package: Package, interpreter: Interpreter, own: Path, version: str, to: Path, packing: tuple[str, ...]
) -> None:
    interpreter.fetch()
    wheels = fetch(
        FETCHED / f"{package.name}-{AMD64.name}-{interpreter.python}", AMD64, package.extras, interpreter.python
    )
    tree = Tree(package, TREES)
    tree.put_python(interpreter, wheels, own)
    name = f"{package.name}_{version}"
    parts = write_parts_list(to / f"{name}.cdx.json", tree.python, f"python{interpreter.python}", interpreter.version)
    write_licences(to / f"{name}_licences.csv", parts)
    tree.put_files()
    _tell(tree.pack(interpreter, version, _epoch(), to, packing))


def _python() -> str:
    """The Python to take along: the one that runs this if Debian has packages of it, else one that Kivy knows."""
    mine = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (mine, *PYTHONS):
        shown = subprocess.run(["apt-cache", "show", f"python{python}-minimal"], capture_output=True, check=False)
        if python in PYTHONS and shown.returncode == 0:
            return python
    raise SystemExit(f"apt knows none of Python {', '.join(PYTHONS)}: run apt-get update, or build on Debian 12 or 13")


def _version() -> str:
    about: dict[str, str] = {}
    exec((ROOT / "kiosk" / "__about__.py").read_text("utf-8"), about)  # noqa: S102 - our own two lines
    return about["VERSION"]


def _epoch() -> int:
    """The time that every file gets: the last commit's, or what SOURCE_DATE_EPOCH says."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct"))


def _tell(file: Path) -> None:
    print(f"{file.stat().st_size / 1_000_000:6.1f} MB  {file}")  # noqa: T201 - a program of the command line


if __name__ == "__main__":
    main()
