"""What too few ratings are not made to say: no rank between places not told apart, no shade, no fixed minimum."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from kiosk.base.settings.disclosure import Disclosure
from sync.collector.drawing.heat_chart import heat_step
from sync.collector.figures.lines import HalfDay
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - read from both in test_figures.py

Read = Callable[..., list[tuple[dict[str, str], str]]]


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str], str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag == "td" or (self._open and tag != "tr")
        if tag == "td":
            self.found.append(({name: value or "" for name, value in attrs}, ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._open:
            attributes, words = self.found[-1]
            self.found[-1] = attributes, f"{words} {data}".strip()


@pytest.fixture
def cells(services: Services) -> Read:
    """The cells of a page with a class, each with its attributes."""

    def read(way: str, kind: str, **settings: object) -> list[tuple[dict[str, str], str]]:
        config = CollectorConfig(public_url=URL, **settings)  # type: ignore[arg-type]
        parser = _Cells()
        client = TestClient(create_app(replace(services, config=config)), base_url=URL, client=("127.0.0.1", 50000))
        parser.feed(client.get(way).text)
        return [cell for cell in parser.found if kind in cell[0].get("class", "").split()]

    return read


def press(office: Office, counter: str, levels: list[int], *reasons: str) -> None:
    pen = Pen()
    for level in levels:
        seq = pen.rating(level, counter=counter)
        if reasons:
            pen.reasons(seq, *reasons)
    office.append(pen, received_at=NOON - timedelta(hours=1))


def test_places_that_are_not_told_apart_have_no_rank(cells: Read, office: Office) -> None:
    press(office, "Q1", [5] * 37 + [1] * 3)
    press(office, "Q2", [5] * 36 + [1] * 4)

    assert [words for _, words in cells("/t/XA", "rank-n")] == ["", "", ""]


def test_places_that_are_told_apart_keep_theirs(cells: Read, office: Office) -> None:
    press(office, "Q1", [5] * 40)
    press(office, "Q2", [1] * 40)

    assert [words for _, words in cells("/t/XA", "rank-n")] == ["1", "2", ""]


def test_sums_say_what_they_are_where_rows_are_cards(cells: Read, office: Office) -> None:
    press(office, "Q1", [5] * 40)

    assert cells("/t/XA", "share")[-1] == ({"role": "cell", "class": "r share", "data-label": "Tỷ lệ hài lòng",
                                            "data-sign": "%"}, "100,0")  # fmt: skip
    assert cells("/t/XA", "interval")[-1][0]["data-label"] == "KTC 95%"


@pytest.mark.parametrize(("n", "step"), [(29, 0), (30, 4)])
def test_a_half_day_is_shaded_from_the_minimum_of_a_percentage_on(n: int, step: int) -> None:
    assert heat_step(HalfDay(date(2026, 11, 19), "am", n, 7), 30) == step


@pytest.mark.parametrize(("n", "shaded"), [(29, False), (30, True)])
def test_a_place_is_shaded_from_the_minimum_of_a_percentage_on(
    cells: Read, office: Office, n: int, shaded: bool
) -> None:
    press(office, "Q1", [5] * n, "waiting")

    kinds = {attributes["class"].split()[-1] for attributes, words in cells("/ly-do/XA", "cell") if words == str(n)}

    assert kinds == {"h4" if shaded else "h0"}


def test_what_waits_stands_under_the_minimum_of_this_office(cells: Read, office: Office) -> None:
    press(office, "Q1", [5] * 40)
    press(office, "Q2", [5] * 3)

    raised = cells("/", "share", disclosure=Disclosure(cell_min=5, step=10))

    assert [words for _, words in raised if "<" in words] == ["<10"]
