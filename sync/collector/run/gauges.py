"""Gauges: numbers about the database itself, read when Prometheus asks; the same from every process.

What moves with a press stands still until its half day is over (``calendar.half_days``).
"""

import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from threading import Lock

import structlog
from prometheus_client import Gauge
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from sync.collector.calendar.half_days import told_until
from sync.collector.care.comments.opening import count_closed
from sync.collector.fleet.devices.last_words import LastWords
from sync.collector.fleet.kiosks.beyond import count_asides
from sync.collector.fleet.kiosks.counted import read_counts
from sync.collector.notices.outbox import FAILED, WAITING
from sync.collector.proof.nightly import read_state
from sync.collector.replica.projection_rows import BEYOND, UnreadReason
from sync.collector.store.database import Database
from sync.collector.store.schema import delivery, device, device_status
from sync.collector.transparency.errors import LogDoubtful
from sync.collector.transparency.leaves.index import read_state as read_log_state
from sync.collector.transparency.witnessing import read_answers
from sync.protocol.messages import SEQ_MAX

AT_ONCE = 500
"""So many rows are fetched together."""
FRESH_S = 15.0
"""For so long the last values are given again: several may ask, and each reading walks all statuses."""

# By state alone: a label for each kiosk would make thousands of series, and /may has the names.
_kiosks = Gauge("hailong_kiosks", "Kiosks by what is wrong with them; one may be counted several times", ["state"])
_up = Gauge("hailong_database_up", "Whether the database answered when it was last asked")
_unread = Gauge("hailong_unread_lines", "Lines of half days that are over, kept, that this version cannot read")
_asides = Gauge("hailong_set_aside_lines", "The same that are set aside, by why they are not counted", ["reason"])
_devices = Gauge("hailong_devices", "Enrolled kiosks by what became of them", ["state"])
_waiting = Gauge("hailong_waiting_entries", "Entries of half days that are over that wait at kiosks")
_notices = Gauge("hailong_notices", "Notices to one address that did not go out, by what becomes of them", ["state"])
_held = Gauge("hailong_proof_held_seconds", "When everything last held, in seconds since 1970; 0 is never")
_wrong = Gauge("hailong_proof_findings", "Journals and sums that did not hold when they were last recomputed")
_closed = Gauge("hailong_sealed_words", "Texts of citizens that wait to be opened with a key for words")
_log_size = Gauge("hailong_log_size", "Leaves of the public log that are published")
_log_published = Gauge("hailong_log_published_seconds", "When it was published last, in seconds since 1970; 0 is never")
_log_cosigned = Gauge("hailong_log_cosigned", "Witnesses that cosigned what is published")
_log_stopped = Gauge("hailong_log_stopped", "Whether the public log stands still")
_log_doubtful = Gauge("hailong_log_doubtful", "Whether the public log goes on and names a day that cannot be right")
_log_signed = Gauge("hailong_log_signed_size", "Leaves of the public log that are signed, published or not")
_log_witness = Gauge("hailong_log_witness_up", "Whether a witness answered as it should when asked last", ["witness"])
_log = structlog.get_logger("collector")


class Gauges:
    """Reads one database's gauges, not oftener than they may change."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        zone: tzinfo,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._now, self._zone, self._monotonic = database, now, zone, monotonic
        self._reading, self._read_at = Lock(), float("-inf")

    def read(self) -> None:
        """Bring the gauges up to date; where the database does not answer, one gauge says so and the rest stay."""
        with self._reading:
            if self._monotonic() - self._read_at < FRESH_S:
                return
            try:
                with self._database.reading() as connection:
                    _read(connection, self._now(), self._zone)
            except SQLAlchemyError as error:
                _log.error("database does not answer", why=str(error))
                _up.set(0)
            else:
                _up.set(1)
            self._read_at = self._monotonic()


def _read(connection: Connection, now: datetime, zone: tzinfo) -> None:
    asides = count_asides(connection, told_until(now, zone))
    for reason in UnreadReason:
        _asides.labels(str(reason)).set(asides.get(str(reason), 0))
    _unread.set(sum(n for reason, n in asides.items() if reason not in BEYOND))
    enrolled = connection.execute(select(func.count()).select_from(device)).scalar_one()
    revoked = connection.execute(select(func.count()).where(device.c.revoked_at.is_not(None))).scalar_one()
    heard = (
        select(device_status.c.status, device_status.c.received_at)
        .join(device, device.c.device_id == device_status.c.device_id)
        .where(device.c.revoked_at.is_(None))
    )
    words = LastWords(connection, now, zone)
    # Row by row: all words of a nation's kiosks at once would be more than the rest of the process.
    waits = [
        words.of(row.status, row.received_at).get("pending") or 0
        for row in connection.execute(heard.execution_options(yield_per=AT_ONCE))
    ]
    _devices.labels("revoked").set(revoked)
    _devices.labels("heard").set(len(waits))
    _devices.labels("never_heard").set(enrolled - revoked - len(waits))
    for state, n in read_counts(connection).items():
        _kiosks.labels(state).set(n)
    # An older version took any number, and one kiosk's must not hide all others' from whoever watches.
    _waiting.set(sum(min(int(n), SEQ_MAX) for n in waits))
    _closed.set(count_closed(connection))
    proof = read_state(connection)
    _held.set(proof.held_at.timestamp() if proof.held_at else 0)
    _wrong.set(len(proof.findings))
    _read_log(connection)
    tried = select(func.count()).where(delivery.c.tries > 0)
    _notices.labels("retrying").set(connection.execute(tried.where(delivery.c.state == WAITING)).scalar_one())
    _notices.labels("failed").set(connection.execute(tried.where(delivery.c.state == FAILED)).scalar_one())


def _read_log(connection: Connection) -> None:
    state = read_log_state(connection)
    if state is not None:
        _log_size.set(state.published_size)
        _log_published.set(state.published_at.timestamp() if state.published_at else 0)
        _log_cosigned.set(state.cosigned)
        _log_stopped.set(state.fault not in (None, LogDoubtful.code))
        _log_doubtful.set(state.fault == LogDoubtful.code)
        _log_signed.set(state.size)
    _log_witness.clear()
    for vkey, noted in read_answers(connection).items():
        _log_witness.labels(vkey.partition("+")[0]).set(noted.answered.outcome.is_well)
