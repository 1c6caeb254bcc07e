"""A commune's closed October is one and the same: stored lines, desks, pooled tails, page, CSV, XLSX, PDF and API.

With ``pytest -s`` the figures are printed.
"""

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.attack.centre import COMMUNES
from tests.attack.harvest import told_at_desk
from tests.attack.world import World
from tests.journey.known_month import MONTH, OCTOBER, Count, Lines, known_month
from tests.sync.collector.sharing import compiled_once, quick_hashes  # noqa: F401 - fixtures

XA = COMMUNES["XA"]
LEVELS = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")
REASONS = {"wait": "Thời gian chờ", "guidance": "Hướng dẫn", "papers": "Giấy tờ, thủ tục"}
DAYS = ("--from", f"{MONTH}-01", "--to", f"{MONTH}-31", "--json")


@dataclass(frozen=True, slots=True)
class Told:
    """What one form tells of the commune's October."""

    levels: Mapping[int, int]
    reasons: Mapping[str, int]
    recorded: int
    aside: int
    waiting: int

    @property
    def n(self) -> int:
        """Those that count and are shown."""
        return sum(self.levels.values())


@pytest.fixture(scope="module")
def october() -> Iterator[World]:
    """After the month's end, when everything has come."""
    with known_month() as world:
        yield world
        _print_figures(world)


def _print_figures(world: World) -> None:
    lines, told, plan = Lines(world), by_api(world), OCTOBER["XA"]
    blocks, tails = lines.cut(XA, tails=False), lines.cut(XA, tails=True)
    print("\na commune's October: pressed | recount of the lines | blocks of the desks | tails | told | waits")
    print(f"counted: {plan.counted} | {lines.recounted(XA).n} | {blocks.n} | {tails.n} | {told.n} | {told.waiting}")
    for reason, n in plan.reasons.items():
        recounted = lines.recounted(XA).reasons[reason]
        parts = f"{blocks.reasons[reason]} | {tails.reasons[reason]} | {told.reasons[reason]}"
        print(f"reason {reason}: {n} | {recounted} | {parts} |")
    other = world.centre.read(f"/v1/report?unit=XB&period={MONTH}", "kiemtra").json()
    print("the other commune, by question:", [(one["question"], one["recorded"]) for one in other["questions"]])


def test_stored_lines_come_to_what_was_pressed(october: World) -> None:
    lines = Lines(october)

    for commune, plan in OCTOBER.items():
        found = lines.recounted(COMMUNES[commune])
        assert (found.n, found.aside, dict(found.reasons)) == (plan.counted, plan.aside, plan.reasons)
    assert lines.recounted(("Q4",), "tt32-3@1").n == 34


def test_desks_tell_the_blocks_and_tails_of_the_stored_lines(october: World) -> None:
    lines, shown, tails, aside = Lines(october), Counter[int](), 0, 0

    for name in ("a", "hall"):
        *_, month = json.loads(told_at_desk(october.kiosks[name], *DAYS))["days"]
        shown += Counter({level: month[f"level_{level}"] for level in range(1, 6)})
        tails, aside = tails + month["tail"], aside + month["repeat"]
        assert month["recorded"] == month["n"] + month["tail"]

    blocks, rest = lines.cut(XA, tails=False), lines.cut(XA, tails=True)
    assert (shown, tails) == (blocks.levels, rest.n)
    assert blocks + rest == lines.recounted(XA)
    assert aside == OCTOBER["XA"].aside


def by_api(world: World) -> Told:
    tables = world.centre.read(f"/v1/report?unit=XA&period={MONTH}", "kiemtra", "en").json()["tables"]
    (figures,) = tables["figures"]
    reasons = {row["reason"]: row["n"] for row in tables["reasons"]}
    english = {"wait": "Waiting time", "guidance": "Guidance given", "papers": "Papers, procedure"}
    found = {reason: reasons[words] for reason, words in english.items()}
    levels = {place: row["n"] for place, row in enumerate(tables["levels"][:5], 1)}
    return Told(levels, found, figures["recorded"], figures["aside"], figures["waiting"])


def by_csv(world: World) -> Told:
    body = world.centre.read(f"/xuat/csv/XA?ky={MONTH}", "kiemtra").content.decode("utf-8-sig")
    return _of_rows(list(csv.reader(io.StringIO(body), delimiter=";")))


def by_xlsx(world: World) -> Told:
    workbook = load_workbook(io.BytesIO(world.centre.read(f"/xuat/xlsx/XA?ky={MONTH}", "kiemtra").content))
    rows = [["" if cell is None else str(cell) for cell in row] for sheet in workbook for row in sheet.values]
    return _of_rows(rows)


def _of_rows(rows: list[list[str]]) -> Told:
    """What the rows of a spreadsheet tell: a row of heads, and under it the cells."""
    heads = next(row for row in rows if "Lượt đã ghi" in row)
    figures = dict(zip(heads, rows[rows.index(heads) + 1], strict=True))
    levels = {place: int(_row(rows, 0, words)[1]) for place, words in enumerate(LEVELS, 1)}
    reasons = {reason: int(_row(rows, 1, words)[3]) for reason, words in REASONS.items()}
    return Told(levels, reasons, *(int(figures[head]) for head in ("Lượt đã ghi", "Để riêng", "Chưa hiện")))


def _row(rows: list[list[str]], column: int, words: str) -> list[str]:
    return next(row for row in rows if len(row) > 3 and row[column].replace("\u00a0", " ") == words)


def by_page(world: World) -> Told:
    page, reasons = (_flat(world.centre.read(f"{way}/XA?ky={MONTH}", "kiemtra").text) for way in ("/t", "/ly-do"))
    bar = ", ".join(rf"{words} (\d+)" for words in LEVELS)
    found = re.search(bar, page)
    assert found
    levels = {place: int(n) for place, n in enumerate(found.groups(), 1)}
    return Told(levels, {reason: _of_reason(reasons, words) for reason, words in REASONS.items()}, *_sum(page))


def _of_reason(page: str, words: str) -> int:
    found = re.search(rf'<th scope="row"> ?{words}.*?<td class="r b">(\d+)</td>', page)
    assert found
    return int(found[1])


def by_pdf(world: World) -> Told:
    reader = PdfReader(io.BytesIO(world.centre.read(f"/xuat/pdf/XA?ky={MONTH}", "kiemtra").content))
    words = _flat(" ".join(page.extract_text() for page in reader.pages))
    levels = {place: _number(words, rf"\b{level} (\d+) \d+,\d") for place, level in enumerate(LEVELS, 1)}
    reasons = {reason: _number(words, rf"{said} [\d–]+ (\d+) \d+ ") for reason, said in REASONS.items()}
    return Told(levels, reasons, *_sum(words))


def _number(words: str, pattern: str) -> int:
    found = re.search(pattern, words)
    assert found, pattern
    return int(found[1])


def _sum(words: str) -> tuple[int, int, int]:
    """Recorded, set aside and waiting, of the sentence above a report of one question."""
    found = re.search(r"(\d+)(?: \+ chưa hiện (\d+))? \+ để riêng (\d+) = (\d+) lượt đã ghi", words)
    assert found
    return int(found[4]), int(found[3]), int(found[2] or 0)


def _flat(words: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", html.unescape(words))


@pytest.mark.parametrize("read", [by_page, by_csv, by_xlsx, by_pdf, by_api])
def test_every_form_tells_blocks_and_pooled_tails_and_what_waits(october: World, read: Callable[[World], Told]) -> None:
    lines = Lines(october)
    blocks, tails = lines.cut(XA, tails=False), lines.cut(XA, tails=True)

    told = read(october)

    pooled = tails if told.waiting == 0 else Count()
    assert told.n + told.waiting == OCTOBER["XA"].counted
    assert told.waiting == tails.n - pooled.n
    assert Counter(told.levels) == (blocks + pooled).levels
    assert told.reasons == dict((blocks + pooled).reasons)
    assert told.aside == OCTOBER["XA"].aside
    assert told.recorded == OCTOBER["XA"].counted + OCTOBER["XA"].aside


def test_tails_of_the_commune_are_enough_to_be_pooled(october: World) -> None:
    lines = Lines(october)

    assert lines.cut(XA, tails=True).n >= 5
    assert lines.tail_journals(XA) == 2


def test_the_other_survey_of_the_first_days_is_in_the_head_of_every_form(october: World) -> None:
    way = f"XB?ky={MONTH}"
    page = _flat(october.centre.read(f"/t/{way}", "kiemtra").text)
    file = october.centre.read(f"/xuat/csv/{way}", "kiemtra").content.decode("utf-8-sig")
    table = october.centre.read(f"/v1/report?unit=XB&period={MONTH}", "kiemtra").json()["tables"]["recorded"]

    numbers = [[row[key] for key in ("recorded", "counted", "aside", "waiting")] for row in table]

    five, three, together = numbers
    assert [five[0], three, together[0]] == [180, [34, 34, 0, 0], 214]
    for row in numbers:
        assert row[0] == sum(row[1:])
        assert f";{';'.join(map(str, row))};" in file
        assert "".join(f'<td role="cell" class="r">{n}</td>' for n in row[:3]) in page
