"""By hand: a person opens a case from the numbers that a page shows them, with the same bounds as the rule's."""

from dataclasses import dataclass

from sqlalchemy import Connection

from sync.collector.cases.look import finding_of
from sync.collector.cases.opening import Opener, Rule, known_cases
from sync.collector.cases.rounds import open_and_tell
from sync.collector.errors import NotAllowed
from sync.collector.figures.book import Book
from sync.collector.services import Services

NOTE_CHARS_MAX = 4000


@dataclass(frozen=True, slots=True)
class Opened:
    """The case that there is now, and whether it was opened just now."""

    number: str
    is_new: bool


def can_be_opened(book: Book) -> bool:
    """Whether the report shows what a case rests on: a share of the dissatisfied at a unit or counter, and not none."""
    return bool(book.place.key) and book.me.bad is not None and book.me.bad.numerator > 0


def open_by_hand(connection: Connection, services: Services, book: Book, opener: Opener, rule: Rule) -> Opened:
    """Open a case for a report; where the place has one already, or had one in the period, it is that one.

    Raises NotAllowed for a report that does not show the share of the dissatisfied.
    """
    if not can_be_opened(book):
        raise NotAllowed("a case opens only from a share of dissatisfied that the page shows; here it shows none")
    is_new = open_and_tell(connection, services, finding_of(book), rule, opener)
    return Opened(known_cases(connection, book.period.code, book.days.first)[book.place.key], is_new)
