"""The page says what it hides and why, to whoever may read it."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from kiosk.base.settings.disclosure import Disclosure
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import counter
from sync.collector.words.notice import NOTICE
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - test_figures.py reads the report from both


def shown(services: Services, now=NOON, **settings: object) -> str:  # type: ignore[no-untyped-def]
    """The page's text as a reader meets it at ``now``."""
    config = CollectorConfig(public_url=URL, **settings)  # type: ignore[arg-type]
    app = create_app(replace(services, config=config, now=lambda: now))
    words = _Words()
    words.feed(TestClient(app, base_url=URL, client=("127.0.0.1", 50000)).get("/").text)
    return " ".join(" ".join(words.found).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def press(office: Office, count: int, **values: object) -> None:
    pen = Pen()
    for _ in range(count):
        pen.rating(**{"level": 5, **values})  # type: ignore[arg-type]
    office.append(pen, received_at=NOON - timedelta(hours=1))


def test_every_page_carries_the_notice_in_its_exact_words(services: Services, office: Office) -> None:
    assert shown(services).count(NOTICE) == 2


def test_a_number_stands_with_its_numerator_denominator_method_and_interval(services: Services, office: Office) -> None:
    press(office, 40)

    text = shown(services)

    for words in ("100,0%", "40 / 40", "KTC 95% (Wilson) 91,2–100,0%", "Tỷ lệ tham gia đánh giá không xác định",
                  "Tỷ lệ hài lòng = (số lượt Hài lòng + Rất hài lòng) / tổng số lượt được tính"):  # fmt: skip
        assert words in text


def test_a_half_day_that_is_not_over_is_announced_and_not_called_empty(services: Services, office: Office) -> None:
    press(office, 40)

    text = shown(services, NOON - timedelta(minutes=30))

    assert "Các lượt của buổi này hiện khi hết buổi." in text
    assert "100,0%" not in text
    assert "Hôm nay chưa có lượt nào" not in text


def test_below_thirty_there_are_counts_and_the_reason(services: Services, office: Office) -> None:
    press(office, 20)

    text = shown(services)

    assert "20 / 20" in text
    assert "dưới 30 lượt: chỉ ghi số lượt" in text
    assert "100,0%" not in text


def test_what_was_set_aside_is_told_with_its_rule(services: Services, office: Office) -> None:
    press(office, 40)
    press(office, 3, standing="repeat")

    text = shown(services)

    assert "Bấm lặp 3 bấm lại ngay sau lượt trước" in text
    assert "được tính 40 + để riêng 3 = 43 lượt đã ghi" in text


def test_with_fewer_set_aside_than_the_minimum_the_second_share_is_not_shown(
    services: Services, office: Office
) -> None:
    press(office, 40)
    press(office, 3, standing="repeat", level=1)

    assert "Tính cả lượt để riêng" not in shown(services)
    assert "Tính cả lượt để riêng: 93,0%" in shown(services, demo=True)


def test_only_the_demo_says_that_it_is_one(services: Services, office: Office) -> None:
    assert shown(services, demo=True).count("Bản trình diễn.") == 1
    assert "Bản trình diễn" not in shown(services)


def test_pages_say_where_the_office_raised_its_limits(services: Services, office: Office) -> None:
    raised = shown(services, disclosure=Disclosure(cell_min=10, percent_min=50))

    assert "khi có từ 10 lượt đánh giá và tỷ lệ phần trăm khi có từ 50 lượt; thông thường là 5 và 30." in raised
    assert "thông thường là 5 và 30" not in shown(services)


def test_a_kiosk_that_has_not_called_is_named(services: Services, office: Office) -> None:
    press(office, 1)

    assert "im lặng từ 11:00" in shown(services)


def test_names_from_the_office_cannot_become_markup(services: Services, office: Office) -> None:
    with office.database.writing() as connection:
        connection.execute(update(counter).values(name="<script>alert(1)</script>"))

    assert "<script>alert(1)</script>" in shown(services)


def test_unchanged_numbers_are_not_sent_again(client: TestClient, office: Office) -> None:
    first = client.get("/", headers={"HX-Request": "true"})
    mark = first.text.partition('name="seen" value="')[2].partition('"')[0]

    again = client.get(f"/?seen={mark}", headers={"HX-Request": "true"})

    assert (first.status_code, again.status_code, again.content) == (200, 204, b"")


@pytest.mark.parametrize("subject", ["share", "n", "answered", "bad", "aside", "reasons", "trend", "versus"])
@pytest.mark.parametrize("measure", ["top2box", "mean5"])
def test_every_figure_says_how_it_was_made_and_what_it_is_not(
    client: TestClient, office: Office, subject: str, measure: str
) -> None:
    press(office, 40)
    press(office, 40, counter="Q2", level=2)

    page = client.get(f"/giai-thich/{subject}/XA/Q1?do={measure}&voi=XA:Q2").text

    for head in (
        "Cách tính",
        "Mức độ chắc chắn",
        "Những lượt để riêng",
        "Số liệu mới đến lúc nào",
        "im lặng từ",
        NOTICE,
    ):
        assert head in page
    if subject in ("share", "trend", "versus"):
        assert ("Điểm trung bình quy đổi = điểm trung bình / 5 × 100%" in page) or measure == "top2box"
        assert "40" in page


def test_a_page_names_the_measure_and_the_unit_beside_it(client: TestClient, office: Office) -> None:
    press(office, 40)
    press(office, 40, counter="Q2", level=2)

    page = client.get("/t/XA/Q1?do=mean5&voi=XA:Q2").text

    for words in ("Điểm trung bình quy đổi", "100,0%", "200 / 200 điểm", "Chênh lệch: +60,0 điểm", "khác biệt rõ"):
        assert words in page, words
    assert client.get("/t/XA?do=sipas").status_code == 404
    assert client.get("/t/XA?voi=XZ").status_code == 404


def test_lateness_leads_to_the_advice_on_apologies(client: TestClient, office: Office) -> None:
    page = client.get("/ly-do/XA").text

    assert 'href="#late"' in page
    assert "Mẫu số 04, Thông tư 03/2025/TT-VPCP" in page
