"""Workers: how many processes serve, and where several cannot."""

import sys
from collections.abc import Iterator

from kiosk.domain.fault import Fault
from sync.collector.settings.collector import CollectorConfig


def faults_of_workers(settings: CollectorConfig) -> Iterator[Fault]:
    """Several processes over an SQLite file, or where the system has no way to share a listening socket.

    SQLite has one writer: its process puts the requests that wait into one commit. Another process would only wait for
    that one's lock, each commit would be shared by fewer, and a page is served no sooner.
    """
    if settings.workers == 1:
        return
    values = {"n": settings.workers}
    if settings.database.startswith("sqlite"):
        yield Fault(
            "settings",
            "workers",
            "{n} processes cannot share an SQLite database, which has one writer: set database_url to PostgreSQL, or "
            "leave workers at 1",
            values,
        )
    if sys.platform == "win32":
        yield Fault("settings", "workers", "{n} processes are for Linux: leave workers at 1 on this system", values)
