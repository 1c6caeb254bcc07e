import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.base.texts import texts
from kiosk.domain.numbers.measures import (
    Z_95,
    Method,
    Share,
    differs,
    mean5,
    participation,
    points_between,
    round_half_up,
    top2box,
    wilson_interval,
)

EXAMPLE = {5: 30, 4: 60, 3: 7, 2: 2, 1: 1}
"""The worked example of research, section 1.5."""

_PARTS = st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_example_has_the_published_results():
    assert top2box(EXAMPLE, {4, 5}).percent() == Decimal("90.00")
    assert mean5(EXAMPLE).percent() == Decimal("83.20")


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [("0.25", 1, "0.3"), ("1.65", 1, "1.7"), ("1.75", 1, "1.8"), ("83.945", 2, "83.95"), ("2.5", 0, "3")],
)
def test_halves_are_rounded_up(value, decimals, rounded):
    assert round_half_up(Decimal(value), decimals) == Decimal(rounded)


def test_share_keeps_its_numerator_and_denominator():
    share = top2box(EXAMPLE, {4, 5})

    assert (share.method, share.numerator, share.denominator) == ("top2box", 90, 100)


def test_nothing_to_divide_by_is_not_zero_percent():
    assert top2box({}, {4, 5}).percent() is None
    assert mean5({}).percent() is None
    assert wilson_interval(0, 0) is None


def test_unknown_transactions_give_no_participation():
    assert participation(90, None) is None
    known = participation(90, 1000)
    assert known is not None
    assert known.percent(1) == Decimal("9.0")


def test_interval_agrees_with_the_report_it_was_drawn_from():
    assert wilson_interval(405, 572) == (Decimal("66.9"), Decimal("74.4"))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_share_and_stays_within_bounds(counts):
    numerator, denominator = counts
    low, high = wilson_interval(numerator, denominator, decimals=6)

    assert 0 <= low <= round_half_up(Decimal(100) * numerator / denominator, 6) <= high <= 100


def test_numbers_are_written_as_vietnamese_read_them():
    t = texts("kiosk", "vi")

    assert t.percent(Decimal("83.94")) == "83,94%"
    assert t.number(36525) == "36.525"


def test_the_mean_is_one_in_percent_of_five_with_its_doubt() -> None:
    found = mean5({5: 30, 4: 60, 3: 7, 2: 2, 1: 1})

    assert (found.percent(), found.numerator, found.denominator) == (Decimal("83.20"), 416, 500)
    assert found.interval() == (Decimal("80.4"), Decimal("86.0"))


def test_one_rating_has_a_mean_and_no_doubt_that_could_be_told() -> None:
    assert mean5({4: 1}).interval() is None
    assert mean5({}).percent() is None


def test_two_means_differ_when_chance_does_not_explain_it() -> None:
    assert differs(mean5({5: 60, 4: 40}), mean5({5: 30, 4: 70}))
    assert not differs(mean5({5: 60, 4: 40}), mean5({5: 55, 4: 45}))
    assert not differs(mean5({5: 1}), mean5({1: 1}))
    assert points_between(mean5({5: 60, 4: 40}), mean5({5: 30, 4: 70})) == Decimal("6.0")


def test_the_same_people_are_90_or_83_percent_by_the_method() -> None:
    levels = {5: 30, 4: 60, 3: 7, 2: 2, 1: 1}

    assert (top2box(levels, {4, 5}).percent(), mean5(levels).percent()) == (Decimal("90.00"), Decimal("83.20"))


def test_more_ratings_than_transactions_have_no_interval() -> None:
    share = Share(Method.PARTICIPATION, 12, 10)

    assert (share.percent(1), share.interval()) == (Decimal("120.0"), None)


def published() -> dict[tuple[str, str, str], Decimal]:
    """What was published, by year, scope and name, where it is one number from a source that was read."""
    path = Path(__file__).parents[2] / "golden" / "domain" / "published-results.csv"
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    plain = [row for row in rows if row["value_pct"].replace(".", "").isdigit()]
    return {(row["year"], row["scope"], row["name"]): Decimal(row["value_pct"]) for row in plain}


def test_published_results_agree_with_each_other_in_our_arithmetic() -> None:
    found = published()
    policy, service = found["2024", "VN", "Chính sách công"], found["2024", "VN", "Dịch vụ hành chính công"]
    whole = {year: found[year, "VN", "SIPAS"] for year in ("2022", "2023", "2024")}

    by_items = round_half_up(policy * Decimal(23) / 39 + service * Decimal(16) / 39, 2)
    by_halves = round_half_up((policy + service) / 2, 2)

    assert by_items == whole["2024"] == Decimal("83.94")
    assert by_halves == Decimal("83.97")
    assert whole["2024"] - whole["2023"] == Decimal("1.28")
    assert whole["2023"] - whole["2022"] == Decimal("2.58")


def test_published_factors_lie_where_their_means_were_found() -> None:
    names = ("Tiếp cận dịch vụ", "Thủ tục hành chính", "Công chức", "Kết quả", "Tiếp nhận xử lý PAKN")
    factors = [published()["2023", "VN", name] for name in names]
    items = (3, 4, 3, 3, 3)

    assert round_half_up(sum(factors) / 5, 2) == Decimal("82.89")
    weighted = sum(value * n for value, n in zip(factors, items, strict=True)) / 16
    assert round_half_up(weighted, 2) == Decimal("82.90")
    assert sum(map(Decimal, ("90.06", "8.98", "0.96"))) == Decimal("100.00")


@given(one=_PARTS, other=_PARTS, decimals=st.integers(0, 3))
def test_whole_numbers_give_what_exact_fractions_give(
    one: tuple[int, int], other: tuple[int, int], decimals: int
) -> None:
    """The page's arithmetic is in whole numbers for speed; Fractions are the plain way to say the same."""
    (k, n), (j, m) = one, other
    shares = Share(Method.TOP2BOX, k, n), Share(Method.TOP2BOX, j, m)
    gap, pooled = Fraction(k, n) - Fraction(j, m), Fraction(k + j, n + m)
    half = Fraction(1, 2 * 10**decimals) * (1 if gap >= 0 else -1)

    assert shares[0].percent(decimals) == round_half_up(Decimal(100 * k) / n, decimals)
    assert points_between(*shares, decimals) == int((gap * 100 + half) * 10**decimals) / Decimal(10**decimals)
    spread = Fraction(Z_95) ** 2 * pooled * (1 - pooled) * (Fraction(1, n) + Fraction(1, m))
    assert differs(*shares) == (gap * gap > spread)
