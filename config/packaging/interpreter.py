"""Interpreter: Debian's own Python, from its signed packages, put where no later Debian replaces it.

The kiosk's screen needs a Python that Kivy has wheels for, and a machine's own Python changes with each release of
the distribution. Debian's build is taken whole, so that its security fixes come with each new build of ours; the
libraries it links (OpenSSL, libffi) stay the distribution's and are mended by the distribution.
"""

import re
import shutil
import subprocess
from pathlib import Path

from wheels import run

PARTS = ("python{0}-minimal", "libpython{0}-minimal", "libpython{0}-stdlib")
UNUSED = (
    "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "test", "pydoc_data", "config-*", "distutils",
    "lib-dynload/_curses*", "lib-dynload/readline*", "lib-dynload/nis*", "lib-dynload/_dbm*", "lib-dynload/_gdbm*",
    "lib-dynload/_test*", "lib-dynload/_xx*", "lib-dynload/xxlimited*", "lib-dynload/ossaudiodev*",
)  # fmt: skip
"""Left out, and with them what they alone need of the system."""
NEEDED_BY_UNUSED = ("libncursesw6", "libtinfo6", "libreadline8", "libdb5.3", "libnsl2", "libtirpc3", "media-types")


class Interpreter:
    """Debian's packages of one Python version, fetched into a folder."""

    def __init__(self, folder: Path, python: str) -> None:
        self._folder = folder
        self.python = python

    def fetch(self) -> None:
        """Have the packages; apt checks their signatures. What is there already is not fetched again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        missing = [name for name in self._names if not self._found(name)]
        if missing:
            subprocess.run(["apt-get", "download", "-qq", *missing], cwd=self._folder, check=True)

    @property
    def version(self) -> str:
        """As Debian counts it."""
        return self._field(self._names[0], "Version")

    @property
    def depends(self) -> list[str]:
        """What it needs of the distribution, as Debian found out, less what only left-out modules need."""
        wanted = ", ".join(self._field(name, "Depends") for name in self._names).split(", ")
        own = {name for name in wanted if name.startswith(("libpython", "python"))}
        return sorted({each for each in wanted if each.split(" ")[0] not in NEEDED_BY_UNUSED} - own)

    def unpack(self, to: Path) -> None:
        """``to/bin/pythonX.Y`` and ``to/lib/pythonX.Y``, which find each other wherever ``to`` is."""
        whole = to.with_name("whole")
        whole.mkdir(parents=True)
        for name in self._names:
            run("dpkg-deb", "--extract", self._found(name)[0], whole)
        (to / "bin").mkdir(parents=True)
        (to / "lib").mkdir()
        shutil.copy2(whole / "usr" / "bin" / f"python{self.python}", to / "bin")
        library = to / "lib" / f"python{self.python}"
        shutil.copytree(whole / "usr" / "lib" / f"python{self.python}", library, symlinks=True)
        for unused in UNUSED:
            for path in library.glob(unused):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        # Debian's asks for a report when a program fails; this one's failures are in the journal.
        (library / "sitecustomize.py").unlink(missing_ok=True)
        shutil.copy2(whole / "usr" / "share" / "doc" / f"python{self.python}-minimal" / "copyright", to / "copyright")
        shutil.rmtree(whole)

    @property
    def _names(self) -> list[str]:
        return [part.format(self.python) for part in PARTS]

    def _found(self, name: str) -> list[Path]:
        return sorted(self._folder.glob(f"{name}_*.deb"))[-1:]

    def _field(self, name: str, field: str) -> str:
        return re.sub(r"\s+", " ", run("dpkg-deb", "--field", self._found(name)[0], field)).strip()
