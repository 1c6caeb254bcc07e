"""Step 5, append: the journal takes facts, one entry each, committed before anyone is thanked.

Only one process may hold a journal; within it only the recorder's thread appends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from filelock import FileLock
from msgspec import structs
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from kiosk.domain.instant import Clock, Instant
from kiosk.domain.visit.rating import Comment, Fact, Rating
from kiosk.journal.chain import Cursor
from kiosk.journal.counts.served import note_served
from kiosk.journal.counts.tally import count_rating, move_rating
from kiosk.journal.counts.touch_test import note_touch_test
from kiosk.journal.cutting import Cutting
from kiosk.journal.disk.engine import create_private, writer_engine
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.disk.kept import KeptConnection
from kiosk.journal.disk.leftovers import Leftovers
from kiosk.journal.disk.lock import AGENT_S_MAX, lock_of
from kiosk.journal.disk.place import require_fit_place
from kiosk.journal.disk.reserve import Reserve
from kiosk.journal.disk.schema import STEPS
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.lines import (
    ClockLine,
    CommentLine,
    CountLine,
    Line,
    MaintenanceLine,
    RatingLine,
    ReasonsLine,
    RevisedLine,
    encode_line,
    head,
    line_of,
)
from kiosk.journal.prune import forget_enclosures, prune_chunk
from kiosk.journal.reader import Entry, head_of
from kiosk.journal.recovery.recovery import ContinuedJournal, make_sound
from kiosk.journal.refusal import refused, telling_refusals
from kiosk.journal.stated import InForce, state_in_force
from kiosk.journal.writing import Enclosed, bring_up_to_date, enclose, start_journal, write_line

COMMIT_ATTEMPTS_MAX = 3
CLOCK_STEP_S_MIN = 2.0
"""A wall clock that drifts less than this against the boot clock, from one entry to the next, did not step."""
_TAIL = 16
"""How far back a press is looked for after a doubtful commit; one writer can have at most one in doubt."""


class Journal:
    """A kiosk's append-only log, open for writing."""

    def __init__(
        self, path: Path, engine: Engine, lock: FileLock, journal_id: str, software: str, older: ContinuedJournal | None
    ) -> None:
        self.path = path
        self._software = software
        self._engine = engine
        self._kept = KeptConnection(engine)
        self._lock = lock
        self.id = journal_id
        self._head_file = HeadFile(path)
        self._reserve = Reserve(path)
        self._leftovers = Leftovers(engine)
        self._cutting = Cutting(engine)
        self._in_force: InForce | None = None
        self._words_key: bytes | None = None
        self._last: Instant | None = None
        """The last entry's moment, by this process: against it a step of the wall clock shows."""
        self._end: Cursor | None = None
        """Where the journal ends, as long as nothing failed: only this process moves it."""
        self._older = older
        self._reserve.fill()

    @classmethod
    def open(cls, path: Path, clock: Clock, software: str, *, allow_any_disk: bool = False) -> Self:
        """Open the journal at ``path`` as its one writer; make it if there is none, bring its schema up to date.

        A file that is damaged, missing, rolled back or exchanged is put aside whole and continued
        in a new journal that says so. Raises JournalInUse, JournalUnusable, JournalUnwritable.
        """
        create_private(path)
        if not allow_any_disk:
            require_fit_place(path)
        lock = lock_of(path, AGENT_S_MAX)
        engine: Engine | None = None
        try:
            with telling_refusals():
                older = make_sound(path, clock.now(), software)
                engine = writer_engine(path)
                journal_id = _prepare(engine, clock.now(), software)
                journal = cls(path, engine, lock, journal_id, software, older)
                journal._note_head(durable=True)
                journal._leftovers.overwrite()
        except BaseException:
            if engine is not None:
                engine.dispose()
            lock.release()
            raise
        return journal

    def close(self) -> None:
        """Let go of the file and of the lock."""
        self._engine.dispose()
        self._head_file.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def append(self, fact: Fact) -> Entry:
        """Commit the fact as the next entry; after a doubtful commit, find it again before writing it again.

        Raises JournalUnwritable when the disk refuses: nothing was kept. Raises JournalDamaged
        when the file is not what was written.
        """
        # Drawn once, before any attempt: a comment that is looked for must have the bytes it was written with.
        enclosed = enclose(fact, self._words_key) if isinstance(fact, Comment) else None
        failure: DatabaseError | None = None
        for _ in range(COMMIT_ATTEMPTS_MAX):
            try:
                with self._kept as connection:
                    # A COMMIT that raised may have committed: only the file knows.
                    kept = self._find(connection, fact, enclosed) if failure else None
                    entry = kept or self._append(connection, fact, enclosed)
            except DatabaseError as error:
                failure, self._end = error, None
                # The connection may hold pages that never reached the disk: look again through a new one.
                self._engine.dispose()
                if "full" in str(error.orig):
                    self._reserve.give_up()
            else:
                self._end = entry.end
                if isinstance(fact, Rating):
                    self._older = None
                self._head_file.note(self.id, entry.end)
                return entry
        assert failure is not None  # noqa: S101 - the loop ran
        raise refused(failure) from failure

    def continue_parted(self, now: Instant) -> None:
        """Go on in a new journal if the agent found that the collector's copy took another course than this one.

        Raises JournalUnwritable when the disk refuses; then all is as it was, or the next start finishes the exchange.
        """
        self._engine.dispose()
        self._end = None
        try:
            self._older = make_sound(self.path, now, self._software) or self._older
            self.id = _prepare(self._engine, now, self._software)
            self._leftovers.expect()
            self._note_head(durable=True)
        except DatabaseError as error:
            raise refused(error) from error
        except OSError as error:
            raise JournalUnwritable("the disk refuses ({why})", why=error.strerror) from error
        self._cutting.forget()
        if self._in_force is not None:
            # Said anew: the new journal must tell by itself whose levels its ratings have.
            self.state_settings(self._in_force, now)

    def state_settings(self, in_force: InForce, now: Instant) -> None:
        """Write down which settings are in force, unless the last such entry says so already.

        Raises JournalUnwritable when the disk refuses; then the next start writes it.
        """
        self._in_force = in_force
        with self._writing(), self._engine.begin() as connection:
            state_in_force(connection, self.id, in_force, now)
        self._note_head()

    def seal_words(self, public_key: bytes | None) -> None:
        """From now on seal citizens' words for the holder of the private key; None leaves them as they are."""
        self._words_key = public_key

    def cut(self, now: Instant, least: int = 0) -> bool:
        """A short piece of cutting what is over into blocks of five or ``least`` ratings; whether there is more to do.

        Raises JournalUnwritable when the disk refuses; then nothing was cut, and a later call begins anew.
        """
        with self._writing():
            more = self._cutting.step(self.id, now, least)
        self._note_head()
        return more

    def maintain(self, acknowledged: Cursor, retention: timedelta, now: Instant) -> int:
        """What a quiet moment is for: make the reserve again, forget sent texts, prune one chunk; how many went.

        Raises JournalUnwritable when the disk refuses; then nothing was deleted.
        """
        self._reserve.fill()
        with self._writing(), self._engine.begin() as connection:
            pruned = prune_chunk(connection, self.id, acknowledged, retention, now)
            forgotten = forget_enclosures(connection, acknowledged)
        if pruned or forgotten:
            self._leftovers.expect()
        self._note_head()
        self._leftovers.overwrite()
        return pruned

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """What the disk refuses is told, and what was known of the journal is asked of the file again."""
        self._end = None
        try:
            yield
        except DatabaseError as error:
            self._cutting.forget()
            self._engine.dispose()
            raise refused(error) from error

    def _append(self, connection: KeptConnection, fact: Fact, enclosed: Enclosed | None) -> Entry:
        end = self._end or head_of(connection, self.id)
        line = self._line(end.next_seq, fact, enclosed)
        now = moment_of(line)
        if (step := self._clock_step(line.seq, now)) is not None:
            end = write_line(connection, end, step).end
            line = self._line(end.next_seq, fact, enclosed)
        if isinstance(line, RatingLine):
            count_rating(connection, line)
        elif isinstance(line, RevisedLine) and line.rating_journal is None:
            move_rating(connection, line)
        elif isinstance(line, MaintenanceLine):
            note_touch_test(connection, line)
        elif isinstance(line, CountLine):
            note_served(connection, line)
        entry = write_line(connection, end, line)
        if enclosed is not None:
            enclosure = (entry.seq, enclosed.salt, enclosed.payload)
            connection.exec_driver_sql("INSERT INTO enclosure VALUES (?, ?, ?)", enclosure)
        self._last = now
        return entry

    def _line(self, seq: int, fact: Fact, enclosed: Enclosed | None) -> Line:
        """The entry that states ``fact``, which names its rating where that is now."""
        line = line_of(seq, fact) if enclosed is None else line_of(seq, fact, enclosed.commitment, enclosed.sealed)
        # After a continuation, follow-ups still belong to the last rating of the older journal until the first rating
        # of this one; ``append`` then forgets ``_older``.
        if self._older is None or not isinstance(line, ReasonsLine | RevisedLine | CommentLine):
            return line
        if (now_at := self._older.seqs.get(line.rating)) is not None:
            return structs.replace(line, rating=now_at)
        return structs.replace(line, rating_journal=self._older.journal_id)

    def _find(self, connection: KeptConnection, fact: Fact, enclosed: Enclosed | None) -> Entry | None:
        """The entry that states ``fact``: its ``(boot, mono)`` is unique, so the same bytes are the same press."""
        query = "SELECT seq, line, hash FROM entry ORDER BY seq DESC LIMIT ?"
        for row in connection.exec_driver_sql(query, (_TAIL,)):
            entry = Entry(*row)
            if encode_line(self._line(entry.seq, fact, enclosed)) == entry.line:
                return entry
        return None

    def _clock_step(self, seq: int, now: Instant) -> ClockLine | None:
        """The entry that says that the wall clock stepped since the last one, if it did."""
        last = self._last
        if last is None or last.boot != now.boot:
            return None
        step_s = (now.wall - last.wall).total_seconds() - (now.mono_us - last.mono_us) / 1_000_000
        if abs(step_s) < CLOCK_STEP_S_MIN:
            return None
        return ClockLine(*head(seq, now, "clock"), step_s=round(step_s, 1))

    def _note_head(self, *, durable: bool = False) -> None:
        with self._engine.connect() as connection:
            self._head_file.write(self.id, head_of(connection, self.id), durable=durable)


def moment_of(line: Line) -> Instant:
    """When the kiosk says the entry was made."""
    return Instant(datetime.fromisoformat(line.at), line.mono, line.boot)


def _prepare(engine: Engine, now: Instant, software: str) -> str:
    """Bring the file up to date, one step a transaction; its journal's id."""
    for step in range(1, len(STEPS) + 1):
        with engine.begin() as connection:
            if bring_up_to_date(connection, step):
                # In the same transaction as the first tables: a file without its first entry never exists.
                start_journal(connection, now, software)
    with engine.connect() as connection:
        query = "SELECT value FROM meta WHERE key = 'journal_id'"
        return str(connection.exec_driver_sql(query).scalar_one())
