"""A report's letters are in its file and on its paper, and its words are nothing but words."""

import io
import unicodedata
from datetime import timedelta
from html import escape

import pytest
from pypdf import PdfReader
from typst import TypstError

from kiosk.base.texts import texts
from sync.collector.drawing.trend_chart import draw
from sync.collector.export.paper import paper_html, pdf_of
from sync.collector.figures.lines import begun
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.store.partitions import ensure_partitions
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.papers import Drawn, darkest_of_letters, glyphs_drawn, heights_of, text_of

TONES = "\u0300\u0301\u0303\u0309\u0323"
VIETNAMESE = sorted(
    {
        letter
        for plain in "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
        for tone in ("", *TONES)
        for letter in (unicodedata.normalize("NFC", plain + tone), unicodedata.normalize("NFC", plain + tone).upper())
        if len(letter) == 1
    }
)
SIGNS = "0123456789%‰.,;:!?()/–—“”‘’…•·×≥≤±−→½²₫°<>=+&*'\""
STYLES = {"regular": "{}", "bold": "<b>{}</b>", "italic": "<i>{}</i>", "both": "<b><i>{}</i></b>"}


def paper_of(body: str) -> bytes:
    """A page with this inside."""
    return pdf_of(f'<html lang="vi"><head><title>Thử</title></head><body>{body}</body></html>', NOON)


def pages_of(body: str) -> list[str]:
    """What a reader copies of each page."""
    return [page.extract_text().strip() for page in PdfReader(io.BytesIO(paper_of(body))).pages]


NAMES = (
    '#read("/etc/passwd")', "#import \"@preview/example:0.1.0\": *", "$x^2$ *dậm* _nghiêng_ `mã` @nhan <nhan>",
    "= Đầu đề", "// bỏ qua", "\\u{41} \\ #(1 + 1)", "</p></body> & 'Quầy' \"1\"", "https://example.org/a",
)  # fmt: skip


def missing(pdf: bytes) -> list[Drawn]:
    """What is drawn as a box or as nothing."""
    return [drawn for drawn in glyphs_drawn(pdf) if drawn.glyph == 0 or not (drawn.has_ink or drawn.text.isspace())]


@pytest.fixture
def report(services: Services, office: Office) -> str:
    """A month's report with every part: names with all their tones, tables, a chart, reasons, what was set aside."""
    for days_ago in (1, 2, 35):
        pen = Pen()
        for number in range(40):
            seq = pen.rating((5, 5, 4, 1)[number % 4])
            if number % 4 == 3:
                pen.reasons(seq, "wait")
        pen.rating(5, "repeat")
        received_at = NOON - timedelta(days=days_ago, hours=1)
        with office.database.writing() as connection:
            ensure_partitions(connection, received_at)
        office.append(pen, received_at=received_at)
    book = read_book(services, ANYBODY, Query())
    return paper_html(book, Phrases(texts("collector", "vi"), HANOI, NOON))


def test_every_glyph_of_a_report_is_in_the_fonts_that_are_in_it(report: str) -> None:
    pdf = pdf_of(report, NOON)

    assert missing(pdf) == []
    assert {drawn.font.partition("+")[2] for drawn in glyphs_drawn(pdf)} <= {
        "LiberationSerif", "LiberationSerif-Bold", "LiberationSerif-Italic", "LiberationSerif-BoldItalic",
    }  # fmt: skip
    copied = "".join(drawn.text for drawn in glyphs_drawn(pdf))
    assert set("CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAMĐộclậpTựdoHạnhphúc") <= set(copied)


def test_a_units_month_is_two_pages_and_the_first_tells(report: str) -> None:
    first, second = (page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(report, NOON))).pages)

    assert "I. KẾT QUẢ KỲ NÀY" in first
    assert "Hình 2." in first
    assert "CÁC BẢNG" in second
    assert "(Chữ ký, dấu của cơ quan)" in second


def test_a_charts_words_are_as_large_on_paper_as_those_of_a_table(report: str) -> None:
    # A letter with an ascender is two thirds of its size: nine points here, and 4.7 where a page's chart is made small.
    (high,) = heights_of(pdf_of(report, NOON), "tháng 11")

    assert high > 5.5


def test_a_chart_begins_with_the_first_week_in_which_anybody_pressed(report: str, services: Services) -> None:
    book = read_book(services, ANYBODY, Query())
    p = Phrases(texts("collector", "vi"), HANOI, NOON)
    drawn = str(draw(book, p, "paper"))

    assert len(book.weeks) == 26
    assert drawn.count('class="bar-soft"') == len(begun(book.weeks)) < 10
    assert f"Hình 2. {len(begun(book.weeks))} tuần" in report


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_letter_and_sign_has_a_glyph_in_every_style(style: str) -> None:
    pdf = paper_of(f"<p>{style.format(escape(' '.join((*VIETNAMESE, *SIGNS))))}</p>")

    assert missing(pdf) == []
    assert set(VIETNAMESE) <= set(text_of(pdf))


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_letter_is_on_the_paper_and_looks_like_no_other(style: str) -> None:
    """By its outline, and by its pixels: what is missing is drawn as the same box as every other that is."""
    pdf = paper_of(f"<p>{style.format(' '.join(VIETNAMESE))}</p>")
    glyphs = {drawn.text: drawn.glyph for drawn in glyphs_drawn(pdf)}

    assert len({glyphs[letter] for letter in VIETNAMESE}) == len(VIETNAMESE)
    darkest = darkest_of_letters(pdf, 0)
    assert {letter for letter in VIETNAMESE if darkest[letter] > 100} == set()


def test_drawings_have_the_same_letters() -> None:
    words = '<text x="4" y="30">Quầy Hộ tịch – Chứng thực, Đắk Lắk, ỡ ữ ỵ</text>'
    pdf = paper_of(f'<svg width="300" height="40" class="bar">{words}</svg>')

    assert missing(pdf) == []
    assert {drawn.font.partition("+")[2] for drawn in glyphs_drawn(pdf)} == {"LiberationSerif"}
    assert "Quầy Hộ tịch" in text_of(pdf)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_words_and_never_instructions(name: str) -> None:
    pdf = paper_of(f"<h2>{escape(name)}</h2><p><b>{escape(name)}</b>.</p>")

    copied = " ".join(text_of(pdf).split())
    assert f"{name}." in copied
    assert name.upper() in copied


@pytest.mark.parametrize(
    "address", ["paper.typ", "../web/mark.svg", "file:///etc/hostname", "http://127.0.0.1:1/x.png"]
)
def test_paper_fetches_nothing(address: str) -> None:
    drawing = f'<svg width="30" height="40" class="bar"><image href="{address}" width="9" height="9"/></svg>'

    with pytest.raises(TypstError, match="failed to load linked image"):
        paper_of(drawing)
    with pytest.raises(TypstError, match="no such mark"):
        paper_of(f'<p>Chữ<img src="{address}"/></p>')


def test_paper_is_dated_by_what_it_tells_and_names_its_parts_for_who_cannot_see_it() -> None:
    pdf = paper_of(
        '<h1>BÁO CÁO</h1><svg class="bar" height="22" aria-label="Hài lòng 9"><rect width="9" height="9"/></svg>'
    )
    reader = PdfReader(io.BytesIO(pdf))

    assert reader.metadata is not None
    assert reader.metadata.creation_date == NOON
    assert reader.metadata.title == "Thử"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "vi"


def test_a_sign_that_no_page_may_hold_ends_no_paper() -> None:
    copied = text_of(paper_of("<p>Quầy\x00 và \ud800 khác</p>"))

    assert "Quầy" in copied
    assert "khác" in copied


def test_a_signature_stands_below_the_last_words() -> None:
    sign = '<div class="sign"><div><p>Lưu</p></div><div><p>CHỨC VỤ</p></div></div>'
    told = "<p>Chữ</p>" * 26
    for longer in range(1, 9):
        *_, last = pages_of(f"{told}{'<p>Chữ</p>' * longer}<p>Cuối cùng.</p>{sign}")
        assert "Cuối cùng." in last
        assert "CHỨC VỤ" in last


def test_a_long_table_names_its_columns_on_every_page_and_pages_are_numbered_from_the_second() -> None:
    rows = "".join(f'<tr><td>Quầy</td><td class="r">{number}</td></tr>' for number in range(100))
    first, second, *rest = pages_of(
        f"<table><thead><tr><th>Nơi</th><th>Lượt</th></tr></thead><tbody>{rows}</tbody></table>"
    )

    assert all("Nơi" in page for page in (first, second, *rest))
    assert not first.startswith("1")
    assert second.startswith("2")


def test_a_short_table_stands_on_one_page() -> None:
    rows = "<tr><td>Quầy</td></tr>" * 9
    table = f"<table><thead><tr><th>Nơi</th></tr></thead><tbody>{rows}</tbody></table>"

    first, second = pages_of(f"{'<p>Chữ</p>' * 29}{table}")
    assert "Quầy" not in first
    assert second.count("Quầy") == 9
