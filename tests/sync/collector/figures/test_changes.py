"""Why a counter changed: reasons and half days are named only where they plainly differ, all looked at together."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.base.texts import texts
from kiosk.domain.numbers.measures import Method, Share, differs
from sync.collector.figures.book import Book
from sync.collector.figures.changes import changes_of, doubt_between
from sync.collector.figures.holm import told_apart
from sync.collector.figures.lines import ReasonLine, WeekdayHalf
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.words.changed import NAMED_MAX, why_of
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import NOON, Office, Pen

MONDAY = NOON - timedelta(days=4, hours=2)
"""Ten in the morning."""
TRIALS = 1500


def share(k: int, n: int) -> Share:
    return Share(Method.TOP2BOX, k, n)


def press(office: Office, at, good: int, bad: int, *reasons: str) -> None:  # type: ignore[no-untyped-def]
    """Ratings of one half day; the dissatisfied say why."""
    pen = Pen()
    for level, n in ((5, good), (1, bad)):
        for _ in range(n):
            rating = pen.rating(level)
            if level == 1 and reasons:
                pen.reasons(rating, *reasons)
    office.append(pen, received_at=at)


@pytest.fixture
def book(services: Services, office: Office) -> Book:
    """Two weeks of a counter, of which the second has a bad Monday afternoon that people waited in."""
    for week in (7, 0):
        press(office, MONDAY - timedelta(days=week), 70, 10, "attitude")
        press(office, MONDAY - timedelta(days=week) + timedelta(days=1, hours=5), 50, 10, "guidance")
    press(office, MONDAY - timedelta(days=7) + timedelta(hours=5), 50, 10, "guidance")
    press(office, MONDAY + timedelta(hours=5), 10, 50, "wait")
    return read_book(services, ANYBODY, Query("XA", "Q1", "2026-W47"))


def said(book: Book, language: str = "vi") -> str:
    spoken = why_of(book, Phrases(texts("collector", language), NOON.tzinfo, NOON))  # type: ignore[arg-type]
    return spoken.replace("\u00a0", " ")


def test_what_plainly_changed_is_named_with_both_shares(book: Book) -> None:
    assert said(book) == (
        "Kết quả giảm rõ so với 09–13/11/2026 (−20,0 điểm). Cùng lúc đó thay đổi rõ: "
        "“Thời gian chờ” được chọn ở 25,0% số lượt, kỳ trước 0,0% (+25,0 điểm); "
        "chiều Thứ Hai có 16,7% hài lòng, kỳ trước 83,3% (−66,7 điểm)."
    )
    assert "Monday afternoon: 16.7% satisfied, before 83.3% (−66.7 points)" in said(book, "en")


def test_where_nothing_can_be_told_apart_the_sentence_says_so(book: Book) -> None:
    steady = replace(
        book,
        reasons=tuple(replace(line, share_before=line.share) for line in book.reasons),
        weekday_halves=tuple(half._replace(before=half.now) for half in book.weekday_halves),
    )

    assert said(steady).endswith("Trong 8 lý do và buổi được xem cùng lúc, chưa lý do hay buổi nào thay đổi rõ.")


def test_nothing_to_hold_against_is_said_too(book: Book) -> None:
    bare = replace(book, reasons=(), weekday_halves=())

    assert said(bare).endswith("Chưa lý do hay buổi nào có đủ lượt để so sánh.")


def test_without_a_percentage_in_both_periods_nothing_is_said_of_why(services: Services, office: Office) -> None:
    press(office, MONDAY, 10, 5, "wait")

    found = read_book(services, ANYBODY, Query("XA", "Q1", "2026-W47"))

    assert changes_of(found) is None
    assert said(found) == "Chưa thể nói vì sao: một trong hai kỳ có dưới 30 lượt."


def test_a_half_day_that_runs_changes_no_word(services: Services, office: Office, book: Book) -> None:
    running = replace(services, now=lambda: NOON + timedelta(hours=1))
    query = Query("XA", "Q1", "2026-W47")
    before = said(read_book(running, ANYBODY, query))

    press(office, NOON + timedelta(minutes=30), 0, 60, "wait")

    assert said(read_book(running, ANYBODY, query)) == before


def test_a_difference_that_would_be_plain_by_itself_is_not_among_many(book: Book) -> None:
    alone, steady = (share(61, 100), share(75, 100)), share(50, 100)
    assert differs(*alone)
    assert (doubt_between(*alone) or 1) < 0.05

    line = book.reasons[0]
    many = [replace(line, id=f"r{n}", share=steady, share_before=steady) for n in range(9)]
    one = replace(line, share=alone[0], share_before=alone[1])

    assert looked_at(book, [one]) == [line.id]
    assert looked_at(book, [one, *many]) == []


def looked_at(book: Book, reasons: list[ReasonLine]) -> list[str]:
    found = changes_of(replace(book, reasons=tuple(reasons), weekday_halves=()))
    return [line.id for line in found.reasons] if found else []


@pytest.mark.parametrize(
    ("one", "other"), [((61, 100), (75, 100)), ((64, 100), (75, 100)), ((20, 40), (33, 44)), ((300, 400), (340, 400))]
)
def test_the_doubt_is_that_of_every_plain_difference(one: tuple[int, int], other: tuple[int, int]) -> None:
    doubt = doubt_between(share(*one), share(*other))

    assert doubt is not None
    assert (doubt < 0.05) is differs(share(*one), share(*other))


def test_the_test_is_not_used_on_handfuls() -> None:
    assert doubt_between(share(0, 100), share(6, 100)) is None
    assert doubt_between(share(0, 100), share(12, 100)) is not None
    assert doubt_between(share(100, 100), share(96, 100)) is None


def test_chance_alone_names_something_in_one_of_twenty_at_most() -> None:
    """Sixteen shares that did not change: with each by itself, more than half would name one."""
    chance = random.Random(5)
    wrong = 0
    for _ in range(TRIALS):
        pairs = [(drawn(chance, 0.2 + at / 30), drawn(chance, 0.2 + at / 30)) for at in range(16)]
        doubts = {at: doubt for at, pair in enumerate(pairs) if (doubt := doubt_between(*pair)) is not None}
        wrong += bool(told_apart(doubts))

    assert wrong / TRIALS < 0.065


def drawn(chance: random.Random, rate: float) -> Share:
    return share(chance.binomialvariate(120, rate) if hasattr(chance, "binomialvariate") else sum(
        chance.random() < rate for _ in range(120)), 120)  # fmt: skip


def test_many_weekdays_are_named_as_the_week_and_few_by_themselves(book: Book) -> None:
    bad, good = share(20, 60), share(55, 60)
    week, days = WeekdayHalf(None, "am", bad, good), [WeekdayHalf(day, "am", bad, good) for day in range(3)]

    assert halves_named(book, week, *days) == [None]
    assert halves_named(book, week, *days[:2]) == [0, 1]
    assert halves_named(book, week) == [None]
    assert halves_named(book, *days) == [0, 1, 2]


def halves_named(book: Book, *halves: WeekdayHalf) -> list[int | None]:
    found = changes_of(replace(book, reasons=(), weekday_halves=halves))
    return [half.weekday for half in found.halves] if found else []


def test_no_more_are_named_than_anybody_reads(book: Book) -> None:
    line = replace(book.reasons[0], share=share(60, 100), share_before=share(20, 100))
    many = tuple(replace(line, id=f"r{n}", reason=None) for n in range(NAMED_MAX + 3))

    assert said(replace(book, reasons=many, weekday_halves=())).endswith("và 3 mục khác.")


def test_the_page_of_a_counter_says_it_and_that_of_a_unit_does_not(client, book: Book) -> None:  # type: ignore[no-untyped-def]
    assert "chiều Thứ Hai có 16,7% hài lòng" in client.get("/t/XA/Q1?ky=2026-W47").text
    assert 'id="because"' not in client.get("/t/XA?ky=2026-W47").text
