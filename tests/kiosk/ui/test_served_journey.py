"""Transactions served: typed on the kiosk's glass, written by its recorder, carried by the agent, in the report."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.office_calendar import Calendar
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.rating import Rating, Standing
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.recorder import Recorder
from kiosk.numbers.days import read_tally
from kiosk.ui.wiring.desk import Delivery, Desk
from tests.builders import FrozenClock
from tests.live import LiveCollector, LiveKiosk, live_collector
from tests.staff_door import PIN, go, said
from tests.tallies import terms

pytestmark = pytest.mark.window


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[LiveCollector]:
    with live_collector(tmp_path / "collector") as running:
        yield running


def participation(collector: LiveCollector, day: str) -> tuple[int, int] | None:
    """Ratings and transactions of the counter's day, as the collector's own report has them."""
    with urllib.request.urlopen(f"{collector.url}/v1/report?counter=Q1&period={day}", timeout=60) as answer:
        (figures,) = json.load(answer)["tables"]["figures"]
    return None if not isinstance(figures["served"], int) else (figures["n"], figures["served"])


def test_number_typed_on_the_kiosk_gives_participation_on_the_collectors_report(
    tmp_path: Path, collector: LiveCollector, open_kiosk: Any, clock: FrozenClock
):
    live = LiveKiosk(tmp_path / "kiosk")
    yesterday = live.clock.now().wall - timedelta(days=1)
    clock.wall = yesterday.replace(hour=9, minute=0, second=0, microsecond=0)
    recorder = Recorder(lambda: Journal.open(live.path, clock, "hailong test", allow_any_disk=True))
    for _ in range(40):
        recorder.record(Rating(clock.now(), "sipas-5@1", "overall", 5, Standing.COUNTED)).result(60)
    clock.wall = live.clock.now().wall

    def tally() -> Any:
        with JournalReader(live.path) as reader:
            now = clock.now().wall
            return read_tally(reader, now.date() - timedelta(days=31), now.date(), now, terms(calendar=Calendar()))

    kiosk = open_kiosk(more={"desk": Desk(lambda pin: pin == PIN, tally, Delivery)})
    vars(kiosk.app.wiring)["recorder"] = recorder
    page = go(kiosk, "days", Room.DAYS)
    day = yesterday.date()
    if page.tiles[0].day > day:
        kiosk.tap(page.ids.earlier)
    kiosk.tap(next(tile for tile in page.tiles if tile.day == day))
    kiosk.tap(page.ids.served)
    kiosk.until_step(Room.SERVED)
    for number in ("69", "96"):
        for digit in number:
            kiosk.tap(kiosk.app.page.pad_key(digit))
        kiosk.tap(kiosk.app.page.ids.keep)
        kiosk.until(lambda: not kiosk.app.staff.busy)
        kiosk.frames(2)
    kiosk.until(lambda: kiosk.app.staff.seen.counted.tally.of(day).served == 96)
    kiosk.tap(kiosk.app.page.ids.back)
    kiosk.until_step(Room.DAYS)
    kiosk.frames(2)
    recorder.close()
    live.enroll(collector)
    assert participation(collector, day.isoformat()) is None
    live.sync()

    assert "40/96 giao dịch" in said(kiosk.app.page)
    assert participation(collector, day.isoformat()) == (40, 96)
