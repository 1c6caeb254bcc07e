"""A report's letters are in its file and on its paper, on a machine whose offices' letters have no Vietnamese ones."""

import string
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
import weasyprint.text.fonts  # noqa: F401 - before the fonts are taken away: it looks for them
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from kiosk.base.resources import resource
from kiosk.base.texts import texts
from sync.collector.export.paper import paper_html, pdf_of
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.store.partitions import ensure_partitions
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.papers import Drawn, glyphs_drawn, picture_of, text_of

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
STYLES = {"regular": "", "bold": "font-weight:bold", "italic": "font-style:italic",
          "both": "font-weight:bold;font-style:italic"}  # fmt: skip


@pytest.fixture(autouse=True)
def _machine_with_plain_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is installed is a "Liberation Serif" of plain letters, as Debian 12's."""
    (tmp_path / "fonts").mkdir()
    plain = TTFont(resource("assets", "web", "fonts", "LiberationSerif-Regular.ttf"))
    fewer = Subsetter(Options(name_IDs=["*"], notdef_outline=True))
    fewer.populate(text=string.printable)
    fewer.subset(plain)
    plain.save(tmp_path / "fonts" / "LiberationSerif-Regular.ttf")
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{tmp_path}/fonts</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))


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
    pdf = pdf_of(report)

    assert missing(pdf) == []
    assert {drawn.font.partition("+")[2] for drawn in glyphs_drawn(pdf)} <= {
        "Report-Serif", "Report-Serif-Bold", "Report-Serif-Italic", "Report-Serif-Bold-Italic",
    }  # fmt: skip
    copied = "".join(drawn.text for drawn in glyphs_drawn(pdf))
    assert set("CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAMĐộclậpTựdoHạnhphúc") <= set(copied)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_letter_and_sign_has_a_glyph_in_every_style(style: str) -> None:
    pdf = pdf_of(f'<p style="{style}">{" ".join((*VIETNAMESE, *SIGNS.replace("<", "&lt;").split()))}</p>')

    assert missing(pdf) == []
    assert set(VIETNAMESE) <= set(text_of(pdf))


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_letter_is_on_the_paper_and_looks_like_no_other(style: str) -> None:
    """By its pixels: a letter that is missing is drawn as the same box as every other that is."""
    size, columns, scale = 12, 14, 2.0
    places = {letter: (number % columns * size, number // columns * size) for number, letter in enumerate(VIETNAMESE)}
    boxes = "".join(
        f'<div style="position:absolute;left:{left}mm;top:{top}mm;font-size:20pt;{style}">{letter}</div>'
        for letter, (left, top) in places.items()
    )
    paper = picture_of(pdf_of(f'<div style="position:relative">{boxes}</div>'), 0, scale)

    seen: dict[bytes, str] = {}
    for letter, (left, top) in places.items():
        left, top = left + 30, top + 20
        cell = paper.crop([round(mm * 72 / 25.4 * scale) for mm in (left, top, left + size, top + size)])
        assert cell.getextrema()[0] < 100, f"{letter} is not on the paper"
        like = seen.setdefault(cell.tobytes(), letter)
        assert like == letter, f"{letter} looks like {like}"


def test_drawings_have_the_same_letters() -> None:
    pdf = pdf_of(
        '<svg width="300" height="40"><text x="4" y="30">Quầy Hộ tịch – Chứng thực, Đắk Lắk, ỡ ữ ỵ</text></svg>'
    )

    assert missing(pdf) == []
    assert "Report-Serif" in {drawn.font.partition("+")[2] for drawn in glyphs_drawn(pdf)}


def test_paper_fetches_nothing_else() -> None:
    pdf = pdf_of('<link rel="stylesheet" href="file:///etc/passwd"><img src="http://127.0.0.1:1/x.png"><p>Chữ</p>')

    assert "Chữ" in text_of(pdf)
