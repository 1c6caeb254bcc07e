"""Asked: what every door for numbers takes: days, a unit, a counter."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from sync.collector.api.depends import TheServices
from sync.collector.calendar.half_days import told_until
from sync.collector.calendar.periods import LAST_DAY
from sync.collector.errors import QuestionWrong
from sync.collector.figures.book import Book
from sync.collector.fleet.places.units import PLACE_CODE
from sync.collector.people.rights import Reader
from sync.collector.services.reports import Span

FIRST_DAY = date(1970, 1, 1)
"""Programs that want everything ask from the day on which dead clocks begin, as ``kiosk demo`` does."""
UnitCode = Annotated[
    str | None, Query(pattern=f"^{PLACE_CODE}$", description="A unit's code; by default all that you may read")
]
CounterCode = Annotated[str | None, Query(pattern=f"^{PLACE_CODE}$", description="A counter's code")]
FirstDay = Annotated[date | None, Query(alias="from", description="The first local day; by default `to`, or today")]
FinalDay = Annotated[date | None, Query(alias="to", description="The last local day; by default today")]


async def _span(
    services: TheServices,
    first: FirstDay = None,
    last: FinalDay = None,
    unit: UnitCode = None,
    counter: CounterCode = None,
) -> Span:
    today = date.fromisoformat(services.days.today(services.now())[0])
    span = Span(first or last or today, last or max(first or today, today), unit, counter)
    require_days(span.first, span.last)
    if span.first > today:
        raise QuestionWrong("{day} is still to come", day=span.first)
    return span


AskedSpan = Annotated[Span, Depends(_span)]


def require_days(first: date, last: date) -> None:
    """Raise QuestionWrong unless these are days from which to which something can be told."""
    if first > last:
        raise QuestionWrong("from {first} is after to {last}: exchange them", first=first, last=last)
    if first < FIRST_DAY or last > LAST_DAY:
        raise QuestionWrong("days are from {first} to {last}", first=FIRST_DAY, last=LAST_DAY)


def days_of(span: Span) -> dict[str, str | None]:
    """The days, as the audit log names them."""
    return {"from": span.first.isoformat(), "to": span.last.isoformat()}


def subject_of(span: Span, reader: Reader) -> str:
    """What was read of, as the audit log names it."""
    return span.counter or span.unit or reader.path or "*"


def as_of(book: Book, zone: ZoneInfo) -> datetime:
    """Up to when ratings are in a book: it stands still for a half day, as the numbers do; of a kept one its moment."""
    return told_until(book.made_at, zone) if book.policy.delay and not book.is_kept else book.made_at
