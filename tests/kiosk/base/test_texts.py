"""Texts: numbers are written as CLDR has them, in the citizen's language first."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from kiosk.base.texts import LANGUAGES, texts


@pytest.mark.parametrize(("language", "count", "share"), [("vi", "1.036.525", "83,94%"), ("en", "1,036,525", "83.94%")])
def test_numbers_are_written_as_the_language_does(language: str, count: str, share: str) -> None:
    t = texts("collector", language)

    assert (t.number(1_036_525), t.percent(Decimal("83.94"))) == (count, share)


@given(language=st.sampled_from(LANGUAGES), value=st.integers(-(10**15), 10**15))
def test_whole_numbers_are_written_as_cldr_has_them(language: str, value: int) -> None:
    assert texts("collector", language).number(value) == format_decimal(value, locale=language)


@given(
    language=st.sampled_from(LANGUAGES),
    value=st.decimals(-10_000, 10_000, places=2) | st.decimals(0, 100, places=1) | st.integers(0, 100).map(Decimal),
)
def test_percentages_are_written_as_cldr_has_them_with_the_digits_they_have(language: str, value: Decimal) -> None:
    decimals = -int(value.as_tuple().exponent)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")

    assert texts("collector", language).percent(value) == f"{format_decimal(value, format=pattern, locale=language)}%"


def test_another_language_has_its_own_signs() -> None:
    assert texts("collector", "fr").number(36_525) == format_decimal(36_525, locale="fr")


def test_reason_that_the_system_gives_is_said_in_the_language() -> None:
    t = texts("kiosk", "vi")

    said = [t("{file} cannot be read ({why})", file="a", why=why) for why in ("Permission denied", "of another sort")]

    assert said == ["không đọc được a (không có quyền)", "không đọc được a (of another sort)"]
    assert texts("kiosk", "en")("{why}", why="Permission denied") == "Permission denied"
