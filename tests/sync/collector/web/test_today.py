"""Today stays open all day: it is light, says what changed, keeps nobody signed in and says when that is over."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from kiosk.base.resources import resource
from kiosk.base.texts import texts
from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.web.figures.looked import Look
from tests.sync.collector.builders import NOON, OPENED, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - what may be shown is read from both elsewhere
from tests.sync.collector.web.test_care_pages import PASSWORD, key_of

MORNING, AFTER = NOON - timedelta(minutes=30), NOON + timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
POLL = {"HX-Request": "true"}
FIRST_VIEW_BYTES_MAX, MINUTE_BYTES_MAX = 60_000, 5_000


@dataclass
class Screen:
    """Somebody before the page, whose clock goes as the test says."""

    client: TestClient
    clock: list[datetime]
    office: Office

    def read(self, way: str = "/", at: datetime = MORNING, **headers: str) -> Any:
        self.clock.append(at)
        return self.client.get(way, headers=headers)

    def poll(self, seen: str, at: datetime) -> Any:
        return self.read(f"/?seen={seen}", at, **POLL)

    def sign_in(self, at: datetime) -> None:
        self.clock.append(at)
        with self.office.database.writing() as connection:
            accounts.new_account(connection, "huong", "Nông Thị Hương", Role.SUPERVISOR, None, at, "test")
            accounts.change_password(connection, "huong", PASSWORD, at)
        form = {"form_key": key_of(self.client, "/dang-nhap"), "name": "huong", "password": PASSWORD}
        assert self.client.post("/dang-nhap", data=form).status_code == 303

    def hear(self, at: datetime) -> None:
        row = {"device_id": str(self.office.device.device_id), "received_at": at, "clock_ahead_us": 0, "status": {}}
        with self.office.database.writing() as connection:
            connection.execute(schema.device_status.delete())
            connection.execute(insert(schema.device_status), row)


@pytest.fixture
def screen(services: Services, office: Office) -> Screen:
    clock = [MORNING]
    app = create_app(replace(services, config=CollectorConfig(public_url=URL), now=lambda: clock[-1]))
    client = TestClient(app, base_url=URL, client=("127.0.0.1", 50000), follow_redirects=False)
    return Screen(client, clock, office)


def seen_of(answer: Any) -> str:
    return answer.text.partition('name="seen" value="')[2].partition('"')[0]


def changed_of(answer: Any) -> str:
    return answer.text.partition('hx-swap-oob="innerHTML">')[2].partition("</p>")[0]


def press(office: Office, count: int, **values: object) -> None:
    pen = Pen()
    for _ in range(count):
        pen.rating(**{"level": 5, **values})  # type: ignore[arg-type]
    office.append(pen, received_at=NOON - timedelta(hours=1))


def test_a_minute_is_no_change_and_the_page_learns_how_late_it_is(screen: Screen) -> None:
    screen.hear(MORNING)
    first = screen.read(at=MORNING)
    screen.hear(MORNING + MINUTE)

    again = screen.poll(seen_of(first), MORNING + MINUTE)

    assert '<span id="as-of">11:30</span>' in first.text
    assert (again.status_code, again.content, again.headers["As-Of"]) == (204, b"", "11:31")


def test_what_changed_since_the_last_look_is_said(screen: Screen) -> None:
    screen.hear(NOON)
    seen = seen_of(screen.read(at=MORNING))
    press(screen.office, 40)
    press(screen.office, 6, standing="repeat")

    during, over = screen.poll(seen, MORNING), screen.poll(seen, AFTER)

    assert during.status_code == 204
    assert changed_of(over) == "Thay đổi từ lúc 11:30: lượt được tính 0 → 40; để riêng 0 → 6."


@pytest.mark.parametrize(
    "seen", ["", "x", "0" * 16, "0" * 16 + ".20261120.1130.1.1", "0" * 16 + ".20261120.9999.1.1.x"]
)
def test_an_address_that_carries_no_look_gets_the_page_without_a_word_on_change(screen: Screen, seen: str) -> None:
    answer = screen.poll(seen, MORNING)

    assert (answer.status_code, changed_of(answer), bool(seen_of(answer))) == (200, "", True)


def test_a_look_comes_back_as_it_was_written_and_tells_of_its_own_day_alone() -> None:
    t = texts("collector", "vi")
    before = Look.now("a" * 16, NOON, 1200, 3, 2)
    now, tomorrow = replace(before, mark="b" * 16), replace(before, mark="b" * 16, day="20261121", n=0)

    assert Look.read(before.code) == before
    assert now.changed_since(before, t) == "Thay đổi từ lúc 05:00: số liệu của một số quầy."
    assert (before.changed_since(before, t), tomorrow.changed_since(before, t)) == ("", "")


def test_a_page_that_stands_open_keeps_nobody_signed_in_and_says_when_that_is_over(
    screen: Screen, services: Services
) -> None:
    idle = timedelta(minutes=services.config.accounts.idle_minutes)
    screen.sign_in(MORNING)
    seen = seen_of(screen.read(at=MORNING))

    while_it_lasts = [screen.poll(seen, MORNING + idle * part / 4).status_code for part in (1, 2, 3)]
    over = screen.poll(seen, MORNING + idle + MINUTE)
    page = screen.read(at=MORNING + idle + MINUTE)

    assert 303 not in while_it_lasts
    assert (over.status_code, over.headers["HX-Trigger"]) == (204, "ended")
    assert "HX-Redirect" not in over.headers
    assert page.status_code == 303


def test_whoever_opens_a_page_stays_signed_in(screen: Screen, services: Services) -> None:
    idle = timedelta(minutes=services.config.accounts.idle_minutes)
    screen.sign_in(MORNING)

    answers = [screen.read(at=MORNING + idle * part * 3 / 4).status_code for part in (1, 2, 3)]

    assert answers == [200, 200, 200]


@pytest.fixture
def province(screen: Screen) -> Screen:
    """Four thousand counters with a kiosk each, all of which pressed."""
    numbers = range(3, 4001)
    with screen.office.database.writing() as connection:
        counters = [
            {
                "counter_id": n,
                "code": f"Q{n}",
                "name": f"Quầy {n} – Tư pháp, hộ tịch",
                "unit_id": 1,
                "created_at": OPENED,
            }
            for n in numbers
        ]
        connection.execute(insert(schema.counter), counters)
        devices = [
            {"device_id": f"d{n}", "counter_id": n, "public_key": f"k{n}", "info": {}, "enrolled_at": OPENED}
            for n in numbers
        ]
        connection.execute(insert(schema.device), devices)
    return screen


def test_four_thousand_counters_are_light_and_still(province: Screen, weigh: Callable[[Any], int]) -> None:
    first = province.read(at=AFTER, **{"Sec-Fetch-Site": "none"})
    again = province.poll(seen_of(first), AFTER + MINUTE)

    assert weigh(first) <= FIRST_VIEW_BYTES_MAX
    assert (again.status_code, len(again.content) + len(str(again.headers))) <= (204, MINUTE_BYTES_MAX)
    assert first.text.count('<th scope="row" role="rowheader">') == 100
    assert "Quầy 1 đến 100 trong 4.000 quầy" in first.text
    assert "Quầy 3.901 đến 4.000 trong 4.000 quầy" in province.read("/?trang=999", AFTER).text


@pytest.fixture
def weigh() -> Callable[[Any], int]:
    """The bytes of a page with everything that it loads, compressed as the collector does."""

    def bytes_of(answer: Any) -> int:
        loaded = re.findall(r'(?:href|src)="/assets/([^"]+)"', answer.text.partition("<body>")[0])
        bodies = [resource("assets", "web", *name.split("/")).read_bytes() for name in loaded]
        fonts = [name for body in bodies for name in re.findall(rb'url\("([^"]+woff2)"\)', body)]
        bodies += [resource("assets", "web", *name.decode().split("/")).read_bytes() for name in fonts]
        return sum(len(gzip.compress(body, 5)) for body in (answer.content, *bodies))

    return bytes_of


def test_whoever_comes_from_another_page_has_its_fonts(screen: Screen) -> None:
    from_outside, from_a_page = (screen.read(**{"Sec-Fetch-Site": site}).text for site in ("none", "same-origin"))

    assert ("/assets/fonts.css" in from_outside, "/assets/fonts.css" in from_a_page) == (False, True)


def test_questions_of_the_same_words_are_told_apart_by_their_survey(screen: Screen) -> None:
    for survey in ("sipas-5@1", "hall-a@1", "hall-b@1"):
        press(screen.office, 30, survey=survey)

    page = screen.read(at=AFTER).text
    regions = re.findall(r'<section aria-labelledby="(other-\d) (other-\d-of)"', page)

    assert regions == [("other-1", "other-1-of"), ("other-2", "other-2-of")]
    assert all(f'<p class="note" id="{survey}">' in page for _, survey in regions)
