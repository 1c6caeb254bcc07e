"""What changes after a month was closed corrects the reports that tell of it, and no others."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.base.texts import texts
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Survey
from sync.collector.calendar.periods import Kind, period_of
from sync.collector.care.signals.standing import move
from sync.collector.chores import months
from sync.collector.closed.changes import change_between
from sync.collector.closed.closing import Made, look_at, units_due
from sync.collector.figures.book import Cause, Correction, Rules
from sync.collector.figures.lines import PlaceLine
from sync.collector.figures.maker import answered_in
from sync.collector.figures.places import read_places
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.series import Series
from sync.collector.profiles.typed import WEB, Served, Source, keep_served
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.replica.stretch import ANY_PART, Stretch
from sync.collector.services.moves import Act, move_counter
from sync.collector.store import schema
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import DAYS, HANOI
from tests.sync.collector.closing import LATER, NOVEMBER, XA, XB, Closed, at


def typed(closed: Closed, counter: int, n: int, day: int = 16) -> None:
    """Somebody types in how many transactions a counter served."""
    with closed.office.database.writing() as connection:
        source = Source("it", closed.clock.now, WEB, "x")
        keep_served(connection, [Served(counter, date(2026, 11, day), n)], source)


def moved(closed: Closed, code: str, to: str, since: date) -> None:
    """A counter's place is put right, and its kiosk knows it."""
    with closed.office.database.writing() as connection:
        move_counter(connection, code, to, since, Act(closed.clock.now, "test", DAYS))
        named = select(schema.counter.c.counter_id).where(schema.counter.c.code == code)
        row = connection.execute(named).scalar_one()
    device = closed.office.device
    closed.office.device = replace(device, counters={**device.counters, code: row})


def set_standing(closed: Closed, day: int, to: Standing) -> int:
    """Somebody decides about a day of the first counter."""
    with closed.office.database.writing() as connection:
        lock_releases(connection)
        return move(connection, Stretch(1, date(2026, 11, day), date(2026, 11, day), ANY_PART), to)


def corrections(closed: Closed, unit: str = "XA") -> tuple[Correction, ...]:
    found = closed.read(unit).closing
    assert found is not None
    return found.corrections


def test_a_unit_that_loses_all_of_its_ratings_is_corrected_to_nothing(closed: Closed) -> None:
    closed.clock.now = at(1, month=12)
    moved(closed, "Q1", "XB", NOVEMBER)
    closed.press(*[4] * 40, counter="Q1")
    closed.clock.now = at(8, month=12)
    closed.close()
    closed.clock.now = LATER
    moved(closed, "Q1", "XA", NOVEMBER)

    closed.close()
    (correction,) = corrections(closed, "XB")
    ((before, after),) = [(one.before.n, one.after.n) for one in correction.changed]
    assert (closed.book(XB).me.n, closed.read("XB").me.n, closed.read("XA").me.n) == (40, 0, 40)
    assert (before, after, correction.causes) == (40, 0, (Cause.AWAY,))
    assert closed.close() == 0


def test_a_unit_that_loses_a_few_that_wait_says_that_a_change_waits(closed: Closed) -> None:
    closed.press(4, 4, 4, counter="Q2")
    closed.press(*[4] * 40, counter="Q3")
    closed.close()
    closed.clock.now = LATER
    moved(closed, "Q2", "XB", date(2026, 11, 10))
    few = closed.close()

    assert (few, closed.read("XA").recorded, closed.read("XB").recorded) == (0, 3, 40)
    assert [closed.read(unit).closing.waits for unit in ("XA", "XB")] == [True, True]  # type: ignore[union-attr]


def test_a_unit_that_lost_everything_is_looked_at_once(november: Closed) -> None:
    moved(november, "Q1", "XB", date(2026, 11, 10))
    moved(november, "Q2", "XB", date(2026, 11, 10))
    november.close()
    closed_first = [number for number in november.kept() if number[1] == 0]

    assert sorted(closed_first) == [(0, 0), (1, 0), (2, 0)]
    with november.office.database.reading() as connection:
        places = read_places(connection, november.services.missed(connection))
        assert units_due(connection, places, NOVEMBER, LATER) == []


def test_transactions_typed_at_a_counter_without_ratings_correct_the_month(closed: Closed) -> None:
    closed.press(*[4] * 40)
    typed(closed, 1, 100)
    closed.close()
    closed.clock.now = LATER
    typed(closed, 2, 300)
    typed(closed, 3, 50)

    assert closed.close() == 2
    (correction,) = corrections(closed)
    ((before, after),) = [(one.before.transactions, one.after.transactions) for one in correction.changed]
    assert (before, after, correction.causes) == (100, 400, (Cause.SERVED,))
    # The other unit has transactions and no rating: that is no reason to close its month.
    assert closed.kept() == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_correction_is_about_the_question_of_the_first_report(closed: Closed) -> None:
    closed.press(*[4] * 40, reason="wait")
    closed.press(*[3] * 10, survey="tt32-3@1", counter="Q2", day=17)
    closed.close()
    closed.clock.now = LATER
    # By now most of the office answered the other question, all of it in the other unit.
    closed.press(*[3] * 60, survey="tt32-3@1", counter="Q3", day=18, came=LATER)
    typed(closed, 2, 300)
    closed.close()

    (correction,) = corrections(closed)
    kept = closed.read()
    assert kept.asked == closed.book(XA).asked
    assert [line.id for line in kept.reasons if line.n] == ["wait"]
    assert (correction.causes, {one.after.transactions for one in correction.changed}) == ((Cause.SERVED,), {300})


def test_another_question_that_is_answered_most_by_now_corrects_nothing(closed: Closed) -> None:
    closed.press(*[4] * 40, reason="wait")
    closed.press(*[3] * 10, survey="tt32-3@1", counter="Q2", day=17)
    closed.close()
    closed.clock.now = LATER
    closed.press(*[3] * 60, survey="tt32-3@1", counter="Q3", day=18, came=LATER)
    closed.services.release()

    assert look(closed) == Made(0, None, waits=False)


def test_a_counter_that_has_another_code_by_now_corrects_nothing(closed: Closed) -> None:
    closed.press(*[4] * 40, reason="wait")
    closed.close()
    closed.clock.now = LATER
    moved(closed, "Q1", "XB", LATER.date())

    assert look(closed) == Made(0, None, waits=False)


def test_a_survey_that_becomes_known_later_corrects_nothing_by_its_name(closed: Closed) -> None:
    closed.press(*[4] * 40)
    closed.press(*[2] * 10, day=17)
    closed.close()
    now = closed.book()
    part = now.main
    versions = [replace(part, series=Series(Asked(ref, "overall"), ())) for ref in ("sipas-5@1", "sipas-5@2")]
    unknown = replace(now, parts=(versions[0],))
    known = replace(now, parts=(replace(part, series=Series(part.series.asked, two_versions(part.series))),))
    doubled = replace(known, parts=(replace(known.main, me=twice(part.me), counters=(), children=()),))
    apart = replace(now, parts=tuple(replace(one, counters=(), children=()) for one in versions))

    assert change_between(unknown, known) is None
    assert change_between(apart, doubled) is None
    assert change_between(apart, known) is not None


def test_other_levels_with_the_same_sums_are_told_as_such(closed: Closed) -> None:
    closed.press(*[4] * 40, day=16)
    closed.press(*[5] * 40, day=17)
    closed.services.release()
    set_standing(closed, 17, Standing.SUSPECT)
    closed.close()
    closed.clock.now = LATER
    set_standing(closed, 16, Standing.SUSPECT)
    set_standing(closed, 17, Standing.COUNTED)
    closed.close()

    (correction,) = corrections(closed)
    ((before, after),) = [(one.before, one.after) for one in correction.changed]
    said = Phrases(texts("collector", "en"), HANOI, LATER).correction(correction)
    assert (closed.book(number=1).me.shown.counts, before == after, before.n) == ({5: 40}, True, 40)
    assert said.endswith(": other levels or reasons.")


def test_all_months_are_looked_at_until_nothing_is_due(closed: Closed, monkeypatch: pytest.MonkeyPatch) -> None:
    closed.press(*[4] * 40)
    good, changes = months.in_batches, iter([True])

    def meanwhile(*values: Any) -> Any:
        if next(changes, False):
            closed.press(*[5] * 6, day=17, came=at(7, month=12))
        return good(*values)

    monkeypatch.setattr(months, "in_batches", meanwhile)

    assert closed.rounds().run_all(lambda _: None) == 2
    assert closed.book().me.n == 46


def look(closed: Closed) -> Made:
    """What comes of a look at the first unit's month."""
    services, now = closed.services, closed.clock.now
    present = services.days.today(now)
    rules = Rules(now, date.fromisoformat(present[0]), services.config.policy, services.surveys, present)
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))
        answered = answered_in(connection, period_of(Kind.MONTH, NOVEMBER), rules)
        return look_at(connection, places, XA, rules, answered)


def two_versions(series: Series) -> tuple[Survey, ...]:
    (first,) = series.versions
    return first, replace(first, version=2)


def twice(line: PlaceLine) -> PlaceLine:
    """The same place with as many ratings again."""
    shown = replace(line.shown, counts={level: 2 * n for level, n in line.shown.counts.items()})
    return replace(line, shown=shown)
