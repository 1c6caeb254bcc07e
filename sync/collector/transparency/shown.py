"""Shown: a checkpoint that a kiosk keeps and that is newer than ours, kept until the log is as far again.

It is believed because this log signed it, so no kiosk can say anything but what was true.
"""

import structlog

from sync.collector.settings.collector import CollectorConfig
from sync.collector.transparency.disk.folder import Folder, open_own
from sync.collector.transparency.errors import LogStopped
from sync.protocol.tlog.errors import NoteWrong

_log = structlog.get_logger("collector.log")


def keep_shown(config: CollectorConfig, text: str) -> None:
    """Keep the note of a checkpoint that a kiosk shows, if this log signed it and it is the largest shown."""
    folder = Folder(config.log_directory, config.log.key_file)
    try:
        keys = folder.key_files.read()
        shown, before = open_own(text, keys), folder.shown(keys)
    except (NoteWrong, LogStopped) as error:
        _log.warning("what a kiosk showed of the log is not believed", why=str(error))
        return
    if before is None or before.checkpoint.size < shown.checkpoint.size:
        folder.keep_shown(shown.note)
