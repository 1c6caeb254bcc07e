"""Months: writes a file for each month into ``year=2026/month=11``, one after the other, each of one moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import Connection

from kiosk.__about__ import VERSION
from sync.collector.calendar.periods import Kind as PeriodKind
from sync.collector.calendar.periods import Period, parse_period
from sync.collector.datasets.columns import LINES, Kind
from sync.collector.datasets.file import Making, making
from sync.collector.datasets.places import named_at
from sync.collector.datasets.read import RATED, SHOWN, rated_in, shown_in
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.proof.device import one_view
from sync.collector.replica.dropped import dropped_through
from sync.collector.replica.outgoing.demonstration import is_demonstrated
from sync.collector.replica.shown import month_after, month_of
from sync.collector.services.services import Services


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files are to be made."""

    kind: Kind
    out: Path
    months: tuple[Period, ...]
    below: str = ""
    """The path of the unit whose numbers are wanted; nothing is all of them."""
    replace: bool = False
    """Whether files that are there may be written over."""

    def file(self, month: Period) -> Path:
        """Where the file of a month is put."""
        # Without a nought in front: DuckDB takes month=06 for a text, and with it the months of its whole year.
        return self.out / f"year={month.first.year}" / f"month={month.first.month}" / self.kind.file

    @property
    def period(self) -> str:
        """From which month to which."""
        first, last = self.months[0].code, self.months[-1].code
        return first if first == last else f"{first}..{last}"


def months_from(first: str, last: str, today: date) -> tuple[Period, ...]:
    """The months that two codes name, both included; one where the second is empty.

    Raises UsageWrong for what is no month, ends before it begins, or has not begun yet.
    """
    begin, end = (_month(code) for code in (first, last or first))
    if begin.first > end.first:
        raise UsageWrong("{last} is before {first}", first=first, last=last)
    if end.first > today:
        raise UsageWrong("{month} has not begun yet", month=end.code)
    found, month = list[Period](), begin.first
    while month <= end.first:
        found.append(Period(PeriodKind.MONTH, *month_of(month)))
        month = month_after(month)
    return tuple(found)


def require_free(wanted: Wanted) -> None:
    """Raise NotAllowed where a file is there already and may not be written over: then none was made."""
    there = next((file for file in map(wanted.file, wanted.months) if file.exists()), None)
    if there is not None and not wanted.replace:
        raise NotAllowed("{file} is there already: choose another folder, or write over it with --replace", file=there)


def write_months(services: Services, wanted: Wanted, tell: Callable[[Period, int], None]) -> Iterator[tuple[Path, int]]:
    """Make the files, each whole before the next begins: each file, and how many rows it has.

    ``tell`` hears again and again how many rows of a month were read. Raises UsageWrong where one cannot be written.
    """
    services.release()
    with making(wanted.out) as file:
        for month in wanted.months:
            with services.database.reading() as connection, one_view(connection):
                said = _said(services, connection) | _lacking(connection, wanted, month)
                _read(services, connection, wanted, month, file, tell)
            out = wanted.file(month)
            yield out, file.write(wanted.kind, out, said)


def _read(
    services: Services,
    connection: Connection,
    wanted: Wanted,
    month: Period,
    file: Making,
    tell: Callable[[Period, int], None],
) -> None:
    over = datetime.combine(month_after(month.first), time(), services.config.zone).astimezone(UTC)
    file.put_places(list(named_at(connection, over, wanted.below)))
    columns, rows_in = (RATED, rated_in) if wanted.kind is LINES else (SHOWN, shown_in)
    for taken in file.put(columns, rows_in(connection, month.first, month.last)):
        tell(month, taken)


def _lacking(connection: Connection, wanted: Wanted, month: Period) -> dict[str, str]:
    """Up to which day single ratings of the month are no longer here; sums stay, so nothing of them."""
    last = dropped_through(connection, month.first) if wanted.kind is LINES else None
    return {} if last is None else {"dropped_through": min(last, month.last).isoformat()}


def _said(services: Services, connection: Connection) -> dict[str, str]:
    """What files say of where and when they were made."""
    told = {"collector": services.config.url, "made_at": services.now().isoformat(), "program": VERSION,
            "block_min": str(services.config.policy.block_min)}  # fmt: skip
    return told | ({"demonstration": "single ratings are shown"} if is_demonstrated(connection) else {})


def _month(code: str) -> Period:
    found = parse_period(code)
    if found.kind is not PeriodKind.MONTH:
        raise UsageWrong("{code!r} is no month: write 2026-11", code=code)
    return found
