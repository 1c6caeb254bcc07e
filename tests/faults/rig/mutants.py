"""Mutants: the kiosk with one promise taken out, to show that the oracle would notice.

Each is a function that puts the mutation in place through a setter (``setattr`` in a
child process, pytest's in a test).
"""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.domain.visit.rating import Fact
from kiosk.journal import journal, prune, writing
from kiosk.journal.chain import Cursor
from kiosk.journal.disk import engine, schema
from kiosk.journal.reader import Entry, head_of
from kiosk.journal.recorder import Recorder
from kiosk.journal.recovery import recovery
from kiosk.journal.upkeep import verify
from sync.agent.asked import public_log
from sync.agent.transparency import kept
from tests.faults.rig.libraries import Setter


def synced_less(setter: Setter) -> None:
    """``synchronous=NORMAL``: commits are not on disk when they return."""
    chosen = engine.durability_for
    setter(engine, "_SYNCHRONOUS", {**engine._SYNCHRONOUS, "normal": 1})
    setter(engine, "durability_for", lambda version: engine.Durability(chosen(version).journal_mode, "normal"))


def thanked_early(setter: Setter) -> None:
    """The future is fulfilled when the press is in line, not when it is on disk."""
    record = Recorder.record

    def early(self: Recorder, fact: Fact) -> Future[Entry]:
        record(self, fact)
        fulfilled: Future[Entry] = Future()
        fulfilled.set_result(Entry(0, b"", b""))
        return fulfilled

    setter(Recorder, "record", early)


def written_again_unseen(setter: Setter) -> None:
    """After a doubtful commit the press is written again without looking for it first."""
    setter(journal.Journal, "_find", lambda *_args: None)


def chain_unchecked(setter: Setter) -> None:
    """The chain is not walked, neither at the start nor by ``kiosk verify``."""
    setter(verify, "_walk", lambda *_args: None)
    setter(recovery, "_damage", lambda *_args: None)


def pruned_unacknowledged(setter: Setter) -> None:
    """Whatever is past retention is pruned, whether the collector has it or not."""
    chunk = prune.prune_chunk

    def blind(
        connection: Connection, journal_id: str, _acknowledged: Cursor, retention: timedelta, now: Instant
    ) -> int:
        return chunk(connection, journal_id, head_of(connection, journal_id), retention, now)

    setter(journal, "prune_chunk", blind)


def migrating(setter: Setter) -> None:
    """No mutant, but a release to come: its schema has one more step."""
    step = ("CREATE TABLE later (x TEXT) STRICT", "INSERT INTO later SELECT CAST(line AS TEXT) FROM entry")
    for module in (schema, journal, writing):
        setter(module, "STEPS", (*schema.STEPS[:1], step))


def log_unsynced(setter: Setter) -> None:
    """What the agent keeps of the public log is not on the disk when it says so."""
    setter(kept, "write_private", partial(_written_unsynced, kept.write_private))


def _written_unsynced(write: Callable[..., None], path: Path, content: bytes, **_durable: bool) -> None:
    write(path, content, durable=False)


def evidence_forgotten(setter: Setter) -> None:
    """A failed proof is no longer told before its evidence is kept aside."""
    setter(public_log, "write_private", lambda *_args, **_kwargs: None)


MUTANTS: dict[str, Callable[[Setter], None]] = {
    "synced less": synced_less,
    "thanked early": thanked_early,
    "written again unseen": written_again_unseen,
    "chain unchecked": chain_unchecked,
    "pruned unacknowledged": pruned_unacknowledged,
    "log unsynced": log_unsynced,
    "evidence forgotten": evidence_forgotten,
    "migrating": migrating,
}
