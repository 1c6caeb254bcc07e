from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.measures import mean5, participation, round_half_up, top2box, wilson_interval
from kiosk.texts import texts

EXAMPLE = {5: 30, 4: 60, 3: 7, 2: 2, 1: 1}
"""The worked example of research, section 1.5."""


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
