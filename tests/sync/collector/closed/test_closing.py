"""A month is closed once, some days after its end, and stays what it was; a later change is a numbered correction."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete

from kiosk.domain.visit.rating import Standing
from sync.collector.care.signals.standing import move
from sync.collector.chores import months
from sync.collector.chores.every import slow_chores_of, transact
from sync.collector.closed import copied
from sync.collector.closed.changes import change_between
from sync.collector.closed.closing import months_closed, units_due
from sync.collector.closed.frozen import freeze
from sync.collector.errors import StorageFull
from sync.collector.export.closed_files import NoFiles
from sync.collector.figures.book import Cause
from sync.collector.figures.places import read_places
from sync.collector.profiles.served_file import take_served
from sync.collector.profiles.typed import FILE, Source
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.replica.stretch import ANY_PART, Stretch
from sync.collector.services.moves import Act, end_unit, move_counter
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.notices import Notices, Webhook
from sync.collector.store import schema
from tests.sync.collector.builders import DAYS, Office
from tests.sync.collector.closing import ALL, CLOSED, LATER, NOVEMBER, XA, Closed, at


def decide(closed: Closed, day: int) -> int:
    """Somebody sets a counter's day aside as suspect."""
    with closed.office.database.writing() as connection:
        lock_releases(connection)
        return move(connection, Stretch(1, date(2026, 11, day), date(2026, 11, day), ANY_PART), Standing.SUSPECT)


def test_a_month_is_closed_some_days_after_its_end_for_each_unit_with_ratings_and_all_together(closed: Closed) -> None:
    closed.press(*[4] * 40)
    closed.clock.now = CLOSED - timedelta(hours=13)
    before = closed.close()

    closed.clock.now = CLOSED - timedelta(hours=11)

    assert (before, closed.close(), closed.close()) == (0, 2, 0)
    assert closed.kept() == [(0, 0), (1, 0)]
    assert (closed.book().me.n, closed.book(ALL).me.n) == (40, 40)


def test_a_month_without_ratings_is_not_closed(closed: Closed) -> None:
    assert closed.close() == 0
    assert closed.read().closing is None


def test_only_ratings_that_wait_close_a_month_too(closed: Closed) -> None:
    closed.press(4, 4, 4)
    closed.close()

    assert (closed.book().me.n or 0, closed.book().recorded) == (0, 3)


def test_months_of_before_the_first_round_stay_open(office: Office) -> None:
    services = make_services(CollectorConfig(), office.database, lambda: CLOSED)
    rounds = months.CloseMonths(services, partial(transact, services))
    assert rounds.run_round() == 0

    with office.database.reading() as connection:
        assert months_closed(connection, date(2026, 12, 31), 7) == []
        assert months_closed(connection, date(2027, 2, 8), 7) == [date(2027, 1, 1), date(2026, 12, 1)]
    services.writer.close()


def test_a_demonstration_closes_no_month(office: Office) -> None:
    services = make_services(CollectorConfig(demo=True), office.database, lambda: CLOSED)

    assert [chore.name for chore in slow_chores_of(services)] == ["upkeep"]
    services.writer.close()


def test_a_late_block_of_five_is_correction_one_with_both_figures(november: Closed) -> None:
    november.press(5, 5, 4, 4, 1, day=17, came=LATER)

    assert november.close() == 2
    closing = november.book(number=1).closing
    assert closing is not None
    (correction,) = closing.corrections
    (changed,) = correction.changed
    assert (correction.number, correction.causes) == (1, (Cause.LATE,))
    assert (changed.before.n, changed.before.satisfied) == (80, 60)
    assert (changed.after.n, changed.after.satisfied) == (85, 64)
    assert (november.book().me.n, november.read().me.n) == (80, 85)
    assert november.kept() == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_what_changes_one_to_four_ratings_waits_until_it_is_five(november: Closed) -> None:
    november.press(5, 5, 4, 4, day=17, came=LATER)
    few = november.close()
    now = november.read()
    november.press(5, day=18, came=LATER, counter="Q2")

    assert (few, now.me.n, now.recorded) == (0, 80, 80)
    assert now.closing is not None
    assert now.closing.waits
    assert november.close() == 2
    assert november.read().recorded == 85
    assert november.read().closing.waits is False  # type: ignore[union-attr]


def test_a_decision_afterwards_is_a_correction(november: Closed) -> None:
    assert decide(november, 16) == 40
    november.close()
    (correction,) = november.read().closing.corrections  # type: ignore[union-attr]

    assert correction.causes == (Cause.DECIDED,)
    assert (november.read().me.n, november.read().me.aside_n, november.book().me.aside_n) == (40, 40, 0)


def test_several_series_are_kept_and_corrected_by_name(closed: Closed) -> None:
    closed.press(*[4] * 40)
    closed.press(*[3] * 35, survey="tt32-3@1", day=17)
    closed.close()
    closed.clock.now = LATER
    closed.press(*[1] * 6, survey="tt32-3@1", day=18, came=LATER)
    closed.close()

    (correction,) = closed.read().closing.corrections  # type: ignore[union-attr]
    assert [part.me.n for part in closed.book().parts] == [40, 35]
    assert [(one.code, one.before.n, one.after.n) for one in correction.changed] == [("tt32-3:123:overall", 35, 41)]


def test_a_unit_that_ends_or_a_counter_that_moves_afterwards_changes_nothing(november: Closed) -> None:
    closed, before = november, november.numbers()
    act = Act(LATER, "test", DAYS)
    with closed.office.database.writing() as connection:
        move_counter(connection, "Q2", "XB", LATER.date(), act)
        end_unit(connection, "XA", ["XB"], LATER.date(), act)

    assert closed.close() == 0
    assert closed.numbers() == before
    assert closed.read().me.n == 80
    assert closed.read().place.name == "Xã Bắc Sơn"


def test_a_move_back_into_the_month_is_a_correction_of_both_units(november: Closed) -> None:
    with november.office.database.writing() as connection:
        move_counter(connection, "Q2", "XB", date(2026, 11, 10), Act(LATER, "test", DAYS))
    november.close()

    assert (november.read().me.n, november.read("XB").me.n) == (40, 40)
    assert november.read().closing.corrections[0].causes[0] == Cause.AWAY  # type: ignore[union-attr]
    assert november.read("XB").closing.number == 0  # type: ignore[union-attr]


def test_what_did_not_change_needs_no_report_made(november: Closed, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("nothing changed")

    monkeypatch.setattr(months, "look_at", never)

    assert november.close() == 0
    with november.office.database.reading() as connection:
        places = read_places(connection, november.services.missed(connection))
        assert units_due(connection, places, NOVEMBER, LATER) == []


def test_another_collector_that_was_quicker_keeps_it_alone(closed: Closed) -> None:
    closed.press(*[4] * 40)
    other = make_services(CollectorConfig(), closed.office.database, closed.clock)

    def slow(work: Any) -> Any:
        # Just before this one keeps its first report, the other has a whole round.
        if work.func is months.keep and not closed.kept():
            closed.rounds(other).run_round()
        return transact(closed.services, work)

    months.CloseMonths(closed.services, slow, closed.render).run_round()

    assert closed.kept() == [(0, 0), (1, 0)]
    assert len(closed.office.rows("closed_file")) == 8
    other.writer.close()


def test_a_unit_whose_report_fails_is_told_and_the_others_are_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Notices(webhook=Webhook(url="https://chat.example.gov.vn/hook"))
    closed = Closed(office, config=CollectorConfig(notices=hook))
    closed.press(*[4] * 40)
    good = months.look_at

    def bad(connection: Any, places: Any, key: Any, *rest: Any) -> Any:
        if key == XA:
            raise ValueError("a report that cannot be made")
        return good(connection, places, key, *rest)

    monkeypatch.setattr(months, "look_at", bad)
    assert (closed.close(), closed.close()) == (1, 0)
    assert closed.kept() == [(0, 0)]
    monkeypatch.setattr(months, "look_at", good)
    assert closed.close() == 0
    closed.clock.now += timedelta(hours=1)
    assert closed.close() == 1

    assert [kind for (kind,) in office.rows("notice", "kind")] == ["alert"]
    ((recovered_at,),) = office.rows("incident", "recovered_at")
    assert recovered_at == closed.clock.now
    assert "a report that cannot be made" in str(office.rows("notice", "body"))
    closed.end()


def test_files_that_cannot_be_made_are_told_and_tried_again(closed: Closed) -> None:
    closed.press(*[4] * 40)

    def broken(reports: Any, language: str, zone: Any, address: str) -> Any:
        return [NoFiles("no letters"), *[{"csv": b"a"}] * (len(reports) - 1)]

    closed.rounds(render=broken).run_round()
    (fault,) = [why for (why,) in closed.office.rows("closed_look", "fault") if why]
    assert (fault, len(closed.kept()), len(closed.office.rows("closed_file"))) == ("no letters", 2, 1)
    closed.clock.now += timedelta(hours=1)
    closed.close()

    assert len(closed.office.rows("closed_file")) == 5
    assert [why for (why,) in closed.office.rows("closed_look", "fault") if why] == []


def test_a_full_disk_is_no_report_s_fault(closed: Closed, monkeypatch: pytest.MonkeyPatch) -> None:
    closed.press(*[4] * 40)

    def full(*_: Any) -> None:
        raise StorageFull("no room")

    monkeypatch.setattr(months, "look_at", full)
    with pytest.raises(StorageFull):
        closed.close()

    assert closed.office.rows("closed_look") == []


def test_a_round_that_was_killed_is_gone_on_with(closed: Closed) -> None:
    closed.press(*[4] * 40)
    kept: list[int] = []

    def killed(work: Any) -> Any:
        if work.func is months.keep:
            kept.append(1)
            if len(kept) == 2:
                raise KeyboardInterrupt
        return transact(closed.services, work)

    with pytest.raises(KeyboardInterrupt):
        months.CloseMonths(closed.services, killed, closed.render).run_round()
    assert closed.kept() == [(0, 0)]
    before = closed.numbers(ALL)

    assert closed.close() == 1
    assert closed.kept() == [(0, 0), (1, 0)]
    assert closed.numbers(ALL) == before


def test_a_round_that_has_no_time_makes_one_report_and_the_next_one_goes_on(closed: Closed) -> None:
    closed.press(*[4] * 40)
    rounds = closed.rounds(round_s=0.0)

    assert [rounds.run_round() for _ in range(3)] == [1, 1, 0]
    assert closed.kept() == [(0, 0), (1, 0)]


def test_a_report_that_was_thawed_is_frozen_to_the_same_bytes_and_differs_in_nothing(november: Closed) -> None:
    numbers = november.numbers()

    assert freeze(november.book()) == numbers
    assert change_between(november.book(), november.book()) is None


def test_reports_of_many_units_are_made_of_copied_sums_to_the_same_bytes(
    closed: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (9, 16):
        closed.press(*[4] * 30, *[2] * 10, day=day, repeats=7, reason="wait")
        closed.press(*[5] * 35, counter="Q2", day=day, survey="tt32-3@1" if day == 9 else "sipas-5@1")
    with closed.office.database.writing() as connection:
        source = Source("it", at(20), FILE, "tep.csv")
        take_served(connection, b"unit,counter,day,n\nXA,Q1,2026-11-16,60\n", at(20).date(), source)
    other = closed.rounds()
    monkeypatch.setattr(copied, "UNITS_MIN", 1)
    kept = other.run_round()
    numbers = [closed.numbers(), closed.numbers(ALL)]
    with closed.office.database.writing() as connection:
        connection.execute(delete(schema.closed_look))
        connection.execute(delete(schema.closed_basis))
        connection.execute(delete(schema.closed_month))

    monkeypatch.setattr(copied, "UNITS_MIN", 99)
    closed.close()

    assert kept == 2
    assert [closed.numbers(), closed.numbers(ALL)] == numbers
    assert closed.book().me.answered is not None


def test_what_changed_while_a_report_was_made_is_kept_by_the_next_round(
    closed: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed.press(*[4] * 40)
    good = months.in_batches

    def meanwhile(*values: Any) -> Any:
        closed.press(*[5] * 6, day=17, came=at(7, month=12))
        return good(*values)

    monkeypatch.setattr(months, "in_batches", meanwhile)
    assert (closed.close(), closed.kept()) == (0, [])
    monkeypatch.setattr(months, "in_batches", good)

    assert closed.close() == 2
    assert closed.book().me.n == 46
