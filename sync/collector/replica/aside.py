"""Aside: why an entry is set aside, and the checks of what it says of others. Pure."""

import re

from kiosk.journal.lines import CommentLine, OpenedLine, RatingLine
from kiosk.journal.sound import is_sound
from sync.collector.replica.projection_rows import LateLine, UnreadReason

DETAIL_CHARS_MAX = 200
SEQ_MAX = 2**53
JOURNAL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
KEY_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


class Aside(Exception):
    """An entry is kept and says nothing that counts."""

    def __init__(self, reason: UnreadReason, detail: str) -> None:
        self.reason = reason
        self.detail = detail


def require_sound(entry: RatingLine) -> None:
    """A rating says what one can say; raises Aside, as the next two."""
    if not is_sound(entry):
        said = f"survey {entry.survey}, question {entry.question}, level {entry.level}, standing {entry.standing}"
        raise Aside(UnreadReason.BAD_VALUE, printable(said))


def require_numbers(entry: OpenedLine) -> None:
    """Its numbers can be those of entries."""
    for number in (entry.continues_seq, entry.carried, entry.carried_after, entry.lost):
        if number is not None and not 0 <= number <= SEQ_MAX:
            raise Aside(UnreadReason.BAD_VALUE, f"no entry has the number {number}")


def require_rating(entry: LateLine | CommentLine) -> None:
    """A rating can be where the entry says: before it, or in a journal that has an id."""
    elsewhere = entry.rating_journal
    if not 1 <= entry.rating <= SEQ_MAX or (elsewhere is None and entry.rating >= entry.seq):
        raise Aside(UnreadReason.NO_RATING, f"no rating at {entry.rating}")
    if elsewhere is not None and not JOURNAL_ID.fullmatch(elsewhere):
        raise Aside(UnreadReason.NO_RATING, printable(f"no journal {elsewhere}"))


def printable(text: str) -> str:
    """The beginning of a text, without what cannot be kept or shown."""
    # PostgreSQL takes no NUL and a page no control characters, and the text is a stranger's.
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:DETAIL_CHARS_MAX])
