"""Everything that was answered is in the report: versions are one series, other questions stand beside it."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from kiosk.base.texts import texts
from kiosk.domain.visit.survey import Survey
from sync.collector.export.files import csv_file
from sync.collector.export.paper import paper_html
from sync.collector.export.workbook import xlsx_file
from sync.collector.figures.book import Book
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.fleet.surveys.writing import survey_toml
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.schema import survey_text
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import HANOI, NOON, Office, Pen

FIVE = shipped_surveys()["sipas-5@1"]
OWN = replace(FIVE, id="hoi-rieng", version=1)
YESTERDAY = NOON - timedelta(days=1, hours=2)


@pytest.fixture
def versions(services: Services, office: Office) -> tuple[Survey, Survey]:
    """Two versions of the office's own survey: the second is worded otherwise and takes the middle as satisfied."""
    question = OWN.questions[0]
    levels = tuple(replace(level, satisfied=level.value >= 3) for level in question.levels)
    words = {**question.text, "vi": "Ông/Bà có hài lòng với lần phục vụ này không?"}
    second = replace(OWN, version=2, questions=(replace(question, text=words, levels=levels),))
    for survey in (OWN, second):
        with office.database.writing() as connection:
            values = {"ref": survey.ref, "text": survey_toml(survey), "changed_at": NOON, "published_at": NOON}
            connection.execute(insert(survey_text).values(**values, changed_by="huong"))
    services.surveys.forget()
    return OWN, second


def press(office: Office, count: int, survey: str = "sipas-5@1", level: int = 5, **values: Any) -> None:
    pen = Pen()
    for _ in range(count):
        pen.rating(level, survey=survey, **values)
    clock = replace(pen.instant(), mono_us=pen.mono_us)
    office.append(pen, received_at=YESTERDAY, clock=clock)


def book(services: Services, **query: Any) -> Book:
    return read_book(services, ANYBODY, Query("XA", period="2026-11", **query))


def test_versions_with_the_same_question_and_levels_are_one_series(
    services: Services, office: Office, versions: tuple[Survey, Survey]
) -> None:
    press(office, 40, "hoi-rieng@1", level=3)
    press(office, 20, "hoi-rieng@2")

    found = book(services)

    assert [part.me.n for part in found.parts] == [60]
    assert [survey.ref for survey in found.main.series.versions] == ["hoi-rieng@1", "hoi-rieng@2"]
    assert found.me.share is not None
    assert (found.me.share.numerator, found.me.share.denominator) == (60, 60)
    assert found.weeks[-1].shown.n in (60, 0)
    assert sum(half.n or 0 for half in read_book(services, ANYBODY, Query("XA", "Q1", "2026-11")).half_days) == 60


def test_what_a_version_changed_is_noted(
    services: Services, office: Office, versions: tuple[Survey, Survey], client: TestClient
) -> None:
    press(office, 40, "hoi-rieng@1")
    press(office, 40, "hoi-rieng@2")

    words = "hoi-rieng@2 tính các mức hài lòng khác với hoi-rieng@1"

    assert words in client.get("/t/XA?ky=2026-11").text
    assert words in csv_file(book(services), phrases()).decode()
    assert words in str(client.get("/v1/report?unit=XA&period=2026-11").json()["questions"])


def test_a_version_that_changed_something_is_marked_in_the_chart(
    services: Services, office: Office, versions: tuple[Survey, Survey], client: TestClient
) -> None:
    with office.database.writing() as connection:
        earlier = {"published_at": NOON - timedelta(days=21)}
        connection.execute(update(survey_text).where(survey_text.c.ref == "hoi-rieng@2").values(earlier))
    for version, days_ago in (("hoi-rieng@1", 40), ("hoi-rieng@2", 10)):
        pen = Pen()
        for _ in range(40):
            pen.rating(survey=version)
        with office.database.writing() as connection:
            ensure_partitions(connection, NOON - timedelta(days=days_ago))
        office.append(pen, received_at=NOON - timedelta(days=days_ago))

    page = client.get("/t/XA?ky=2026-11").text

    # On a desk, on a phone and on paper.
    assert page.count(">hoi-rieng@2</text>") == 3
    assert ">hoi-rieng@1</text>" not in page


def test_other_surveys_stand_below_with_their_n_and_in_the_head(
    services: Services, office: Office, client: TestClient
) -> None:
    press(office, 40)
    press(office, 3, standing="repeat")
    press(office, 35, "tt32-3@1", question="overall", level=1)
    press(office, 5, "tt32-3@1", question="overall", level=1, counter="Q2")

    found = book(services)

    assert [(part.series.asked.survey, part.me.n, part.me.aside_n) for part in found.parts] == [
        ("sipas-5:12345", 40, 3), ("tt32-3:123", 40, 0),
    ]  # fmt: skip
    assert found.recorded == 83
    assert [[line.n for line in part.counters] for part in found.others] == [[35, 5]]


def test_the_head_is_one_table_and_the_same_everywhere(services: Services, office: Office, client: TestClient) -> None:
    press(office, 40)
    press(office, 3, standing="repeat")
    press(office, 35, "tt32-3@1", level=1)
    press(office, 4, "tt32-3@1", level=1, counter="Q2")

    found = book(services)
    page = flat(client.get("/t/XA?ky=2026-11").text)
    file = csv_file(found, phrases()).decode("utf-8-sig")
    rows = [row.split(";") for row in file.split("Lượt đã ghi, theo câu hỏi")[1].splitlines()[2:5]]
    paper = flat(paper_html(found, phrases()))
    answer = client.get("/v1/report?unit=XA&period=2026-11").json()["tables"]["recorded"]

    numbers = [["43", "40", "3", "0"], ["39", "35", "0", "4"], ["82", "75", "3", "4"]]
    assert [row[2:6] for row in rows] == numbers
    assert [row[6] for row in rows] == ["", "quầy chưa đủ lượt", ""]
    assert [[str(row[key]) for key in ("recorded", "counted", "aside", "waiting")] for row in answer] == numbers
    for recorded, counted, aside, waiting in numbers:
        cells = "".join(f'<td role="cell" class="r">{n}</td>' for n in (recorded, counted, aside))
        assert page.count(f'{cells}<td role="cell" class="r waits"><span>{waiting}</span>') == 1
        assert "".join(f'<td class="r">{n}</td> ' for n in (recorded, counted, aside, waiting)) in paper
    _, _, first, *_ = load_workbook(io.BytesIO(xlsx_file(found, phrases())))
    assert (first.title, [str(cell.value) for cell in first[first.max_row][2:6]]) == (
        "Lượt đã ghi, theo câu hỏi", numbers[-1],
    )  # fmt: skip


def test_a_report_of_one_question_says_it_in_a_sentence(services: Services, office: Office, client: TestClient) -> None:
    press(office, 40)

    page = client.get("/t/XA?ky=2026-11").text

    assert "Được tính 40 + để riêng 0 = 40 lượt đã ghi." in page
    assert "Lượt đã ghi, theo câu hỏi" not in page + csv_file(book(services), phrases()).decode()


def test_places_where_nobody_answered_another_question_are_counted_and_not_listed(
    services: Services, office: Office, client: TestClient
) -> None:
    press(office, 40)
    press(office, 35, "tt32-3@1", level=1, counter="Q2")

    found = book(services)
    (other,) = found.others
    said = "Ở 1 nơi khác, câu hỏi này không được hỏi hoặc chưa có ai trả lời."

    assert [line.place.code for line in other.children] == ["Q2"]
    assert other.left_out == 1
    assert said in client.get("/t/XA?ky=2026-11").text
    assert said in csv_file(found, phrases()).decode()
    assert said in paper_html(found, phrases())
    answer = client.get("/v1/report?unit=XA&period=2026-11").json()
    assert [one["places_without"] for one in answer["questions"]] == [0, 1]
    assert [line.place.code for line in found.children] == ["Q1", "Q2"]


def test_the_report_pages_files_and_the_api_show_the_same_rows_of_another_survey(
    services: Services, office: Office, client: TestClient
) -> None:
    press(office, 40)
    press(office, 35, "tt32-3@1", level=1)

    answer = client.get("/v1/report?unit=XA&period=2026-11").json()
    rows = [(row["code"], row["n"], row["level_1"]) for row in answer["tables"]["other_1"]]

    assert rows == [("Q1", 35, 35), ("XA", 35, 35)]
    assert [(one["question"], one["n"]) for one in answer["questions"]] == [
        ("sipas-5:12345:overall", 40), ("tt32-3:123:overall", 35),
    ]  # fmt: skip
    assert "Câu hỏi khác 1: " in csv_file(book(services), phrases()).decode()
    assert xlsx_file(book(services), phrases()).startswith(b"PK")


def test_today_and_the_counts_for_programs_have_every_series(
    services: Services, office: Office, client: TestClient, versions: tuple[Survey, Survey]
) -> None:
    press(office, 40, "hoi-rieng@1")
    press(office, 5, "hoi-rieng@2", level=1)
    press(office, 6)

    tables = client.get("/v1/tallies?from=2026-11-19&to=2026-11-19").json()["tables"]

    assert [(table["survey"], table["total"]["counted"]) for table in tables] == [("hoi-rieng@2", 45), ("sipas-5@1", 6)]
    assert tables[0]["versions"] == ["hoi-rieng@1", "hoi-rieng@2"]
    assert tables[0]["total"]["by_level"] == {"1": 5, "5": 40}


def test_an_old_address_with_a_version_leads_to_its_series(
    services: Services, office: Office, versions: tuple[Survey, Survey]
) -> None:
    press(office, 40)
    press(office, 10, "hoi-rieng@1")

    found = [book(services, asked=code).me.n for code in ("hoi-rieng@2:overall", "hoi-rieng:12345:overall", "nothing")]

    assert found == [10, 10, 40]


def test_what_was_recorded_is_one_number_and_the_result_with_the_set_aside_says_what_is_not_in_it(
    services: Services, office: Office, client: TestClient
) -> None:
    pen = Pen()
    for standing in ["counted"] * 40 + ["repeat"] * 9:
        pen.rating(5, standing=standing)
    office.append(pen, received_at=YESTERDAY)
    press(office, 2, standing="repeat", counter="Q2")

    me = book(services).me
    row = client.get("/v1/report?unit=XA&period=2026-11").json()["tables"]["figures"][0]
    page = client.get("/t/XA?ky=2026-11").text

    assert (me.recorded, me.both and me.both.n, me.untold) == (51, 49, 2)
    assert (row["recorded"], row["waiting"], row["both_n"]) == (51, 0, 49)
    # Above, beside what was set aside, and on the paper: the same sum.
    assert page.count("ược tính 40 + để riêng 11 = 51 lượt đã ghi") == 3
    assert "n = 49; 2 lượt để riêng chỉ hiện số lượt, chưa đủ một khối để hiện mức" in page


def test_a_comparison_says_what_waits_on_both_sides(services: Services, office: Office, client: TestClient) -> None:
    press(office, 40)
    press(office, 3, counter="Q2")

    found = read_book(services, ANYBODY, Query("XA", "Q1", "2026-11", versus="XA:Q2"))

    said = "một nơi có dưới 30 lượt. Chưa hiện: 0 lượt ở nơi này, 3 lượt ở nơi kia."
    assert said in client.get("/t/XA/Q1?ky=2026-11&voi=XA:Q2").text
    assert said in csv_file(found, phrases()).decode()


def test_a_survey_of_which_all_ratings_wait_is_told(services: Services, office: Office, client: TestClient) -> None:
    press(office, 40)
    press(office, 3, "tt32-3@1", level=1)

    found = book(services)

    assert [(part.series.ref, part.me.n) for part in found.parts] == [("sipas-5@1", 40), ("tt32-3@1", None)]
    page = client.get("/t/XA?ky=2026-11").text
    assert '<td role="cell" class="r waits"><span>3</span> <span class="sub">quầy chưa đủ lượt</span></td>' in page
    assert (
        "Chưa hiện: 3 lượt ở quầy có dưới 5 lượt, chờ buổi sau; lượt của buổi đang diễn ra, hiện khi hết buổi. Nhờ vậy"
        in page
    )
    answer = client.get("/v1/report?unit=XA&period=2026-11").json()
    assert (answer["recorded"], [one["waiting"] for one in answer["questions"]]) == (43, [{}, {"few": 3}])


def flat(page: str) -> str:
    return re.sub(r"\s+", " ", page)


def phrases() -> Phrases:
    return Phrases(texts("collector", "vi"), HANOI, NOON)
