"""A bundle on both engines: decisions, unions, other questions and participation are in it, and the file says yes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.base.texts import texts
from sync.collector.kit.bundle import Wanted, make_bundle
from sync.collector.people.rights import ANYBODY
from sync.collector.profiles.served_file import take_served
from sync.collector.profiles.typed import FILE, Source
from sync.collector.services.closed import find_shelf
from tests.journey.bundles import VERIFY
from tests.sync.collector.builders import Office
from tests.sync.collector.closed.test_closing import decide
from tests.sync.collector.closing import Closed, at


@pytest.fixture
def closed(office: Office) -> Iterator[Closed]:
    made = Closed(office)
    yield made
    made.end()


def test_everything_that_a_report_tells_is_recomputed(closed: Closed, tmp_path: Path) -> None:
    for day in (9, 16, 23):
        closed.press(*[4] * 30, *[2] * 10, day=day, repeats=7, reason="wait")
    closed.press(*[3] * 35, counter="Q2", day=10, survey="tt32-3@1")
    closed.press(5, 5, 5, counter="Q2", day=11)
    with closed.office.database.writing() as connection:
        source = Source("it", at(20), FILE, "tep.csv")
        take_served(connection, b"unit,counter,day,n\nXA,Q1,2026-11-16,60\n", at(20).date(), source)
    closed.services.release()
    decide(closed, 23)
    closed.close()
    wanted = Wanted(find_shelf(closed.services, ANYBODY, "XA", "2026-11"), texts("collector", "vi"), lines=True)
    path = tmp_path / "b.zip"

    path.write_bytes(make_bundle(closed.services, wanted))

    bundle, told = VERIFY.verify(path)
    rests = {one["code"]: one for one in told.rests}
    assert told.differs == []
    assert (rests["word_suspect"]["n"], rests["word_suspect"]["of"]) == (40, 1)
    assert rests["word_served"]["n"] == 60
    assert len(bundle.report["parts"]) == 2
    assert len(bundle.unions) > 0
