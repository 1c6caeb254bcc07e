"""Pools: what is left of a month goes out with others of its unit, whole and once, in whole months only."""

import threading
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select

from kiosk.base.texts import texts
from sync.collector.export.files import csv_file
from sync.collector.export.paper import paper_html
from sync.collector.figures.queries.counts import read_levels
from sync.collector.figures.tables import children_table
from sync.collector.people.rights import ANYBODY
from sync.collector.replica.outgoing import pooling
from sync.collector.replica.outgoing.pools import Tail, add_pools, form_pools
from sync.collector.replica.tally import ASIDE
from sync.collector.services.reports import Query, Span, read_book, read_span
from sync.collector.services.services import Services, make_services
from sync.collector.store import schema
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.figures.test_release import ASKED
from tests.sync.collector.leaving import CLOSED, LEFT, PERIODS, checked, deliver, leave, pools_of, told


def test_what_is_left_at_two_kiosks_is_told_in_the_month_of_their_unit(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))

    month = read_book(services, ANYBODY, Query("XA", None, "2026-10"))

    assert month.me.shown.counts == {1: 1, 2: 1, 4: 2, 5: 1}
    assert {line.id: line.n for line in month.reasons if line.n} == {"wait": 2, "attitude": 3}
    assert (month.me.waiting_n, month.me.recorded, month.me.shown.waiting) == (0, 5, False)
    assert [told(services, "T"), told(services, "T", period="2026-Q4")] == [(5, ""), (15, "")]
    assert told(services, "XA", "Q1") == (0, "pooled 3")
    assert told(services, "XA", period="2026-W44") == told(services, "XA", period="2026-10-30") == (0, "pooled 5")
    checked(services, two_units)


def test_pages_say_where_the_rest_of_a_month_is_counted(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    leave(two_units, "Q3", (3,))
    said = [
        Phrases(texts("collector", language), services.config.zone, NOON).waits(
            read_book(services, ANYBODY, Query(unit, counter, "2026-10"))
        )
        for language, unit, counter in (("en", "XA", "Q1"), ("vi", "XA", "Q1"), ("vi", "XB", None))
    ]

    assert [sentence.partition(".")[0] for sentence in said] == [
        "Not shown yet: 3 left over at a month's end, counted in the whole month of their unit or one above",
        "Chưa hiện: 3 lượt là phần lẻ khi hết tháng, được tính chung vào cả tháng của đơn vị hoặc của cấp trên",
        "Chưa hiện: 1 lượt là phần lẻ khi hết tháng hoặc khi dời máy, chờ gộp với các máy khác cho đủ 5 lượt",
    ]


def test_a_table_whose_rows_lack_the_rest_says_so_on_every_way_out(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    month = read_book(services, ANYBODY, Query("XA", None, "2026-10"))
    p = Phrases(texts("collector", "vi"), services.config.zone, NOON)

    said = "Số lượt, n: các dòng cộng lại là 0; 5 lượt là phần lẻ được gộp ở Xã Bắc Sơn, chỉ tính cho cả nơi này."
    assert children_table(month, p.titles_of(month)).note == said
    assert said in csv_file(month, p).decode("utf-8-sig")
    assert said in paper_html(month, p)
    week = read_book(services, ANYBODY, Query("XA", None, "2026-W44"))
    assert children_table(week, p.titles_of(week)).note == ""


def test_a_rest_of_two_days_waits_once_wherever_it_is_not_told(services: Services, two_units: Office) -> None:
    pen = Pen()
    pen.rating(2, counter="Q1")
    deliver(two_units, pen, 1, LEFT - timedelta(days=1), LEFT - timedelta(days=1))
    leave(two_units, "Q1", (4, 4), pen)
    leave(two_units, "Q2", (2, 5))

    assert [told(services, "XA", period=days) for days in ("2026-10", "2026-10-30", "2026-10-29..2026-11-01")] == [
        (5, ""), (0, "pooled 4"), (0, "pooled 5"),
    ]  # fmt: skip
    checked(services, two_units)


def test_it_is_told_some_days_after_the_month(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))

    days = [replace(services, now=lambda at=at: at) for at in (CLOSED - timedelta(hours=13), CLOSED)]

    assert [told(each, "XA") for each in days] == [(0, "tail 5"), (5, "")]


def test_one_kiosk_alone_waits_for_those_of_the_unit_above(services: Services, two_units: Office) -> None:
    leave(two_units, "Q2", (1, 2, 3), leave(two_units, "Q1", (4, 5, 5)))
    assert [told(services, place) for place in ("XA", "T")] == [(0, "tail 6"), (0, "tail 6")]

    leave(two_units, "Q3", (2,))

    assert [told(services, place) for place in ("XA", "XB", "T")] == [(0, "pooled 6"), (0, "pooled 1"), (7, "")]
    checked(services, two_units)


def test_what_comes_later_waits_for_a_pool_of_its_own(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    services.release()
    first = pools_of(two_units)

    seen = []
    for counter, presses in (("Q1", (1, 1, 1, 1)), ("Q2", (2,)), ("Q2", (3,))):
        leave(two_units, counter, presses, received=CLOSED)
        seen.append(told(services, "XA"))
        checked(services, two_units)

    assert seen == [(5, "tail 4"), (10, ""), (10, "tail 1")]
    assert len(pools_of(two_units)) == 2
    assert pools_of(two_units).items() >= first.items()


def test_a_kiosk_of_which_nothing_counts_is_no_second_one(services: Services, two_units: Office) -> None:
    leave(two_units, "Q2", (1, 2, 3), leave(two_units, "Q1", (4, 5, 5)))
    leave(two_units, "Q1", ((2, "repeat"),))

    assert told(services, "XA") == (0, "tail 6")
    assert pools_of(two_units) == {}
    checked(services, two_units)


def test_the_sum_of_some_counters_has_nothing_that_is_told_with_others(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q3", (2, 5))
    leave(two_units, "Q2", (3,))
    month = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
    of_unit = replace(ANYBODY, path="T/XA/")

    every, unit, seen, counter = (
        read_span(services, reader, Span(**month, **which)).me
        for reader, which in ((ANYBODY, {}), (ANYBODY, {"unit": "XA"}), (of_unit, {}), (ANYBODY, {"counter": "Q1"}))
    )

    assert [(one.n or 0, one.waiting_n) for one in (every, unit, seen, counter)] == [(6, 0), (0, 4), (0, 4), (0, 3)]


def test_what_is_never_enough_stays_a_count(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4))
    leave(two_units, "Q3", (2, 5))

    assert [told(services, place) for place in ("XA", "T")] == [(0, "tail 2"), (0, "tail 4")]
    assert pools_of(two_units) == {}
    checked(services, two_units)


def test_a_pool_tells_levels_of_five_set_aside_or_of_none(services: Services, two_units: Office) -> None:
    for repeats, counters in ((4, ("Q1", "Q2")), (5, ("Q1", "Q2"))):
        for counter in counters:
            leave(two_units, counter, [1, 4, 4, *[(2, "repeat")] * (repeats - 2 if counter == "Q1" else 2)])
        services.release()
    with two_units.database.reading() as connection:
        aside = read_levels(connection, {-1: "XA"}, ASKED, ASIDE, PERIODS[0])

    me = read_book(services, ANYBODY, Query("XA", None, "2026-10")).me

    assert (me.n, me.aside_n, aside["XA"]) == (12, 9, (0, 5, 0, 0, 0))
    checked(services, two_units)


def test_two_collectors_at_once_tell_each_tail_once(services: Services, two_units: Office) -> None:
    for counter in ("Q1", "Q2", "Q3"):
        for _ in range(4):
            leave(two_units, counter, (1, 4))
    replace(services, now=lambda: CLOSED - timedelta(days=1)).release()
    both = [services, make_services(services.config, two_units.database, services.now)]
    begin = threading.Barrier(2)

    def run(each: Services) -> None:
        begin.wait()
        each.release()

    threads = [threading.Thread(target=run, args=(each,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    both[1].writer.close()

    assert [told(services, place) for place in ("XA", "XB", "T")] == [(16, ""), (8, ""), (24, "")]
    checked(services, two_units)


def test_a_month_that_cannot_be_told_waits_alone(
    services: Services, two_units: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    leave_another_question(two_units)

    def add(connection: Connection, pools: Collection[int], sign: int = 1) -> None:
        asked = select(schema.pool.c.question).where(schema.pool.c.pool_id.in_(pools))
        if "overall" in connection.execute(asked).scalars().all():
            raise ValueError("no calendar can add this up")
        add_pools(connection, pools, sign)

    monkeypatch.setattr(pooling, "add_pools", add)
    first = parts(services)
    assert services.pools_back.keys() == {(*ASKED, date(2026, 10, 1))}
    with two_units.database.reading() as connection:
        assert not services._pooling.is_due(connection)
        assert [row.question for row in connection.execute(select(schema.pool))] == ["staff"]
    monkeypatch.undo()

    assert [first, parts(make_services(services.config, two_units.database, services.now))] == [
        {"overall": (None, 5), "staff": (6, 0)}, {"overall": (5, 0), "staff": (6, 0)},
    ]  # fmt: skip


def parts(services: Services) -> dict[str, tuple[int | None, int]]:
    """How many ratings of each question are shown in the commune's October, and how many wait."""
    book = read_book(services, ANYBODY, Query("XA", None, "2026-10"))
    return {part.series.asked.question: (part.me.n, part.me.waiting_n) for part in book.parts}


def leave_another_question(office: Office) -> None:
    """The rest of a month of another question at two counters."""
    for counter in ("Q1", "Q2"):
        pen = Pen()
        for _ in range(3):
            pen.rating(4, counter=counter, question="staff")
        deliver(office, pen, 1, LEFT, LEFT)
        for _ in range(5):
            pen.rating(4, counter=counter, question="staff")
        deliver(office, pen, 4, NOON - timedelta(days=9), NOON - timedelta(days=9))


@pytest.mark.parametrize(
    ("tails", "pools"),
    [
        ([("a", "T/XA/", 2, 0), ("b", "T/XA/", 2, 0), ("c", "T/XB/", 4, 0)], {"T/": (3, False)}),
        ([("a", "T/XA/", 2, 0), ("b", "T/XA/", 3, 6), ("c", "T/XB/", 4, 0)], {"T/XA/": (2, True)}),
        ([("a", "T/XA/", 4, 0), ("a", "T/XA/", 4, 0), ("b", "U/", 1, 3)], {"": (3, False)}),
        ([("a", "T/XA/", 4, 0), ("a", "T/XA/", 4, 0), ("b", "U/", 0, 3)], {}),
        ([("a", "T/XA/Z/", 4, 0), ("b", "T/XA/", 1, 0), ("c", "T/", 4, 5)], {"T/XA/": (2, False)}),
        ([("a", "", 4, 0), ("b", "T/XB/", 0, 0)], {}),
        ([], {}),
    ],
)
def test_pools_form_in_the_lowest_unit_that_has_enough(
    tails: list[tuple[str, str, int, int]], pools: dict[str, tuple[int, bool]]
) -> None:
    units = ("T/", "T/XA/", "T/XB/", "U/")
    found = form_pools([Tail(journal, place, *rest) for place, (journal, *rest) in enumerate(tails)], units, 5)

    assert {each.way: (len(each.tails), each.tells_aside) for each in found} == pools
