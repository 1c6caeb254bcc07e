"""What is recorded of what a citizen typed."""

import unicodedata

import pytest

from kiosk.domain.visit.words import WORDS_MAX, mask_digits, record_words


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("gọi số 0912 345 678 nhé", "gọi số •••• ••• ••• nhé"),
        ("0912.345.678", "••••.•••.•••"),
        ("số căn cước 079204001234", "số căn cước ••••••••••••"),
        ("hồ sơ 12/03/2026", "hồ sơ ••/••/••••"),
        ("29-A1 123.45", "29-A• •••.••"),
        ("từ năm 2026 lúc 14 giờ 30", "từ năm 2026 lúc 14 giờ 30"),
        ("chờ 45 phút, 3 lần", "chờ 45 phút, 3 lần"),
    ],
)
def test_long_runs_of_digits_are_masked(typed: str, kept: str):
    assert mask_digits(typed) == kept


def test_digits_of_other_scripts_are_masked_too():
    assert mask_digits("០៩១២៣៤៥៦") == "•" * 8


def test_recorded_words_are_composed_and_end_at_the_limit():
    assert record_words(unicodedata.normalize("NFD", "  Cảm ơn \n")) == "Cảm ơn"
    assert len(record_words("a" * 400)) == WORDS_MAX


def test_blank_words_are_none():
    assert record_words(" \n ") == ""
