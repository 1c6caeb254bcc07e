"""Comments: a journal's comment entries become comments, and enclosures their texts, in whatever order they come.

The entry is what is authentic, and it holds the text's hash alone. A text is taken only when it
is the one that the entry commits to, and never again once it was deleted; one that came sealed lies
so until it is opened. Which rating a comment
goes with is used to find its counter and its week, and then left in the journal.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlalchemy import Connection, Row, select, tuple_, update

from kiosk.domain.instant import monday_of
from kiosk.journal.lines import CommentLine
from sync.collector.replica.comment_words import clean
from sync.collector.replica.continued import Position, counted_positions, of_same_device
from sync.collector.replica.projection_rows import Projection, Unread, UnreadReason
from sync.collector.replica.visit_check import Claim, strangers
from sync.collector.store.apart import take_apart
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import comment, enclosure, rating
from sync.collector.store.search import fold
from sync.protocol.messages import EnclosureMessage

_log = structlog.get_logger("collector.comments")

NEW = "new"
STRAY_SEQ = 0
"""Where enclosures lie that came before their entry."""


class CommentRow(NamedTuple):
    """One comment as it is stored, its text apart."""

    seq: int
    code: str
    counter_id: int
    week: str
    commitment: bytes
    key_id: str | None
    """For which key its text comes sealed."""
    state: str = NEW


class PlacedComments(NamedTuple):
    """Comments with the counter and the week of their ratings, and those that have no rating."""

    rows: list[CommentRow]
    unread: list[Unread]


def place_comments(connection: Connection, journal_id: str, projection: Projection) -> PlacedComments:
    """Find the counter and the week of each of the projection's comments; one without a rating is to be unread."""
    ratings = projection.ratings
    spoken_of = {entry.seq: Position(entry.rating_journal or journal_id, entry.rating) for entry in projection.comments}
    apart = {at for at in spoken_of.values() if at.journal_id != journal_id or at.seq not in ratings}
    counted_at, stored = _stored_ratings(connection, journal_id, apart)
    claims = [
        Claim(entry, *counted_at[at]) for entry in projection.comments if (at := spoken_of[entry.seq]) in counted_at
    ]
    strange = strangers(connection, journal_id, claims)
    placed = PlacedComments([], list(strange.values()))
    for entry in projection.comments:
        if entry.seq in strange:
            continue
        at = spoken_of[entry.seq]
        near = ratings.get(at.seq) if at not in apart else None
        found = (near.counter_id, date.fromisoformat(near.day)) if near is not None else stored.get(at)
        if found is None:
            placed.unread.append(Unread(entry.seq, UnreadReason.NO_RATING, f"no rating at {entry.rating}"))
        else:
            placed.rows.append(_row(journal_id, entry, *found))
    return placed


def keep_comments(connection: Connection, journal_id: str, rows: Sequence[CommentRow]) -> None:
    """Write the comments, and give them the texts that came before them."""
    insert_rows(
        connection,
        comment,
        {"journal_id": journal_id},
        CommentRow._fields,
        rows,
        then="ON CONFLICT (journal_id, seq) DO NOTHING",
    )
    if rows:
        seqs = [STRAY_SEQ, *(row.seq for row in rows)]
        lying = select(enclosure.c.line).where(enclosure.c.journal_id == journal_id, enclosure.c.seq.in_(seqs))
        enclose(connection, journal_id, connection.execute(lying).scalars().all())


def enclose(connection: Connection, journal_id: str, enclosures: Iterable[bytes]) -> None:
    """Give each comment that waits for its text the enclosure that it commits to; any others are passed over.

    So is a text that cannot be kept: it lies where all enclosures lie, and nothing waits for it.
    """
    messages = [message for message in map(_read, enclosures) if message is not None]
    by_position = {Position(journal_id, message.enclosure): message for message in messages}
    for at, row in _waiting(connection, by_position).items():
        message = by_position[at]
        if sha256(message.salt + message.payload).digest() == row.commitment:
            take_apart(connection, [(row, message.payload)], partial(_keep_text, connection), _pass_over)


def _keep_text(connection: Connection, texts: Sequence[tuple[Row[Any], bytes]]) -> int:
    for row, payload in texts:
        of_row = update(comment).where(comment.c.journal_id == row.journal_id, comment.c.seq == row.seq)
        connection.execute(of_row.values(said(payload) if row.key_id is None else {"sealed": payload}))
    return len(texts)


def said(text: bytes) -> dict[str, str]:
    """The columns that hold what a citizen wrote, by the bytes that came."""
    cleaned = clean(text.decode("utf-8", "replace"))
    return {"text": cleaned, "folded": fold(cleaned)}


def _pass_over(at: tuple[Row[Any], bytes], error: Exception) -> int:
    _log.warning("text not kept", journal=at[0].journal_id, seq=at[0].seq, why=type(error).__name__)
    return 0


def awaited(connection: Connection, journal_id: str, enclosures: Iterable[bytes]) -> list[bytes]:
    """Those of ``enclosures`` for which a comment waits: one that was deleted must not come back."""
    messages = [(line, message) for line in enclosures if (message := _read(line)) is not None]
    lines = {Position(journal_id, message.enclosure): line for line, message in messages}
    return [lines[at] for at in _waiting(connection, lines)]


def code_of(journal_id: str, seq: int, commitment: bytes) -> str:
    """What the pages call a comment: always the same, and without the salt nobody can tell which came first."""
    return sha256(b"comment" + commitment + f"{journal_id}/{seq}".encode()).hexdigest()[:16]


def _row(journal_id: str, entry: CommentLine, counter_id: int, day: date) -> CommentRow:
    commitment = bytes.fromhex(entry.enclosure)
    monday = monday_of(day)
    code = code_of(journal_id, entry.seq, commitment)
    return CommentRow(entry.seq, code, counter_id, monday.isoformat(), commitment, entry.sealed)


def _stored_ratings(
    connection: Connection, journal_id: str, positions: Collection[Position]
) -> tuple[dict[Position, Position], dict[Position, tuple[int, date]]]:
    """Where ratings that came before are counted, as far as the same kiosk wrote them, and their counter and day."""
    own = of_same_device(connection, journal_id, {at.journal_id for at in positions})
    named = [at for at in positions if at.journal_id in own]
    counted = counted_positions(connection, named)
    wanted = sorted({counted.get(at, at) for at in named})
    if not wanted:
        return {}, {}
    rows = connection.execute(
        select(rating.c.journal_id, rating.c.seq, rating.c.counter_id, rating.c.day).where(
            tuple_(rating.c.journal_id, rating.c.seq).in_(wanted)
        )
    )
    stored = {Position(row.journal_id, row.seq): (int(row.counter_id), row.day) for row in rows}
    counted_at = {at: counted.get(at, at) for at in named}
    return counted_at, {at: stored[there] for at, there in counted_at.items() if there in stored}


def _waiting(connection: Connection, positions: Collection[Position]) -> dict[Position, Any]:
    """The comments without a text to which these enclosures may belong; of an entry that came twice, the first."""
    if not positions:
        return {}
    counted = counted_positions(connection, positions)
    wanted = sorted({counted.get(at, at) for at in positions})
    rows = connection.execute(
        select(comment.c.journal_id, comment.c.seq, comment.c.commitment, comment.c.key_id).where(
            tuple_(comment.c.journal_id, comment.c.seq).in_(wanted),
            comment.c.text.is_(None),
            comment.c.sealed.is_(None),
            comment.c.forgotten_on.is_(None),
        )
    ).all()
    by_position = {Position(row.journal_id, row.seq): row for row in rows}
    return {at: by_position[there] for at in positions if (there := counted.get(at, at)) in by_position}


def _read(line: bytes) -> EnclosureMessage | None:
    try:
        return msgspec.json.decode(line, type=EnclosureMessage)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
