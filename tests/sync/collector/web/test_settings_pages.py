"""What the office sets on the web: seen first, begun, held, taken back; surveys written, refused, published."""

import html
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from kiosk.base.texts import texts
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.stage import RolloutState
from sync.collector.fleet.rollouts.store import go_on, plan_rollout, read_rollout, read_rollouts
from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.web.fleet.settings_form import read_filled_form
from sync.protocol.days import WorkedDay
from tests.sync.collector.builders import HANOI, NOON, Office
from tests.sync.collector.fleet.kiosks.simulated import write_fleet
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere

PASSWORD = "mưa rào tháng tám"
GOOD = {
    "title": "Nghỉ lễ", "unit": "XA", "how": "staged", "set_holidays": "1", "holidays": "02/09/2027\n2027-09-03",
    "set_theme": "1", "theme": "dark", "set_hours": "1", "h0_1": "1", "h0_5": "1", "h0_opens": "07:30",
    "h0_closes": "11:30", "set_texts": "1", "text_office_vi": "Xã mới", "set_thresholds": "1", "cell_min": "5",
    "percent_min": "30", "step": "5", "set_survey": "1", "survey": "tt32-3@1", "set_ring": "1", "ring": "canary",
    "set_worked": "1", "w0_day": "2027-08-28", "w0_like": "4", "w2_day": "2027-09-05", "w2_like": "",
}  # fmt: skip


class Browser:
    """Somebody signed in, who sends the key of the page."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def see(self, way: str) -> str:
        return self.client.get(way).text

    def send(self, way: str, **fields: str):  # type: ignore[no-untyped-def]
        key = re.search(r'form_key" value="(\w+)"', self.see("/mat-khau"))
        assert key
        return self.client.post(way, data={"form_key": key[1], **fields})


def sign_in(services: Services, office: Office, unit: str | None) -> Browser:
    name = f"ad-{unit or 'all'}".lower()
    with office.database.writing() as connection:
        accounts.new_account(connection, name, "Ai Đó", Role.ADMINISTRATOR, unit, NOON, "test")
        accounts.change_password(connection, name, PASSWORD, NOON)
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))
    client = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)
    key = re.search(r'form_key" value="(\w+)"', client.get("/dang-nhap").text)
    assert key
    assert client.post("/dang-nhap", data={"form_key": key[1], "name": name, "password": PASSWORD}).status_code == 303
    return Browser(client)


@pytest.fixture
def browser(services: Services, office: Office) -> Browser:
    """An administrator of the whole office."""
    return sign_in(services, office, None)


def rollouts(office: Office):  # type: ignore[no-untyped-def]
    with office.database.reading() as connection:
        return read_rollouts(connection)


def test_change_is_seen_before_anything_happens(browser: Browser, office: Office) -> None:
    seen = browser.send("/thiet-lap/moi", **GOOD, go="look")

    assert seen.status_code == 200
    assert "02/09/2027, 03/09/2027" in seen.text
    assert "theo tệp của máy" in seen.text
    assert "28/08/2027 (giờ của Thứ Năm), 05/09/2027" in seen.text
    assert rollouts(office) == []


def test_preview_of_many_counters_tells_their_names_as_one(browser: Browser, services: Services) -> None:
    write_fleet(services.database, NOON, 3)

    seen = browser.send("/thiet-lap/moi", title="Tên", unit="20", set_texts="1", text_office_vi="Trung tâm", go="look")

    (row,) = re.findall(r'<tr><th scope="row">Tên trên màn hình</th>(.*?)</tr>', seen.text)
    assert "tên đơn vị và quầy của từng máy" in row
    assert row.endswith('<td class="r">60</td>')


def test_preview_shows_the_kinds_of_most_kiosks(browser: Browser, services: Services) -> None:
    write_fleet(services.database, NOON, 12)
    with services.database.writing() as connection:
        for unit in range(501, 513):
            change = Change(ring=f"ring-{unit}")
            number = plan_rollout(connection, unit, "Kênh", change, NOON, "test", NOON, at_once=True)
            go_on(connection, read_rollout(connection, number), "test", NOON)
    services.rollouts.forget()

    seen = browser.send("/thiet-lap/moi", title="Kênh", unit="20", set_ring="1", ring="stable", go="look").text

    assert seen.count('<tr><th scope="row">Kênh nâng cấp</th>') == 8
    assert "Còn 4 trường hợp nữa" in seen


def test_change_that_is_begun_holds_what_was_typed(browser: Browser, office: Office) -> None:
    answer = browser.send("/thiet-lap/moi", **GOOD, go="begin")

    (one,) = rollouts(office)
    assert answer.headers["location"] == f"/thiet-lap/{one.rollout_id}"
    assert (one.title, one.unit_code, one.state, one.percent) == ("Nghỉ lễ", "XA", RolloutState.RUNNING, 5)
    change = one.change
    assert change.holidays == [date(2027, 9, 2), date(2027, 9, 3)]
    assert (change.theme, change.survey, change.texts) == ("dark", "tt32-3@1", {"vi": {"office": "Xã mới"}})
    assert change.ring == "canary"
    assert change.worked == [WorkedDay("2027-08-28", 4), WorkedDay("2027-09-05")]
    assert [(span.days, span.opens, span.closes) for span in change.hours or []] == [([1, 5], "07:30", "11:30")]
    assert browser.client.get(answer.headers["location"]).status_code == 200


def test_form_says_which_days_off_are_known_already(browser: Browser) -> None:
    page = browser.see("/thiet-lap/moi")

    (year,) = re.findall(r"<b>2026:</b>(.*?)</p>", page)
    assert "01/01–02/01, 16/02–20/02, 26/04–27/04, 30/04–01/05, 31/08–02/09, 24/11" in year
    assert "Làm bù: 10/01/2026 (giờ của Thứ Sáu), 22/08/2026 (giờ của Thứ Hai)" in year
    assert "04/02–10/02" in re.findall(r"<b>2027:</b>(.*?)</p>", page)[0]


def test_worked_days_that_were_typed_stay_where_something_else_is_wrong(browser: Browser) -> None:
    page = browser.send("/thiet-lap/moi", **{**GOOD, "title": ""}, go="begin").text

    assert 'name="w0_day" value="2027-08-28"' in page
    assert '<option value="4" selected>giờ của Thứ Năm</option>' in page


def test_change_to_all_at_once_waits_for_its_time(browser: Browser, office: Office) -> None:
    later = (NOON + timedelta(days=1)).astimezone(HANOI).strftime("%Y-%m-%dT%H:%M")

    browser.send("/thiet-lap/moi", **{**GOOD, "how": "at-once", "begins": later}, go="begin")

    (one,) = rollouts(office)
    assert (one.state, one.at_once, one.begins_at) == (RolloutState.PLANNED, True, NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", " ", "đặt tên"),
        ("holidays", "31/02/2027", "02/09/2026"),
        ("h0_closes", "07:00", "kết thúc"),
        ("h0_opens", "sáng", "kết thúc"),
        ("step", "0", "số nguyên"),
        ("theme", "hồng", "chọn màu"),
        ("survey", "khong-co@1", "chưa được ban hành"),
        ("begins", "mai", "ngày và giờ"),
        ("ring", "Kênh 1", "stable"),
        ("w0_day", "2027-02-30", "Hãy chọn ngày"),
        ("w0_like", "8", "Hãy chọn ngày"),
        ("w2_day", "2027-08-28", "hai lần"),
        ("w2_day", "2027-09-02", "vừa nghỉ vừa làm việc"),
    ],
)
def test_unusable_field_is_told_at_its_place_and_nothing_begins(
    browser: Browser, office: Office, field: str, value: str, words: str
) -> None:
    answer = browser.send("/thiet-lap/moi", **{**GOOD, field: value}, go="begin")

    assert answer.status_code == 400
    assert words in re.sub(r"\s+", " ", answer.text)
    assert "Nghỉ lễ" in answer.text or field == "title"
    assert rollouts(office) == []


def test_nothing_ticked_is_told(browser: Browser, office: Office) -> None:
    answer = browser.send("/thiet-lap/moi", title="x", unit="XA", go="begin")

    assert (answer.status_code, rollouts(office)) == (400, [])
    assert "ít nhất một mục" in answer.text


def test_form_that_is_not_ticked_is_not_read() -> None:
    wanted = read_filled_form({"title": "x", "holidays": "khi nào", "theme": "dark", "set_theme": "1"}, [], HANOI)

    assert (wanted.faults, wanted.change.names) == ({}, ("theme",))


def test_change_is_held_brought_on_and_taken_back_by_hand(browser: Browser, office: Office) -> None:
    browser.send("/thiet-lap/moi", **GOOD, go="begin")
    states = []
    for what in ("hold", "next", "all", "undo"):
        assert browser.send("/thiet-lap/1", what=what).status_code == 303
        (one,) = rollouts(office)
        states.append((one.state, one.percent))

    assert states == [
        (RolloutState.HELD, 5),
        (RolloutState.RUNNING, 25),
        (RolloutState.RUNNING, 100),
        (RolloutState.UNDONE, 100),
    ]
    assert browser.send("/thiet-lap/1", what="next").status_code == 409
    actions = [row[0] for row in office.rows("audit", "action") if str(row[0]).startswith("settings.")]
    assert actions == ["settings.plan", "settings.stage", "settings.hold", "settings.stage", "settings.stage",
                       "settings.undo"]  # fmt: skip


def test_a_step_that_somebody_took_meanwhile_is_not_taken_twice(browser: Browser, office: Office) -> None:
    browser.send("/thiet-lap/moi", **GOOD, go="begin")
    seen = re.search(r'name="seen" value="([^"]+)"', browser.see("/thiet-lap/1"))
    assert seen
    assert browser.send("/thiet-lap/1", what="next", seen=seen[1]).status_code == 303

    late = browser.send("/thiet-lap/1", what="next", seen=seen[1])

    assert (late.status_code, "đã chuyển bước" in late.text) == (409, True)
    assert rollouts(office)[0].percent == 25


def test_administrator_of_a_unit_sets_nothing_elsewhere(browser: Browser, services: Services, office: Office) -> None:
    browser.send("/thiet-lap/moi", **{**GOOD, "unit": "*"}, go="begin")
    mine = sign_in(services, office, "XA")

    for unit in ("*", "", "XB"):
        assert mine.send("/thiet-lap/moi", **{**GOOD, "unit": unit}, go="begin").status_code == 404
    assert mine.send("/thiet-lap/1", what="undo").status_code == 404
    assert mine.client.get("/thiet-lap/1").status_code == 404
    assert "Nghỉ lễ" not in mine.see("/thiet-lap")
    assert mine.send("/phieu-hoi", base="sipas-5@1", id="cua-toi").status_code == 403
    assert [one.state for one in rollouts(office)] == [RolloutState.RUNNING]


def typed(browser: Browser) -> dict[str, str]:
    """What stands in the draft's form."""
    found = re.findall(
        r'<input(?: class="[^"]*")? name="(\w+)"[^>]*? value="([^"]*)"', browser.see("/phieu-hoi/cua-toi@1")
    )
    return {name: html.unescape(value) for name, value in found}


def test_survey_is_written_seen_and_published(browser: Browser, services: Services) -> None:
    assert browser.send("/phieu-hoi", base="sipas-5@1", id="cua-toi").headers["location"] == "/phieu-hoi/cua-toi@1"
    fields = typed(browser)
    fields |= {"q0_text_vi": "Hôm nay  thế nào?", "q0_text_en": "", "r0_icon": "wait"}

    assert browser.send("/phieu-hoi/cua-toi@1", **fields, what="save").status_code == 303
    assert "Hôm nay thế nào?" in browser.see("/phieu-hoi/cua-toi@1")
    assert browser.send("/phieu-hoi/cua-toi@1", **fields, what="add-question-0").status_code == 303
    assert 'value="question-1"' in browser.see("/phieu-hoi/cua-toi@1")
    refused = browser.send("/phieu-hoi/cua-toi@1", **typed(browser), what="publish")
    assert (refused.status_code, "chưa viết" in refused.text) == (400, True)
    assert browser.send("/phieu-hoi/cua-toi@1", **fields, what="drop-question-1").status_code == 303
    assert browser.send("/phieu-hoi/cua-toi@1", **fields, what="publish").status_code == 303

    assert services.surveys["cua-toi@1"].questions[0].text["vi"] == "Hôm nay thế nào?"
    assert "en" not in services.surveys["cua-toi@1"].questions[0].text
    assert browser.send("/phieu-hoi/cua-toi@1", **fields, what="save").status_code == 404


def test_a_draft_that_somebody_changed_meanwhile_comes_back_with_both_versions(browser: Browser) -> None:
    browser.send("/phieu-hoi", base="sipas-5@1", id="cua-toi")
    seen = re.search(r'name="seen" value="([^"]+)"', browser.see("/phieu-hoi/cua-toi@1"))
    assert seen
    fields = typed(browser) | {"seen": seen[1]}
    browser.send("/phieu-hoi/cua-toi@1", **fields | {"q0_text_vi": "Lời của người trước"}, what="publish")

    late = browser.send("/phieu-hoi/cua-toi@1", **fields | {"q0_text_vi": "Lời của tôi"}, what="save")
    deleted = browser.send("/phieu-hoi/cua-toi@1", **fields, what="delete")

    assert (late.status_code, deleted.status_code) == (409, 409)
    assert "Lời của người trước" in late.text
    assert "Lời của tôi" in late.text
    assert "Lời của người trước" in browser.see("/phieu-hoi/cua-toi@1")


def test_survey_tells_where_and_when_it_is_set(browser: Browser, office: Office) -> None:
    assert "Chưa có máy nào" in browser.see("/phieu-hoi/tt32-3@1")
    browser.send("/thiet-lap/moi", **GOOD, go="begin")

    page = browser.see("/phieu-hoi/tt32-3@1")
    (one,) = rollouts(office)
    assert f'href="/thiet-lap/{one.rollout_id}">Nghỉ lễ</a>' in page
    assert "trên 5% số máy" in page
    assert "Nghỉ lễ" not in browser.see("/phieu-hoi/sipas-5@1")


def test_screen_of_reasons_asks_what_the_kiosk_asks(browser: Browser) -> None:
    page = browser.see("/phieu-hoi/sipas-5@1")

    for language in ("vi", "en"):
        assert texts("kiosk", language)("What influenced your rating?") in html.unescape(page)


def test_languages_stand_under_their_names(browser: Browser) -> None:
    browser.send("/phieu-hoi", base="sipas-5@1", id="cua-toi")

    heads = re.findall(r'<th scope="col">([^<]+)</th>', browser.see("/phieu-hoi/cua-toi@1?them=km"))
    assert heads[1:] == ["Tiếng Việt (vi)", "Tiếng Anh (en)", "Tiếng Khmer (km)"]


def test_language_without_words_stays_a_slot(browser: Browser) -> None:
    browser.send("/phieu-hoi", base="sipas-5@1", id="cua-toi")

    page = browser.see("/phieu-hoi/cua-toi@1?them=km")

    assert 'name="q0_text_km" lang="km" value=""' in page


def test_survey_without_vietnamese_words_is_refused_and_what_was_typed_stays(browser: Browser) -> None:
    browser.send("/phieu-hoi", base="sipas-5@1", id="cua-toi")

    answer = browser.send("/phieu-hoi/cua-toi@1", q0_text_en="How was it?", what="save")

    assert answer.status_code == 400
    assert "How was it?" in answer.text
    assert "How was it?" not in browser.see("/phieu-hoi/cua-toi@1")


@pytest.mark.parametrize("name", ["", "sipas-5", "Của tôi"])
def test_name_that_no_survey_may_have_is_told_on_the_page(browser: Browser, office: Office, name: str) -> None:
    answer = browser.send("/phieu-hoi", base="sipas-5@1", id=name)

    assert (answer.status_code, office.rows("survey_text")) == (400, [])
    assert 'role="alert"' in answer.text


def test_screen_is_drawn_in_the_themes_own_colours(browser: Browser) -> None:
    sheet = browser.see("/phieu-hoi/giao-dien.css")

    assert ".screen.light{--k-ground:#F8F4EB;" in sheet
    assert ".screen.high-contrast{" in sheet
    assert "face-1" in browser.see("/phieu-hoi/sipas-5@1?xem=dark")


HOURS = "/thiet-lap/gio?dv=XA"
DAY = {"d{day}_0_opens": "07:30", "d{day}_0_closes": "11:30", "d{day}_1_opens": "13:30", "d{day}_1_closes": "17:00"}


def week(browser: Browser, way: str = HOURS) -> dict[str, str]:
    """What stands in the fields of the week."""
    page = browser.see(way)
    fields = dict(re.findall(r'name="((?:d\d_\d_|was_)\w+)" value="([^"]*)"', page))
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    return {**fields, "seen": seen[1]}


def test_hours_stand_in_the_fields_as_they_are_in_force(browser: Browser, office: Office) -> None:
    usual = week(browser)
    assert (usual["d1_0_opens"], usual["d5_0_closes"], usual["d6_0_opens"]) == ("07:30", "17:00", "")
    typed = usual | {name.format(day=day): said for name, said in DAY.items() for day in range(1, 6)}

    answer = browser.send(HOURS, **typed | {"d6_0_opens": "08:00", "d6_0_closes": "11:00"})

    (one,) = rollouts(office)
    assert answer.headers["location"] == f"/thiet-lap/{one.rollout_id}"
    assert [(span.days, span.opens, span.closes) for span in one.change.hours or ()] == [
        ([1, 2, 3, 4, 5], "07:30", "11:30"), ([1, 2, 3, 4, 5], "13:30", "17:00"), ([6], "08:00", "11:00"),
    ]  # fmt: skip
    assert (one.unit_code, one.percent, one.made_by) == ("XA", 100, "ad-all")
    again = week(browser)
    assert (again["d3_1_opens"], again["d6_0_opens"], again["d7_0_opens"]) == ("13:30", "08:00", "")


def test_who_sets_hours_second_is_shown_both_weeks(browser: Browser, office: Office) -> None:
    first, second = week(browser), week(browser)
    browser.send(HOURS, **first | {"d1_0_opens": "08:15", "d6_0_opens": "08:00", "d6_0_closes": "11:00"})

    late = browser.send(HOURS, **second | {"d1_0_opens": "09:45"})

    assert late.status_code == 409
    assert "08:15–17:00" in late.text
    assert "<b>09:45–17:00</b>" in " ".join(late.text.split())
    assert 'name="d1_0_opens" value="09:45"' in late.text
    assert 'name="d6_0_opens" value="08:00"' in late.text, "what the second left alone is as the first set it"
    assert len(rollouts(office)) == 1
    seen = re.search(r'name="seen" value="(\w+)"', late.text)
    assert seen
    assert browser.send(HOURS, **second | {"d1_0_opens": "09:45", "seen": seen[1]}).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [{"d1_0_closes": ""}, {"d1_0_closes": "07:00"}, {"d1_1_opens": "10:00", "d1_1_closes": "18:00"},
     {"d1_0_opens": "7h"}, {f"d{day}_0_{end}": "" for day in range(1, 8) for end in ("opens", "closes")}],
)  # fmt: skip
def test_hours_that_cannot_be_are_told_at_their_day(browser: Browser, office: Office, wrong: dict[str, str]) -> None:
    answer = browser.send(HOURS, **week(browser) | wrong)

    assert answer.status_code == 400
    assert 'id="fault_1"' in answer.text
    assert rollouts(office) == []


def test_hours_of_another_unit_are_not_seen_and_not_set(browser: Browser, services: Services, office: Office) -> None:
    mine = sign_in(services, office, "XA")

    assert mine.client.get("/thiet-lap/gio?dv=XB").status_code == 404
    assert mine.client.get("/thiet-lap/gio?dv=*").status_code == 404
    assert mine.send("/thiet-lap/gio?dv=XB", **week(mine)).status_code == 404
    assert 'action="/thiet-lap/gio?dv=XA"' in mine.see("/thiet-lap/gio")
    assert rollouts(office) == []


def test_hours_say_where_they_come_from_and_what_is_under_way(browser: Browser) -> None:
    browser.send("/thiet-lap/gio?dv=*", **week(browser, "/thiet-lap/gio?dv=*"))
    assert "ad-all" in browser.see(HOURS)
    browser.send("/thiet-lap/moi", **GOOD, go="begin")

    page = browser.see(HOURS)

    assert "Nghỉ lễ" in page
    assert 'name="d2_0_opens" value="07:30"' in page
