"""``collector reproject``: read anew what an older version could not."""

from datetime import UTC, datetime

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import ConfigFile, DataDir, actor, open_ready, tell
from sync.collector.settings.collector import load_config


def reproject(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Read anew the entries that an older version kept but could not read; again changes nothing.

    After an upgrade, while the collector runs or not. Nothing is lost where this is never done: the entries are kept.
    """
    from sync.collector.calendar.presstime import LocalDays
    from sync.collector.chores.reproject import Journal, Reading
    from sync.collector.chores.reproject import reproject as read_anew
    from sync.collector.store.database import faults_named

    settings = load_config(config, data_dir)
    database, t = open_ready(settings), terminal_texts("collector")

    def show(journal: Journal) -> None:
        tell("Journal {number} of {of}: {read} entries read, {left} left", number=t.number(journal.number),
             of=t.number(journal.of), read=t.number(journal.read), left=t.number(journal.left))  # fmt: skip

    with faults_named(database):
        read, left = read_anew(database, Reading(datetime.now(UTC), actor(), LocalDays(settings.zone)), show)
    database.close()
    tell("{read} entries were read anew; {left} stay unread.", read=t.number(read), left=t.number(left))
