"""A comment appears when its week is over, and says no more of place and time than enough people share."""

from datetime import date, timedelta

import pytest

from kiosk.domain.numbers.disclosure import OFF
from sync.collector.care.comments.publish import publish_comments
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import NOON, Office, Pen

POLICY = CollectorConfig().policy
WEEK = (date(2026, 11, 16), date(2026, 11, 22))
MONDAY, DECEMBER = date(2026, 11, 23), date(2026, 12, 7)
SAID = ("counter_id", "shown_counter_id", "shown_first", "shown_last")


def pressed(office: Office, ratings: dict[str, int], weeks_ago: int = 0) -> None:
    """So many ratings a counter in a week, the first of each with a comment."""
    pen = Pen()
    pen.opened()
    for counter, n in ratings.items():
        for number in range(n):
            rating = pen.rating(counter=counter)
            if number == 0:
                pen.comment(rating, f"góp ý {counter}")
    office.append(pen, received_at=NOON - timedelta(weeks=weeks_ago))


def publish(office: Office, today: date) -> int:
    with office.database.writing() as connection:
        return publish_comments(connection, today, POLICY)


def said(office: Office) -> list[tuple[object, ...]]:
    return sorted(office.rows("comment", *SAID), key=str)


def test_nothing_appears_before_its_week_is_over(office: Office) -> None:
    pressed(office, {"Q1": 8, "Q2": 8})

    assert publish(office, WEEK[1]) == 0
    assert publish(office, MONDAY) == 2
    assert publish(office, MONDAY) == 0
    assert said(office) == [(1, 1, *WEEK), (2, 2, *WEEK)]


def test_counter_with_few_ratings_is_not_named_nor_the_one_that_would_give_it_away(office: Office) -> None:
    pressed(office, {"Q1": 8, "Q2": 2})

    publish(office, MONDAY)

    assert said(office) == [(1, None, *WEEK), (2, None, *WEEK)]


def test_unit_with_few_ratings_waits_for_the_month_and_shares_it(office: Office) -> None:
    pressed(office, {"Q1": 3})
    pressed(office, {"Q1": 2}, weeks_ago=1)
    assert publish(office, MONDAY) == 0

    assert publish(office, DECEMBER) == 2

    november = (date(2026, 11, 1), date(2026, 11, 30))
    assert said(office) == [(1, None, *november), (1, None, *november)]


def test_lone_small_week_among_large_ones_is_not_told_at_all(office: Office) -> None:
    pressed(office, {"Q1": 8}, weeks_ago=1)
    pressed(office, {"Q1": 3})

    publish(office, DECEMBER)

    assert said(office) == [(1, 1, date(2026, 11, 9), date(2026, 11, 15)), (1, None, None, None)]


def test_comment_without_its_text_is_not_shown(office: Office) -> None:
    pen = Pen()
    pen.opened()
    for _ in range(9):
        pen.comment(pen.rating(), "chưa đến")
    pen.enclosures = {}
    office.append(pen)

    assert publish(office, MONDAY) == 0


@pytest.mark.parametrize("n", [1, 9])
def test_demonstration_shows_comments_at_once(office: Office, n: int) -> None:
    pressed(office, {"Q1": n})

    with office.database.writing() as connection:
        assert publish_comments(connection, NOON.date(), OFF) == 1
    assert said(office) == [(1, 1, *WEEK)]
