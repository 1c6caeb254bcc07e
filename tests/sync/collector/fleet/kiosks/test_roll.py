"""The roll of a thousand kiosks: each fault is seen, and no other, on both engines; so are a unit's own kiosks."""

import time

from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.roll import read_roll
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.fleet import Fleet
from sync.collector.store.database import Database
from tests.sync.collector.builders import NOON
from tests.sync.collector.fleet.kiosks.simulated import device_of, faults_of, write_fleet

CONFIG = CollectorConfig(fleet=Fleet(software_min="1.0.0"))
EXPECTED = {device_of(number): faults_of(number) for number in range(1000)}


def test_each_fault_of_a_thousand_kiosks_is_seen_and_no_other(database: Database) -> None:
    write_fleet(database, NOON)

    with database.reading() as connection:
        began = time.perf_counter()
        kiosks = read_roll(connection, "", NOON, CONFIG)
        took_s = time.perf_counter() - began
        of_unit = read_roll(connection, "20/20.03/", NOON, CONFIG)

    assert {kiosk.device_id: frozenset(kiosk.faults) for kiosk in kiosks} == EXPECTED
    assert {fault for faults in EXPECTED.values() for fault in faults} == set(Fault)
    assert {kiosk.device_id for kiosk in of_unit} == {device_of(number) for number in range(60, 80)}
    assert took_s < 2.0


def test_the_gravest_comes_first(database: Database) -> None:
    write_fleet(database, NOON)

    with database.reading() as connection:
        kiosks = read_roll(connection, "", NOON, CONFIG)

    order = [list(Fault).index(kiosk.faults[0]) for kiosk in kiosks if kiosk.faults]
    assert order == sorted(order)
    assert all(not kiosk.faults for kiosk in kiosks[len(order) :])
