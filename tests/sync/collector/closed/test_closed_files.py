"""The files of a kept report are the same bytes in every process and on every day, and tell of no machine."""

import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
import segno
from pypdf import PdfReader

from kiosk.base.texts import texts
from sync.collector.closed.frozen import FORM, freeze, thaw
from sync.collector.export.closed_files import NoFiles, files_apart
from sync.collector.export.forms import FORMS, phrases_for
from sync.collector.export.paper import paper_html
from sync.collector.store.database import open_database
from tests.sync.collector.builders import HANOI, open_office
from tests.sync.collector.closing import Closed, at
from tests.sync.collector.papers import text_of
from tests.sync.collector.sharing import migrated_copy

ADDRESS = "https://danhgia.example.gov.vn"
ANOTHER_DAY = """
import time_machine
time_machine.travel("2031-03-03 03:03:03+00:00").start()
from sync.collector.export.closed_files import main
main()
"""


@contextmanager
def closed_november() -> Iterator[Closed]:
    """Two questions, reasons, ratings set aside, and a correction."""
    with migrated_copy() as url:
        database = open_database(url)
        closed = Closed(open_office(database))
        for day in (9, 10, 16):
            closed.press(*[4] * 30, *[2] * 10, day=day, repeats=7, reason="wait")
            closed.press(*[5] * 35, day=day, counter="Q2")
        closed.press(*[3] * 35, survey="tt32-3@1", day=17)
        closed.close()
        closed.clock.now = at(10, month=12)
        closed.press(*[5] * 6, day=18, came=at(10, month=12))
        closed.close()
        yield closed
        closed.end()
        database.close()


@pytest.fixture(scope="module")
def numbers() -> bytes:
    """The numbers of a corrected report with every table."""
    with closed_november() as closed:
        return closed.numbers(number=1)


@pytest.fixture(scope="module")
def files(numbers: bytes) -> dict[str, bytes]:
    """Its files as the collector makes them."""
    (made,) = files_apart([numbers], "vi", HANOI, ADDRESS)
    assert not isinstance(made, NoFiles)
    return made


def test_files_are_the_same_bytes_in_another_process_on_another_day(numbers: bytes, files: dict[str, bytes]) -> None:
    order = json.dumps({"numbers": numbers.decode(), "language": "vi", "zone": HANOI.key, "address": ADDRESS})
    done = subprocess.run(
        [sys.executable, "-P", "-c", ANOTHER_DAY],
        input=order.encode(), capture_output=True, timeout=120, env={**os.environ, "PYTHONHASHSEED": "4711"},
    )  # fmt: skip
    again = {form: base64.b64decode(body) for form, body in json.loads(done.stdout)["files"].items()}

    assert list(again) == ["csv", "xlsx", "pdf", "tidy"]
    assert {form: again[form] == files[form] for form in FORMS} == dict.fromkeys(FORMS, True)


def test_files_made_of_kept_numbers_say_when_they_were_kept_and_what_was_corrected(files: dict[str, bytes]) -> None:
    paper, table = " ".join(text_of(files["pdf"]).split()), files["csv"].decode()

    for said in ("đã chốt ngày 08/12/2026 và được giữ nguyên", "Đính chính lần 1, ngày 10/12/2026", "225 → 231"):
        assert said in table
        assert said in paper
    assert "12:00 10/12/2026" in table


def test_paper_carries_the_hash_of_its_numbers_and_where_it_is_looked_up(
    numbers: bytes, files: dict[str, bytes]
) -> None:
    paper, digest = " ".join(text_of(files["pdf"]).split()), sha256(numbers).hexdigest()
    book = replace(thaw(numbers), address=ADDRESS)
    drawn = paper_html(book, phrases_for(book, texts("collector", "vi"), HANOI, book.made_at))
    code = segno.make_qr(f"{ADDRESS}/kiem-toan/XA?sha256={digest}", error="m")

    assert digest in paper
    assert f"{ADDRESS}/kiem-toan" in paper.replace(" ", "")
    assert code.svg_inline(border=2, omitsize=True, svgclass="code", lineclass=None).removeprefix("<svg") in drawn
    live = replace(book, digest="")
    assert "SHA-256" not in paper_html(live, phrases_for(live, texts("collector", "vi"), HANOI, book.made_at))


def test_a_report_that_breaks_ends_no_other(numbers: bytes) -> None:
    broken = numbers.replace(b'"children":', b'"kinder":')
    first, second = files_apart([broken, b"{}"], "vi", HANOI)

    assert isinstance(first, NoFiles)
    assert isinstance(second, NoFiles)
    assert "children" in str(first)


def test_a_process_that_ends_blames_the_report_it_was_at(numbers: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    (first,) = files_apart([numbers, numbers], "vi", HANOI)

    assert isinstance(first, NoFiles)


def test_kept_numbers_name_no_kiosk_and_no_later_form_is_read(numbers: bytes) -> None:
    kept = json.loads(numbers)

    assert all(place["kiosks"] == [] for place in kept["places"].values())
    assert "device" not in numbers.decode()
    with pytest.raises(ValueError, match="newer"):
        thaw(json.dumps({**kept, "form": FORM + 1}).encode())


def test_frozen_numbers_are_read_as_what_they_were_made_of(numbers: bytes) -> None:
    book = thaw(numbers)
    made, _ = FORMS["csv"]
    words = phrases_for(book, texts("collector", "en"), ZoneInfo("UTC"), at(30, month=12))

    assert freeze(book) == numbers
    assert "05:00 10 December 2026" in made(book, words).decode()


def test_paper_is_dated_by_its_report(files: dict[str, bytes]) -> None:
    told = PdfReader(io.BytesIO(files["pdf"])).metadata

    assert told is not None
    assert told.creation_date == at(10, month=12)
