"""Forms agree: the page, the files, the paper and the API of a place print one and the same number for one thing."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.attack import stories
from tests.attack.forms import numbers_in, read_form
from tests.attack.world import Voices, World, a_world
from tests.sync.collector.sharing import compiled_once, one_loop, quick_hashes  # noqa: F401 - fixtures

MONTH = "2026-10"
PLACES = ("XA", "XA/Q1")
_NOT_EVERYBODY_IS_CONTENT = Voices({0: 1, 1: 1, 2: 2, 3: 3, 4: 4, 31: 1})


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A month's end at a counter, over."""
    with a_world(_NOT_EVERYBODY_IS_CONTENT) as made:
        stories.busy_months_end(made, lambda: None)
        yield made


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_files_are_the_tables_of_the_api_cell_by_cell(world: World, place: str, form: str) -> None:
    written = rows_of(form, body_of(world, place, form))

    rows = [list(row.values()) for table in api_tables(world, place).values() for row in table]
    assert len(rows) > 15
    assert [row for row in rows if not any(are_same(row, other) for other in written)] == []


@pytest.mark.parametrize(("form", "place"), [("html", "XA"), ("html", "XA/Q1"), ("pdf", "XA")])
def test_page_and_paper_print_the_same_numbers(world: World, place: str, form: str) -> None:
    tables = api_tables(world, place)
    text = " ".join(read_form(form, body_of(world, place, form)).values())

    told = [(row["level"], row["n"]) for row in tables["levels"][:-1]]
    told += [(row["reason"], row["n"]) for row in tables["reasons"]]
    assert len([n for _, n in told if n]) >= 5
    assert [(words, n) for words, n in told if n and not is_told(words, n, text)] == []


def api_tables(world: World, place: str) -> dict[str, list[dict[str, Any]]]:
    """The tables of ``/v1/report`` by key."""
    unit, _, counter = place.partition("/")
    more = f"&counter={counter}" if counter else ""
    found: dict[str, list[dict[str, Any]]] = world.centre.read(
        f"/v1/report?unit={unit}{more}&period={MONTH}", "chu", "en"
    ).json()["tables"]
    return found


def body_of(world: World, place: str, form: str) -> bytes:
    """The place's report in a form, in English."""
    way = f"/t/{place}" if form == "html" else f"/xuat/{form}/{place}"
    found: bytes = world.centre.read(f"{way}?ky={MONTH}&lang=en", "chu").content
    return found


def rows_of(form: str, body: bytes) -> list[list[Any]]:
    """The rows of a file, of all its tables."""
    if form == "csv":
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    return [list(row) for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows(values_only=True)]


def are_same(row: list[Any], written: list[Any]) -> bool:
    """Whether a row of the API is one of a file: a cell without a number says there why."""
    return len(row) == len(written) and all(
        cell is None
        or isinstance(cell, dict)
        or str(cell) == str(other.date() if isinstance(other, datetime) else other)
        or as_number(cell) == as_number(other)
        for cell, other in zip(row, written, strict=True)
    )


def as_number(cell: Any) -> Decimal | object:
    """What a cell counts; itself where that is no number."""
    try:
        return Decimal(str(cell))
    except InvalidOperation:
        return object()


def is_told(words: str, n: int, text: str) -> bool:
    """Whether the number follows the words."""
    return any(str(n) in numbers_in(each[:40]) for each in re.split(re.escape(words), text)[1:])
