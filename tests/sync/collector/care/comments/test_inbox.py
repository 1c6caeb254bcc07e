"""The inbox finds comments by place, time, state and words, and every deed is kept beside them and in the audit log."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert

from sync.collector.care.comments.care import Deed, NoteNeeded, What, care_for, read_steps
from sync.collector.care.comments.inbox import (
    PAGE,
    CommentState,
    Inbox,
    Query,
    comments_of_case,
    find_comment,
    read_inbox,
    units_written_of,
)
from sync.collector.errors import UsageWrong
from sync.collector.people.accounts import new_account
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.care_builders import open_case_at, publish, write_comments

MONDAY = date(2026, 11, 23)
READER = Reader("huong", "Nông Thị Hương", Role.SUPERVISOR, RIGHTS[Role.SUPERVISOR], "")
TEXTS = ("Trễ hẹn lần thứ hai.", "Nhanh, gọn.", "Giảm 50% thời gian chờ_được không?", "Phòng chờ nóng.")


@pytest.fixture
def written(office: Office) -> Office:
    """Four comments at the office XA, and one at a foreign unit."""
    write_comments(office, *TEXTS)
    with office.database.writing() as connection:
        connection.execute(insert(schema.unit), {"unit_id": 2, "code": "XB", "name": "B", "kind": "x", "path": "XB/"})
        place = {"counter_id": 3, "code": "Q3", "name": "Quầy 3", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    device = replace(office.new_device(), counter_id=3, counters={"Q3": 3})
    write_comments(Office(office.database, device), "Bí mật trễ hẹn.", counter="Q3")
    publish(office, MONDAY)
    return office


def found(office: Office, **search: object) -> Inbox:
    with office.database.reading() as connection:
        return read_inbox(connection, Query(**search))  # type: ignore[arg-type]


def texts(inbox: Inbox) -> set[str | None]:
    return {one.text for one in inbox.comments}


def code(office: Office, text: str) -> str:
    return next(one.code for one in found(office).comments if one.text == text)


def do(office: Office, text: str, what: What, reader: Reader = READER, **deed: object) -> None:
    with office.database.writing() as connection:
        care_for(connection, code(office, text), Deed(what, **deed), reader, NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("tre hen", {TEXTS[0], "Bí mật trễ hẹn."}),
        ("HẸN TRỄ", {TEXTS[0], "Bí mật trễ hẹn."}),
        ("chờ", {TEXTS[2], TEXTS[3]}),
        ("50%", {TEXTS[2]}),
        ("cho_duoc", {TEXTS[2]}),
        ("0% %", {TEXTS[2]}),
        ("_", {TEXTS[2]}),
        ("không có", set()),
    ],
)
def test_search_finds_every_word_without_accents_and_takes_no_wildcard(
    written: Office, words: str, wanted: set[str]
) -> None:
    assert texts(found(written, words=words)) == wanted


def test_subtree_sees_its_own_comments_and_counts_alone(written: Office) -> None:
    inbox = found(written, path="XA/")

    assert texts(inbox) == set(TEXTS)
    assert (inbox.found, inbox.by_state) == (4, {CommentState.NEW: 4})
    with written.database.reading() as connection:
        assert find_comment(connection, code(written, "Bí mật trễ hẹn."), "XA/") is None
        assert units_written_of(connection, "XA/") == [("XA", "Xã Bắc Sơn")]


def test_days_take_what_was_said_to_be_written_in_them(written: Office) -> None:
    assert found(written, days=(date(2026, 11, 22), date(2026, 12, 31))).found == 5
    assert found(written, days=(date(2026, 11, 23), date(2026, 12, 31))).found == 0


def test_pages_hold_every_comment_once(office: Office) -> None:
    write_comments(office, *[f"góp ý số {number}" for number in range(PAGE + 3)])
    publish(office, MONDAY)

    first, second, beyond = (found(office, page=page) for page in (1, 2, 99))

    assert (len(first.comments), len(second.comments), first.pages) == (PAGE, 3, 2)
    assert len(texts(first) | texts(second)) == PAGE + 3
    assert beyond.comments == second.comments


def test_order_says_nothing_of_who_wrote_first(office: Office) -> None:
    write_comments(office, *[f"{number:02d}" for number in range(12)])
    publish(office, MONDAY)

    shown = [one.text for one in found(office).comments]

    assert shown not in (sorted(shown, key=str), sorted(shown, key=str, reverse=True))
    assert [one.code for one in found(office).comments] == sorted(one.code for one in found(office).comments)


def test_spam_is_set_aside_and_taken_back(written: Office) -> None:
    do(written, TEXTS[1], What.SPAM)
    assert TEXTS[1] not in texts(found(written))
    spam = found(written, state=CommentState.SPAM)
    assert (texts(spam), spam.all_n) == ({TEXTS[1]}, 4)

    with written.database.writing() as connection:
        care_for(connection, spam.comments[0].code, Deed(What.BACK), READER, NOON)

    assert TEXTS[1] in texts(found(written, state=CommentState.NEW))


def test_handled_needs_a_word_and_the_word_is_kept(written: Office) -> None:
    with pytest.raises(NoteNeeded):
        do(written, TEXTS[0], What.DONE, note="  ")
    do(written, TEXTS[0], What.DONE, note=" Đã gọi lại. ")

    with written.database.reading() as connection:
        steps = read_steps(connection, code(written, TEXTS[0]))
    assert [(step.actor, step.what, step.note) for step in steps] == [("Nông Thị Hương", "done", "Đã gọi lại.")]
    audited = written.rows("audit", "actor", "action", "subject", "details")
    details = {"owner": None, "from": "new", "to": "done", "note": "Đã gọi lại."}
    assert audited == [("huong", "comment done", code(written, TEXTS[0]), details)]


def test_owner_is_somebody_who_may_decide_there(written: Office) -> None:
    with written.database.writing() as connection:
        for name, role, unit in (("lan", Role.SUPERVISOR, "XA"), ("it", Role.IT, "XA"), ("xa", Role.SUPERVISOR, "XB")):
            new_account(connection, name, name.title(), role, unit, NOON, "test")

    do(written, TEXTS[0], What.KEEP, owner="lan")

    kept = next(one for one in found(written, state=CommentState.DOING).comments)
    assert (kept.owner, kept.state) == ("Lan", CommentState.DOING)
    for other in ("it", "xa", "nobody"):
        with pytest.raises(UsageWrong, match="no account"):
            do(written, TEXTS[1], What.KEEP, owner=other)


def test_foreign_comment_is_as_one_that_is_not_there(written: Office) -> None:
    with pytest.raises(UsageWrong, match="no comment"):
        do(written, "Bí mật trễ hẹn.", What.SPAM, reader=replace(READER, path="XA/"))


def test_comment_is_put_to_a_case_that_may_be_seen(written: Office) -> None:
    open_case_at(written)
    with written.database.reading() as connection:
        assert comments_of_case(connection, 1, "") == []

    do(written, TEXTS[0], What.LINK, case_id=1)

    with written.database.reading() as connection:
        assert [one.text for one in comments_of_case(connection, 1, "")] == [TEXTS[0]]
        assert comments_of_case(connection, 1, "XB/") == []
    with pytest.raises(UsageWrong, match="no case"):
        do(written, TEXTS[1], What.LINK, case_id=2)
