"""A log with a backup of its first day and a mirror of its second."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, rmtree

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select

from sync.collector.fleet.devices.own import read_own_key
from sync.collector.store import schema
from sync.collector.transparency.answer import Asked, log_answer
from sync.protocol.tlog.messages import LogAnswer, LogKept
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.transparency.logs import Kept

Backup = Callable[[], None]


@dataclass
class World:
    """A log of two days, of which the first is in the backup, and a mirror of all of it."""

    kept: Kept
    office: Office
    pen: Pen
    mirror: Path
    restore_folder: Backup
    restore_database: Backup

    def grow(self) -> None:
        self.pen.rating()
        self.office.append(self.pen, self.pen.batch(len(self.pen.lines)))

    def answer(self, origin: str, size: int, note: str = "") -> LogAnswer | None:
        kept = LogKept(origin, size, 0, 2, note)
        return log_answer(self.kept.public, self.office.database, Asked(kept, self.pen.journal_id))


def make_world(kept: Kept, office: Office, pen: Pen, tmp_path: Path) -> World:
    """Two days, and the backup after the first."""
    kept.run()
    copytree(kept.root, tmp_path / "backup")
    with office.database.reading() as connection:
        rows = {table: list(connection.execute(select(table)).mappings()) for table in _TABLES}

    def restore_folder() -> None:
        rmtree(kept.root)
        copytree(tmp_path / "backup", kept.root)

    def restore_database() -> None:
        with office.database.writing() as connection:
            for table, some in rows.items():
                connection.execute(delete(table))
                if some:
                    connection.execute(table.insert(), [dict(row) for row in some])

    made = World(kept, office, pen, tmp_path / "mirror", restore_folder, restore_database)
    made.grow()
    kept.run()
    copytree(kept.folder.public, made.mirror)
    return made


_TABLES = (schema.log_leaf, schema.log_state, schema.log_journal)


def own_key(world: World) -> Ed25519PrivateKey:
    with world.office.database.reading() as connection:
        return read_own_key(connection)
