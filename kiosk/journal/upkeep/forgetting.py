"""Forgetting: the texts that the collector has go from every copy that lies beside the journal as well.

What was put aside keeps its entries, which prove what happened, and every text that is known
nowhere else; a file that is too damaged to delete from is written anew with what can be read of it.
"""

import logging
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from kiosk.journal.chain import Cursor
from kiosk.journal.disk.engine import create_private, writer_engine
from kiosk.journal.disk.leftovers import note_clean, overwrite_leftovers
from kiosk.journal.disk.schema import STEPS, take_step
from kiosk.journal.errors import JournalDamaged, JournalError
from kiosk.journal.lines import LineUnreadable, OpenedLine, decode_line
from kiosk.journal.prune import forget_enclosures
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.acknowledged import acknowledged_by_collector
from kiosk.journal.recovery.remains import Remains, is_damage, read_remains

_log = logging.getLogger(__name__)


def forget_in(file: Path, acknowledged: Cursor) -> None:
    """Delete the texts before ``acknowledged`` from a copy that nobody else has open, without a trace.

    Raises sqlalchemy's DatabaseError where the file or the disk refuses.
    """
    engine = writer_engine(file)
    try:
        with engine.begin() as connection:
            forget_enclosures(connection, acknowledged)
        overwrite_leftovers(engine)
    finally:
        engine.dispose()


def forget_aside(path: Path) -> bool:
    """Delete from what was put aside beside the journal at ``path`` the texts that the collector has by now.

    Whether all of it was done; what is not carried over and acknowledged yet waits for the next call.
    """
    try:
        with JournalReader(path) as reader:
            if not _is_carried_over(path, reader):
                return False
    except JournalError as error:
        _log.warning("texts put aside are not deleted yet: %s", error)
        return False
    known = _continued(path)
    done = [_forget_copy(file, known) for file in _copies(path)]  # each of them, also after one that refused
    return all(done)


def _is_carried_over(path: Path, reader: JournalReader) -> bool:
    """Whether the collector has everything that came from older journals into this one."""
    opened = _opened(reader)
    acknowledged = acknowledged_by_collector(path.parent, reader.id)
    return opened is None or acknowledged.next_seq > 1 + (opened.carried or 0)


def _continued(path: Path) -> dict[str, int]:
    """For each older journal the last entry that its continuation was made from."""
    known: dict[str, int] = {}
    for file in (path, *_copies(path)):
        with suppress(JournalError), JournalReader(file) as reader:
            opened = _opened(reader)
            if opened is not None and opened.continues is not None:
                known[opened.continues] = max(known.get(opened.continues, 0), opened.continues_seq or 0)
    return known


def _opened(reader: JournalReader) -> OpenedLine | None:
    """The first entry; None where it was pruned, a year ago."""
    first = next(iter(reader.entries(reader.anchor().next_seq)), None)
    with suppress(LineUnreadable):
        line = decode_line(first.line) if first is not None else None
        if isinstance(line, OpenedLine):
            return line
    return None


def _copies(path: Path) -> list[Path]:
    return [folder / path.name for folder in (path.parent / "aside").glob("*/") if (folder / path.name).is_file()]


def _forget_copy(file: Path, known: dict[str, int]) -> bool:
    try:
        with JournalReader(file) as reader:
            through = known.get(reader.id, 0)
        _forget_through(file, through)
    except JournalDamaged as error:
        # Nobody can tell whose texts these are, or delete them: IT is told to look, and to remove the folder then.
        _log.warning("texts in %s cannot be deleted: %s", file, error)
    except (DatabaseError, JournalError, OSError) as error:
        _log.warning("texts in %s are not deleted yet: %s", file, error)
        return False
    return True


def _forget_through(file: Path, through: int) -> None:
    try:
        forget_in(file, Cursor(through + 1, b""))
    except DatabaseError as error:
        if not is_damage(error):
            raise
        _write_anew(file, through)


def _write_anew(file: Path, through: int) -> None:
    """Put in the file's place what can be read of it: its entries, and the texts that are known nowhere else."""
    remains = read_remains(file, only_sound=False)
    new = file.with_name(f"{file.stem}.read{file.suffix}")
    new.unlink(missing_ok=True)
    create_private(new)
    engine = writer_engine(new)
    try:
        with engine.begin() as connection:
            _fill(connection, remains, through)
        overwrite_leftovers(engine)
    finally:
        engine.dispose()
    for companion in ("-wal", "-journal", "-shm"):
        Path(f"{file}{companion}").unlink(missing_ok=True)
    new.replace(file)


def _fill(connection: Connection, remains: Remains, through: int) -> None:
    for step in range(1, len(STEPS) + 1):
        take_step(connection, step)
    # What lay on a damaged page is missing: those behind it do not follow the last one.
    connection.exec_driver_sql("DROP TRIGGER entry_follows_the_last")
    connection.exec_driver_sql("INSERT INTO meta VALUES ('journal_id', ?)", (remains.journal_id,))
    note_clean(connection)
    for entry in remains.entries:
        row = (entry.seq, entry.line, entry.hash)
        connection.exec_driver_sql("INSERT OR IGNORE INTO entry VALUES (?, ?, ?)", row)
    for seq, kept in remains.enclosures.items():
        if seq > through:
            connection.exec_driver_sql(
                "INSERT INTO enclosure SELECT ?, ?, ? WHERE ? IN (SELECT seq FROM entry)", (seq, *kept, seq)
            )
