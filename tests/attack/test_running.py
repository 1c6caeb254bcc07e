"""A half day that runs tells nothing of its presses: neither how many, nor where, nor whether anybody came at all."""

from collections.abc import Mapping
from typing import Any

import pytest

from sync.collector.figures import maker
from tests.attack import running
from tests.attack.running import Read, everything, many, nobody, numbers, one, told
from tests.sync.collector.sharing import compiled_once, one_loop, papers_once, quick_hashes  # noqa: F401 - fixtures


@pytest.fixture(scope="module")
def untouched() -> list[Read]:
    """What is read where nobody presses: while the half day runs, and after it."""
    return list(told(nobody, everything))


def differing(one: Read, other: Read) -> Mapping[Any, tuple[str | None, str | None]]:
    """What stands elsewhere."""
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


@pytest.mark.parametrize("presses", [one, many])
def test_nobody_sees_a_press_before_its_half_day_is_over(untouched: list[Read], presses: running.Presses) -> None:
    during, after = told(presses, everything)

    assert differing(untouched[0], during) == {}
    assert differing(untouched[1], after)


def _at_once(connection: Any, keys: Any, asked: Any, days: Any, _present: Any) -> Any:
    return _WAITING(connection, keys, asked, days)


_WAITING = maker.read_waiting
PLANTS = {
    "what waits by now": ("read_waiting", _at_once),
    "undated by now": ("_last_over", lambda days, _rules: days.last),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_planted_fault_is_found(plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maker, *PLANTS[plant])

    before, during = next(told(nobody, numbers)), next(told(one, numbers))

    assert differing(before, during)
