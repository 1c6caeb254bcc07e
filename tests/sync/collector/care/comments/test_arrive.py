"""Comments come out of the journals once each, with the text that the entry commits to and no other."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from kiosk.journal.lines import CommentLine
from sync.collector.care.comments.forget import forget_texts
from sync.collector.care.comments.publish import publish_comments
from sync.collector.replica.sent import Batch
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import open_database
from tests.sync.collector.builders import NOON, Office, Pen, open_office
from tests.sync.collector.replica.test_continued import continued


@pytest.fixture
def pen() -> Pen:
    pen = Pen()
    pen.opened()
    return pen


def texts(office: Office) -> list[object]:
    return [text for (text,) in office.rows("comment", "text")]


def test_comment_comes_with_its_counter_and_week_and_nothing_of_its_rating(office: Office, pen: Pen) -> None:
    pen.comment(pen.rating(1, counter="Q2"), "Chờ lâu quá, gọi 0912345678.")

    office.append(pen)

    assert office.rows("comment", "seq", "counter_id", "week", "text", "folded", "state") == [
        (3, 2, date(2026, 11, 16), "Chờ lâu quá, gọi ••••••••••.", "cho lau qua, goi ••••••••••.", "new")
    ]
    assert office.rows("unread") == []


def test_text_that_the_entry_does_not_commit_to_is_not_taken(office: Office, pen: Pen) -> None:
    seq = pen.comment(pen.rating(), "Nhanh, gọn.")
    forged = msgspec.json.encode({"enclosure": seq, "salt": b"salt", "payload": "Tệ.".encode()})

    office.append(pen, replace(pen.batch(), enclosures=(forged, b'{"enclosure":3}', b'{"enclosure":')))

    assert texts(office) == [None]


def test_text_may_come_after_its_entry_with_other_lines_or_alone(office: Office, pen: Pen) -> None:
    first, second = pen.comment(pen.rating(), "một"), pen.comment(pen.rating(), "hai")
    office.append(pen, replace(pen.batch(), enclosures=()))
    pen.rating()

    office.append(pen, replace(pen.batch(6), enclosures=(pen.enclosures[first],)))
    office.append(pen, replace(pen.batch(6), enclosures=(pen.enclosures[second],)))

    assert texts(office) == ["một", "hai"]


def test_text_may_come_before_its_entry(office: Office, pen: Pen) -> None:
    seq = pen.comment(pen.rating(), "sớm")

    office.append(pen, replace(pen.batch(1, seq - 1), enclosures=(pen.enclosures[seq],)))
    office.append(pen, replace(pen.batch(seq), enclosures=()))

    assert texts(office) == ["sớm"]


def test_comment_on_a_rating_of_an_earlier_batch_finds_it(office: Office, pen: Pen) -> None:
    rating = pen.rating(counter="Q2")
    office.append(pen)
    pen.comment(rating, "đến sau")

    office.append(pen, pen.batch(3))

    assert office.rows("comment", "counter_id", "text") == [(2, "đến sau")]


@pytest.mark.parametrize(
    "values",
    [
        {"rating": 99},
        {"rating": 1},
        {"rating": 2, "rating_journal": "not a journal"},
        {"rating": 2, "rating_journal": "0b4e28ba-2fa1-41d2-883f-0016d3cca000"},
        {"rating": 2**63, "rating_journal": "0b4e28ba-2fa1-41d2-883f-0016d3cca000"},
        {"enclosure": "no hash"},
    ],
    ids=["later", "no rating there", "no journal", "another's journal", "beyond", "no commitment"],
)
def test_comment_on_nothing_is_kept_unread_and_blocks_nothing(
    office: Office, pen: Pen, values: dict[str, object]
) -> None:
    rating = pen.rating()
    pen.write(CommentLine, **{"rating": rating, "enclosure": "0" * 64, **values})
    pen.comment(rating, "dòng sau")

    office.append(pen)

    assert (texts(office), len(office.rows("unread"))) == (["dòng sau"], 1)


@pytest.mark.parametrize("continuation_first", [False, True])
@pytest.mark.parametrize("with_text", ["old", "new", "both"])
def test_comment_that_was_carried_over_is_listed_once_whichever_copy_brings_the_text(
    office: Office, pen: Pen, continuation_first: bool, with_text: str
) -> None:
    pen.comment(pen.rating(counter="Q2"), "một lần")
    new = continued(pen, after=0)
    message = msgspec.json.decode(pen.enclosures[3])
    new.enclosures = {3: msgspec.json.encode({**message, "enclosure": 3})} if with_text != "old" else {}
    pen.enclosures = {} if with_text == "new" else pen.enclosures

    for one in (new, pen) if continuation_first else (pen, new):
        office.append(one)

    assert texts(office) == ["một lần"]


def test_text_that_was_deleted_never_comes_back_and_the_chain_verifies(office: Office, pen: Pen) -> None:
    pen.comment(pen.rating(), "xin xóa sau 90 ngày")
    office.append(pen)
    batch = pen.batch()
    today, later = date(2026, 11, 23), NOON + timedelta(days=200)
    with office.database.writing() as connection:
        assert publish_comments(connection, today, CollectorConfig().policy) == 0
        publish_comments(connection, today + timedelta(days=30), CollectorConfig().policy)
        gone = forget_texts(connection, 90, later.date(), later)
    pen.rating()

    office.append(pen, batch)
    office.append(pen, pen.batch())

    assert (gone, texts(office), office.rows("enclosure", "seq")) == (1, [None], [])
    assert _chain_head(office) == pen.cursor().head


def _chain_head(office: Office) -> object:
    return office.rows("journal", "head")[0][0]


def test_text_lives_as_many_days_as_it_could_be_read(office: Office, pen: Pen) -> None:
    for _ in range(6):
        pen.comment(pen.rating(), "góp ý")
    office.append(pen)
    monday = date(2026, 11, 23)

    def gone(day: date) -> int:
        with office.database.writing() as connection:
            publish_comments(connection, monday, CollectorConfig().policy)
            return forget_texts(connection, 90, day, NOON + (day - NOON.date()))

    assert gone(monday + timedelta(days=89)) == 0
    assert gone(monday + timedelta(days=90)) == 6
    audited = [row for row in office.rows("audit", "action", "details") if row[0] == "comments forget"]
    assert audited == [("comments forget", {"texts": 6, "after_days": 90})]


def test_deleted_text_is_gone_from_the_embedded_file_too(sqlite_template: Path, tmp_path: Path, pen: Pen) -> None:
    path = tmp_path / "forget.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    office = open_office(database)
    for number in range(40):
        pen.comment(pen.rating(), f"{number} điều không được ở lại")
    office.append(pen)
    with database.writing() as connection:
        publish_comments(connection, date(2026, 11, 23), CollectorConfig().policy)
    database.close()
    there = path.read_bytes().count("không được ở lại".encode())

    with database.writing() as connection:
        forget_texts(connection, 90, date(2027, 11, 23), NOON + timedelta(days=368))
    database.close()

    assert there >= 40
    assert "không được ở lại".encode() not in path.read_bytes()


def test_code_of_a_comment_tells_nothing_of_its_place_in_the_journal(office: Office, pen: Pen) -> None:
    for number in range(12):
        pen.comment(pen.rating(), f"góp ý {number}")
    office.append(pen)

    codes = [code for (code,) in office.rows("comment", "code")]

    assert len(set(codes)) == 12
    assert codes != sorted(codes)


def test_batch_without_comments_is_what_it_was(office: Office, pen: Pen) -> None:
    pen.rating()
    batch = Batch(pen.journal_id, pen.cursor(0), tuple(pen.lines), (b'{"enclosure":"?"}',))

    office.append(pen, batch)

    assert (office.rows("comment"), [row[0] for row in office.rows("enclosure", "seq")]) == ([], [0])
