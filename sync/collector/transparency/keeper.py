"""Keeper: once a day what grew is committed to the log, signed, witnessed and published.

Whatever it is interrupted by, the next round goes on: what was not signed is done anew, what was signed stays.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from sync.collector.fleet.devices.own import read_own_key
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database
from sync.collector.store.writer import Transact
from sync.collector.transparency.days import cosigned_ahead, last_over, noted_ahead, require_over
from sync.collector.transparency.disk.folder import Folder, Signed, older_logs
from sync.collector.transparency.disk.keys import LogKeys
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.disk.tree import Tree
from sync.collector.transparency.elsewhere.call import NoAnswer
from sync.collector.transparency.elsewhere.known import Heard, Others, is_new_to, require_heard, require_newest
from sync.collector.transparency.elsewhere.told_keys import Trusted, require_newest_key
from sync.collector.transparency.elsewhere.witnesses import Asking, NotCosigned, with_line
from sync.collector.transparency.errors import LogDamaged, LogStopped
from sync.collector.transparency.leaves.due import Due, Wanted, due_leaves
from sync.collector.transparency.leaves.index import (
    ROWS_AT_ONCE,
    State,
    forget_unsigned,
    keep_first_hashes,
    keep_sources,
    keep_state,
    read_state,
)
from sync.collector.transparency.leaves.kept import keep_index
from sync.collector.transparency.leaves.whole import WholeIndex
from sync.collector.transparency.public import PublicLog
from sync.collector.transparency.status import (
    cosigned_by,
    facts_of,
    read_keys,
    require_as_noted,
    store_answers,
    store_facts,
    store_fault,
    unwitnessed,
)
from sync.collector.transparency.witnessing import Answered, Outcome
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.merkle import EMPTY_ROOT, prove_consistency
from sync.protocol.tlog.note import Note

RETRY_S = 3600.0
"""So long after a try witnesses are asked again, until enough of them have cosigned."""

_log = structlog.get_logger("collector.log")


@dataclass(slots=True)
class Keeper:
    """Keeps the log of one collector."""

    config: CollectorConfig
    database: Database
    transact: Transact
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _asked_at: float | None = field(default=None, init=False)
    _answers: dict[str, Answered] = field(default_factory=dict, init=False)

    @property
    def folder(self) -> Folder:
        """The log's files."""
        return Folder(self.config.log_directory, self.config.log.key_file)

    def run(self, *, at_once: bool = False) -> LogStopped | None:
        """Do what is due; ``at_once``, by a person, asks witnesses also where they were asked a short time ago.

        Then the log is also shown to witnesses that know nothing of it yet. What people are to be told although the log
        went on is handed back. Raises LogStopped where nothing may be signed.
        """
        folder = self.folder
        with folder.held(), self.told(folder) as told:
            keys = self.open_keys(folder)
            state, signed, logged = self.state(), folder.signed(keys), folder.day()
            require_over(folder, self._over)
            told += [noted_ahead(state, self._over)]
            is_new = state is None or logged is None or logged < self.day or state.size != _size(signed)
            heard = None
            if is_new:
                heard, signed = self._hear(folder, keys, signed, is_introduced=at_once)
                signed = self._grow(folder, keys, signed)
            if signed is not None and (is_new or at_once or self._is_to_be_published(folder, keys, signed)):
                self._publish(folder, keys, signed, heard)
        return next(filter(None, told), None)

    @contextmanager
    def told(self, folder: Folder, mends: Collection[str] | None = None) -> Iterator[list[LogStopped | None]]:
        """Store how the log is after what is done within, also where it is stopped.

        The list gets what is to be told although nothing stopped it; raises what was raised within. With ``mends``,
        faults of other codes stay noted: nothing was done about them.
        """
        told = list[LogStopped | None]()
        try:
            yield told
            told += self._store_facts(folder)
        except LogStopped as stopped:
            self._store(stopped)
            raise
        why, state = next(filter(None, told), None), self.state()
        if why or mends is None or state is None or state.fault in mends:
            self._store(why)

    def _store(self, why: LogStopped | None) -> None:
        store_fault(self.transact, self.state(), why, self.now())
        store_answers(self.transact, self.config.log, self._answers, self.now())
        self._answers.clear()

    def _store_facts(self, folder: Folder) -> list[LogStopped | None]:
        """Store how far the log is by its files; what is to be told of that."""
        keys, now, zone = self.open_keys(folder), self.now(), self.config.zone
        store_facts(self.transact, self.state(), facts_of(folder, keys, self.config.log, self.state(), now))
        signed = folder.signed(keys)
        ahead = None if signed is None else cosigned_ahead(folder, signed, self.config.log.witnesses, zone)
        return [ahead, unwitnessed(self.state(), now, zone)]

    @property
    def _over(self) -> date:
        return last_over(self.now(), self.config.zone)

    @property
    def day(self) -> date:
        """The office's day that has ended."""
        return self.today - timedelta(days=1)

    @property
    def today(self) -> date:
        """The office's day."""
        return self.now().astimezone(self.config.zone).date()

    def open_keys(self, folder: Folder) -> LogKeys:
        """The log's keys, made where there is no log yet; raises LogElsewhere where the database has another log."""
        state = self.state()
        if state is None and not folder.key_files.exist():
            folder.key_files.make(self.config.log_name)
        keys = read_keys(folder, state)
        if not (folder.public / "keys").exists():
            folder.key_files.publish(keys)
        if state is None or state.origin != keys.origin:
            none: dict[str, Any] = {
                "size": 0,
                "root": EMPTY_ROOT,
                "day": None,
                "published_size": 0,
                "published_at": None,
                "cosigned": 0,
            }
            self.transact(partial(keep_state, origin=keys.origin, vkey=keys.signer.vkey, **none))
        return keys

    def state(self) -> State | None:
        """How the log is, as it was stored last."""
        with self.database.reading() as connection:
            return read_state(connection)

    def _hear(
        self, folder: Folder, keys: LogKeys, signed: Signed | None, *, is_introduced: bool
    ) -> tuple[Heard, Signed | None]:
        """Make sure that nothing newer was ever signed."""
        others = Others(self.config.log, folder, keys)
        require_newest_key(folder, others.mirrors, self._trusted())
        heard = others.hear()
        self._answers |= heard.answers
        require_newest(signed, folder, heard)
        require_as_noted(folder, signed, self.state())
        if is_introduced and signed is not None:
            signed = self._introduce(folder, others, heard, signed)
        require_heard(self.config.log, heard, signed, is_published=folder.published(keys) is not None)
        return heard, signed

    def _trusted(self) -> Trusted:
        state = self.state()
        with self.database.reading() as connection:
            own = read_own_key(connection).public_key().public_bytes_raw()
        return Trusted(own, None if state is None else state.vkey)

    def _introduce(self, folder: Folder, others: Others, heard: Heard, signed: Signed) -> Signed:
        """Show what was signed to witnesses to which the log is new."""
        unknowing = [one for one in others.witnesses if heard.sizes.get(one.witness.vkey) == 0]
        # One that knew the log and forgot it is not asked: what it vouches for would be a beginning again.
        new = [one for one in unknowing if is_new_to(one.witness, signed)]
        note = self._cosigned(folder, signed, new, {})
        signed = Signed(note, signed.checkpoint)
        for one in new:
            if not is_new_to(one.witness, signed):
                heard.sizes[one.witness.vkey] = signed.checkpoint.size
        return signed

    def _grow(self, folder: Folder, keys: LogKeys, signed: Signed | None) -> Signed | None:
        """Add the leaves that are due and sign; what was signed before where nothing is due."""
        size, epoch = _size(signed), epoch_of(keys.origin)
        # What an attempt noted that came to nothing must not look like leaves that are there.
        self.transact(partial(forget_unsigned, epoch=epoch, size=size))
        self.index_of(folder, epoch, size).complete()
        for older in self.older_indexes(folder):
            older.complete()
        wanted = Wanted(epoch, self.day, folder.tree, keys.changes, folder.first_leaf())
        due, first_hashes = due_leaves(self.database, wanted, size)
        if due:
            signed = self._add(folder, keys, size, due)
        for at in range(0, len(first_hashes), ROWS_AT_ONCE):
            self.transact(partial(keep_first_hashes, hashes=first_hashes[at : at + ROWS_AT_ONCE]))
        folder.keep_day(self.day)
        self._store_facts(folder)
        _log.info("day logged", day=str(self.day), leaves=len(due), size=_size(signed))
        return signed

    def _add(self, folder: Folder, keys: LogKeys, size: int, due: Sequence[Due]) -> Signed:
        sources, epoch = [one.source for one in due], epoch_of(keys.origin)
        root = folder.tree.append(size, [one.leaf for one in due])
        keep_index(folder.index, size, sources)
        for at in range(0, len(sources), ROWS_AT_ONCE):
            some = sources[at : at + ROWS_AT_ONCE]
            self.transact(partial(keep_sources, epoch=epoch, first=size + at, sources=some))
        checkpoint = Checkpoint(keys.origin, size + len(due), root)
        note = keys.sign(checkpoint.text, self.today)
        folder.keep_signed(note)
        return Signed(note, checkpoint)

    def index_of(self, folder: Folder, epoch: int, size: int) -> WholeIndex:
        """The index of the log's first ``size`` leaves."""
        return WholeIndex(self.database, self.transact, folder.index, folder.tree, epoch, size)

    def older_indexes(self, folder: Folder) -> Iterator[WholeIndex]:
        """The indexes of the logs that this one follows, but of those whose files are damaged."""
        for one in older_logs(folder.root):
            tree = Tree(one.public)
            try:
                published = PublicLog(folder.root, one.public).newest()
                checkpoint = None if published is None else published.checkpoint
                is_sound = checkpoint is not None and tree.root(checkpoint.size) == checkpoint.root
            except (LogDamaged, NoteWrong) as error:
                _log.warning("files of an older log are damaged", log=one.epoch, why=str(error))
                continue
            if checkpoint is not None and is_sound:
                yield WholeIndex(self.database, self.transact, one.kept_index, tree, one.epoch, checkpoint.size)

    def _is_to_be_published(self, folder: Folder, keys: LogKeys, signed: Signed) -> bool:
        published = folder.published(keys)
        is_out = published is not None and published.checkpoint.size == signed.checkpoint.size
        return not is_out and (self._asked_at is None or self.monotonic() - self._asked_at >= RETRY_S)

    def _publish(self, folder: Folder, keys: LogKeys, signed: Signed, heard: Heard | None) -> None:
        """Have the checkpoint cosigned, and publish it when enough witnesses have."""
        self._asked_at = self.monotonic()
        others = Others(self.config.log, folder, keys)
        note = self._cosigned(folder, signed, others.witnesses, {} if heard is None else heard.sizes)
        if cosigned_by(Signed(note, signed.checkpoint), self.config.log) >= self.config.log.needed:
            folder.publish(note)

    def _cosigned(self, folder: Folder, signed: Signed, asked: Sequence[Asking], known: Mapping[str, int]) -> Note:
        """The note with what these witnesses sign under it; ``known`` is the size that each has, by its key."""
        note, size = signed.note, signed.checkpoint.size
        prove = partial(prove_consistency, size=size, read=folder.tree.hashes(size))
        for asking in asked:
            try:
                line = asking.cosign(note, size, min(known.get(asking.witness.vkey, 0), size), prove)
            except (NoAnswer, NotCosigned) as error:
                outcome = Outcome.SILENT if isinstance(error, NoAnswer) else Outcome.REFUSED
                self._answers[asking.witness.vkey] = Answered(outcome, detail=str(error))
                _log.warning("witness did not cosign", witness=asking.witness.verifier.name, why=str(error))
                continue
            self._answers[asking.witness.vkey] = Answered(Outcome.COSIGNED, size)
            note = with_line(note, line)
            folder.keep_signed(note)
        return note


def _size(signed: Signed | None) -> int:
    return 0 if signed is None else signed.checkpoint.size
