"""Writing: the next line of a chain, inside the caller's transaction, and what lies beside it.

What a citizen wrote lies beside the chain, which holds its hash alone; so it can be deleted one day.
"""

import secrets
import unicodedata
import uuid
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection

from kiosk.base.sealed_box import key_id_of, seal
from kiosk.domain.instant import Instant
from kiosk.domain.visit.rating import Comment
from kiosk.journal.chain import Cursor, chain_next
from kiosk.journal.disk.kept import Statements
from kiosk.journal.disk.leftovers import note_clean
from kiosk.journal.disk.schema import STEPS, schema_version, take_step
from kiosk.journal.lines import Line, OpenedLine, encode_line, head
from kiosk.journal.reader import Entry


class Enclosed(NamedTuple):
    """What lies beside the chain of a comment."""

    salt: bytes
    payload: bytes
    sealed: str | None
    """For which key; None where the payload is plain text."""

    @property
    def commitment(self) -> str:
        """What the entry holds of it."""
        return sha256(self.salt + self.payload).hexdigest()


def bring_up_to_date(connection: Connection, step: int) -> bool:
    """Take ``step`` unless the file has taken it; whether it was an empty file before."""
    version = schema_version(connection)
    if version < step:
        take_step(connection, step)
    return version == 0


def build_journal(connection: Connection, at: Instant, software: str, **continuation: Any) -> str:
    """Make the tables and the first entry of a new journal in an empty file; its id."""
    for step in range(1, len(STEPS) + 1):
        take_step(connection, step)
    return start_journal(connection, at, software, **continuation)


def start_journal(connection: Connection, at: Instant, software: str, **continuation: Any) -> str:
    """Give an empty journal its id and its first entry; the id."""
    journal_id = str(uuid.uuid4())
    connection.exec_driver_sql("INSERT INTO meta VALUES ('journal_id', ?)", (journal_id,))
    note_clean(connection)
    opened = OpenedLine(*head(1, at, "opened"), software=software, **continuation)
    write_line(connection, Cursor.start(journal_id), opened)
    return journal_id


def write_line(connection: Statements, after: Cursor, line: Line) -> Entry:
    """Append the entry where the journal ends, ``after``."""
    return write_bytes(connection, after, encode_line(line))


def write_bytes(connection: Statements, after: Cursor, line: bytes) -> Entry:
    """Append a line that is encoded already."""
    entry = Entry(after.next_seq, line, chain_next(after.head, line))
    connection.exec_driver_sql("INSERT INTO entry VALUES (?, ?, ?)", (entry.seq, entry.line, entry.hash))
    return entry


def enclose(comment: Comment, words_key: bytes | None) -> Enclosed:
    """The comment's text as it lies beside the chain: UTF-8, NFC; sealed where there is a key to seal it for."""
    text, salt = unicodedata.normalize("NFC", comment.text).encode(), secrets.token_bytes(16)
    if words_key is None:
        return Enclosed(salt, text, None)
    return Enclosed(salt, seal(words_key, text), key_id_of(words_key))
