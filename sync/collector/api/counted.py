"""Counted: what this machine's collector has counted, for Prometheus: of all its processes, whichever is asked.

Counters and histograms of several processes lie in one folder, a file for each (``prometheus_client``'s own way), and
are added up when somebody asks. A process that follows another one goes on in its file, so that no counter ever goes
back. Gauges are read from the database by whoever is asked, and are the same from each: they are not shared.
"""

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Metric, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import MultiProcessValue, MutexValue

# The package says no types of these.
_several: Any = MultiProcessValue
_added_up: Any = MultiProcessCollector

_OURS = "hailong_"
_together: list[Any] = []
"""What adds up; none where there is one process."""


def share_counts(folder: Path, slot: int) -> None:
    """Keep what is counted from now on in ``folder`` under ``slot``, a number that no other living process has.

    To be called before any counter is made.
    """
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    shared = _several(lambda: slot)

    def value(kind: str, *args: Any, **kwargs: Any) -> Any:
        return (MutexValue if kind == "gauge" else shared)(kind, *args, **kwargs)

    values.ValueClass = value
    # Gauges are taken back when what they tell of is gone; theirs is the one kind that is not shared.
    warnings.filterwarnings("ignore", "Clearing labels has not been implemented in multi-process mode")
    _together.append(_added_up(None, str(folder)))


def exposition() -> bytes:
    """Everything counted, in Prometheus's text format.

    Of several processes, what is counted of a process itself (its memory, its files) is left out: one of them would
    stand for all.
    """
    if not _together:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    registry.register(_Together())
    return generate_latest(registry)


class _Together:
    """The gauges of this process, and the counts of all."""

    def collect(self) -> Iterable[Metric]:
        """Each metric once."""
        for metric in REGISTRY.collect():
            if metric.type == "gauge" and metric.name.startswith(_OURS):
                yield metric
        for together in _together:
            yield from together.collect()
