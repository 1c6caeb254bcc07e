"""Months: closes each month some days after its end, and corrects it when enough has changed since.

A round takes some seconds, makes one report at least and goes on where the last one stood: first the numbers of every
unit, each in a transaction of its own, then their files. A unit whose report fails is told to IT staff, and the others
go on.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import islice

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from kiosk.base.texts import texts
from sync.collector.calendar.periods import Kind, period_of
from sync.collector.closed.closing import (
    Due,
    Look,
    Made,
    begin,
    has_begun,
    keep,
    look_at,
    months_closed,
    note_failed,
    place_of,
    read_looks,
    unit_id_of,
    units_due,
)
from sync.collector.closed.copied import copied_sums, in_batches
from sync.collector.closed.kept import UnitMonth, keep_files, numbers_of, without_files
from sync.collector.closed.marks import read_marks
from sync.collector.export.closed_files import NoFiles, files_apart
from sync.collector.figures.book import Rules
from sync.collector.figures.maker import answered_in
from sync.collector.figures.places import Place, Places, read_places
from sync.collector.figures.series import Series
from sync.collector.notices.outbox import Kind as Told
from sync.collector.notices.outbox import Notice
from sync.collector.people.rights import Right
from sync.collector.services.services import Services
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.writer import Transact
from sync.collector.words.phrases import Phrases

ROUND_S = 20.0
"""So long a round makes reports, and then starts no further one."""
FILES_AT_ONCE = 6
"""So many reports become files in one process: starting one takes as long as a report."""

Render = Callable[..., Sequence[dict[str, bytes] | NoFiles]]

_log = structlog.get_logger("collector.months")


class CloseMonths:
    """One collector's rounds; each looks at one month."""

    def __init__(
        self, services: Services, transact: Transact, render: Render = files_apart, round_s: float = ROUND_S
    ) -> None:
        self._services, self._transact, self._render, self._round_s = services, transact, render, round_s
        self._turn = 0

    def run_round(self) -> int:
        """Look at one month, as far as there is time; how many reports were kept, files not counted."""
        months = self._months()
        if not months:
            return 0
        kept, is_done = self._look(months[self._turn % len(months)], time.monotonic() + self._round_s)
        self._turn += is_done
        return kept

    def run_all(self, tell: Callable[[str], object]) -> int:
        """Look at every month until all is done that can be; how many reports were kept."""
        kept = 0
        for month in self._months():
            tell(f"{month:%Y-%m}")
            is_done = False
            while not is_done:
                some, is_done = self._look(month, time.monotonic() + self._round_s)
                kept += some
        return kept

    def close(self, month: date) -> int:
        """Make every report that is due of one month, and no files; how many were kept."""
        self._services.release()
        return self._make_numbers(month, math.inf)[0]

    def _months(self) -> list[date]:
        """The months that are closed by now, the newest first."""
        today = date.fromisoformat(self._services.days.today(self._services.now())[0])
        with self._services.database.reading() as connection:
            months = months_closed(connection, today, self._services.config.reports.closed_after_days)
            begun = has_begun(connection)
        if not begun:
            self._transact(partial(begin, today=today))
        return months

    def _look(self, month: date, until: float) -> tuple[int, bool]:
        """Make what is due of a month; how many reports were kept, and whether all was tried."""
        # What could be shown and was not yet would be the first correction.
        self._services.release()
        kept, are_made = self._make_numbers(month, until)
        are_files = self._make_files(month, until)
        self._tell(month)
        return kept, are_made and are_files

    def _rules(self) -> Rules:
        services, now = self._services, self._services.now()
        present = services.days.today(now)
        return Rules(now, date.fromisoformat(present[0]), services.config.policy, services.surveys, present)

    def _make_numbers(self, month: date, until: float) -> tuple[int, bool]:
        """Make the reports that are due; how many were kept, and whether none is left."""
        rules = self._rules()
        with self._services.database.reading() as connection:
            places = read_places(connection, self._services.missed(connection))
            due = {one.key.unit_id: one for one in units_due(connection, places, month, rules.now)}
            answered = answered_in(connection, period_of(Kind.MONTH, month), rules) if due else {}
        making = _Making(self._services, places, month, rules, answered, until)
        looked, made = 0, list[tuple[Due, Made]]()
        for unit_id, one in making.reports([place_of(places, unit_id) for unit_id in due]):
            looked += 1
            if isinstance(one, Made):
                made.append((due[unit_id], one))
            else:
                self._transact(partial(note_failed, keys=[due[unit_id].key], now=rules.now, why=one))
        unchanged = self._unchanged(made, month) if made else []
        kept = sum(self._keep(one_due, one, rules.now) for one_due, one in unchanged)
        left = len(due) - looked + len(made) - len(unchanged)
        if due:
            _log.info("month being closed", month=f"{month:%Y-%m}", kept=kept, left=left)
        return kept, not left

    def _unchanged(self, made: list[tuple[Due, Made]], month: date) -> list[tuple[Due, Made]]:
        """The reports of units of which nothing changed while they were made.

        Of another half may have been read before a change, and half behind it: the next round makes it anew.
        """
        with self._services.database.reading() as connection:
            places = read_places(connection, self._services.missed(connection))
            marks = read_marks(connection, places, month).by_unit
        return [(due, one) for due, one in made if marks.get(due.key.unit_id) == due.mark]

    def _keep(self, due: Due, made: Made, now: datetime) -> bool:
        try:
            self._transact(partial(keep, due=due, made=made, now=now))
        except IntegrityError:
            # Another collector was quicker by a moment.
            return False
        return made.numbers is not None

    def _make_files(self, month: date, until: float) -> bool:
        """Make the files of reports that have none yet; whether all were tried."""
        while time.monotonic() < until:
            with self._services.database.reading() as connection:
                looks, now = read_looks(connection, month), self._services.now()
                free = (one for one in without_files(connection, month) if not _is_apart(looks, one[0], now))
                some = [(key, number, _numbers(connection, key, number)) for key, number in islice(free, FILES_AT_ONCE)]
            if not some:
                return True
            config = self._services.config
            made = self._render([numbers for *_, numbers in some], config.language, config.zone, config.url)
            for (key, number, _), files in zip(some, made, strict=False):
                self._keep_files(key, number, files)
        return False

    def _keep_files(self, key: UnitMonth, number: int, files: dict[str, bytes] | NoFiles) -> None:
        if isinstance(files, NoFiles):
            _log.warning("files of a closed month not made", unit_id=key.unit_id, month=str(key.month), why=str(files))
            self._transact(partial(note_failed, keys=[key], now=self._services.now(), why=str(files)))
            return
        language = self._services.config.language
        try:
            self._transact(partial(keep_files, key=key, number=number, language=language, bodies=files))
        except IntegrityError:
            return

    def _tell(self, month: date) -> None:
        """Tell IT staff of reports that could not be made, once, and when all of them are."""
        with self._services.database.reading() as connection:
            failed = [look for look in read_looks(connection, month).values() if look.failed_at is not None]
            is_open = self._services.outbox.is_open(connection, _key(month))
        if bool(failed) != is_open:
            self._transact(partial(self._put, month=month, faults=[look.fault or "" for look in failed]))

    def _put(self, connection: Connection, month: date, faults: list[str]) -> None:
        outbox, now = self._services.outbox, self._services.now()
        message = _notice(Phrases(texts("collector", self._services.config.language), outbox.zone, now), month, faults)
        if faults:
            outbox.open(connection, _key(month), message, now)
        else:
            outbox.close(connection, _key(month), message, now)


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes the reports of one month in one round."""

    services: Services
    places: Places
    month: date
    rules: Rules
    answered: Mapping[Series, int]
    until: float

    def reports(self, units: Sequence[Place]) -> Iterator[tuple[int, Made | str]]:
        """What comes of each unit as far as there is time, or why none can be made; always of one.

        Else a database whose sums take longer to copy than a round lasts would close no month.
        """
        has_one = False
        for batch, is_copied in in_batches(self.places, units):
            if has_one and time.monotonic() >= self.until:
                return
            with ExitStack() as held:
                sums = None
                if is_copied:
                    # Not held while reports are made: on some versions of SQLite nobody could write meanwhile.
                    with self.services.database.reading() as connection:
                        sums = held.enter_context(copied_sums(connection, self.places, batch, self.month))
                for place in batch:
                    if has_one and time.monotonic() >= self.until:
                        return
                    has_one = True
                    yield unit_id_of(place), self._report(place, sums)

    def _report(self, place: Place, sums: Connection | None) -> Made | str:
        key = UnitMonth(unit_id_of(place), self.month)
        try:
            with self.services.database.reading() as connection:
                return look_at(connection, self.places, key, self.rules, self.answered, sums)
        except Exception as error:
            if not lies_in_the_data(error):
                raise
            _log.exception("a unit's month could not be closed", unit_id=key.unit_id, month=str(key.month))
            return f"{type(error).__name__}: {error}"


def _is_apart(looks: Mapping[int, Look], key: UnitMonth, now: datetime) -> bool:
    return key.unit_id in looks and looks[key.unit_id].is_apart(now)


def _numbers(connection: Connection, key: UnitMonth, number: int) -> bytes:
    numbers = numbers_of(connection, key, number)
    assert numbers is not None  # noqa: S101 - it was just found in the same transaction
    return numbers


def _key(month: date) -> str:
    return f"closed month {month:%Y-%m}"


def _notice(p: Phrases, month: date, faults: list[str]) -> Notice:
    t, period = p.t, p.period_month(month)
    if not faults:
        subject = t("Over: every report of {period} was made", period=period)
        return Notice(Told.RECOVERED, subject, subject, right=Right.FLEET, facts={"month": f"{month:%Y-%m}", "n": 0})
    subject = t("{n} reports of {period} could not be made", n=t.number(len(faults)), period=period)
    body = t(
        "Those of the other units were made. The collector tries again every hour; its log says which units these are. "
        "The first fault: {why}",
        why=faults[0],
    )
    facts = {"month": f"{month:%Y-%m}", "n": len(faults)}
    return Notice(Told.ALERT, subject, f"{subject}\n{body}", right=Right.FLEET, facts=facts)
