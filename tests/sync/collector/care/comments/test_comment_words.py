"""What a citizen wrote is kept whole but for what names somebody, and found however it is typed."""

import unicodedata

import pytest

from sync.collector.replica.comment_words import TEXT_CHARS_MAX, clean, found_in
from sync.collector.store.search import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Trễ hẹn", "tre hen"),
        ("ĐẤT ĐAI", "dat dai"),
        ("Nguyễn Thị Ường, quầy 2", "nguyen thi uong, quay 2"),
        (unicodedata.normalize("NFD", "Hướng dẫn"), "huong dan"),
        ("STRASSE ß 😀", "strasse ss 😀"),
        ("Ðất Ðai, ðất, Ɖông", "dat dai, dat, dong"),
        ("hộ\u200b\ufefftịch", "hotich"),
    ],
)
def test_accents_and_capitals_do_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_long_runs_of_digits_are_masked_here_too() -> None:
    assert clean("Gọi 0912 345 678 năm 2026, CCCD 012345678901.") == "Gọi •••• ••• ••• năm 2026, CCCD ••••••••••••."


def test_what_is_not_seen_is_not_kept() -> None:
    assert clean("một\u202e hai\n\n\tba\x00 \u200b bốn") == "một hai ba bốn"
    assert len(clean("x " * TEXT_CHARS_MAX)) == TEXT_CHARS_MAX


def test_found_words_are_marked_where_they_stand_accents_and_all() -> None:
    assert found_in("Trễ hẹn, lại trễ.", "tre") == [("Trễ", True), (" hẹn, lại ", False), ("trễ", True), (".", False)]
    assert found_in("Nhanh, gọn.", "cham") == [("Nhanh, gọn.", False)]
