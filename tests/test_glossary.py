"""Glossary: one Vietnamese word for one thing on screens, pages and paper; and no word parts at a line's end."""

import ast
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.test_catalogues import ROOT, catalogue, spoken

NEVER = {
    "ghi danh": "đăng ký",
    "rẽ nhánh": "tách nhánh",
    "tín hiệu": "dấu hiệu",
    "lượt chạm": "lượt bấm",
    "vòng nâng cấp": "kênh nâng cấp",
    "điểm chốt": "điểm kiểm",
    "bộ câu hỏi": "phiếu hỏi",
    "cán bộ cntt": "bộ phận CNTT",
    "nhân viên cntt": "bộ phận CNTT",
    "công nghệ thông tin": "bộ phận CNTT",
    "máy chủ thu nhận": "máy chủ tổng hợp",
    "ki-ốt": "máy đánh giá",
    "quầy ở giữa": "quầy trung vị",
    "xoá": "xóa",
    "thuỷ": "thủy",
    "tuỳ": "tùy",
}
"""A word that is not written, and the one that is."""
IN_PART = {
    r"nhật ký(?! kiểm toán)": "nhật ký kiểm toán; a kiosk has a chuỗi ghi, a program a tệp log",
    r"(?<!tham gia )tỷ lệ đánh giá": "tỷ lệ tham gia đánh giá",
    r"(gửi|viết|ghi|hộp|các|đánh giá,) ý kiến": "góp ý; ý kiến is what somebody thinks",
}
MANUALS = ("config/HUONG-DAN-NHANH.md", "config/KIEMTOAN.md", "config/SO-LIEU.md", "config/audit/hailong-verify.py")
TOGETHER = ("chế độ", "giao dịch", "chưa đến", "được nhập", "tin cậy", "chữ số", "làm việc", "quy định", "hồ sơ")
"""Words of two syllables that the glass never parts."""
IN_SURVEYS = (*TOGETHER, "hài lòng", "phục vụ", "giải quyết", "liên hệ", "hoàn thiện", "cơ quan", "thái độ")


@pytest.mark.parametrize("source", ["kiosk", "collector", "surveys", *MANUALS])
def test_one_thing_has_one_word(source: str) -> None:
    rules = {re.escape(word): use for word, use in NEVER.items()} | IN_PART

    wrong = [
        (use, text[:80])
        for text in texts_of(source)
        for pattern, use in rules.items()
        if re.search(pattern, text.replace("\u00a0", " ").lower())
    ]

    assert wrong == []


def test_no_word_of_a_survey_parts_at_the_end_of_a_line() -> None:
    assert parted(vietnamese("config/surveys/*.toml", ("text",)), IN_SURVEYS) == []


def test_no_word_of_the_glass_parts_at_the_end_of_a_line() -> None:
    shown = {said for path in ROOT.glob("kiosk/ui/**/*.py") for said in spoken(ast.parse(path.read_text("utf-8")))}
    words = [str(message.string) for message in catalogue("kiosk", "vi") if message.id in shown]

    assert len(words) > 50
    assert parted(words, TOGETHER) == []


def test_what_citizens_read_asks_with_xin() -> None:
    shown = {said for path in ROOT.glob("kiosk/ui/citizen/*.py") for said in spoken(ast.parse(path.read_text("utf-8")))}

    assert [m.id for m in catalogue("kiosk", "vi") if m.id in shown and re.search(r"\b[Hh]ãy\b", str(m.string))] == []


def parted(texts: Iterator[str] | list[str], words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, text) for text in texts for word in words if word in text.lower()]


def texts_of(source: str) -> Iterator[str]:
    if source in MANUALS:
        yield from (ROOT / source).read_text("utf-8").splitlines()
    elif source == "surveys":
        yield from vietnamese("config/surveys/*.toml", ("name", "text"))
        yield from vietnamese("config/profiles/*.toml", ("name", "label"))
    else:
        for message in catalogue(source, "vi"):
            if message.id:
                yield message.string if isinstance(message.string, str) else " ".join(message.string)


def vietnamese(pattern: str, keys: tuple[str, ...]) -> Iterator[str]:
    """Every Vietnamese text under these keys."""
    for path in sorted(ROOT.glob(pattern)):
        yield from said_in(tomllib.loads(path.read_text("utf-8")), keys)


def said_in(written: Any, keys: tuple[str, ...]) -> Iterator[str]:
    if isinstance(written, dict):
        for key, value in written.items():
            if key in keys and isinstance(value, dict):
                yield value["vi"]
            else:
                yield from said_in(value, keys)
    elif isinstance(written, list):
        for value in written:
            yield from said_in(value, keys)
