"""Deb: a Debian package around a Python of its own, the same bytes from the same sources."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from interpreter import Interpreter
from reproducible import rewrite_records, settle, size_kb, write_byte_code
from wheels import PROGRAMS, ROOT, run

CONFIG = ROOT / "config"
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
UNUSED = ("*/kivy/tools", "*/kivy/tests", "*/kivy/lib/gstplayer", "*/greenlet/tests", "hailong/assets/readme")
"""Left out of the libraries and of our own files."""
DOCUMENTS = (
    "README.md", "SECURITY.md", "CHANGELOG.md",
    "config/OPERATIONS.md", "config/HUONG-DAN-NHANH.md", "config/SO-LIEU.md",
    "config/KIEMTOAN.md", "config/audit/hailong-verify.py",
)  # fmt: skip
"""The documents that lie on the machine, side by side."""


@dataclass(frozen=True)
class Package:
    """One of our two Debian packages."""

    name: str
    command: str
    extras: tuple[str, ...]
    """Of hailong's own wheel."""
    enabled: tuple[str, ...]
    """Units that start with the machine."""
    units: tuple[str, ...]
    """Every unit file."""
    programs: tuple[str, ...]
    """Scripts that its units start."""
    files: tuple[tuple[str, str], ...]
    """Further files, as (below config/, on the machine)."""
    data: tuple[str, ...]
    """Its folders below /var/lib/hailong."""
    groups: tuple[str, ...] = ()
    """Which the user hailong joins."""
    offered: tuple[str, ...] = ()
    """Units that are off until the office enables them."""

    @property
    def home(self) -> Path:
        """Where the programs lie on the machine."""
        return Path("/usr/lib") / self.name

    @property
    def words(self) -> dict[str, str]:
        """What stands in its scripts for @WORD@."""
        return {
            "PACKAGE": self.name,
            "COMMAND": self.command,
            # The upgrade does not stop itself.
            "UNITS": " ".join(unit for unit in self.units if unit != "hailong-update.service"),
            "ENABLED": " ".join(self.enabled),
            "OFFERED": " ".join(self.offered),
            "GROUPS": " ".join(self.groups),
            "DATA": " ".join(f"/var/lib/hailong/{folder}" for folder in self.data),
        }

    @property
    def documents(self) -> Path:
        """Where the documents lie on the machine."""
        return Path("/usr/share/doc") / self.name


KIOSK = Package(
    "hailong-kiosk", "kiosk", ("kiosk", "sqlite"),
    enabled=("hailong-screen.service", "hailong-kiosk.service", "hailong-agent.service", "hailong-maintenance.timer"),
    units=("hailong-screen.service", "hailong-kiosk.service", "hailong-agent.service",
           "hailong-maintenance.service", "hailong-maintenance.timer",
           "hailong-update.service", "hailong-update.timer"),
    programs=("follow-ring", "nightly", "update"),
    files=(
        ("machine/20-hailong.conf", "/etc/X11/xorg.conf.d/20-hailong.conf"),
        ("machine/logind-hailong.conf", "/etc/systemd/logind.conf.d/hailong.conf"),
        ("machine/60-hailong-sysctl.conf", "/etc/sysctl.d/60-hailong.conf"),
        ("machine/98-hailong-touch.rules", "/etc/udev/rules.d/98-hailong-touch.rules"),
        ("machine/70-hailong-stick.rules", "/usr/lib/udev/rules.d/70-hailong-stick.rules"),
        ("machine/usb-storage-only.rules", "/usr/share/doc/hailong-kiosk/examples/usb-storage-only.rules"),
        ("machine/usbguard-rules.conf", "/usr/share/doc/hailong-kiosk/examples/usbguard-rules.conf"),
    ),
    data=("kiosk", "backup", "kivy"),
    groups=("video", "render", "audio"),
    offered=("hailong-update.timer",),
)  # fmt: skip
COLLECTOR = Package(
    "hailong-collector", "collector", ("collector", "postgres", "sqlite", "parquet", "oidc", "tracing"),
    enabled=("hailong-collector.service",),
    units=("hailong-collector.service", "hailong-witness.service"),
    programs=(),
    files=(
        ("proxy/nginx.conf", "/usr/share/doc/hailong-collector/examples/nginx.conf"),
        ("proxy/Caddyfile", "/usr/share/doc/hailong-collector/examples/Caddyfile"),
        ("proxy/postgresql.conf", "/usr/share/doc/hailong-collector/examples/postgresql.conf"),
    ),
    data=("collector",),
    offered=("hailong-witness.service",),
)  # fmt: skip


class Tree:
    """The package's files, being put together in a folder that stands for the machine's root."""

    def __init__(self, package: Package, folder: Path) -> None:
        self._package = package
        self.root = folder / package.name
        shutil.rmtree(self.root, ignore_errors=True)
        self._home = self.at(package.home)

    def at(self, path: Path | str) -> Path:
        """The place of a path of the machine's."""
        return self.root / str(path).lstrip("/")

    @property
    def python(self) -> Path:
        """The interpreter among the files; it runs here as it does there."""
        return self._home / "bin" / "python3"

    def put_python(self, interpreter: Interpreter, wheels: Path, own: Path) -> None:
        """The interpreter, every library of the lock, and hailong itself."""
        interpreter.unpack(self._home / "python")
        (self._home / "bin").mkdir()
        self.python.symlink_to(f"../python/bin/python{interpreter.python}")
        self._configure(self._home / "python" / "bin")
        install = [PROGRAMS / "uv", "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps"]
        target = ["--python", self.python, "--find-links", wheels, "--link-mode", "copy"]
        run(*install, *target, "--require-hashes", "-r", wheels / "requirements.txt")
        run(*install, *target, own)
        self._tidy()
        libraries = self._home / "lib"
        rewrite_records(libraries / f"python{interpreter.python}" / "site-packages")
        write_byte_code(self.python, self.root, (self._home / "python" / "lib", libraries))

    def put_files(self) -> None:
        """Commands, units, settings and documents."""
        package = self._package
        self._configure(package.home / "python" / "bin")
        self._put_program()
        self._write(f"/usr/bin/{package.command}", self._filled(CONFIG / "debian" / "run-as-hailong"), 0o755)
        for unit in package.units:
            self._copy(CONFIG / "systemd" / unit, f"/usr/lib/systemd/system/{unit}")
        for ours, theirs in package.files:
            self._copy(CONFIG / ours, theirs)
        settings = (CONFIG / f"{package.command}.toml").read_text("utf-8")
        there = settings.replace('#data_dir = "/var/lib/hailong"', 'data_dir = "/var/lib/hailong"')
        if there == settings:
            raise SystemExit(f"config/{package.command}.toml no longer names the folder of the data")
        self._write(f"/etc/hailong/{package.command}.toml", there)
        for document in DOCUMENTS:
            self._copy(ROOT / document, f"{package.documents}/{Path(document).name}")
        self._write(f"{package.documents}/copyright", _copyright(self._home))
        for program in package.programs:
            self._copy(CONFIG / "debian" / package.command / program, f"{package.home}/bin/{program}", 0o755)

    def pack(self, interpreter: Interpreter, version: str, epoch: int, to: Path, packing: tuple[str, ...]) -> Path:
        """The package in ``to``; ``packing`` is how dpkg-deb compresses it."""
        control = self.root / "DEBIAN"
        control.mkdir()
        size = size_kb(self.root)
        fields = (CONFIG / "debian" / self._package.command / "control").read_text("utf-8")
        filled = {"VERSION": version, "SIZE": str(size), "PYTHON": ", ".join(interpreter.depends)}
        (control / "control").write_text(fill(fields, filled), "utf-8")
        for name in SCRIPTS:
            self._write(f"/DEBIAN/{name}", self._filled(CONFIG / "debian" / name), 0o755)
        shutil.copy(CONFIG / "debian" / self._package.command / "templates", control / "templates")
        settings = sorted(
            f"/{path.relative_to(self.root)}" for path in (self.root / "etc").rglob("*") if path.is_file()
        )
        (control / "conffiles").write_text("".join(f"{path}\n" for path in settings))
        settle(self.root, epoch)
        deb = to / f"{self._package.name}_{version}_amd64.deb"
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", *packing, "--build", str(self.root), str(deb)],
            env=os.environ | {"SOURCE_DATE_EPOCH": str(epoch)}, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return deb

    def _configure(self, python_home: Path) -> None:
        """Make the folder a virtual environment of the interpreter beside it."""
        lines = f"home = {python_home}\ninclude-system-site-packages = false\n"
        (self._home / "pyvenv.cfg").write_text(lines)

    def _tidy(self) -> None:
        """Leave nothing that the machine does not need, or that names the folder it was made in."""
        for program in (self._home / "bin").iterdir():
            if program != self.python:
                program.unlink()
        for unused in UNUSED:
            for path in list(self._home.rglob(unused)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.rmtree(self._home / "share" / "kivy-examples", ignore_errors=True)
        for record in (*self._home.rglob("direct_url.json"), *self._home.rglob("uv_cache.json")):
            record.unlink()
        (self._home / ".lock").unlink(missing_ok=True)
        for cache in list(self._home.rglob("__pycache__")):
            shutil.rmtree(cache)
        for extension in self._home.rglob("*.so*"):
            extension.chmod(0o644)

    def _put_program(self) -> None:
        module = {"kiosk": "kiosk.commands.main", "collector": "sync.collector.commands.main"}[self._package.command]
        lines = f"#!{self._package.home}/bin/python3 -I\nfrom {module} import main\n\nmain()\n"
        self._write(f"{self._package.home}/bin/{self._package.command}", lines, 0o755)

    def _filled(self, file: Path) -> str:
        return fill(file.read_text("utf-8"), self._package.words)

    def _copy(self, file: Path, to: str, mode: int = 0o644) -> None:
        self._write(to, file.read_text("utf-8"), mode)

    def _write(self, to: str, text: str, mode: int = 0o644) -> None:
        path = self.at(to)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)


def fill(text: str, words: dict[str, str]) -> str:
    """Put a package's own words into a text."""
    filled = re.sub(r"@([A-Z]+)@", lambda found: words[found[1]], text)
    # A package without groups of its own leaves an empty list behind.
    return filled.replace("for group in ; do", "for group in hailong; do")


def _copyright(home: Path) -> str:
    python = (home / "python" / "copyright").read_text("utf-8")
    libraries = f"Each library's licence lies in {home.name}'s lib/python*/site-packages/*.dist-info."
    own = (ROOT / "LICENSE").read_text("utf-8")
    letters = (
        "Their licences lie beside them, in share/hailong/assets/fonts and share/hailong/assets/web/fonts (OFL*.txt)."
    )
    bundled = f"Bundled fonts\n\n{letters}\n\nBundled libraries\n\n{libraries}\n\nBundled interpreter\n\n{python}"
    return f"hailong\n\n{own}\n\n{bundled}"
