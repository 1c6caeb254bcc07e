"""Told keys: the log's changes of key that a mirror knows and a restored folder does not.

A folder from before a change would sign with the key of then, which whoever followed the change refuses. So the
statements are taken from the mirror first; without the key that they name, the log's keys cannot be read any more.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import structlog

from sync.collector.transparency.disk.folder import Folder
from sync.collector.transparency.disk.names import Named
from sync.collector.transparency.elsewhere.call import NoAnswer
from sync.collector.transparency.elsewhere.mirrors import Mirror
from sync.collector.transparency.errors import LogBehind, LogDamaged
from sync.protocol.tlog.errors import LogWrong, NoteWrong
from sync.protocol.tlog.note import Note, Verifier
from sync.protocol.tlog.statement import KeyChange, Restarted

_log = structlog.get_logger("collector.log")


class Trusted(NamedTuple):
    """By what a mirror's statements are believed."""

    collector_key: bytes
    """By which kiosks know the collector: it signs a new start where the log's key was lost."""
    vkey: str | None
    """The log's key of which the database knows."""


def take_statements(folder: Folder, mirrors: Sequence[Mirror], trusted: Trusted) -> Verifier | None:
    """Take over the statements that follow those which lie here; the key that the last of all names, if there is any.

    A mirror whose statements are not signed one by the other, or do not begin with ours, changes nothing.
    """
    files, here = folder.key_files, _statements(folder)
    for mirror in mirrors:
        try:
            told = [Note.parse(one) for one in mirror.statements()]
            if len(told) > len(here):
                files.publish_statements(_believed(folder, here, told, trusted), told)
                here = told
        except (NoAnswer, LogWrong) as error:
            _log.warning("mirror's keys are not believed", mirror=mirror.place, why=str(error))
    return _key_in(here[-1], 3) if here else None


def require_newest_key(folder: Folder, mirrors: Sequence[Mirror], trusted: Trusted) -> None:
    """That no mirror knows statements by which this log has a later key, or is another log by now.

    What a mirror says is believed as in :func:`take_statements`. Raises LogBehind.
    """
    here = _statements(folder)
    for mirror in mirrors:
        try:
            told = [Note.parse(one) for one in mirror.statements()]
            newest = _believed(folder, here, told, trusted) if len(told) > len(here) else None
        except (NoAnswer, LogWrong) as error:
            _log.warning("mirror's keys are not believed", mirror=mirror.place, why=str(error))
            continue
        if newest is not None:
            raise LogBehind(
                "{who} knows a later key of this log, {key}, than the one that lies here: what lies here was restored. "
                "Take it over with collector log rebuild, and put the key's files back from a newer backup",
                who=mirror.place, key=newest.vkey.rpartition("+")[0],
            )  # fmt: skip


def _statements(folder: Folder) -> Sequence[Note]:
    with suppress(LogWrong, ValueError, KeyError):
        return folder.key_files.statements()
    return ()


def _believed(folder: Folder, here: Sequence[Note], told: Sequence[Note], trusted: Trusted) -> Verifier:
    """The key to which they lead, each signed by the one before, from what lies here on. Raises NoteWrong."""
    if [one.format() for one in told[: len(here)]] != [one.format() for one in here]:
        raise NoteWrong("they do not begin with the statements that lie here")
    key = _key_in(here[-1], 3) if here else _key_in(told[0], 2)
    if not here and not _is_known(folder, key, trusted):
        raise NoteWrong("they begin with a key that is not known here")
    for note in told[len(here) :]:
        try:
            key = KeyChange.open(note, key).new
        except NoteWrong:
            key = Restarted.open(note, key, trusted.collector_key).new
    return key


def _is_known(folder: Folder, key: Verifier, trusted: Trusted) -> bool:
    """Whether it was the log's key: it lies here, the database names it, or it signed what lies here."""
    here = folder.key_files.verifiers()
    # Whoever wrote to the database could name a key of their own; it is asked only where none lies here.
    if key in here or (not here and key.vkey == trusted.vkey):
        return True
    with suppress(LogDamaged):
        return folder.signed(Named(key.name, (key,))) is not None
    return False


def _key_in(statement: Note, line: int) -> Verifier:
    """The old key of a statement, in line 2, or its new one in line 3. Raises NoteWrong."""
    lines = statement.text.split("\n")
    return Verifier.from_text(lines[line] if line < len(lines) else "")
