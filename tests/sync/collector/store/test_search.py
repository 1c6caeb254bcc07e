"""Kiosks, accounts, units and comments are found however somebody types them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from sync.collector.care.comments.inbox import Query, read_inbox
from sync.collector.fleet.kiosks.roll import read_roll
from sync.collector.people import account_care
from sync.collector.people.accounts import new_account
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.search import fold, fold_sign, is_found
from sync.collector.web.fleet.fleet_query import FleetQuery
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.care.comments.test_inbox import MONDAY
from tests.sync.collector.care_builders import publish, write_comments

COUNTER, UNIT = "Quầy Đăng ký hộ tịch", "Phường An Nhơn"
FOUND = ("ho tich", "đăng ký", "PHUONG AN NHON", "Ðăng ký", "  ho\u00a0 tich ", "dang\u200b ky", "", " ")
MISSED = ("ho tich 2", "an nhon dong", "tich ho")
FORMS = ("NFC", "NFD")


def all_forms(texts: tuple[str, ...]) -> list[str]:
    return [unicodedata.normalize(form, text) for text in texts for form in FORMS]


@pytest.fixture(params=FORMS)
def named(request: pytest.FixtureRequest, office: Office) -> Office:
    """A kiosk and an account at a place whose name was typed in, composed or not."""
    place, unit = (unicodedata.normalize(request.param, name) for name in (COUNTER, UNIT))
    with office.database.writing() as connection:
        connection.execute(update(schema.unit).values(name=unit))
        connection.execute(update(schema.counter).values(name=place))
        full_name = unicodedata.normalize(request.param, "Đặng  Thị Hộ Tịch")
        new_account(connection, "dang", full_name, Role.SUPERVISOR, "XA", NOON, "test")
    return office


@pytest.mark.parametrize(("sought", "is_there"), [(each, True) for each in FOUND] + [(each, False) for each in MISSED])
def test_kiosks_are_found_by_counter_and_unit(named: Office, services: Services, sought: str, is_there: bool) -> None:
    with named.database.reading() as connection:
        roll = read_roll(connection, "", NOON, services.config)

    for typed in all_forms((sought,)):
        assert bool(FleetQuery.of({"tim": typed}).narrow(roll)) is is_there


@pytest.mark.parametrize(
    ("sought", "is_there"),
    [("dang thi", True), ("ĐẶNG THỊ", True), ("Ðặng", True), ("ho  tich", True), ("an nhơn", True), ("xa", True),
     ("DANG", True), ("", True), ("thi dang", False), ("bình", False)],
)  # fmt: skip
def test_accounts_are_found_by_name_and_unit(named: Office, sought: str, is_there: bool) -> None:
    reader = Reader("admin", "admin", Role.ADMINISTRATOR, RIGHTS[Role.ADMINISTRATOR], "")

    with named.database.reading() as connection:
        for typed in all_forms((sought,)):
            found = [one.name for one in account_care.accounts_of(connection, reader, typed)]
            assert ("dang" in found) is is_there


@pytest.mark.parametrize("folded", ["dat dai ở quay 2", "\u00f0at \u00f0ai o quay 2", "\u0256at dai o quay 2"])
def test_comments_with_the_other_letters_that_look_like_it_are_found_also_those_of_before(
    office: Office, folded: str
) -> None:
    write_comments(office, "\u00d0ất \u00d0ai ở quầy 2", "Nhanh, gọn.")
    publish(office, MONDAY)
    with office.database.writing() as connection:
        mine = schema.comment.c.text.startswith("\u00d0")
        connection.execute(update(schema.comment).where(mine).values(folded=folded))

    with office.database.reading() as connection:
        for typed in all_forms(("dat dai", "Đất Đai", "\u00d0AT", "đất")):
            (one,) = read_inbox(connection, Query(words=typed)).comments
            assert one.text == "\u00d0ất \u00d0ai ở quầy 2"


def test_texts_stand_apart() -> None:
    assert not is_found("tich phuong", (COUNTER, UNIT))
    assert is_found("", ())


@given(st.text(st.sampled_from("aàâấặđĐðÐɖƉıİßﬁñ한\u0301\u0328\u200b\u0591 aB9")))
def test_a_text_folds_as_its_signs_do(text: str) -> None:
    assert fold(text) == "".join(map(fold_sign, unicodedata.normalize("NFC", text)))
