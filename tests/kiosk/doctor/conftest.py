"""A kiosk's settings over a folder, and a machine whose hardware a test makes up."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.doctor.machine import Machine
from kiosk.office.settings import KioskSettings, load_kiosk_settings


@pytest.fixture
def settings(tmp_path: Path) -> KioskSettings:
    (tmp_path / "data" / "kiosk").mkdir(mode=0o700, parents=True)
    return load_kiosk_settings(None, tmp_path / "data")


@dataclass
class Workbench:
    """Makes up a machine, piece by piece."""

    root: Path

    def file(self, name: str, text: str) -> None:
        """A file below /proc or /sys."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def command(self, name: str, script: str) -> None:
        """A command of the system's that does as the shell script says."""
        path = self.root / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def machine(self, **environment: str) -> Machine:
        """What has been made up, and nothing else."""
        path = f"{self.root / 'bin'}:/usr/bin:/bin" if environment.pop("with_system", "") else str(self.root / "bin")
        return Machine(self.root / "proc", self.root / "sys", {"PATH": path, **environment})


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path / "machine")


@pytest.fixture
def said() -> Callable[..., dict[str, str]]:
    """What each thing looked at is found to be: state, sentence and remedy in one line."""
    return lambda findings: {each.about: f"{each.state} {each.said} → {each.remedy}" for each in findings}
