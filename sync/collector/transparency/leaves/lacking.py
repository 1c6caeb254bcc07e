"""Lacking: which of the log's files are not where the database says that a log was begun.

Where they are not, nothing is held to the log, and that must not look as if everything held.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from sync.collector.proof.wrong import Finding, What, Whose, Wrong
from sync.collector.settings.collector import CollectorConfig
from sync.collector.transparency.disk.folder import CHECKPOINT, Folder
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.leaves.index import State, count_sources, read_state
from sync.collector.transparency.leaves.kept import kept_until


def check_files(connection: Connection, config: CollectorConfig) -> list[Finding]:
    """Which files of the log are missing; none where no log was begun, or another collector keeps it."""
    state = read_state(connection)
    if state is None or not config.log.keep:
        return []
    folder = Folder(config.log_directory, config.log.key_file)
    known = count_sources(connection, epoch_of(state.origin), state.size)
    if is_gone(folder, state):
        return [Finding.of(Wrong(What.LOG_GONE, Whose.BESIDE, folder=str(folder.public)))]
    return [Finding.of(wrong) for wrong in _files(folder, state, known)]


def gone_from(connection: Connection, config: CollectorConfig) -> Path | None:
    """The public folder where the log's files should be and are not."""
    state = read_state(connection)
    folder = Folder(config.log_directory, config.log.key_file)
    return folder.public if state is not None and config.log.keep and is_gone(folder, state) else None


def is_gone(folder: Folder, state: State) -> bool:
    """Whether nothing can be held to the log: what it published is not there."""
    # Whoever looks for the log next makes its folder anew, and the keys in it.
    is_shown = not state.published_size or (folder.public / CHECKPOINT).is_file()
    are_tiles = not state.size or (folder.public / "tile").is_dir()
    return not (is_shown and are_tiles and folder.public.is_dir())


def _files(folder: Folder, state: State, known: int) -> Iterator[Wrong]:
    """The files beside the public ones, without which the log does not go on or the index is held to nothing."""
    lacking = {
        folder.key_files.key_file: not folder.key_files.exist(),
        folder.day_file: state.day is not None and not folder.day_file.is_file(),
        folder.index: kept_until(folder.index, state.size) < known,
    }
    for file, is_lacking in lacking.items():
        if is_lacking:
            yield Wrong(What.LOG_MISSING, Whose.BESIDE, file=str(file))
