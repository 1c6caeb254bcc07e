"""What a kiosk signs of its cuts comes to the collector over the network and on a stick, and proves each of them."""

import contextlib
from pathlib import Path

from kiosk.domain.visit.rating import Rating, Standing
from kiosk.journal.reader import JournalReader
from kiosk.journal.stated import InForce
from sync.agent.asked.offline import export_batches
from sync.collector.calendar.presstime import LocalDays
from sync.collector.chores.intake import Intake
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.proof.device import Rule, check_device
from sync.collector.replica.blocks.judging import judge_due
from sync.collector.replica.blocks.stated import leaf_hashes, signed_over, statements
from sync.collector.store.database import open_database
from sync.protocol.cuts import SignedCuts
from sync.protocol.tlog.merkle import check_inclusion, prove_inclusion
from tests.builders import FrozenClock
from tests.live import ZONE, LiveCollector, LiveKiosk
from tests.trees import hashes_of, statements_of

IN_FORCE = InForce("sipas-5@1", None, {"overall": (1, 2, 3, 4, 5)}, "Q1")
HALF_DAY_S, DAY_S = 5 * 3600, 86_400


def half_day(kiosk: LiveKiosk, clock: FrozenClock) -> None:
    """Six presses that the kiosk cuts at noon; afterwards it is the next day."""
    journal = kiosk._journal
    assert journal is not None
    for level in (1, 2, 4, 4, 5, 5):
        journal.append(Rating(clock.now(), "sipas-5@1", "overall", level, Standing.COUNTED))
    clock.advance(HALF_DAY_S)
    while journal.cut(clock.now()):
        pass
    clock.advance(DAY_S - HALF_DAY_S)


def test_every_cut_is_proven_by_what_the_kiosk_signed(tmp_path: Path, collector: LiveCollector) -> None:
    clock = FrozenClock()
    kiosk = LiveKiosk(tmp_path / "kiosk", clock).start()
    kiosk.enroll(collector)
    assert kiosk._journal is not None
    kiosk._journal.state_settings(IN_FORCE, clock.now())
    half_day(kiosk, clock)
    half_day(kiosk, clock)
    kiosk.sync()
    half_day(kiosk, clock)
    file, _ = export_batches(kiosk.folder, kiosk.path, tmp_path, clock)
    kiosk.stop()
    with JournalReader(kiosk.path) as journal:
        said = [each for _, each in statements_of(journal.id, (entry.line for entry in journal.entries()))]

    with contextlib.closing(open_database(f"sqlite:///{collector.path}")) as database:
        days = LocalDays(ZONE)
        (result,) = Intake(database, collector.url, days, lambda: clock.wall).take([file], lambda _: None)
        assert (result.added > 0, dict(result.troubles)) == (True, {})
        assert judge_due(database.transact, shipped_surveys()) == []
        (device_id,) = collector.rows("SELECT device_id FROM device")[0]
        assert check_device(database, str(device_id), Rule(days, 5, shipped_surveys()), {}).findings == []
        with database.reading() as connection:
            kept, leaves = statements(connection, journal.id), leaf_hashes(connection, journal.id)
            signed = signed_over(connection, journal.id)

    assert [one.statement for one in kept] == said
    assert signed is not None
    assert SignedCuts(signed.size, signed.root, signed.signature).is_by(signed.public_key, journal.id)
    for at in range(3):
        check_inclusion(leaves[at], at, signed.size, prove_inclusion(at, signed.size, hashes_of(leaves)), signed.root)
