"""What several processes count is told as one, whichever is asked, and goes on when one follows another."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, values

import sync.collector.run.gauges  # noqa: F401 - its gauges are there
from sync.collector.api import counted


def test_counts_of_all_are_added_up_and_gauges_are_told_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    for slot, n in ((1, 2), (2, 3), (1, 4)):
        monkeypatch.setattr(counted, "_together", [])
        counted.share_counts(tmp_path, slot)
        Counter("hailong_tried", "Tried", registry=CollectorRegistry()).inc(n)

    told = counted.exposition().decode()

    assert "\nhailong_tried_total 9.0\n" in told
    assert "\nhailong_database_up " in told
    assert "process_" not in told, "of one process only"
