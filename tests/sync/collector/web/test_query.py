"""The address of a list: what is asked for stands in it, what is usual does not."""

import pytest

from sync.collector.web.fleet.fleet_query import FleetQuery
from sync.collector.web.shared.query import page_of


def test_address_leaves_out_what_is_usual() -> None:
    assert FleetQuery(unit="20", page=1).changed() == {"dv": "20"}


def test_address_is_changed_by_its_own_keys() -> None:
    query = FleetQuery(state="im-lang", unit="20", page=3)

    assert query.changed(dv="", trang=4) == {"loi": "im-lang", "trang": "4"}


def test_query_is_read_back_from_its_address() -> None:
    query = FleetQuery(unit="20", version="0.2.0", sought="quầy", view="don-vi", page=2)

    assert FleetQuery.of(query.changed()) == query


@pytest.mark.parametrize(("text", "page"), [("3", 3), ("0", 1), ("-1", 1), ("", 1), ("x", 1), ("²", 1), ("9" * 9, 1)])
def test_page_is_a_small_number(text: str, page: int) -> None:
    assert page_of(text) == page
