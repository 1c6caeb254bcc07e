"""System: what differs between a Linux kiosk and a Windows one, in one place."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


def system_file(name: str, platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the administrators of this kind of machine keep the settings file ``name``."""
    if platform == "win32":
        return Path(environment.get("PROGRAMDATA", "C:/ProgramData"), "hailong", name)
    return Path("/etc/hailong", name)


def start_again(platform: str = sys.platform, replace: Callable[[str, list[str]], object] = os.execv) -> None:
    """End this program so that the same one starts afresh.

    On Linux in the same place, as the service manager knows it. Windows cannot do that: it would
    start a second program beside whoever waits for this one; there Shell Launcher starts it again.
    """
    if platform == "win32":
        sys.exit(0)
    replace(sys.executable, [sys.executable, *sys.argv])
