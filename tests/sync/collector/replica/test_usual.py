"""Usual: a rating that was read with its batch says what it says when it is read by itself."""

import json
from operator import itemgetter
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.journal.lines import RatingLine, decode_line, encode_line
from sync.collector.calendar.bounds import Floor, Walls, wall_us
from sync.collector.calendar.presstime import PressClock
from sync.collector.calendar.usual import are_plain, read_usual
from sync.collector.replica.boots import boots_in
from sync.collector.replica.projection import Context, project
from sync.collector.replica.projection_rows import Projection
from sync.collector.replica.sender import Span
from sync.collector.store.schema import micros
from tests.sync.collector.builders import DAYS, NOON

GOLDEN = Path(__file__).parents[3] / "golden" / "v1"
RECEIVED = micros(NOON)
DAY_US = 86_400_000_000
FLOOR = Floor(RECEIVED - 10 * DAY_US, RECEIVED - 300 * DAY_US)
LATE_FLOOR = Floor(RECEIVED - 2 * DAY_US, RECEIVED - 2 * DAY_US)
"""After which only the latest of the times below are."""
HEARD = {"heard": RECEIVED - 5 * DAY_US}

_RATING = {"survey": "sipas-5@1", "question": "overall", "level": 3, "standing": "counted"}
_CHANGES: list[dict[str, object]] = [
    {},
    {"level": 2, "question": "staff"},
    {"level": 9},
    {"kind": "echo"},
    {"kind": "reasons", "rating": 1, "reasons": ["wait"]},
    {"kind": "revised", "rating": 1},
    {"kind": "block"},
    {"counter": "Q1"},
    {"counter": "Q9"},
    {"receipt": "ab" * 32},
    {"survey": "a\0b@1"},
    {"continues": "older"},
    {"continues": 5},
    {"from": ["older", 1, "00"]},
    {"mood": {"from": 1}},
    {"mono": "soon"},
    {"seq": 1},
    {"at": "long ago"},
]
_TIMES = [
    "2026-11-20T05:00:00+07:00",
    "2026-11-19T23:59:59Z",
    "1970-01-01T00:00:09+07:00",
    "2044-01-01T00:00:00+07:00",
    "2026-11-20T05:00:00Z",
]
_BOOTS = st.sampled_from(["now", "heard", "dead", "dead", "deader"])
_MONOS = st.sampled_from([-1, 0, 2**62, 2**63 - 1]) | st.integers(0, 6 * DAY_US)
_ALIKE = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 1, 2, 3]),
        st.sampled_from([0, 1, DAY_US, 4 * DAY_US, 6 * DAY_US]) | _MONOS,
        st.sampled_from(["now", "heard", "dead", "dead"]),
        st.sampled_from([1, 2, 5, 5, 6]),
        st.sampled_from([0, 0, 0, 0, 0, 1]),
    ),
    max_size=8,
).map(lambda said: sorted(said, key=itemgetter(2)))
"""Boot after boot: a time, a boot clock's reading, the boot, a level, and by how much a seq is wrong."""
_LINES = st.lists(st.tuples(st.sampled_from(_TIMES), _MONOS, _BOOTS, st.sampled_from(_CHANGES)), max_size=8)


def read(
    lines: list[bytes], *, together: bool, is_moved: bool = False, floor: Floor = FLOOR
) -> tuple[Projection, set[str]]:
    """What the lines say, read with their batch or each by itself; and which boots they name."""
    usual = read_usual(lines) if together else {}
    clock = PressClock(RECEIVED, "now", DAY_US, HEARD.get, Walls(lines, floor, None, usual))
    moves = ((RECEIVED - DAY_US, 2),) if is_moved else ()
    spans = {2: (Span("2026-11-20", 3), Span("~", 2))} if is_moved else {}
    context = Context(1, {"Q1": 1, "Q2": 2}, clock, DAYS, moves, spans, usual=usual)
    return project(1, lines, context), boots_in(lines, usual)


@settings(max_examples=60)
@example([(_TIMES[0], 0, "dead", {"counter": "Q2"})], False).via("another counter than its own")
@example([(_TIMES[0], 0, "dead", {"receipt": "ab" * 32})], False).via("a receipt")
@given(_LINES, st.booleans())
def test_what_is_read_together_says_what_it_says_alone(
    said: list[tuple[str, int, str, dict[str, object]]], is_moved: bool
) -> None:
    lines = [
        json.dumps(
            {"seq": seq, "at": at, "mono": mono, "boot": boot, "kind": "rating", **_RATING, **change},
            separators=(",", ":"),
        ).encode()
        for seq, (at, mono, boot, change) in enumerate(said, 1)
    ]

    assert read(lines, together=True, is_moved=is_moved) == read(lines, together=False, is_moved=is_moved)


@settings(max_examples=60)
@example([(0, 0, "heard", 1, 0), (0, 6 * DAY_US, "heard", 1, 0)], FLOOR).via("one reading is of no heard boot")
@example([(1, 10, "dead", 1, 0), (0, 0, "dead", 1, 0)], FLOOR).via("the later line is the earlier press")
@example([(0, 0, "dead", 1, 0), (4, 1, "dead", 1, 0)], FLOOR).via("the same hour in another zone")
@given(_ALIKE, st.sampled_from([FLOOR, LATE_FLOOR]))
def test_ratings_that_are_alike_say_together_what_each_says_alone(
    said: list[tuple[int, int, str, int, int]], floor: Floor
) -> None:
    lines = [
        encode_line(RatingLine(seq + by, _TIMES[at], mono, boot, "rating", "sipas-5@1", "overall", level, "counted"))
        for seq, (at, mono, boot, level, by) in enumerate(said, 1)
    ]

    assert read(lines, together=True, floor=floor) == read(lines, together=False, floor=floor)


@pytest.mark.parametrize("name", ["journal.ndjson", "continuation.ndjson", "cut.ndjson", "cut_days.ndjson"])
def test_the_samples_say_the_same_together_and_alone(name: str) -> None:
    lines = (GOLDEN / name).read_bytes().splitlines()

    assert read(lines, together=True) == read(lines, together=False)
    assert all(msgspec.structs.asdict(decode_line(line)).items() <= _said(line).items() for line in read_usual(lines))


def _said(line: bytes) -> dict[str, object]:
    return msgspec.structs.asdict(read_usual([line])[line])


def test_a_batch_of_ratings_is_read_whole() -> None:
    lines = [
        encode_line(RatingLine(seq, _TIMES[0], seq, "dead", "rating", "sipas-5@1", "overall", 4, "counted"))
        for seq in range(1, 4)
    ]

    assert list(read_usual(lines)) == lines
    assert are_plain(lines, read_usual(lines))
    assert list(read(lines, together=True)[0].ratings) == [1, 2, 3]


@pytest.mark.parametrize(
    "odd", [b'"from":["older",1,"00"]', b'"kind":"block"', b'"mood":1', b'"continues":5', b'"counter":"\\u0000"']
)
def test_one_line_that_says_more_makes_the_batch_no_plain_one(odd: bytes) -> None:
    plain = encode_line(RatingLine(1, _TIMES[0], 1, "dead", "rating", "sipas-5@1", "overall", 4, "counted"))
    lines = [plain, plain[:-1].replace(b'"seq":1', b'"seq":2') + b"," + odd + b"}"]

    assert not are_plain(lines, read_usual(lines))
    assert read(lines, together=True) == read(lines, together=False)


@pytest.mark.parametrize(
    ("at", "same"),
    [
        ("2026-11-20T05:12:34+07:00", "2026-11-19T22:12:34Z"),
        ("2026-11-20 05:12:34+07:00", "2026-11-19T22:12:34+00:00"),
        ("2026-11-20T05:12:34.250000+07:00", "2026-11-19T22:12:34.25Z"),
        ("20261120T051234+0700", "2026-11-19T22:12:34Z"),
        ("2026-W47-5T05:12:34+07:00", "2026-11-19T22:12:34Z"),
    ],
)
def test_a_moment_is_the_same_however_it_is_written(at: str, same: str) -> None:
    assert wall_us(at) == wall_us(same)
