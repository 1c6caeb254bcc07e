"""The table of all counters: sorted and searched by what it shows, a page at a time, clear falls marked and first."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from kiosk.domain.numbers.disclosure import Hidden, Shown
from sync.collector.figures.attention import has_fallen, has_risen
from sync.collector.figures.lines import PlaceLine
from sync.collector.figures.places import Place
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.web.figures import counters_page
from sync.collector.web.figures.counters_query import COLUMNS, PER_PAGE, CountersQuery
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL

SATISFIED = frozenset({4, 5})
LAST_WEEK, THIS_WEEK = NOON - timedelta(days=8), NOON - timedelta(days=1)
KY = "ky=2026-W47"


def line(code: str, now: tuple[int, int], before: tuple[int, int] = (0, 0), unit: str = "Xã An") -> PlaceLine:
    """A counter where so many of so many were satisfied, now and before; under five of them nothing is told."""
    place = Place(f"XA/:{code}", code, f"Quầy {code}", "XA/", int(code), unit=unit)
    return PlaceLine(place, shown(*now), shown(*before), {}, None, None, SATISFIED)


def shown(good: int, n: int) -> Shown:
    if 0 < n < 5:
        return Shown(hidden=Hidden.FEW)
    return Shown({5: good, 1: n - good}, percent=n >= 30)


FELL, FELL_MORE = line("1", (60, 100), (80, 100)), line("2", (50, 100), (90, 100))
ROSE = line("3", (95, 100), (70, 100))
SAME, FEW, HELD = line("4", (39, 50), (40, 50), "Phường Bến"), line("5", (6, 10), (7, 10)), line("6", (3, 3), (0, 0))
LINES = (HELD, FEW, SAME, ROSE, FELL, FELL_MORE)


def codes(order: str, **asked: str) -> str:
    query = CountersQuery.of({"xep": order, **asked})
    return "".join(one.place.code for one in query.arrange(query.narrow_by_change(query.narrow(LINES))))


def test_those_that_plainly_fell_stand_first_the_most_fallen_above() -> None:
    assert codes("").startswith("2143")
    assert [has_fallen(one) for one in LINES] == [False, False, False, False, True, True]
    assert [has_risen(one) for one in LINES] == [False, False, False, True, False, False]


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("ty-le", "2143", "65"), ("-ty-le", "3412", "65"), ("n", "54", "6"), ("thay-doi", "2143", "65"),
        ("-thay-doi", "3412", "65"), ("-khong-hai-long", "2143", "65"), ("quay", "123456", ""), ("-quay", "654321", ""),
        ("don-vi", "4", ""),
    ],
)  # fmt: skip
def test_each_column_sorts_and_a_dash_stands_last_either_way(order: str, first: str, last: str) -> None:
    found = codes(order)

    assert found.startswith(first)
    assert set(found[len(found) - len(last) :]) == set(last)


def test_every_column_can_be_asked_for_and_nothing_else() -> None:
    assert all(sorted(codes(column)) == sorted("123456") for column in COLUMNS)
    assert codes("khac") == codes("-") == codes("")


def test_a_counter_is_found_by_its_name_and_unit_in_either_order_without_accents() -> None:
    assert codes("", tim="quay 4") == codes("", tim="phuong ben quay") == codes("", tim="QUAY 4 PHƯỜNG") == "4"
    assert codes("", tim="khong co") == ""


def test_those_that_changed_are_shown_alone() -> None:
    assert codes("", loc="giam") == "21"
    assert codes("", loc="tang") == "3"


@pytest.fixture
def fallen(services: Services, office: Office) -> TestClient:
    """Of two counters the second fell plainly."""
    press(office, "Q1", 80, 20, LAST_WEEK)
    press(office, "Q2", 90, 10, LAST_WEEK)
    press(office, "Q1", 80, 20, THIS_WEEK)
    press(office, "Q2", 50, 50, THIS_WEEK)
    app = create_app(replace(services, config=CollectorConfig(public_url=URL), now=lambda: NOON + timedelta(hours=1)))
    return TestClient(app, base_url=URL, client=("127.0.0.1", 50000))


def press(office: Office, counter: str, good: int, bad: int, at) -> None:  # type: ignore[no-untyped-def]
    pen = Pen()
    for level, n in ((5, good), (1, bad)):
        for _ in range(n):
            pen.rating(level, counter=counter)
    office.append(pen, received_at=at)


def rows(client: TestClient, way: str) -> list[str]:
    """The rows of the table as a reader meets them."""
    found = re.findall(r"<tr role=\"row\".*?</tr>", client.get(way).text.partition("<tbody")[2], re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]*>", " ", row)).split()) for row in found]


def test_the_page_tells_what_each_counters_own_page_tells(fallen: TestClient) -> None:
    first, second = rows(fallen, f"/quay?{KY}")

    assert first.startswith("Quầy 2 Q2 Xã Bắc Sơn 50,0 40,4–59,6% 100 −40,0 khác biệt rõ 50,0 không xác định 0")
    assert second.startswith("Quầy 1 Q1 Xã Bắc Sơn 80,0 71,1–86,7% 100 0,0 20,0")
    assert "50,0%" in fallen.get(f"/t/XA/Q2?{KY}").text
    assert '<tr role="row" class="act">' in fallen.get(f"/quay?{KY}").text
    assert [row[:6] for row in rows(fallen, f"/quay/XA?xep=-ty-le&{KY}")] == ["Quầy 1", "Quầy 2"]


def test_a_half_day_that_runs_moves_no_line(fallen: TestClient, office: Office) -> None:
    before = rows(fallen, "/quay"), rows(fallen, "/quay?xep=-n")

    press(office, "Q1", 0, 60, NOON + timedelta(minutes=30))

    assert (rows(fallen, "/quay"), rows(fallen, "/quay?xep=-n")) == before


def test_a_page_has_so_many_rows_and_leads_to_the_next(fallen: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PER_PAGE <= 100
    monkeypatch.setattr(counters_page, "PER_PAGE", 1)

    text = fallen.get("/quay?xep=quay&tim=quay&trang=2").text

    assert "Hiện quầy 2 đến 2 trong số 2 quầy." in text
    assert "/quay?xep=quay&amp;tim=quay" in text
    assert rows(fallen, "/quay?trang=9") == rows(fallen, "/quay?trang=2")


def test_two_clicks_lead_from_the_first_page_to_the_counter_that_fell_most(fallen: TestClient) -> None:
    assert 'href="/quay"' in fallen.get("/t").text

    row = re.search(r'<tr role="row" class="act">.*?href="([^"]*)"', fallen.get(f"/quay?{KY}").text, re.DOTALL)

    assert row is not None
    assert row[1] == f"/t/XA/Q2?{KY}"
