"""Settings of the fleet: from when on a kiosk is not well."""

import re
from datetime import time
from typing import Annotated

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import Unfit, between

_VERSION = re.compile(r"\d+(\.\d+)*", re.ASCII)


def version(text: str) -> str:
    """The rule of a version such as 1.0.3, or of none."""
    if text and not _VERSION.fullmatch(text):
        raise Unfit("must be a version such as 1.0.3, not {input!r}")
    return text


class Fleet(Section, frozen=True):
    """From when on a kiosk is not well."""

    silent_minutes: Annotated[int, between(5, 1440)] = 15
    backlog_hours: Annotated[int, between(1, 720)] = 24
    clock_s: Annotated[int, between(10, 86400)] = 120
    disk_free_mb: Annotated[int, between(50, 1_000_000)] = 1000
    software_min: Annotated[str, version] = ""
    dead_days: Annotated[int, between(1, 60)] = 3
    opens: time = time(7, 30)
    closes: time = time(17, 0)
    alerts: bool = True
    gather_minutes: Annotated[int, between(0, 60)] = 3
