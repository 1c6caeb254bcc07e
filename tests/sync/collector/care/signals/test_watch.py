"""The nightly look: over real ratings, once a day, telling whoever decides; the demo province's one gamed counter."""

from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select

from kiosk.journal.lines import OpenedLine
from sync.collector.care.signals.find import find_all
from sync.collector.care.signals.gather import Window, find_journals, gather
from sync.collector.care.signals.watched import HalfDay, Sign
from sync.collector.care.signals.words import SignWords
from sync.collector.chores.every import chores_of, transact
from sync.collector.chores.signals import watch_signs
from sync.collector.fleet.kiosks.hours import Missed
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.effective import NOTHING_SET, Active, InForce
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.people.accounts import change_email, new_account
from sync.collector.people.rights import Role
from sync.collector.replica.blocks.series import series_of
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.notices import Mail, Notices
from sync.collector.settings.signals import Signals
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.protocol.days import WorkedDay
from sync.protocol.messages import OpeningHours
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.sharing import migrated_copy, province

YESTERDAY = NOON.date() - timedelta(days=1)
CALENDARS = Calendars(CollectorConfig(), NOTHING_SET)
MORNING = [OpeningHours([5], "07:30", "11:00")]
WINDOW = Window(NOON.date() - timedelta(days=28), YESTERDAY, HANOI, 60)


def rushed(office: Office, days: int = 14, **values: Any) -> None:
    """Presses a second apart, every morning."""
    pen = Pen()
    for number in range(days, 0, -1):
        for _ in range(12):
            pen.rating(**{"level": 5, **values})
        office.append(pen, received_at=NOON - timedelta(days=number, hours=2))


def series(ref: str, question: str) -> str:
    return series_of(shipped_surveys(), ref, question)


def missed(calendars: Calendars) -> Missed:
    return Missed(calendars, HANOI, timedelta(minutes=15), NOON)


def look(services: Services) -> int | None:
    return watch_signs(services, partial(transact, services))


def test_a_rush_is_found_once_a_day_and_told_to_whoever_decides(database: Database, office: Office) -> None:
    rushed(office)
    with database.writing() as connection:
        for name, role in (("huong", Role.SUPERVISOR), ("lan", Role.VIEWER)):
            new_account(connection, name, name, role, "XA", NOON, "test")
            change_email(connection, name, f"{name}@example.gov.vn", NOON, "test")
    config = CollectorConfig(notices=Notices(mail=Mail(host="mail.example.gov.vn")))
    services = make_services(config, database, lambda: NOON)

    first, again = look(services), look(services)
    services.writer.close()

    assert (first is not None and first >= 1, again) == (True, None)
    assert ("burst", 1) in office.rows("signal", "sign", "counter_id")
    assert set(office.rows("notice_delivery", "address")) == {("huong@example.gov.vn",)}
    bodies = [str(body) for (body,) in office.rows("notice", "body")]
    assert any("trong vòng 60 giây" in body and "/dau-hieu/" in body for body in bodies)


def test_a_rush_is_found_on_a_survey_that_is_answered_less_than_another(database: Database, office: Office) -> None:
    for number in range(14, 0, -1):
        pen = Pen()
        for minute in range(40):
            pen.mono_us += 200_000_000
            pen.rating(1 + minute % 5)
        office.append(pen, received_at=NOON - timedelta(days=number))
    rushed(office, survey="own@1")
    services = make_services(CollectorConfig(), database, lambda: NOON)

    look(services)
    services.writer.close()

    assert ("burst", 1) in office.rows("signal", "sign", "counter_id")


def test_visits_are_counted_once_and_surveys_together(database: Database, office: Office) -> None:
    pen = Pen()
    for _ in range(6):
        pen.rating(5)
        pen.rating(4, question="second")
    for _ in range(5):
        pen.rating(1, survey="own@1")
    office.append(pen, received_at=NOON - timedelta(days=1, hours=2))

    with database.reading() as connection:
        found = gather(connection, WINDOW, missed(CALENDARS), series)

    assert [watched.n for watched in found.visits] == [11]
    assert [[watched.n for watched in group] for group in found.by_series] == [[5], [6], [6]]


def test_the_next_day_finds_nothing_new_but_the_sign_grows(database: Database, office: Office) -> None:
    rushed(office)
    now = NOON
    services = make_services(CollectorConfig(), database, lambda: now)
    look(services)
    now += timedelta(days=1)

    assert look(services) == 0
    services.writer.close()
    assert len(office.rows("signal_run")) == 2


def test_the_first_look_reaches_back_and_the_sign_is_one(database: Database, office: Office) -> None:
    rushed(office, days=18)
    config = CollectorConfig(signals=Signals(window_days=7))
    services = make_services(config, database, lambda: NOON)

    look(services)
    services.writer.close()

    (found,) = [row[1:] for row in office.rows("signal", "sign", "first_day", "last_day") if row[0] == "burst"]
    assert found == (NOON.date() - timedelta(days=18), YESTERDAY)


def test_two_collectors_at_the_same_moment_find_it_once(database: Database, office: Office) -> None:
    rushed(office)
    services = make_services(CollectorConfig(), database, lambda: NOON)

    def other_was_quicker(work: Any, /) -> Any:
        with database.writing() as connection:
            connection.execute(insert(schema.signal_run).values(day=NOON.date(), ran_at=NOON))
        return transact(services, work)

    found = watch_signs(services, other_was_quicker)
    services.writer.close()

    assert (found, office.rows("signal")) == (None, [])


def test_what_is_watched_is_what_was_pressed(database: Database, office: Office) -> None:
    rushed(office, days=2)
    pen = Pen()
    for level, standing in ((4, "counted"), (5, "repeat"), (5, "out_of_hours"), (1, "test")):
        pen.rating(level, standing, counter="Q2")
    office.append(pen, received_at=NOON - timedelta(days=1, hours=2))
    pen.rating(1, counter="Q2")
    office.append(pen, received_at=NOON)

    with database.reading() as connection:
        one, two = gather(connection, WINDOW, missed(CALENDARS), series).visits

    half = HalfDay(YESTERDAY.isoformat(), "am")
    assert (one.n, one.half_days[half].n, one.half_days[half].quick, one.has_kiosk) == (24, 12, 11, True)
    assert (dict(two.half_days[half].levels), two.half_days[half].outside, two.has_kiosk) == ({4: 1}, 1, False)
    assert sum(one.half_days[half].slots.values()) == 12


@pytest.mark.parametrize(
    ("change", "outside", "untold", "on_day_off"),
    [
        (None, 2, 0, 0),
        # Worked in another's place, of which the kiosk did not hear: the press at noon is still outside its hours.
        (Change(hours=MORNING, worked=[WorkedDay("2026-11-19", 5)]), 1, 1, 0),
        (Change(holidays=[YESTERDAY]), 2, 0, 3),
    ],
)
def test_presses_are_judged_again_by_the_calendar(
    database: Database, office: Office, change: Change | None, outside: int, untold: int, on_day_off: int
) -> None:
    pen = Pen()
    for _ in range(3):
        pen.rating()
    pen.rating(standing="out_of_hours")
    office.append(pen, received_at=NOON - timedelta(days=1, hours=2))
    pen.rating(standing="out_of_hours")
    office.append(pen, received_at=NOON - timedelta(days=1, minutes=10))
    in_force = InForce((Active(1, "XA/", change, None),) if change else (), {})

    with database.reading() as connection:
        (one,) = gather(connection, WINDOW, missed(Calendars(CollectorConfig(), in_force)), series).visits

    (pressed,) = one.half_days.values()
    assert (pressed.n, pressed.outside, pressed.untold, pressed.on_day_off) == (3, outside, untold, on_day_off)
    assert (YESTERDAY.isoformat() in one.open_days) is not bool(on_day_off)


def test_the_questions_of_one_visit_are_no_rush(database: Database, office: Office) -> None:
    pen = Pen()
    for _ in range(3):
        for question in ("overall", "attitude", "wait"):
            pen.rating(5, question=question)
    pen.rating(5)
    office.append(pen, received_at=NOON - timedelta(days=1, hours=2))

    with database.reading() as connection:
        (one,) = gather(connection, WINDOW, missed(CALENDARS), series).visits

    assert one.n == 4


def test_presses_whose_time_is_not_sure_are_no_rush(database: Database, office: Office) -> None:
    pen = Pen(boot="0b4e28ba-2fa1-41d2-883f-0016d3cca111")
    for _ in range(5):
        pen.rating(5, at="2026-11-18T09:30:00+07:00")
    office.append(pen, received_at=NOON, clock=Pen().instant())

    with database.reading() as connection:
        (one,) = gather(connection, WINDOW, missed(CALENDARS), series).visits

    (pressed,) = one.half_days.values()
    assert (pressed.n, pressed.quick, sum(pressed.slots.values())) == (5, 0, 0)


def test_more_ratings_than_are_read_at_once_are_all_read(
    database: Database, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.collector.care.signals.gather.AT_ONCE", 7)
    rushed(office, days=18)

    with database.reading() as connection:
        (one,) = gather(connection, WINDOW, missed(CALENDARS), series).visits

    assert one.n == 216


@pytest.mark.parametrize(("why", "found"), [("damaged", True), ("restored", True), ("replaced", False)])
def test_a_journal_that_lost_something_is_found(database: Database, office: Office, why: str, found: bool) -> None:
    pen = Pen()
    pen.write(
        OpenedLine, software="0.1.0", why=why, continues="3f2504e0-4f89-41d3-9a0c-0305e82c3301", continues_seq=7,
        continues_head="00" * 32,
    )  # fmt: skip
    office.append(pen, received_at=NOON - timedelta(days=1))

    with database.reading() as connection:
        lost = find_journals(connection, WINDOW)

    assert [(one.sign, one.evidence) for one in lost] == ([(Sign.JOURNAL, {"why": why})] if found else [])


def test_a_forked_journal_is_found(database: Database, office: Office) -> None:
    pen = Pen()
    pen.rating()
    office.append(pen, received_at=NOON - timedelta(days=15))
    with database.writing() as connection:
        connection.execute(schema.journal.update().values(forked_at=NOON - timedelta(days=1)))

        assert [one.evidence for one in find_journals(connection, WINDOW)] == [{"why": "forked"}]


def test_whoever_turns_it_off_is_not_watched(database: Database) -> None:
    def chores(watch: bool) -> set[str]:
        services = make_services(CollectorConfig(signals=Signals(watch=watch)), database)
        names = {chore.name for chore in chores_of(services)}
        services.writer.close()
        return names

    assert "look for signs" in chores(True) - chores(False)


def test_days_that_are_not_over_are_not_looked_at(database: Database, office: Office) -> None:
    pen = Pen()
    for _ in range(40):
        pen.rating(5)
    office.append(pen, received_at=datetime.combine(NOON.date(), datetime.min.time(), HANOI) + timedelta(hours=9))
    services = make_services(CollectorConfig(), database, lambda: NOON)

    assert look(services) == 0
    services.writer.close()
    with database.reading() as connection:
        assert connection.execute(select(schema.signal_run.c.day)).scalars().all() == [NOON.date()]


def test_of_the_demo_province_one_counter_is_found_to_be_pressed_up_and_one_silent() -> None:
    """Nights over a month of 55 counters: whatever else were found would be a false alarm."""
    found: dict[Sign, set[int]] = {}

    with migrated_copy(province()[0]) as url, closing(open_database(url)) as database:
        for days_ago in (1, 4, 7, 10, 13):
            last = NOON.date() - timedelta(days=days_ago)
            window = Window(last - timedelta(days=27), last, HANOI, 60)
            with database.reading() as connection:
                gathered = gather(connection, window, missed(CALENDARS), series)
                for one in find_all(gathered, Signals(), {}):
                    found.setdefault(one.sign, set()).add(one.counter_id)

    assert set(found) == {Sign.BURST, Sign.CLOSING, Sign.UNPRESSED}
    assert found[Sign.BURST] == found[Sign.CLOSING]
    assert len(found[Sign.BURST]) == len(found[Sign.UNPRESSED]) == 1


def test_a_sign_that_began_before_its_counts_says_so(database: Database, office: Office) -> None:
    rushed(office, days=18)
    services = make_services(CollectorConfig(signals=Signals(window_days=7)), database, lambda: NOON)

    look(services)
    services.writer.close()

    with database.reading() as connection:
        row = connection.execute(select(schema.signal).where(schema.signal.c.sign == "burst")).one()
    counted = NOON.date() - timedelta(days=7)
    assert f"Số đếm này tính từ {counted:%d/%m/%Y}" in SignWords.of("vi").told(row)
