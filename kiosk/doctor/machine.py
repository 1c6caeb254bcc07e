"""Machine: where the doctor looks at the hardware: the kernel's folders, the display, the system's own commands."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COMMAND_S_MAX = 3.0


@dataclass(frozen=True)
class Machine:
    """The machine that this program runs on; tests give other folders and commands."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def read(self, path: Path) -> str:
        """A file of the kernel's; empty where there is none."""
        try:
            return path.read_text("utf-8", errors="replace")
        except OSError:
            return ""

    def ask(self, *command: str) -> str | None:
        """What a command of the system's prints; None where it is not there or does not succeed."""
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=COMMAND_S_MAX, env=dict(self.environment), check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout
