"""The journal's tables, as numbered steps; each step is one transaction and is never edited after a release.

The database itself refuses what must not happen: an entry that does not follow the last
one, an entry that is changed, an entry that is removed.
"""

from sqlalchemy import Connection

from kiosk.journal.errors import JournalUnusable

APPLICATION_ID = 0x48_4C_4A_31
"""``HLJ1`` in the file's header: how ``file`` and we know a hailong journal."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """CREATE TABLE entry (
            seq INTEGER PRIMARY KEY CHECK (seq > 0),
            line BLOB NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT""",
        """CREATE TRIGGER entry_follows_the_last BEFORE INSERT ON entry
            WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)
            BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END""",
        """CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END""",
        # Only what a "pruned" entry of the chain has named may go, see kiosk.journal.prune.
        """CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
            WHEN OLD.seq > coalesce((SELECT value + 0 FROM meta WHERE key = 'pruned_through'), 0)
            BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END""",
        """CREATE TABLE enclosure (
            seq INTEGER PRIMARY KEY REFERENCES entry (seq),
            salt BLOB NOT NULL,
            payload BLOB NOT NULL
        ) STRICT""",
        """CREATE TABLE tally (
            day TEXT NOT NULL,
            part TEXT NOT NULL,
            survey TEXT NOT NULL,
            question TEXT NOT NULL,
            counter TEXT NOT NULL,
            standing TEXT NOT NULL,
            level INTEGER NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (day, part, survey, question, counter, standing, level)
        ) STRICT, WITHOUT ROWID""",
    ),
)


def schema_version(connection: Connection) -> int:
    """How many steps this file has taken; 0 for an empty one.

    Raises JournalUnusable for a file that is something else or was made by a newer version.
    """
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    application = int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())
    if version > 0 and application != APPLICATION_ID:
        raise JournalUnusable("the file is a database, but no journal; move it away or choose another --data-dir")
    if version > len(STEPS):
        raise JournalUnusable(
            "the journal was made by a newer version (schema {found}, this one knows {known}); install that version",
            found=version,
            known=len(STEPS),
        )
    return version


def take_step(connection: Connection, step: int) -> None:
    """Bring the file from ``step - 1`` to ``step`` inside the caller's transaction."""
    for statement in STEPS[step - 1]:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {step}")
