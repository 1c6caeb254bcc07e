"""The worked examples of Circular 01/2018 and Decision 766, digit for digit, and their pages."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from kiosk.domain.numbers.measures import Method, Share, top2box
from sync.collector.profiles.index766 import Counts, ratios
from sync.collector.profiles.reading import import_months
from sync.collector.profiles.tt01 import load_profile, points_of, score
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig, Reports
from sync.collector.words.notice import NOTICE, NOTICE_OF_DOSSIERS
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL

OCTOBER = Counts(1000, 12, 3, 20, 32, 40, 38, 4)


@pytest.mark.parametrize(
    ("points", "dossiers", "wanted"),
    [(5, 3, "1.7"), (7, 4, "1.8"), (33, 20, "1.7"), (1, 4, "0.3"), (0, 3, "0.0"), (6, 3, "2.0")],
)
def test_an_indicator_is_the_mean_of_its_points_rounded_half_up(points: int, dossiers: int, wanted: str) -> None:
    assert score(points, dossiers) == Decimal(wanted)


def test_levels_give_2_1_and_0_points() -> None:
    assert points_of({3: 2, 2: 1, 1: 4}) == 5


def test_units_are_classified_by_the_sum_of_all_nine_and_staff_by_five() -> None:
    profile = load_profile()

    bands = [(str(band.least), band.name["vi"]) for band in profile.unit.band]

    assert bands == [("15", "xuất sắc"), ("12", "tốt"), ("9", "khá"), ("6", "trung bình"), ("0", "yếu")]
    assert [str(band.least) for band in profile.staff.band] == ["5", "3.5", "0"]
    assert (profile.unit.uses, profile.staff.uses) == (tuple(range(1, 10)), (1, 2, 3, 4, 7))


def test_with_the_three_that_a_kiosk_can_give_nobody_is_classified() -> None:
    profile = load_profile()

    given = {one.id for one in profile.indicator}

    assert given == {1, 3, 4}
    assert not set(profile.unit.uses) <= given
    assert not set(profile.staff.uses) <= given


def test_766_counts_each_dossier_once_and_silence_as_satisfied() -> None:
    found = ratios(OCTOBER)

    assert found["tthc_satisfied"].percent() == Decimal("96.80")
    assert (found["tthc_satisfied"].numerator, found["tthc_satisfied"].denominator) == (968, 1000)
    pressed = Share(Method.TOP2BOX, 78, 90)
    assert (pressed.percent(), Share(Method.PARTICIPATION, 90, 1000).percent(1)) == (Decimal("86.67"), Decimal("9.0"))
    assert top2box({5: 78, 1: 12}, {4, 5}) == pressed


def test_without_dossiers_or_petitions_there_is_no_ratio() -> None:
    assert [ratio.percent() for ratio in ratios(Counts()).values()] == [None, None, None]


@pytest.fixture
def client(services: Services, office: Office) -> TestClient:
    config = CollectorConfig(public_url=URL, reports=Reports(tt01=True))
    app = create_app(replace(services, config=config))
    return TestClient(app, base_url=URL, client=("127.0.0.1", 1))


def keep(office: Office, counts: Counts) -> None:
    with office.database.writing() as connection:
        import_months(connection, {("XA", date(2026, 10, 1)): counts}, NOON, "huong", "t10.csv")


def test_the_766_page_stands_alone_with_both_numbers_and_the_notice(client: TestClient, office: Office) -> None:
    keep(office, Counts(500, 1, 1, 1, 2, 0, 0, 0))
    keep(office, OCTOBER)

    page = client.get("/766/XA?ky=2026-Q4").text

    for words in ("96,80", "1.000", "32", "95,00", "90,00", "theo Quyết định 766/QĐ-TTg", NOTICE_OF_DOSSIERS, "huong"):
        assert words in page
    assert "Tỷ lệ hài lòng" not in page
    assert "Kết quả ghi nhận tại quầy" not in page
    assert office.rows("audit", "action", "subject") == [("counts.imported", "t10.csv")] * 2


def answer(office: Office) -> None:
    pen = Pen()
    for number in range(40):
        for question, level in (("time", 3 if number % 4 else 2), ("contacts", 3), ("agencies", 2)):
            pen.rating(level, survey="tt01-2018@1", question=question)
    pen.rating(1, "repeat", survey="tt01-2018@1", question="time")
    office.append(pen, received_at=NOON - timedelta(days=1))


def test_the_tt01_page_shows_three_indicators_and_no_classification(client: TestClient, office: Office) -> None:
    answer(office)

    page = client.get("/tt01/XA?ky=2026-Q4").text

    for words in ("theo Thông tư 01/2018/TT-VPCP", "1,8", "2,0", "1,0", "4,8", NOTICE, "đã có điểm: 3 trên 9"):
        assert words in page
    assert "xuất sắc" not in page


def test_the_tt01_page_and_its_files_say_what_waits(client: TestClient, office: Office) -> None:
    answer(office)
    pen = Pen()
    for _ in range(3):
        pen.rating(3, survey="tt01-2018@1", question="time", counter="Q2")
    office.append(pen, received_at=NOON - timedelta(days=1))

    page = client.get("/tt01/XA?ky=2026-Q4").text
    file = client.get("/xuat-tt01/csv/XA?ky=2026-Q4").content.decode("utf-8-sig")

    said = "Chưa hiện: 3 lượt ở quầy có dưới 5 lượt, chờ buổi sau; lượt của buổi đang diễn ra, hiện khi hết buổi."
    assert said in page
    assert said in file
    assert "Chưa hiện" not in client.get("/766/XA?ky=2026-Q4").text


def test_the_tt01_page_is_off_by_default(services: Services, office: Office) -> None:
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))
    client = TestClient(app, base_url=URL, client=("127.0.0.1", 1))

    assert client.get("/tt01").status_code == 404
    assert 'href="/tt01"' not in client.get("/766").text


@pytest.mark.parametrize("key", ["tt01", "766"])
def test_files_say_what_the_page_says(client: TestClient, office: Office, key: str) -> None:
    keep(office, OCTOBER)
    answer(office)
    page = client.get(f"/{key}/XA?ky=2026-Q4").text

    rows = list(csv.reader(io.StringIO(client.get(f"/xuat-{key}/csv/XA?ky=2026-Q4").content.decode("utf-8-sig")),
                           delimiter=";"))  # fmt: skip

    cells: list[Any] = [cell for row in rows for cell in row if cell]
    assert len(cells) > 30
    assert [cell for cell in cells if "," in cell and cell.replace(",", "").isdigit() and cell not in page] == []
    assert rows[-1] == [NOTICE if key == "tt01" else NOTICE_OF_DOSSIERS]
    assert client.get(f"/xuat-{key}/xlsx/XA").content.startswith(b"PK")
    assert client.get(f"/xuat-{key}/pdf/XA").content.startswith(b"%PDF")
