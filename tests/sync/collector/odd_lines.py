"""Lines that no sane kiosk writes: every kind with odd values in every place, and bytes that are no line at all."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.sync.collector.builders import BOOT

OTHER_JOURNAL = "00000000-0000-4000-8000-000000000001"
_COMMON = {"at": "2026-11-20T11:59:00+07:00", "mono": 2_000_000, "boot": BOOT}
_BASES: dict[str, dict[str, Any]] = {
    "opened": {"software": "0.1.0", "why": "missing", "continues": OTHER_JOURNAL, "continues_seq": 9, "carried": 0,
               "continues_head": "0" * 64, "carried_after": 3, "lost": 0},
    "rating": {"survey": "sipas-5@1", "question": "overall", "level": 5, "standing": "counted", "counter": "Q1"},
    "reasons": {"rating": 1, "reasons": ["wait", "attitude"], "rating_journal": OTHER_JOURNAL},
    "revised": {"rating": 1, "level": 4, "rating_journal": OTHER_JOURNAL},
    "comment": {"rating": 1, "enclosure": "a" * 64, "rating_journal": OTHER_JOURNAL},
    "count": {"day": "2026-11-20", "n": 10, "counter": "Q2"},
    "maintenance": {"work": "test", "hits": [1, 1], "strays": 0},
    "settings": {"survey": "sipas-5@1", "settings": "x"},
    "clock": {"step_s": 1.5},
    "pruned": {"through": 3, "head": "0" * 64},
    "block": {"survey": "sipas-5", "question": "overall", "levels": [1, 2], "last": 3, "counter": "Q1", "tail": True,
              "sums": {"counted": {"levels": {"1": 1}, "reasons": {"wait": 1}}}},
    "tomorrow": {"thing": 1},
}  # fmt: skip
_OPTIONAL = ("counter", "rating_journal", "continues")
_NUMBERS = st.sampled_from([
    -(2**63) - 1, -(2**63), -1, 0, 1, 2, 3, 4, 5, 2**15, 2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**30, 1.5,
    1e308, float("inf"), float("nan"),
])  # fmt: skip
_TEXTS = st.sampled_from([
    "", "\0", "a\0b", "\\u0000", "x" * 41, "x" * 300, "x" * 5000, "\ud800", "\U0010ffff", "\u202e", "Q1", "Q2", "wait",
    "9999-12-31", "9999-12-27", "9000-12-31", "0001-01-01", "1969-12-31", "0000-00-00", "2026-11-20", "20261120",
    "9999-12-31T23:59:59-12:00", "9000-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "0001-01-02T00:00:00+00:00",
    "1970-01-01T00:00:00+00:00", "2026-11-20T11:59:00", OTHER_JOURNAL, OTHER_JOURNAL.upper(), "a" * 64, "0" * 64,
    "sipas-5@1", "sipas-5@9999", "@1", "counted", "repeat", "suspect", BOOT,
]) | st.text(max_size=30)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_PLACES = st.tuples(st.just(OTHER_JOURNAL) | _TEXTS, st.integers(1, 9) | _NUMBERS, st.just("0" * 64) | _TEXTS)
_BYTES = st.sampled_from([
    b"[" * 8000, b'{"a":' * 2000 + b"1" + b"}" * 2000, b"{}", b"null", b'{"seq":1}', b"\xff\xfe", b"\xef\xbb\xbf{}",
    b'{"seq":' + b"9" * 9000 + b"}", b'{"kind":"rating","kind":"count"}', b"\x00", b"\r", b" ",
]) | st.binary(min_size=1, max_size=60).map(lambda line: line.replace(b"\n", b"\r"))  # fmt: skip

Odd = Callable[[int], bytes]
"""The line as it stands at a seq."""


@st.composite
def _entries(draw: st.DrawFn) -> Odd:
    kind = draw(st.sampled_from(sorted(_BASES)))
    entry = {**_COMMON, "kind": kind, **_BASES[kind]}
    for name in draw(st.lists(st.sampled_from(_OPTIONAL), unique=True)):
        entry.pop(name, None)
    for name in draw(st.lists(st.sampled_from(sorted(entry)), unique=True, max_size=3)):
        entry[name] = draw(_VALUES)
    if draw(st.booleans()):
        entry["from"], entry["from_earlier"] = draw(_PLACES), draw(st.lists(_PLACES, max_size=3))
    odd_seq = draw(st.none() | st.none() | _NUMBERS)
    in_ascii = draw(st.booleans())

    def line(seq: int) -> bytes:
        at = {"seq": seq if odd_seq is None else odd_seq}
        return json.dumps({**at, **entry}, ensure_ascii=in_ascii).encode("utf-8", "surrogatepass")

    return line


def _as_they_are(line: bytes) -> Odd:
    return lambda _: line


lines = st.lists(_entries() | _BYTES.map(_as_they_are), min_size=1, max_size=12)
"""A few of them, one after another."""

enclosures = st.lists(
    st.tuples(_NUMBERS | st.integers(1, 9), _TEXTS | _NUMBERS, _TEXTS | st.none()).map(
        lambda said: json.dumps({"enclosure": said[0], "salt": said[1], "payload": said[2]}, separators=(",", ":"))
        .encode("utf-8", "surrogatepass").replace(b"\n", b"")
    ),
    max_size=3,
)  # fmt: skip
