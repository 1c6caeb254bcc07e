"""What a measurement is: a figure beside its limit or baseline, both from the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row of the table. ``ratio`` is value / baseline; with a budget it must be at most, or at least, that."""

    name: str
    value: float
    unit: str
    baseline: float
    """The bare counterpart measured in the same run, or the limit itself (then the budget is 1)."""
    budget: float | None = None
    """Bound of the ratio; None for a row that only informs."""
    at_most: bool = True

    @property
    def ratio(self) -> float:
        return self.value / self.baseline if self.baseline else float("nan")

    @property
    def ok(self) -> bool:
        if self.budget is None:
            return True
        return self.ratio <= self.budget if self.at_most else self.ratio >= self.budget

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "baseline": self.baseline,
            "ratio": self.ratio,
            "budget": self.budget,
            "ok": self.ok,
        }


def alternate(ours: Callable[[], object], bare: Callable[[], object], times: int) -> tuple[float, float]:
    """Median seconds of both, taken in turn so that a machine whose speed drifts treats them alike."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for kept, act in zip(seconds, (ours, bare), strict=True):
            began = time.perf_counter()
            act()
            kept.append(time.perf_counter() - began)
    return statistics.median(seconds[0]), statistics.median(seconds[1])
