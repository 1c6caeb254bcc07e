"""Projection: any bytes are taken, and what can be read is read; no database, no clock."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.maintenance import Maintenance, Work
from kiosk.journal.lines import RatingLine, encode_line, line_of
from sync.collector.calendar.presstime import PressClock
from sync.collector.replica.projection import Context, project
from sync.collector.replica.projection_rows import Projection, ReasonRow, UnreadReason
from tests.builders import FrozenClock
from tests.sync.collector.builders import BOOT, DAYS, Pen

NOON_US = 1_795_150_800_000_000


def read(pen: Pen, first_seq: int = 1) -> Projection:
    clock = PressClock(NOON_US, BOOT, pen.mono_us + 1_000_000, lambda _boot: None)
    return project(first_seq, pen.lines, Context(1, {"Q1": 1, "Q2": 2}, clock, DAYS))


def reasons_unread(projection: Projection) -> list[tuple[int, str]]:
    return [(unread.seq, unread.reason.value) for unread in projection.unread]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"level": 0}, "bad_value"),
        ({"level": 6}, "bad_value"),
        ({"level": 40_000}, "bad_value"),
        ({"standing": "suspect"}, "bad_value"),
        ({"standing": "great"}, "bad_value"),
        ({"survey": "sipas-5"}, "bad_value"),
        ({"survey": "x" * 61 + "@1"}, "bad_value"),
        ({"question": "a\x00b"}, "bad_value"),
        ({"question": "Ông"}, "bad_value"),
        ({"seq": 7}, "wrong_seq"),
        ({"counter": "Q9"}, "unknown_counter"),
        ({"mono": -1, "at": "long ago"}, "bad_time"),
        ({"mono": 2**63 - 1, "at": "2026-11-20T12:00:00"}, "bad_time"),
        ({"boot": "other", "at": "9999-12-31T23:59:59-12:00"}, "bad_time"),
        ({"boot": "other", "at": "0001-01-01T00:00:00+14:00"}, "bad_time"),
    ],
)
def test_a_rating_that_cannot_be_is_kept_aside_and_the_next_one_is_read(values: dict[str, object], reason: str) -> None:
    pen = Pen()
    pen.rating(**values)  # type: ignore[arg-type]
    pen.rating(3)

    projection = read(pen)

    assert reasons_unread(projection) == [(1, reason)]
    assert list(projection.ratings) == [2]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff\xfe",
        b'{"seq":1}',
        b'{"seq":1,"at":"x","mono":1,"boot":"b","kind":"rating"}',
        b'{"seq":1,"at":"x","mono":99999999999999999999999,"boot":"b","kind":"opened"}',
        b"[" * 16_000,
    ],
)
def test_bytes_that_are_no_line_are_kept_aside(line: bytes) -> None:
    pen = Pen()
    pen.raw(line)

    assert reasons_unread(read(pen)) == [(1, "not_a_line")]


def test_keys_that_are_not_known_are_passed_over() -> None:
    pen = Pen()
    pen.rating(4)
    pen.lines[0] = pen.lines[0][:-1] + b',"mood":"sunny"}'

    assert read(pen).ratings[1].level == 4


def test_a_line_of_another_kind_with_all_keys_of_a_rating_is_not_a_rating() -> None:
    pen = Pen()
    pen.rating(4)
    pen.lines[0] = pen.lines[0].replace(b'"kind":"rating"', b'"kind":"echo"')

    projection = read(pen)

    assert (projection.ratings, reasons_unread(projection)) == ({}, [(1, "unknown_kind")])


@pytest.mark.parametrize("change", [(b"", b""), (b'"kind":"block"', b'"kind":"block","from":["older",9,"00"]')])
def test_a_cut_is_known_and_says_nothing_of_ratings(change: tuple[bytes, bytes]) -> None:
    pen = Pen()
    sample = (Path(__file__).parents[3] / "golden" / "v1" / "cut.ndjson").read_bytes().splitlines()
    blocks = [json.loads(line) for line in sample if b'"kind":"block"' in line]
    pen.lines += [json.dumps({**line, "seq": seq}).encode() for seq, line in enumerate(blocks, start=1)]
    pen.lines = [line.replace(*change) for line in pen.lines]

    projection = read(pen)

    assert len(pen.lines) == 2
    assert (projection.ratings, reasons_unread(projection)) == ({}, [])


def test_a_revision_keeps_the_first_level_and_the_last_one_counts() -> None:
    pen = Pen()
    pen.rating(1)
    pen.revised(1, 2)
    pen.revised(1, 5)

    row = read(pen).ratings[1]

    assert (row.level, row.first_level) == (5, 1)


def test_reasons_are_taken_once_each_and_once_for_a_rating() -> None:
    pen = Pen()
    pen.rating(1)
    pen.reasons(1, "wait", "fee", "wait")
    pen.reasons(1, "place")
    pen.reasons(9, "wait")
    pen.reasons(1, "Ồn")

    projection = read(pen)

    assert projection.reasons == [ReasonRow(1, "wait", 2), ReasonRow(1, "fee", 2)]
    assert reasons_unread(projection) == [(3, "no_rating"), (4, "no_rating"), (5, "bad_value")]


def test_what_speaks_of_earlier_ratings_is_handed_on_in_order() -> None:
    pen = Pen()
    pen.rating(1)
    pen.reasons(1, "wait")
    pen.revised(1, 2)
    pen.lines = pen.lines[1:]

    projection = read(pen, first_seq=2)

    assert [entry.seq for entry in projection.late] == [2, 3]


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_ever_raise(lines: list[bytes]) -> None:
    pen = Pen(lines=lines)

    assert len(read(pen).unread) == len(lines)


_INTEGERS = st.integers(-(2**63), 2**63 - 1)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)


@given(
    at=_TEXTS, mono=_INTEGERS, boot=_TEXTS, level=_INTEGERS, survey=_TEXTS, question=_TEXTS, standing=_TEXTS,
    counter=st.none() | _TEXTS,
)  # fmt: skip
def test_no_values_of_a_rating_ever_raise(**values: object) -> None:
    pen = Pen()
    pen.raw(encode_line(RatingLine(seq=1, kind="rating", **values)))  # type: ignore[arg-type]

    projection = read(pen)

    assert len(projection.ratings) + len(projection.unread) == 1
    assert all(UnreadReason(unread.reason) and unread.detail.isprintable() for unread in projection.unread)


def test_what_the_staff_did_is_read_and_is_no_rating() -> None:
    pen = Pen()
    pen.raw(encode_line(line_of(1, Maintenance(FrozenClock().now(), Work.TEST, (1, 1, 1, 1, 1)))))

    projection = read(pen)

    assert (projection.unread, projection.ratings) == ([], {})
