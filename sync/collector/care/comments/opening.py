"""Opening: words that kiosks sealed are opened here, with keys that lie in a file and never in the database.

So whoever finds a kiosk, a stick with its file, or a backup of the database that was made before, reads nothing. A
lost key loses the words that were sealed for it, and nothing else: ratings, chains and proofs do without them.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import Connection, func, insert, select, update

from kiosk.base.private_file import write_private
from kiosk.base.sealed_box import KEY_BYTES, NotOpened, key_id_of, make_key, unseal
from sync.collector.errors import UsageWrong
from sync.collector.people.audit import note
from sync.collector.replica.comments import said
from sync.collector.store.schema import comment, counter, unit, words_key

AT_ONCE_MAX = 500
"""Texts opened in one transaction."""

_log = structlog.get_logger("collector.comments")


class _Kept(msgspec.Struct, frozen=True):
    """One line of the file."""

    key_id: str
    private_key: bytes
    made_at: datetime


_line = msgspec.json.Decoder(_Kept)


class KeyFile:
    """The private keys, one JSON line each, the newest last; readable by the collector's user alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, bytes]:
        """Each key by its id; none where there is no such file.

        Raises UsageWrong where it cannot be read, or is no such file.
        """
        return {kept.key_id: kept.private_key for kept in self._lines()}

    def add(self, private_key: bytes, key_id: str, now: datetime) -> None:
        """Keep one more key, durably. Raises UsageWrong where the disk refuses."""
        kept = [*self._lines(), _Kept(key_id, private_key, now)]
        try:
            write_private(self.path, b"".join(msgspec.json.encode(one) + b"\n" for one in kept), durable=True)
        except OSError as error:
            raise UsageWrong("{file} cannot be written ({why})", file=self.path, why=error.strerror) from error

    def _lines(self) -> list[_Kept]:
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageWrong("{file} cannot be read ({why})", file=self.path, why=error.strerror) from error
        try:
            kept = [_line.decode(line) for line in lines]
        except msgspec.DecodeError as error:
            raise UsageWrong("{file} is no file of keys for words; put the right one there", file=self.path) from error
        if any(len(one.private_key) != KEY_BYTES for one in kept):
            raise UsageWrong("{file} is no file of keys for words; put the right one there", file=self.path)
        return kept


class WordsKey(NamedTuple):
    """One key as IT staff see it."""

    key_id: str
    made_at: datetime
    closed: int
    """Texts that wait to be opened with it."""


def renew_key(connection: Connection, file: KeyFile, now: datetime, actor: str) -> str:
    """Make another key, for which kiosks seal from now on; its id. The older ones stay for what is on its way."""
    private, public = make_key()
    key_id = key_id_of(public)
    # The file first: a key that kiosks were told and nobody has would lose words.
    file.add(private, key_id, now)
    connection.execute(insert(words_key).values(key_id=key_id, public_key=public, made_at=now))
    note(connection, now, actor, "words_key.new", key_id, {})
    return key_id


def needs_key(connection: Connection, file: KeyFile) -> bool:
    """Whether nobody could open what kiosks would seal: there is no key, or the newest is not in the file."""
    newest = select(words_key.c.key_id).order_by(words_key.c.made_at.desc(), words_key.c.key_id).limit(1)
    return connection.execute(newest).scalar_one_or_none() not in file.read()


def open_words(connection: Connection, keys: Mapping[str, bytes], today: date) -> int:
    """Open what came sealed for one of ``keys``; how many texts. What cannot be opened is forgotten, and logged."""
    wanted = select(comment.c.journal_id, comment.c.seq, comment.c.key_id, comment.c.sealed)
    closed = wanted.where(comment.c.sealed.is_not(None), comment.c.key_id.in_(sorted(keys))).limit(AT_ONCE_MAX)
    rows = connection.execute(closed).all()
    for row in rows:
        of_row = update(comment).where(comment.c.journal_id == row.journal_id, comment.c.seq == row.seq)
        try:
            text = said(unseal(keys[row.key_id], row.sealed))
        except NotOpened as error:
            _log.warning("words not opened", journal=row.journal_id, seq=row.seq, why=str(error))
            connection.execute(of_row.values(sealed=None, forgotten_on=today))
        else:
            connection.execute(of_row.values(sealed=None, **text))
    return len(rows)


def forget_closed(connection: Connection, keep_days: int, today: date) -> int:
    """Delete sealed texts for which no key came in the time that texts are kept; how many went."""
    over = comment.c.sealed.is_not(None) & (comment.c.week < today - timedelta(days=keep_days + 7))
    return connection.execute(update(comment).where(over).values(sealed=None, forgotten_on=today)).rowcount


def read_keys(connection: Connection) -> list[WordsKey]:
    """Every key, the newest first, with what waits for it."""
    closed = select(comment.c.key_id, func.count()).where(comment.c.sealed.is_not(None)).group_by(comment.c.key_id)
    waits = {key_id: int(n) for key_id, n in connection.execute(closed)}
    rows = connection.execute(select(words_key).order_by(words_key.c.made_at.desc(), words_key.c.key_id))
    return [WordsKey(row.key_id, row.made_at, waits.get(row.key_id, 0)) for row in rows]


def count_closed(connection: Connection) -> int:
    """How many texts wait to be opened."""
    return connection.execute(select(func.count()).where(comment.c.sealed.is_not(None))).scalar_one()


def count_left_closed(connection: Connection, path: str, monday: date) -> int:
    """How many texts of the unit at ``path`` and below, written before ``monday``, wait: their key is not here."""
    late = comment.c.sealed.is_not(None) & (comment.c.week < monday)
    here = select(func.count()).select_from(comment).join(counter, counter.c.counter_id == comment.c.counter_id)
    wanted = here.join(unit, unit.c.unit_id == counter.c.unit_id).where(late)
    return connection.execute(wanted.where(unit.c.path.startswith(path, autoescape=True))).scalar_one()
