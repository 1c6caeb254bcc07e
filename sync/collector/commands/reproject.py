"""``collector reproject``: read anew what an older version could not."""

from datetime import UTC, datetime

from kiosk.terminal import terminal_texts
from sync.collector.command import ConfigFile, DataDir, actor, open_ready, tell
from sync.collector.config import load_config


def reproject(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Read anew the entries that an older version kept but could not read; again changes nothing.

    After an upgrade, while the collector runs or not. Nothing is lost where this is never done: the entries are kept.
    """
    from sync.collector.database import faults_named
    from sync.collector.presstime import LocalDays
    from sync.collector.reproject import Journal, Reading
    from sync.collector.reproject import reproject as read_anew

    settings = load_config(config, data_dir)
    database, t = open_ready(settings), terminal_texts("collector")

    def show(journal: Journal) -> None:
        tell("Journal {number} of {of}: {read} entries read, {left} left", number=t.number(journal.number),
             of=t.number(journal.of), read=t.number(journal.read), left=t.number(journal.left))  # fmt: skip

    with faults_named(database):
        read, left = read_anew(database, Reading(datetime.now(UTC), actor(), LocalDays(settings.zone)), show)
    database.close()
    tell("{read} entries were read anew; {left} stay unread.", read=t.number(read), left=t.number(left))
