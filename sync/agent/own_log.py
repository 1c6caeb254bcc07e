"""Own log: the end of what this kiosk's programs wrote, from the system's journal; nothing where there is none."""

import subprocess

from kiosk.__about__ import SOFTWARE

UNITS = ("hailong-kiosk.service", "hailong-agent.service")
LINES = 200
WAIT_S_MAX = 10


def read_own_log() -> str:
    """The last lines; raises OSError where the system keeps no log for us."""
    wanted = [part for unit in UNITS for part in ("-u", unit)]
    command = ["journalctl", "--no-pager", "-q", "-o", "short-iso", "-n", str(LINES), *wanted]
    try:
        found = subprocess.run(command, capture_output=True, timeout=WAIT_S_MAX, check=False)
    except subprocess.SubprocessError as error:
        raise OSError(f"journalctl does not answer: {type(error).__name__}") from error
    return f"{SOFTWARE}\n{found.stdout.decode('utf-8', 'replace')}"
