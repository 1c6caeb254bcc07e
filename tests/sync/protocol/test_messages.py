from typing import Annotated

import msgspec
import pytest

from kiosk.journal.chain import Cursor
from sync.protocol import problems
from sync.protocol.days import OfficeDays, WorkedDay
from sync.protocol.messages import (
    BATCH_BYTES_MAX,
    INFLATED_BYTES_MAX,
    LINES_PER_BATCH_MAX,
    CursorMessage,
    DeviceSettings,
    EnrolmentRequest,
    MessageInvalid,
    OpeningHours,
    Problem,
    decode_message,
    encode_message,
)

HEAD = "ab" * 32


def test_limits_are_those_of_version_1():
    assert (LINES_PER_BATCH_MAX, BATCH_BYTES_MAX, INFLATED_BYTES_MAX) == (500, 262_144, 2_097_152)


def test_cursor_travels_and_comes_back():
    cursor = Cursor(7, bytes.fromhex(HEAD))

    body = encode_message(CursorMessage.of(cursor))

    assert body == b'{"next":7,"head":"%s"}' % HEAD.encode()
    assert decode_message(CursorMessage, body).cursor() == cursor


def test_members_of_a_newer_version_are_passed_over():
    body = b'{"next":1,"new":{"deep":[1]},"head":"%s"}' % HEAD.encode()

    assert decode_message(CursorMessage, body).next == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome to the hotel</html>",
        b"[]",
        b"{}",
        b'{"next":0,"head":"%s"}' % HEAD.encode(),
        b'{"next":"1","head":"%s"}' % HEAD.encode(),
        b'{"next":1,"head":"AB"}',
        b'{"next":1,"head":"%s"}' % HEAD.upper().encode(),
        b'{"next":1e400,"head":"%s"}' % HEAD.encode(),
        b'{"next":NaN,"head":"%s"}' % HEAD.encode(),
        b'{"next":1,"head":"\xff"}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_no_cursor(body):
    with pytest.raises(MessageInvalid):
        decode_message(CursorMessage, body)


@pytest.mark.parametrize(
    "altered", [{"code": ""}, {"public_key": "short"}, {"journal_id": "1"}, {"info": {"host": "x" * 201}}]
)
def test_enrolment_with_an_impossible_member_is_refused_with_its_place(altered):
    right = {
        "code": "BCDF-GHJK",
        "public_key": "A" * 43 + "=",
        "journal_id": "7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f",
        "info": {},
    }
    assert decode_message(EnrolmentRequest, _json(right)).code == "BCDF-GHJK"

    with pytest.raises(MessageInvalid, match=next(iter(altered))):
        decode_message(EnrolmentRequest, _json({**right, **altered}))


def test_opening_hours_that_cannot_be_are_refused():
    with pytest.raises(MessageInvalid):
        decode_message(
            DeviceSettings, _json({"counter": "01", "hours": [{"days": [8], "opens": "07:30", "closes": "24:00"}]})
        )


class SettingsOfFirstVersion(msgspec.Struct, frozen=True, omit_defaults=True):
    """As kiosks of 0.1.0 read them."""

    counter: str
    hours: list[OpeningHours] = []
    holidays: list[Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]] = []


def test_kiosk_that_knows_no_worked_days_follows_the_days_off_as_ever():
    days = OfficeDays("none", ["12-24"], [WorkedDay("12-25", 1)])
    told = DeviceSettings("Q1", holidays=["2026-08-31"], worked=[WorkedDay("2026-08-22", 1)], office_days=days)

    assert decode_message(SettingsOfFirstVersion, encode_message(told)).holidays == ["2026-08-31"]
    assert decode_message(DeviceSettings, encode_message(told)) == told


def test_problem_carries_the_cursor_where_one_helps():
    cursor = Cursor(7, bytes.fromhex(HEAD))

    conflict = decode_message(Problem, encode_message(Problem.of(problems.CURSOR_MISMATCH, "moved on", cursor)))
    other = decode_message(Problem, encode_message(Problem.of(problems.NOT_READY)))

    assert (conflict.type, conflict.status, conflict.cursor()) == ("urn:hailong:problem:cursor-mismatch", 409, cursor)
    assert other.cursor() is None


def test_problem_types_are_told_apart_by_their_names():
    types = [kind for kind in vars(problems).values() if isinstance(kind, problems.ProblemType)]

    assert len(types) == len(problems.PROBLEM_TYPES)
    assert all(problems.PROBLEM_TYPES[kind.urn] is kind for kind in types)


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
