"""Reasons: ranked where a paired test tells them apart, shares with a base and an interval that holds what it says."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from kiosk.domain.numbers.blocks import Rated, Series, cut
from kiosk.domain.numbers.measures import Method, Share
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.book import Book
from sync.collector.figures.reason_ranks import Rank, doubt_of, ranks_of
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from tests.sync.collector.builders import NOON, Office, Pen

MONTHS = 2000
REASONS = (0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005)
"""How often each reason is chosen, from the usual to the rare."""
STREAM = ("Q1", Series("sipas-5", "overall", (1, 2, 3, 4, 5)))


def test_reasons_are_ranked_apart_only_where_the_test_tells_them_apart() -> None:
    assert ranks_of({"wait": 400, "deadline": 200, "fee": 190, "papers": 20}) == {
        "wait": Rank(1, 1), "deadline": Rank(2, 3), "fee": Rank(2, 3), "papers": Rank(4, 4),
    }  # fmt: skip
    assert ranks_of({"wait": 8, "fee": 3, "papers": 1}) == dict.fromkeys(("wait", "fee", "papers"), Rank(1, 3))
    assert ranks_of({"wait": 0}) == {"wait": Rank(1, 1)}
    assert ranks_of({}) == {}


def test_many_pairs_ask_for_more_than_one_does() -> None:
    two = ranks_of({"a": 60, "b": 38})
    ten = ranks_of({"a": 60, "b": 38, **{f"r{n}": 39 for n in range(8)}})

    assert doubt_of(60, 38) < 0.05
    assert (two["a"], ten["a"]) == (Rank(1, 1), Rank(1, 10))


@given(a=st.integers(0, 300), b=st.integers(0, 300), both=st.integers(0, 300))
def test_the_sums_alone_never_find_a_difference_that_the_pairs_would_not(a: int, b: int, both: int) -> None:
    """With the cross table McNemar's statistic is (a - b)² / (a + b - 2·both): never less than without it."""
    both = min(both, a, b)
    if a + b > 2 * both:
        assert doubt_of(a - both, b - both) <= doubt_of(a, b)


@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 500), min_size=1))
def test_ranks_agree_with_the_counts_and_hold_every_place(chosen: dict[str, int]) -> None:
    ranks = ranks_of(chosen)

    assert all(1 <= rank.first <= rank.last <= len(chosen) for rank in ranks.values())
    for one, n in chosen.items():
        for other, m in chosen.items():
            assert n <= m or ranks[one].first <= ranks[other].first
            assert n != m or ranks[one] == ranks[other]


@dataclass(frozen=True)
class _Month:
    """What a simulated month shows: the ratings of the blocks that were cut, and who chose each reason."""

    n: int
    chosen: tuple[int, ...]


def _month(chance: random.Random) -> _Month:
    """A month at a counter, cut as a kiosk cuts it: what the tail holds is not shown."""
    per_half_day, rated = exp(chance.uniform(log(1.2), log(6))), list[Rated]()
    for day in range(1, 23):
        for hour in (9, 14):
            for _ in range(_poisson(chance, per_half_day)):
                reasons = tuple(_chosen(chance.random()))
                at = f"2026-10-{day:02d}T{hour:02d}:00:00+07:00"
                rated.append(Rated(len(rated) + 1, at, STREAM, 5, Standing.COUNTED, reasons))
    blocks = [one for one in cut(rated, "2026-11-02T09:00:00+07:00") if not one.is_tail]
    sums = [one.sums[Standing.COUNTED] for one in blocks]
    chosen = (sum(one.reasons.get(str(number), 0) for one in sums) for number in range(len(REASONS)))
    return _Month(sum(one.counted for one in blocks), tuple(chosen))


def _chosen(drawn: float) -> Iterator[str]:
    """At most one reason, each with its share."""
    for number, share in enumerate(REASONS):
        if drawn < share:
            yield str(number)
            return
        drawn -= share


def _poisson(chance: random.Random, mean: float) -> int:
    n, left = 0, exp(-mean)
    product = chance.random()
    while product > left:
        n, product = n + 1, product * chance.random()
    return n


def test_intervals_of_reasons_hold_the_generating_share_in_93_to_97_percent_of_months() -> None:
    chance = random.Random(13)
    held = dict.fromkeys(REASONS, 0)
    total = dict.fromkeys(REASONS, 0.0)
    months = 0
    while months < MONTHS:
        month = _month(chance)
        if month.n < 30:
            continue
        months += 1
        for share, k in zip(REASONS, month.chosen, strict=True):
            ends = Share(Method.TOP2BOX, k, month.n).interval(1)
            assert ends is not None
            held[share] += float(ends[0]) <= 100 * share <= float(ends[1])
            total[share] += k / month.n

    for n in held.values():
        assert 0.93 <= n / MONTHS <= 0.97, held
    # And the shares are unbiased, also of what is hardly ever chosen.
    for share, found in total.items():
        assert found / MONTHS == pytest.approx(share, rel=0.06)


def chosen(office: Office, wait: int, deadline: int, n: int) -> None:
    pen = Pen()
    for number in range(n):
        seq = pen.rating(2)
        names = [*(["wait"] if number < wait else []), *(["deadline"] if n - number <= deadline else [])]
        if names:
            pen.reasons(seq, *names)
    office.append(pen, received_at=NOON)


def book(services: Services) -> Book:
    return read_book(services, ANYBODY, Query("XA", period="2026-11"))


def test_page_and_api_print_rank_base_and_test(services: Services, office: Office, client: TestClient) -> None:
    chosen(office, wait=80, deadline=20, n=100)

    page = client.get("/ly-do/XA?ky=2026-11").text
    rows = client.get("/v1/report?unit=XA&period=2026-11").json()["tables"]["reasons"]

    assert [(row["rank"], row["n"], row["base"], row["share"]) for row in rows[:2]] == [
        ("1", 80, 100, "80.0"), ("2", 20, 100, "20.0"),
    ]  # fmt: skip
    assert (rows[0]["low"], rows[0]["high"]) == ("71.1", "86.7")
    for words in ("Mẫu số của mọi tỷ lệ: n = 100 lượt được tính.", "McNemar dạng thận trọng", "Holm"):
        assert words in page


def test_below_the_minimum_base_there_is_no_percentage_no_interval_and_no_rank(
    services: Services, office: Office, client: TestClient
) -> None:
    chosen(office, wait=28, deadline=0, n=29)

    (first, *_) = client.get("/v1/report?unit=XA&period=2026-11").json()["tables"]["reasons"]

    assert (first["n"], first["base"]) == (28, 29)
    assert all(isinstance(first[key], dict) for key in ("rank", "share", "low", "high", "before", "points"))
    assert "96,6%" not in client.get("/ly-do/XA?ky=2026-11").text
