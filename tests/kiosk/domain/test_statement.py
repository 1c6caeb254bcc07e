"""Statement: what of a cut an auditor may read: all that is added up of a block, and no opinion of fewer than five."""

import base64
import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.numbers.blocks import Cut, Series, Sums
from kiosk.domain.numbers.statement import Order, is_stated, statement

SERIES = Series("sipas-5", "overall", (1, 2, 3, 4, 5))
DAYS = ("2026-10-05 am", "2026-10-07 pm")
HASH, OLD = bytes(range(32)), bytes(32)
COUNTED = Sums({5: 4, 3: 1}, {"waiting": 2, "fees": 1})
ASIDE = Sums({1: 2}, {"officer": 1})


def cut(sums: dict[str, Sums], *, tail: bool = False, counter: str = "", days: tuple[str, str] | None = DAYS) -> Cut:
    return Cut((counter, SERIES), 40, tail, sums, days)


def commitment(chain_hash: bytes) -> str:
    return base64.b64encode(sha256(b"hailong-cut/1\n" + chain_hash).digest()).decode()


def test_block_is_stated_with_its_sums_and_of_what_was_set_aside_its_number():
    said, order = statement(cut({"counted": COUNTED, "repeat": ASIDE}), Order(), HASH)

    assert said.decode("ascii") == (
        '{"v":1,"series":["sipas-5","overall",[1,2,3,4,5]],"days":["2026-10-05 am","2026-10-07 pm"],'
        '"counted":{"n":5,"levels":{"3":1,"5":4},"reasons":{"fees":1,"waiting":2}},"aside":{"repeat":2},'
        f'"order":["2026-10",0],"rest":"{commitment(HASH)}"}}'
    )
    assert order == Order("2026-10", 0)


def test_tail_is_stated_by_its_number_alone_and_what_was_carried_by_its_old_place():
    said, _ = statement(cut({"counted": Sums({5: 6}, {"fees": 1})}, tail=True, counter="04"), Order(), HASH, OLD)

    assert said.decode("ascii") == (
        '{"v":1,"series":["sipas-5","overall",[1,2,3,4,5]],"counter":"04","tail":true,'
        '"days":["2026-10-05 am","2026-10-07 pm"],"counted":{"n":6},"aside":{},"order":["2026-10",0],'
        f'"was":"{commitment(OLD)}","rest":"{commitment(HASH)}"}}'
    )


SUMS = st.builds(
    Sums,
    st.dictionaries(st.integers(1, 5), st.integers(1, 9)),
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 9)),
)


@given(st.dictionaries(st.sampled_from(["counted", "repeat", "test", "out_of_hours"]), SUMS), st.booleans())
def test_levels_and_reasons_are_said_of_five_counted_ratings_that_are_no_tail_and_of_no_others(sums, tail):
    said = json.loads(statement(cut(sums, tail=tail), Order(), HASH)[0])

    counted = sums.get("counted", Sums({}, {}))
    n = sum(counted.levels.values())
    opinions = {"levels": {str(k): v for k, v in counted.levels.items()}, "reasons": dict(counted.reasons)}
    assert said["counted"] == {"n": n, **(opinions if n >= 5 and not tail else {})}
    assert said["aside"] == {kind: sum(one.levels.values()) for kind, one in sums.items() if kind != "counted"}
    assert set(said) - {"tail"} == {"v", "series", "days", "counted", "aside", "order", "rest"}


def test_order_counts_what_a_clock_that_was_set_back_dates_before_the_latest_month():
    order, said = Order(), []
    for month in ("2026-09", "2026-10", "2026-09", "2026-10", "2026-11", "2026-10"):
        order = order.after(month)
        said.append((order.latest, order.back))

    assert said == [("2026-09", 0), ("2026-10", 0), ("2026-10", 1), ("2026-10", 1), ("2026-11", 1), ("2026-11", 2)]


@pytest.mark.parametrize(
    "days", [None, ("2026-10-05 am", "2026-10-07 xx"), ("", ""), ("2026-10-05 am", "2026-10-07 pm\n")]
)
def test_cut_that_does_not_say_its_half_days_is_not_stated(days):
    assert not is_stated(cut({"counted": COUNTED}, days=days))


def test_hash_of_the_line_shows_nowhere():
    said, _ = statement(cut({"counted": COUNTED}), Order(), HASH, OLD)

    written = (HASH.hex(), base64.b64encode(HASH).decode(), OLD.hex(), base64.b64encode(OLD).decode())
    assert not [each for each in written if each in said.decode()]
