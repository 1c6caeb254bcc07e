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


@dataclass(frozen=True)
class Spent:
    """What one of two things costs that were done in turn: medians of seconds."""

    wall: float
    cpu: float
    """Of all threads of this process."""


def alternate(ours: Callable[[], object], bare: Callable[[], object], times: int) -> tuple[float, float]:
    """Median seconds of both, taken in turn so that a machine whose speed drifts treats them alike."""
    spent = alternate_spent(ours, bare, times)
    return spent[0].wall, spent[1].wall


def alternate_spent(ours: Callable[[], object], bare: Callable[[], object], times: int) -> tuple[Spent, Spent]:
    """As :func:`alternate`, and how long the processor worked."""
    walls: tuple[list[float], list[float]] = ([], [])
    cpus: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for wall, cpu, act in zip(walls, cpus, (ours, bare), strict=True):
            began, worked = time.perf_counter(), time.process_time()
            act()
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - worked)
    first, second = (
        Spent(statistics.median(wall), statistics.median(cpu)) for wall, cpu in zip(walls, cpus, strict=True)
    )
    return first, second
