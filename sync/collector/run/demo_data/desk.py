"""Desk: one counter with its kiosk, which keeps a chained journal and signs what it sends."""

import random
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.domain.visit.survey import Survey
from kiosk.domain.visit.words import record_words
from kiosk.journal.lines import CommentLine, RatingLine
from sync.collector.calendar.presstime import LocalDays
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sender import Device
from sync.collector.replica.sent import Arrival
from sync.collector.run.demo_data.journal import Journal, mono_us
from sync.collector.run.demo_data.tempers import Temper
from sync.collector.store.partitions import ensure_partitions
from sync.protocol.batch import pack_batch
from sync.protocol.messages import BATCH_MEDIA_TYPE
from sync.protocol.signature import sign_request
from sync.protocol.vouched import Usual, append_target, restored

_HOST = "demo.invalid"
_URL = f"https://{_HOST}"
_SALT_BYTES = 16


@dataclass(slots=True)
class Desk:
    """One counter with its kiosk, and what becomes of them."""

    known: Device
    key: Ed25519PrivateKey
    temper: Temper
    chance: random.Random
    journal: Journal
    days: LocalDays
    survey: Survey
    now: datetime
    sent_at: datetime | None = None
    """When it sent last."""

    def moment(self, day: date, at: time) -> datetime:
        """A local time of a day."""
        return datetime.combine(day, at, self.days.zone)

    def is_offline(self, day: date) -> bool:
        """Whether its network is down that day."""
        return self.temper.offline is not None and self.temper.offline[0] <= day <= self.temper.offline[1]

    def days_ago(self, day: date) -> timedelta:
        """How long before the present day."""
        return self.now.astimezone(self.days.zone).date() - day

    @property
    def best(self) -> int:
        """The highest level of the first question."""
        return max(level.value for level in self.survey.questions[0].levels)

    def cut(self, at: datetime) -> None:
        """Let the kiosk cut what is over at a moment that has come."""
        if at <= self.now:
            self.journal.cut(at)

    def press(self, at: datetime, level: int, standing: str = "counted", question: str = "") -> int:
        """A press on a face, of the first question where none is named; its seq."""
        asked = question or self.survey.questions[0].id
        values = {"survey": self.survey.ref, "question": asked, "level": level, "standing": standing}
        return self.journal.add(RatingLine, at, "rating", **values)

    def write(self, at: datetime, rating: int, text: str) -> None:
        """A sentence on a rating: its entry commits to the text, which goes beside it."""
        salt, payload = self.chance.randbytes(_SALT_BYTES), record_words(text).encode()
        commitment = sha256(salt + payload).hexdigest()
        seq = self.journal.add(CommentLine, at, "comment", rating=rating, enclosure=commitment)
        enclosure = {"enclosure": seq, "salt": salt, "payload": payload}
        self.journal.enclosures.append(msgspec.json.encode(enclosure))


def make_uuid(chance: random.Random) -> str:
    """An id that the same seed makes again."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def send(connection: Connection, desk: Desk, at: datetime) -> None:
    """Bring what was written to the collector: signed, chained and appended as any kiosk's batch."""
    if not desk.journal.lines:
        return
    desk.sent_at = at
    batch, clock = desk.journal.take(), Instant(at, mono_us(at), desk.journal.boot)
    body = pack_batch(batch.lines, batch.enclosures)
    end = batch.start.after(batch.lines)
    cuts = desk.journal.sign_cuts(desk.key, batch.start, batch.lines)
    headers = sign_request(
        method="POST",
        body=body,
        keyid=desk.known.device_id,
        private_key=desk.key,
        clock=clock,
        url=_URL + append_target(batch.journal_id, batch.start, end.head, cuts),
        headers={"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"},
    )
    digest = headers["Content-Digest"].removeprefix("sha-256=:").removesuffix(":")
    sent = Usual(batch.journal_id, batch.start, end.head, desk.known.device_id, headers["Kiosk-Clock"])
    kind = "head" if cuts is None else f"cuts {cuts}"
    base = restored(f"{_HOST} {int(at.timestamp())} {kind}", sent, digest)
    arrival = Arrival(at, clock, headers["Signature"], headers["Kiosk-Clock"], base)
    ensure_partitions(connection, at)
    as_sent = batch if batch.enclosures else replace(batch, body=body)
    append_batch(connection, desk.known, as_sent, arrival, desk.days)
