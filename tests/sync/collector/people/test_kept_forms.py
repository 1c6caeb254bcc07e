"""A form that comes when the session is over is kept for its sender alone, for an hour, and comes back filled in."""

import re
from datetime import timedelta
from typing import Any

import pytest

from sync.collector.people.rights import Role
from sync.collector.services.services import Services
from sync.collector.web.people.kept_pages import KeptForm, page_of_form
from sync.collector.web.shared.filling import fill_form
from tests.sync.collector.builders import Office
from tests.sync.collector.care_builders import open_case_at
from tests.sync.collector.people.test_accounts import CHOSEN, Person, _key, settle

CASE = "/vu-viec/2026-001"
WORDS = 'Đã họp tổ; "thêm" quầy <2>.'
TOO_LONG = timedelta(hours=3)


@pytest.fixture
def person(services: Services, office: Office) -> Person:
    """A supervisor, signed in, before a case."""
    open_case_at(office)
    for name, role in (("huong", Role.SUPERVISOR), ("lan", Role.SUPERVISOR)):
        settle(office.database, name, role=role)
    person = Person(services)
    person.sign_in("huong", CHOSEN)
    return person


def send_late(person: Person, way: str = CASE, **fields: str) -> Any:
    """Type something, come back when the session is over, and send it."""
    page = person.client.get(CASE).text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    person.now += TOO_LONG
    return person.client.post(way, data={"form_key": _key(page), "seen": seen[1] if seen else "", **fields})


def back(person: Person, name: str = "huong") -> Any:
    assert person.sign_in(name, CHOSEN, "/dang-do").headers["location"] == "/dang-do"
    return person.client.get("/dang-do")


def test_words_come_back_after_sign_in_and_nothing_was_sent(person: Person, office: Office) -> None:
    answer = send_late(person, what="close", note=WORDS, owner="lan")

    assert answer.headers["location"] == "/dang-nhap?toi=%2Fdang-do"
    assert "giữ trong một giờ" in person.client.get(answer.headers["location"]).text
    page = back(person).text
    assert "Chưa có gì được gửi đi." in page
    assert "Đã họp tổ; &quot;thêm&quot; quầy &lt;2&gt;." in page.replace('"thêm"', "&quot;thêm&quot;")
    assert re.search(r'<option value="lan" selected>', page)
    assert [what for (what,) in office.rows("follow_up_step", "what")] == ["opened"]
    form = {"form_key": _key(page), "what": "close", "note": WORDS}
    assert person.client.post(CASE, data=form).status_code == 303
    assert office.rows("follow_up", "result") == [(WORDS,)]


def test_words_come_back_to_nobody_else(person: Person) -> None:
    send_late(person, what="close", note=WORDS)

    other = back(person, "lan")

    assert (other.status_code, other.headers["location"]) == (303, "/t")


def test_words_are_over_after_an_hour(person: Person) -> None:
    send_late(person, what="close", note=WORDS)
    person.now += timedelta(minutes=61)

    assert back(person).status_code == 303


def test_who_reads_the_database_reads_no_form(person: Person, office: Office) -> None:
    send_late(person, what="close", note=WORDS)

    ((key_hash, sealed),) = office.rows("kept_form", "key_hash", "sealed")
    assert WORDS.encode() not in sealed
    assert person.client.cookies["kept"].encode() not in key_hash + sealed


@pytest.mark.parametrize("way", ["/mat-khau", CASE])
def test_no_password_is_kept(person: Person, office: Office, way: str) -> None:
    send_late(person, way, seen="", old=CHOSEN, new="x" * 20, again="x" * 20, password=CHOSEN, code="123456", what="")

    assert office.rows("kept_form") == []


@pytest.mark.parametrize("key", ["", "0" * 64])
def test_nothing_is_kept_for_who_was_never_signed_in_here(person: Person, office: Office, key: str) -> None:
    person.now += TOO_LONG
    assert person.client.post(CASE, data={"form_key": key, "note": WORDS}).status_code == 303
    person.client.cookies.clear()
    assert person.client.post(CASE, data={"form_key": key, "note": WORDS}).status_code == 303

    assert office.rows("kept_form") == []


def test_only_the_newest_forms_of_an_account_are_kept(person: Person, office: Office) -> None:
    page = person.client.get(CASE).text
    person.now += TOO_LONG
    for n in range(8):
        person.client.post(CASE, data={"form_key": _key(page), "note": f"{n}"})

    assert len(office.rows("kept_form")) == 5


def test_what_somebody_did_meanwhile_is_told_when_the_form_comes_back(person: Person, office: Office) -> None:
    send_late(person, what="close", note=WORDS)
    page = back(person).text
    key, seen = _key(page), re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    first = {"form_key": key, "what": "close", "note": "Xong.", "seen": seen[1]}
    assert person.client.post(CASE, data=first).status_code == 303

    page = person.client.get("/dang-do").text

    assert f'name="seen" value="{seen[1]}"' in page
    late = person.client.post(CASE, data={**first, "note": WORDS})
    assert (late.status_code, "Đã họp tổ" in late.text) == (409, True)


@pytest.mark.parametrize(
    ("way", "fields", "page"),
    [("/may/k1/da-biet", {}, "/may/k1"), ("/may", {}, "/may/chon"),
     ("/thiet-lap/moi?lang=en", {}, "/thiet-lap/moi?lang=en"),
     ("/vu-viec", {"unit": "XA", "counter": "Q1", "ky": "2026-11"}, "/t/XA/Q1?ky=2026-11"),
     ("/gop-y/ab?tim=x", {}, "/gop-y/ab?tim=x")],
)  # fmt: skip
def test_a_form_comes_back_on_the_page_where_it_stands(way: str, fields: dict[str, str], page: str) -> None:
    assert page_of_form(KeptForm(way, fields)) == page


PAGE = (
    '<!doctype html><p>a &amp; b<br><details class="x"><summary>s</summary><form method="post" action="/w?a=1&amp;b=2">'
    '<input type="hidden" name="form_key" value="new"><input type="hidden" name="fault" value="disk">'
    '<input name="t" value="old"><input type="checkbox" name="c" value="1" checked><input type="checkbox" name="d">'
    '<select name="s"><option value="1" selected>1</option><option value="2">2</option></select>'
    "<textarea name='a'>old &lt;b></textarea><button name='what' value='go'>go</button>"
    "</form></details><svg><path d='M0 0'/></svg>"
    '<form method="post" action="/w?a=1&amp;b=2"><input type="hidden" name="fault" value="clock">'
    '<input name="t"></form>'
)


def test_every_kind_of_field_is_filled_and_nothing_else_moves() -> None:
    fields = {
        "t": 'x"y',
        "d": "on",
        "s": "2",
        "a": "n<",
        "fault": "disk",
        "form_key": "stale",
        "gone": "zu",
        "what": "go",
    }

    filled = fill_form(PAGE, "/w?a=1&b=2", fields)

    assert filled is not None
    assert filled.left == {"gone": "zu"}
    expected = (
        PAGE.replace('<details class="x">', '<details open class="x">')
        .replace('name="t" value="old"', 'name="t" value="x&quot;y"')
        .replace(' value="1" checked>', ' value="1">')
        .replace('name="d">', 'name="d" checked>')
        .replace('<option value="1" selected>', '<option value="1">')
        .replace('<option value="2">', '<option value="2" selected>')
        .replace("old &lt;b>", "n&lt;")
    )
    assert filled.html == expected


def test_of_two_forms_the_one_about_the_same_thing_is_filled() -> None:
    filled = fill_form(PAGE, "/w?a=1&b=2", {"fault": "clock", "t": "mine"})

    assert filled is not None
    assert filled.html == PAGE.replace('<input name="t"></form>', '<input name="t" value="mine"></form>')


def test_a_page_without_the_form_is_not_filled() -> None:
    assert fill_form(PAGE, "/elsewhere", {"t": "x"}) is None
