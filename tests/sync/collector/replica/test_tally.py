"""Tallies are nothing but the count of what is stored, whatever came in which batches."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.visit.rating import Standing
from tests.sync.collector.builders import Office, Pen

_KIOSK_STANDINGS = [str(standing) for standing in Standing if standing is not Standing.SUSPECT]
_SEQS = st.integers(1, 9)
_RATING = st.tuples(st.just("rating"), st.integers(0, 6), st.sampled_from(_KIOSK_STANDINGS))
_MOVES = st.one_of(
    _RATING,
    _RATING,
    st.tuples(st.just("revised"), _SEQS, st.integers(0, 6)),
    st.tuples(st.just("reasons"), _SEQS, st.lists(st.sampled_from(["wait", "fee", "place"]), max_size=3)),
    st.tuples(st.just("raw"), st.binary(max_size=30)),
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(_MOVES, min_size=5, max_size=20), cuts=st.lists(st.integers(1, 15), min_size=2, max_size=5))
def test_tallies_always_equal_a_recount(office: Office, moves: list[tuple[object, ...]], cuts: list[int]) -> None:
    pen = Pen()
    for name, *values in moves:
        match name, values:
            case "rating", [level, standing]:
                pen.rating(level, standing)  # type: ignore[arg-type]
            case "revised", [seq, level]:
                pen.revised(seq, level)  # type: ignore[arg-type]
            case "reasons", [seq, reasons]:
                pen.reasons(seq, *reasons)  # type: ignore[arg-type, misc]
            case "raw", [line]:
                pen.raw(line)  # type: ignore[arg-type]
    for last in (*sorted(cuts), len(pen.lines)):
        office.append(pen, pen.batch(1, last))  # each overlaps all before it

    assert recounted_ratings(office) == tallied_ratings(office)
    assert recounted_reasons(office) == tallied_reasons(office)


PLACE = ("journal_id", "counter_id", "day", "part", "survey", "question", "standing")


def recounted_ratings(office: Office) -> "Counter[tuple[object, ...]]":
    return Counter(office.rows("rating", *PLACE, "level"))


def tallied_ratings(office: Office) -> "Counter[tuple[object, ...]]":
    return +Counter({row[:-1]: row[-1] for row in office.rows("tally", *PLACE, "level", "n")})  # type: ignore[dict-item]


def recounted_reasons(office: Office) -> "Counter[tuple[object, ...]]":
    place_of = {(row[0], row[-1]): row[:-1] for row in office.rows("rating", *PLACE, "seq")}
    chosen = office.rows("reason_choice", "journal_id", "rating_seq", "reason")
    return Counter((*place_of[journal_id, seq], reason) for journal_id, seq, reason in chosen)


def tallied_reasons(office: Office) -> "Counter[tuple[object, ...]]":
    return +Counter({row[:-1]: row[-1] for row in office.rows("reason_tally", *PLACE, "reason", "n")})  # type: ignore[dict-item]
