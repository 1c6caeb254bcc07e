"""Periods, the tree, late ratings, participation, ranks: what a report says and what it keeps to itself."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.base.table import Form, Mark, write_cell
from kiosk.base.texts import texts
from kiosk.domain.numbers.measures import Method, Share, differs, points_between
from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import CountLine, encode_line
from sync.collector.calendar.periods import Kind, parse_period, period_of
from sync.collector.errors import UsageWrong
from sync.collector.figures.book import Book
from sync.collector.figures.queries.grains import Days, grains_of
from sync.collector.figures.ranks import Rank, rank_of, ranked
from sync.collector.people.rights import ANYBODY
from sync.collector.replica.shown import Ends, rows_of
from sync.collector.services.reports import LAST_YEAR, Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL

YESTERDAY = NOON - timedelta(days=1, hours=2)
"""Ten in the morning."""
TEXTS = texts("collector", "vi")


def book(services: Services, now: datetime = NOON, **query: Any) -> Book:
    return read_book(replace(services, now=lambda: now), ANYBODY, Query("XA", **query))


def press(
    office: Office, levels: list[int], at: datetime = YESTERDAY, received: datetime | None = None, **values: Any
) -> Pen:
    """Ratings pressed at a moment, received then or later."""
    pen = Pen()
    for level in levels:
        pen.rating(level, **values)
    received = received or at
    clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - at).total_seconds() * 1e6))
    with office.database.writing() as connection:
        ensure_partitions(connection, received)
    office.append(pen, received_at=received, clock=clock)
    return pen


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        ("2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-11-02..2026-11-20", "2026-11-02", "2026-11-20"),
    ],
)
def test_a_period_is_written_as_it_is_read(code: str, first: str, last: str) -> None:
    period = parse_period(code)

    assert (period.code, str(period.first), str(period.last)) == (code, first, last)
    assert (period.previous.kind, period.previous.last) == (period.kind, period.first - timedelta(days=1))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "x",
        "2026-13",
        "2026-W54",
        "2026-Q5",
        "1-1-1",
        "2026-11-31",
        "2026-11-20..2026-11-02",
        "0001",
        "²026",
        "2000..2999",
    ],
)
def test_what_is_no_period_is_refused_with_the_ways_to_write_one(code: str) -> None:
    with pytest.raises(UsageWrong, match="2026-W47"):
        parse_period(code)


def test_a_period_that_is_not_over_stands_against_the_same_days_before() -> None:
    november, today = period_of(Kind.MONTH, date(2026, 11, 1)), date(2026, 11, 20)

    same = november.same_days_of(november.previous, today)

    assert (str(same.first), str(same.last)) == ("2026-10-01", "2026-10-20")
    assert november.same_days_of(november.previous, date(2026, 12, 1)) == november.previous


def test_the_year_before_is_the_same_days_of_it(services: Services, office: Office) -> None:
    found = book(services, period="2026-11", other=LAST_YEAR)

    assert (str(found.before.first), str(found.before.last)) == ("2025-11-01", "2025-11-20")


def test_two_shares_differ_when_chance_does_not_explain_it() -> None:
    assert differs(Share(Method.TOP2BOX, 90, 100), Share(Method.TOP2BOX, 75, 100))
    assert not differs(Share(Method.TOP2BOX, 90, 100), Share(Method.TOP2BOX, 85, 100))
    assert not differs(Share(Method.TOP2BOX, 0, 0), Share(Method.TOP2BOX, 85, 100))
    assert not differs(Share(Method.TOP2BOX, 10, 10), Share(Method.TOP2BOX, 10, 10))


def test_points_are_of_the_exact_shares_and_never_minus_nought() -> None:
    assert points_between(Share(Method.TOP2BOX, 2, 3), Share(Method.TOP2BOX, 1, 3)) == Decimal("33.3")
    assert str(points_between(Share(Method.TOP2BOX, 3333, 10000), Share(Method.TOP2BOX, 3334, 10000))) == "0.0"


def test_ratings_that_come_late_go_out_as_a_block_of_their_own(services: Services, office: Office) -> None:
    press(office, [5] * 40)
    before = book(services, period="2026-11-19").me.n

    press(office, [1], at=YESTERDAY, received=NOON - timedelta(minutes=10))

    assert (before, book(services, period="2026-11-19").me.n) == (40, 40)
    press(office, [1] * 5, at=YESTERDAY, received=NOON - timedelta(minutes=9))
    assert book(services, period="2026-11-19").me.n == 45


def test_a_kiosk_that_was_offline_brings_its_whole_days(services: Services, office: Office) -> None:
    press(office, [5] * 12, at=YESTERDAY, received=NOON - timedelta(minutes=1))

    assert book(services, period="2026-11-19").me.n == 12


def test_participation_is_of_the_days_whose_transactions_are_known(services: Services, office: Office) -> None:
    press(office, [5] * 40)
    press(office, [5] * 30, at=YESTERDAY - timedelta(days=2))
    pen = Pen()
    for n in (90, 100):
        pen.lines.append(_count(pen, "2026-11-19", n))
    office.append(pen, received_at=YESTERDAY + timedelta(hours=6))

    answered = book(services, period="2026-11").me.answered

    assert answered is not None
    assert (answered.share.numerator, answered.share.denominator, answered.known, answered.of) == (40, 100, 1, 2)


def test_without_counts_participation_is_unknown(services: Services, office: Office) -> None:
    press(office, [5] * 40)

    found = book(services, period="2026-11")

    assert found.me.answered is None


def test_a_count_that_cannot_be_is_kept_unread(office: Office) -> None:
    pen = Pen()
    for day, n in (("2026-11-31", 5), ("20261119", 5), ("2026-11-19", -1), ("2026-11-19", 10**9)):
        pen.lines.append(_count(pen, day, n))
    office.append(pen)

    assert office.rows("transaction_count") == []
    assert [row[1] for row in office.rows("unread", "seq", "reason")] == ["bad_value"] * 4


def _count(pen: Pen, day: str, n: int) -> bytes:
    pen.mono_us += 1_000_000
    at = NOON.astimezone(HANOI).isoformat()
    return encode_line(CountLine(len(pen.lines) + 1, at, pen.mono_us, pen.boot, "count", day=day, n=n))


def test_places_are_ranked_by_group_then_share_and_only_from_thirty(services: Services, office: Office) -> None:
    press(office, [1] * 30 + [5] * 10)
    press(office, [5] * 60, counter="Q2")

    found = book(services, period="2026-11")

    assert [(line.place.code, rank_of(line, found.me)) for line in ranked(found)] == [
        ("Q1", Rank.LOW),
        ("Q2", Rank.HIGH),
    ]
    few = book(services, period="2026-11-18")
    assert {rank_of(line, few.me) for line in few.children} == {Rank.NONE}


def test_under_thirty_there_are_counts_and_no_share(services: Services, office: Office) -> None:
    press(office, [5] * 29)

    me = book(services, period="2026-11").me

    assert (me.n, me.share, me.points) == (29, None, None)


def test_the_measure_is_chosen_by_the_wish_and_ranks_and_compares_by_it(services: Services, office: Office) -> None:
    press(office, [5] * 20 + [1] * 20)
    press(office, [4] * 40, counter="Q2")

    shares, means = book(services, period="2026-11"), book(services, period="2026-11", measure="mean5")

    assert [str(line.figure.percent(1)) for line in ranked(shares) if line.figure] == ["50.0", "100.0"]
    assert [str(line.figure.percent(1)) for line in ranked(means) if line.figure] == ["60.0", "80.0"]
    assert (means.method, str(means.weeks[-1].first)) == (Method.MEAN5, "2026-11-09")
    with pytest.raises(UsageWrong, match="top2box or mean5"):
        book(services, measure="sipas")


def test_another_place_stands_beside_in_the_same_period(services: Services, office: Office) -> None:
    press(office, [5] * 40)
    press(office, [1] * 40, counter="Q2")

    found = read_book(services, ANYBODY, Query("XA", "Q1", "2026-11", versus="XA:Q2"))

    assert found.versus is not None
    assert (found.me.n, found.versus.n, found.versus.place.code) == (40, 40, "Q2")
    assert [peer.code for peer in found.peers] == ["Q2"]
    assert found.weeks[-1].aside == 0


def test_more_ratings_than_transactions_are_told_and_break_nothing(services: Services, office: Office) -> None:
    press(office, [5] * 40)
    pen = Pen()
    pen.lines.append(_count(pen, "2026-11-19", 10))
    office.append(pen, received_at=YESTERDAY + timedelta(hours=6))

    answered = book(services, period="2026-11").me.answered

    assert answered is not None
    assert (answered.share.percent(1), answered.share.interval()) == (Decimal("400.0"), None)


def test_reasons_in_detail_are_of_each_month_and_place(services: Services, office: Office) -> None:
    pen = Pen()
    for _ in range(40):
        pen.reasons(pen.rating(2), "deadline")
    office.append(pen, received_at=YESTERDAY)

    in_detail, in_short = (book(services, period="2026-11", in_detail=wanted) for wanted in (True, False))
    months = in_detail.reason_months

    assert [(str(month.first), month.n, dict(month.chosen)) for month in months][-2:] == [
        ("2026-10-01", 0, {}), ("2026-11-01", 40, {"deadline": 40}),
    ]  # fmt: skip
    assert len(months) == 7
    assert in_detail.reasons[0].by_child == {"XA/:Q1": 40, "XA/:Q2": 0}
    assert [line.n for line in in_short.reasons] == [line.n for line in in_detail.reasons]


def test_a_period_is_put_together_from_the_fewest_rows() -> None:
    days = Days(date(2026, 9, 28), date(2026, 11, 20))

    found = [(grain, str(part.first), str(part.last)) for grain, part in grains_of(days)]

    # z: blocks beyond a month, y: beyond a week of the month, x: beyond a day of the week.
    assert found == [
        ("z", "2026-09-28", "2026-11-20"), ("w", "2026-09-28", "2026-09-30"), ("m", "2026-10-01", "2026-10-31"),
        ("y", "2026-11-01", "2026-11-20"), ("w", "2026-11-01", "2026-11-15"), ("d", "2026-11-16", "2026-11-20"),
        ("x", "2026-11-16", "2026-11-20"),
    ]  # fmt: skip


@given(
    first=st.dates(date(2024, 1, 1), date(2024, 4, 30)), length=st.integers(0, 100),
    begins=st.integers(-3, 100), lasts=st.integers(0, 45),
)  # fmt: skip
def test_a_block_counts_once_in_each_period_that_holds_it_and_in_no_other(
    first: date, length: int, begins: int, lasts: int
) -> None:
    days = Days(first, first + timedelta(days=length))
    begin = first + timedelta(days=begins)
    ends = Ends(begin, "am", begin + timedelta(days=lasts), "pm")
    rows = rows_of(ends)

    found = [
        grain for grain, part in grains_of(days) for row in rows
        if row.grain == grain and part.first <= row.first and row.last <= part.last
    ]  # fmt: skip

    inside = days.first <= ends.first_day and ends.last_day <= days.last
    assert len(found) == int(inside), (found, ends, days)


def test_what_was_set_aside_is_always_told(services: Services, office: Office) -> None:
    press(office, [5] * 40)
    press(office, [5] * 2, standing="repeat")

    me = book(services, period="2026-11").me

    assert (me.aside[Standing.REPEAT], me.with_aside) == (2, None)


def test_reasons_of_a_few_are_told_with_their_block(services: Services, office: Office) -> None:
    pen = Pen()
    for number in range(40):
        seq = pen.rating(2)
        pen.reasons(seq, *(["wait"] if number < 4 else ["deadline"]))
    office.append(pen, received_at=YESTERDAY)

    found = {line.id: line.n for line in book(services, period="2026-11").reasons}

    assert (found["wait"], found["deadline"], found["fee"]) == (4, 36, 0)


def test_a_half_day_with_few_has_no_number_of_its_own(services: Services, office: Office) -> None:
    press(office, [1] * 3 + [5] * 9, at=YESTERDAY - timedelta(hours=3))
    press(office, [5] * 4, at=YESTERDAY + timedelta(hours=4))

    before = read_book(services, ANYBODY, Query("XA", "Q1", "2026-11")).half_days
    press(office, [5] * 7, at=NOON - timedelta(hours=1))
    after = read_book(services, ANYBODY, Query("XA", "Q1", "2026-11")).half_days

    assert [(half.day.day, half.part, half.n) for half in before] == [(19, "am", 12), (19, "pm", None)]
    assert [(half.day.day, half.part, half.n) for half in after] == [(19, "am", 12), (19, "pm", None), (20, "am", 7)]


@pytest.mark.parametrize(
    ("cell", "form", "words"),
    [
        (36525, Form.COUNT, "36.525"),
        (Decimal("83.9"), Form.PERCENT, "83,9"),
        (Decimal("-2.0"), Form.POINTS, "−2,0"),
        (Decimal("0.6"), Form.POINTS, "+0,6"),
        (Decimal("0.0"), Form.POINTS, "0,0"),
        (Mark.FEW, Form.COUNT, "<5"),
        (Mark.UNKNOWN, Form.PERCENT, "không xác định"),
    ],
)
def test_cells_are_written_as_vietnamese_offices_do(cell: Any, form: Form, words: str) -> None:
    assert write_cell(cell, form, TEXTS) == words


def test_the_office_decides_how_few_are_few(services: Services, office: Office) -> None:
    press(office, [5] * 12)
    disclosure = CollectorConfig().disclosure
    loose = CollectorConfig(public_url=URL, disclosure=msgspec.structs.replace(disclosure, percent_min=10))

    assert book(replace(services, config=loose), period="2026-11").me.share is not None
