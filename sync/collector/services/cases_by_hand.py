"""Cases by hand: a person opens a case from the numbers that a page shows them, with the same bounds as the rule's."""

from dataclasses import dataclass

from sqlalchemy import Connection

from kiosk.base.texts import texts
from sync.collector.care.cases.letters import tell_opened
from sync.collector.care.cases.opening import BY_RULE, LowResult, Opener, Rule, find_case, known_cases, open_case
from sync.collector.errors import NotAllowed
from sync.collector.figures.book import Book
from sync.collector.services.cases import about_of, finding_of
from sync.collector.services.services import Services

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
    return Opened(known_cases(connection, book.period.code, book.days.first, about_of(book))[book.place.key], is_new)


def open_and_tell(
    connection: Connection, services: Services, finding: LowResult, rule: Rule, opener: Opener = BY_RULE
) -> bool:
    """Open a case and tell whom it concerns; False where none opens."""
    case_id = open_case(connection, finding, rule, opener)
    if case_id is not None:
        t = texts("collector", services.config.language)
        told = tell_opened(t, services.config.url, find_case(connection, case_id))
        services.outbox.put(connection, told, rule.now)
    return case_id is not None
