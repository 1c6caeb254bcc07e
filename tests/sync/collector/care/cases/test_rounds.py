"""Cases open by themselves, once, on numbers that any page shows; they are told of, fall due, and are looked after."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Thread
from typing import Any, TypeVar

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from sync.collector.care.cases.care import Deed, ResultNeeded, What, care_for
from sync.collector.care.cases.docket import Docket, Query, Which, open_cases_of, read_docket
from sync.collector.chores.cases import run_case_round
from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.effective import NOTHING_SET
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.fleet.surveys.writing import survey_toml
from sync.collector.people.accounts import new_account
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.services.services import Services
from sync.collector.settings.care import Cases
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.notices import Notices, Webhook
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import NOON, Office, Pen

T = TypeVar("T")
READER = Reader("huong", "Nông Thị Hương", Role.SUPERVISOR, RIGHTS[Role.SUPERVISOR], "")
DAYS = Calendars(CollectorConfig(), NOTHING_SET)
TOMORROW = NOON + timedelta(days=1)
"""The presses of NOON's day are shown by then."""
TODAY = date(2026, 11, 21)


@pytest.fixture
def rounds(database: Database, services: Services) -> Iterator[Callable[..., int]]:
    """Runs the round at a moment."""

    def run(now: datetime = TOMORROW, **settings: Any) -> int:
        config = CollectorConfig(**settings)
        return run_case_round(replace(services, config=config, now=lambda: now), database.transact)

    yield run
    services.writer.close()


def press(
    office: Office, good: int, bad: int, counter: str = "Q1", received_at: datetime = NOON, **values: Any
) -> None:
    pen = Pen()
    pen.opened()
    for number in range(good + bad):
        # Mixed, so that every block of them is.
        level = 2 if number * bad // (good + bad) != (number + 1) * bad // (good + bad) else 5
        seq = pen.rating(level, counter=counter, **values)
        if level == 2:
            pen.reasons(seq, "wait")
    with office.database.writing() as connection:
        ensure_partitions(connection, received_at)
    office.append(pen, received_at=received_at)


def cases(office: Office, *columns: str) -> list[tuple[object, ...]]:
    return office.rows("follow_up", *columns)


def docket(office: Office, today: date = TODAY, **search: Any) -> Docket:
    with office.database.reading() as connection:
        return read_docket(connection, Query(**search), today, DAYS)


def do(office: Office, what: What, now: datetime = TOMORROW, reader: Reader = READER, **deed: Any) -> None:
    with office.database.writing() as connection:
        care_for(connection, "2026-001", Deed(what, **deed), reader, now.date(), now, DAYS)


def test_case_opens_with_its_numbers_its_day_and_its_owner(office: Office, rounds: Callable[..., int]) -> None:
    with office.database.writing() as connection:
        for name, role, unit in (("it", Role.IT, "XA"), ("lan", Role.SUPERVISOR, "XA"), ("all", Role.SUPERVISOR, None)):
            new_account(connection, name, name, role, unit, NOON, "test")
    press(office, good=40, bad=10)

    assert rounds() == 1

    names = ("number", "place", "period", "bad", "n", "levels", "reasons", "due_on", "owner_id", "state")
    assert cases(office, *names) == [
        ("2026-001", "XA/:Q1", "2026-11", 10, 50, [1, 2], [["wait", 10]], date(2026, 11, 30), 2, "new")
    ]
    audited = [row for row in office.rows("audit", "actor", "action", "subject") if row[1] == "case open"]
    assert audited == [("collector", "case open", "2026-001")]


def publish(office: Office, survey_id: str) -> None:
    """Another survey of the office's own, with the same question and levels as the shipped one."""
    survey = replace(shipped_surveys()["sipas-5@1"], id=survey_id)
    values = {"ref": survey.ref, "text": survey_toml(survey), "changed_at": NOON, "published_at": NOON}
    with office.database.writing() as connection:
        connection.execute(insert(schema.survey_text).values(**values, changed_by="huong"))


def test_case_opens_for_a_survey_that_is_answered_less_than_another(office: Office, rounds: Callable[..., int]) -> None:
    publish(office, "hoi-rieng")
    press(office, good=200, bad=0)
    press(office, good=40, bad=10, survey="hoi-rieng@1")

    assert rounds() == 1

    assert cases(office, "place", "survey", "bad", "n") == [("XA/:Q1", "hoi-rieng@1", 10, 50)]


def test_place_has_a_case_for_each_question_that_is_too_bad(office: Office, rounds: Callable[..., int]) -> None:
    publish(office, "hoi-rieng")
    press(office, good=60, bad=20)
    press(office, good=40, bad=10, survey="hoi-rieng@1")

    assert [rounds(), rounds()] == [2, 0]

    assert cases(office, "survey", "n") == [("sipas-5@1", 80), ("hoi-rieng@1", 50)]


def test_round_that_is_repeated_opens_nothing_more(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)

    assert [rounds(), rounds(), rounds(TOMORROW + timedelta(days=3))] == [1, 0, 0]


@pytest.mark.parametrize(
    ("good", "bad", "settings"),
    [(23, 6, {}), (85, 15, {}), (40, 10, {"cases": Cases(open=False)}), (40, 10, {"cases": Cases(n_min=51)})],
    ids=["too few ratings", "just the threshold", "switched off", "fewer than the office wants"],
)
def test_no_case_opens(
    office: Office, rounds: Callable[..., int], good: int, bad: int, settings: dict[str, Cases]
) -> None:
    press(office, good, bad)

    assert rounds(**settings) == 0


def test_numbers_that_are_not_shown_yet_open_nothing(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)

    assert rounds(NOON - timedelta(seconds=1)) == 0


def test_unit_has_a_case_of_its_own_only_where_no_counter_stands_out(
    office: Office, rounds: Callable[..., int]
) -> None:
    rule = Cases(n_min=60)
    press(office, good=32, bad=8, counter="Q1")
    press(office, good=32, bad=8, counter="Q2")

    assert rounds(cases=rule) == 1

    assert cases(office, "place", "counter_id", "n") == [("XA/", None, 80)]


def test_two_units_of_one_parent_each_have_their_case(office: Office, rounds: Callable[..., int]) -> None:
    with office.database.writing() as connection:
        connection.execute(insert(schema.unit), {"unit_id": 9, "code": "T", "name": "T", "kind": "x", "path": "T/"})
        row = {"unit_id": 2, "code": "XB", "name": "B", "kind": "x", "parent_id": 9, "path": "T/XB/"}
        connection.execute(insert(schema.unit), row)
        place = {"counter_id": 3, "code": "Q3", "name": "Quầy 3", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    there = Office(office.database, replace(office.new_device(), counter_id=3, counters={"Q3": 3}))
    press(office, good=40, bad=10)
    press(there, good=40, bad=10, counter="Q3")

    assert rounds() == 2

    assert sorted(place for (place,) in cases(office, "place")) == ["T/XB/:Q3", "XA/:Q1"]


def test_closed_case_holds_for_its_period_and_the_next_period_may_have_another(
    office: Office, rounds: Callable[..., int]
) -> None:
    press(office, good=40, bad=10)
    rounds()
    do(office, What.CLOSE, note="Đã họp.")
    assert rounds() == 0
    december = NOON + timedelta(days=20)
    press(office, good=40, bad=10, received_at=december)

    assert rounds(december + timedelta(days=1)) == 1

    assert cases(office, "number", "period") == [("2026-001", "2026-11"), ("2026-002", "2026-12")]


def test_open_case_keeps_the_next_period_from_opening_another(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)
    rounds()
    december = NOON + timedelta(days=20)
    press(office, good=40, bad=10, received_at=december)

    assert rounds(december + timedelta(days=1)) == 0


def test_case_closed_in_a_later_period_holds_for_that_one_too(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)
    rounds()
    december, january = NOON + timedelta(days=20), NOON + timedelta(days=50)
    press(office, good=40, bad=10, received_at=december)
    do(office, What.CLOSE, now=december + timedelta(days=1), note="Đã họp.")
    press(office, good=40, bad=10, received_at=january)

    assert rounds(december + timedelta(days=2)) == 0
    assert rounds(january + timedelta(days=1)) == 1


def test_opened_and_overdue_cases_are_told_once_each(office: Office, rounds: Callable[..., int]) -> None:
    notices = Notices(webhook=Webhook(url="https://example.gov.vn/hook"))
    press(office, good=40, bad=10)

    for days in (1, 2, 10, 11, 12):
        rounds(NOON + timedelta(days=days), notices=notices)

    told = office.rows("notice", "kind", "subject", "facts")
    assert [(kind, facts["what"]) for kind, _, facts in told] == [("case", "opened"), ("case", "overdue")]  # type: ignore[index]
    assert "2026-001" in str(told[0][1])
    assert "10" in str(office.rows("notice", "body")[0][0])


def test_of_two_who_close_a_case_at_once_the_second_is_told(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)
    rounds()
    told: list[ChangedMeanwhile] = []

    def close_too() -> None:
        try:
            do(office, What.CLOSE, note="Của tôi.")
        except ChangedMeanwhile as error:
            told.append(error)

    second = Thread(target=close_too)
    with office.database.writing() as connection:
        care_for(connection, "2026-001", Deed(What.CLOSE, "Xong."), READER, TODAY, TOMORROW, DAYS)
        second.start()
        # Time enough for a second who is not held back to look at the case as it was.
        second.join(0.2)
    second.join()

    assert len(told) == 1
    assert cases(office, "result") == [("Xong.",)]


def test_case_is_closed_with_a_result_alone_and_opened_again(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)
    rounds()
    do(office, What.KEEP, note="Đã kiểm tra sổ.")
    with pytest.raises(ResultNeeded):
        do(office, What.CLOSE)
    do(office, What.CLOSE, note="Thêm quầy phụ.")
    assert cases(office, "state", "result", "closed_on") == [("closed", "Thêm quầy phụ.", TODAY)]

    do(office, What.REOPEN, note="Chưa đỡ.", now=NOON + timedelta(days=30))

    assert cases(office, "state", "closed_on", "due_on") == [("doing", None, date(2026, 12, 25))]
    steps = [what for (what,) in office.rows("follow_up_step", "what")]
    assert steps == ["opened", "keep", "close", "reopen"]
    actions = [action for (action,) in office.rows("audit", "action")]
    assert actions == ["case open", "case keep", "case close", "case reopen"]


def test_owner_and_day_are_changed_and_written_down(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)
    rounds()
    with office.database.writing() as connection:
        new_account(connection, "lan", "Vi Thị Lan", Role.SUPERVISOR, "XA", NOON, "test")
        new_account(connection, "huong", "Nông Thị Hương", Role.SUPERVISOR, None, NOON, "test")

    do(office, What.TAKE)
    assert cases(office, "owner_id", "state") == [(2, "taken")]
    do(office, What.KEEP, owner="lan", due_on=date(2026, 12, 4))

    assert cases(office, "owner_id", "due_on", "state") == [(1, date(2026, 12, 4), "taken")]
    assert office.rows("audit", "details")[-1][0] == {
        "from": "taken", "to": "taken", "owner": "lan", "due": "2026-12-04",
    }  # fmt: skip
    with pytest.raises(UsageWrong, match="before it was opened"):
        do(office, What.KEEP, due_on=date(2026, 11, 1))
    with pytest.raises(UsageWrong, match="no case"):
        do(office, What.KEEP, reader=replace(READER, path="XB/"))


def test_what_came_after_it_was_closed_is_counted_beside_it(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=100, bad=50)
    rounds()
    do(office, What.CLOSE, note="Thêm quầy phụ.")
    assert docket(office).closed[0].after is None
    press(office, good=120, bad=5, received_at=NOON + timedelta(days=5))

    rounds(NOON + timedelta(days=6))

    closed = docket(office).closed[0]
    assert closed.after is not None
    assert (closed.after.numerator, closed.after.denominator, closed.helped) == (5, 125, True)


def test_docket_counts_each_kind_and_shows_the_most_urgent_first(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10, counter="Q1")
    press(office, good=40, bad=20, counter="Q2")
    rounds()
    do(office, What.KEEP, due_on=date(2026, 12, 10))

    found = docket(office)

    assert [case.row.number for case in found.cases] == ["2026-002", "2026-001"]
    assert found.by_which == {Which.OPEN: 2, Which.OVERDUE: 0, Which.SOON: 0, Which.UNOWNED: 2, Which.CLOSED: 0}
    late = docket(office, today=date(2026, 12, 1), which=Which.OVERDUE)
    assert [(case.row.number, case.left, case.is_overdue) for case in late.cases] == [("2026-002", -1, True)]
    assert docket(office, path="XB/").by_which[Which.OPEN] == 0
    with office.database.reading() as connection:
        assert open_cases_of(connection, "XA/", date(2026, 12, 1), DAYS, 1)[1:] == (2, 1)
        assert open_cases_of(connection, "XA/:Q2", TODAY, DAYS, 9)[1:] == (1, 0)


@pytest.mark.parametrize(
    ("change", "is_owned"),
    [({"disabled_at": None}, True), ({"disabled_at": NOON}, False), ({"role": "viewer"}, False),
     ({"unit_id": 2}, False), ({"unit_id": None}, True)],
)  # fmt: skip
def test_case_of_somebody_who_can_no_longer_take_care_of_it_is_nobodys(
    office: Office, rounds: Callable[..., int], change: dict[str, object], is_owned: bool
) -> None:
    with office.database.writing() as connection:
        connection.execute(insert(schema.unit), {"unit_id": 2, "code": "X", "name": "B", "kind": "x", "path": "X/"})
        new_account(connection, "lan", "Vi Thị Lan", Role.SUPERVISOR, "XA", NOON, "test")
    press(office, good=40, bad=10)
    rounds()
    do(office, What.KEEP, owner="lan")
    with office.database.writing() as connection:
        connection.execute(update(schema.account).where(schema.account.c.name == "lan").values(**change))

    (one,) = docket(office).cases

    assert (bool(one.row.is_owned), one.row.owner) == (is_owned, "Vi Thị Lan")
    assert docket(office).by_which[Which.UNOWNED] == (0 if is_owned else 1)
    assert len(docket(office, which=Which.UNOWNED).cases) == (0 if is_owned else 1)


def test_several_collectors_open_a_case_once(office: Office, rounds: Callable[..., int]) -> None:
    press(office, good=40, bad=10)
    rounds()

    row = {**dict(zip(schema.follow_up.c.keys(), cases(office)[0], strict=True)), "case_id": 7, "number": "2026-007"}

    with pytest.raises(IntegrityError), office.database.writing() as connection:
        connection.execute(insert(schema.follow_up), row)
