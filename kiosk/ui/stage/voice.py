"""Voice: reads out what nobody recorded, such as an office's own counters, where the machine has espeak-ng."""

import hashlib
import logging
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

_log = logging.getLogger(__name__)

Spoken = tuple[str, str]
"""A language's code and the text that is read out in it."""
SECONDS_MAX = 60.0
PACE = "145"
"""Words a minute: slower than the program's own, for ears that are not used to it."""


class Voice:
    """Keeps what it read out in a folder, so that a restart finds it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._ready: set[Path] = set()

    def file(self, spoken: Spoken) -> Path | None:
        """What was read out; None where it was not, or not yet."""
        file = self._place(spoken)
        return file if file in self._ready else None

    def prepare(self, wanted: Iterable[Spoken], then: Callable[[], None]) -> None:
        """Read these out on a thread of its own, drop what is wanted no more, and call ``then`` there."""
        program, folder, scripts = shutil.which("espeak-ng"), self._folder, tuple(wanted)
        if program is None or folder is None:
            return

        def run() -> None:
            try:
                self._read_out(program, folder, scripts)
            except (OSError, subprocess.SubprocessError) as error:
                _log.warning("not everything can be listened to: %s", error)
            then()

        threading.Thread(target=run, name="voice", daemon=True).start()

    def _read_out(self, program: str, folder: Path, scripts: Iterable[Spoken]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        places = {spoken: folder / self._name(spoken) for spoken in scripts}
        for file in set(folder.iterdir()) - set(places.values()):
            file.unlink()
        for (language, text), file in places.items():
            if not file.is_file():
                fresh = file.with_suffix(".new")
                fresh.touch(mode=0o600)
                command = [program, "-v", language, "-s", PACE, "-w", str(fresh), "--", text]
                subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_MAX)
                fresh.replace(file)
            self._ready.add(file)

    def _place(self, spoken: Spoken) -> Path | None:
        return None if self._folder is None else self._folder / self._name(spoken)

    def _name(self, spoken: Spoken) -> str:
        return hashlib.sha256("\n".join(spoken).encode()).hexdigest()[:32] + ".wav"
