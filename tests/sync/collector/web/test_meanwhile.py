"""Two people decide about one case or comment: the second is told, with both versions and their own words kept."""

# ruff: noqa: F811 - pytest knows a fixture of another module by its name

import re

import pytest
from starlette.testclient import TestClient

from sync.collector.people.rights import Role
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere
from tests.sync.collector.web.test_care_pages import OWN, Desk, desk, key_of  # noqa: F401 - a fixture

CASE = f"/vu-viec/{OWN}"
MINE = "Đã thêm một quầy phụ."


def seen_at(client: TestClient, way: str) -> dict[str, str]:
    """The fields of a form of a page that is open since now."""
    found = re.search(r'name="seen" value="(\d+)"', client.get(way).text)
    assert found
    return {"form_key": key_of(client, way), "seen": found[1]}


@pytest.fixture
def clients(desk: Desk) -> tuple[TestClient, TestClient]:
    """A supervisor and an administrator of one unit."""
    return desk.client(Role.SUPERVISOR), desk.client(Role.ADMINISTRATOR)


def test_who_closes_a_case_second_is_told_and_keeps_their_words(
    desk: Desk,
    clients: tuple[TestClient, TestClient],
) -> None:
    first, second = clients
    form = seen_at(second, CASE)
    first.post(CASE, data={**seen_at(first, CASE), "what": "close", "note": "Đã nói chuyện."})

    late = second.post(CASE, data={**form, "what": "close", "note": MINE})

    assert late.status_code == 409
    for words in ("Ông supervisor", "Đã nói chuyện.", "Đóng với kết quả này"):
        assert words in late.text, words
    assert re.search(rf"<textarea[^>]*>{MINE}</textarea>", late.text)
    assert desk.office.rows("follow_up", "result")[0] == ("Đã nói chuyện.",)


def test_words_that_came_second_can_be_added_to_the_closed_case(
    desk: Desk,
    clients: tuple[TestClient, TestClient],
) -> None:
    first, second = clients
    first.post(CASE, data={**seen_at(first, CASE), "what": "close", "note": "Đã nói chuyện."})

    added = second.post(CASE, data={**seen_at(second, CASE), "what": "add", "note": MINE})
    empty = second.post(CASE, data={**seen_at(second, CASE), "what": "add", "note": " "})

    assert (added.status_code, empty.status_code) == (303, 400)
    assert MINE in second.get(CASE).text
    assert desk.office.rows("follow_up", "state", "result")[0] == ("closed", "Đã nói chuyện.")


def test_a_change_of_somebody_else_is_not_taken_back_by_an_older_page(
    desk: Desk,
    clients: tuple[TestClient, TestClient],
) -> None:
    first, second = clients
    form = {**seen_at(second, CASE), "owner": "", "owner_seen": "", "due": "2026-11-27", "due_seen": "2026-11-27"}
    first.post(CASE, data={**seen_at(first, CASE), "what": "keep", "owner": "supervisor", "due": "2026-12-01"})

    late = second.post(CASE, data={**form, "what": "keep", "note": MINE})

    assert late.status_code == 409
    assert re.search(r'value="supervisor"\s+selected', late.text)
    assert 'name="due" value="2026-12-01"' in " ".join(late.text.split())
    assert MINE not in str(desk.office.rows("follow_up_step", "note"))


def test_a_form_that_is_sent_twice_is_done_once(
    desk: Desk,
    clients: tuple[TestClient, TestClient],
) -> None:
    first, _ = clients
    form = {**seen_at(first, CASE), "what": "close", "note": MINE}

    answers = [first.post(CASE, data=form).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert [what for (what,) in desk.office.rows("follow_up_step", "what")].count("close") == 1


def test_a_word_that_is_missing_does_not_make_an_older_page_newer(clients: tuple[TestClient, TestClient]) -> None:
    first, second = clients
    form = seen_at(second, CASE)
    first.post(CASE, data={**seen_at(first, CASE), "what": "keep", "note": "Đang hỏi."})

    refused = second.post(CASE, data={**form, "what": "close", "note": ""})

    assert refused.status_code == 400
    assert f'name="seen" value="{form["seen"]}"' in refused.text


def test_who_decides_about_a_comment_second_is_told_and_keeps_their_words(
    desk: Desk,
    clients: tuple[TestClient, TestClient],
) -> None:
    first, second = clients
    way = f"/gop-y/{desk.own}"
    form = seen_at(second, way)
    first.post(way, data={**seen_at(first, way), "what": "done", "note": "Đã gọi điện."})

    late = second.post(way, data={**form, "what": "spam", "note": MINE})

    assert late.status_code == 409
    assert "Đã gọi điện." in late.text
    assert re.search(rf"<textarea[^>]*>{MINE}</textarea>", late.text)
    assert (desk.own, "done") in desk.office.rows("comment", "code", "state")
