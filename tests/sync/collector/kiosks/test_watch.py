"""A thousand kiosks with mixed faults: each fault is seen, told once, and told again when it is over."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from sync.collector import schema
from sync.collector.config import CollectorConfig
from sync.collector.kiosks.faults import ALERTED, Fault
from sync.collector.kiosks.roll import read_roll
from sync.collector.kiosks.settings import Fleet
from sync.collector.kiosks.watch import watch_fleet
from sync.collector.notices.outbox import SENT
from sync.collector.notices.settings import Notices, Webhook
from sync.collector.services import Services
from tests.sync.collector.builders import NOON
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.kiosks.simulated import WELL, device_of, faults_of, write_fleet

RULES = Fleet(software_min="1.0.0")
EXPECTED = {device_of(number): faults_of(number) for number in range(1000)}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One engine: test_roll.py asks both."""
    path = tmp_path / "fleet.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def fleet(services: Services) -> Services:
    """A collector that watches a thousand kiosks and tells a webhook."""
    write_fleet(services.database, NOON)
    notices = Notices(webhook=Webhook(url="http://127.0.0.1:9/hook"), quiet_from=Notices().quiet_until)
    config = CollectorConfig(public_url=URL, fleet=RULES, notices=notices)
    return replace(services, config=config)


def look(services: Services) -> None:
    watch_fleet(services, lambda work: services.writer.submit(work).result(60))


def deliver(services: Services) -> None:
    """Everything that waits was delivered."""
    with services.database.writing() as connection:
        connection.execute(update(schema.delivery).values(state=SENT))


def told(services: Services) -> Counter[tuple[str, str]]:
    """How often each kiosk's fault or its end was told."""
    with services.database.reading() as connection:
        rows = connection.execute(select(schema.notice.c.kind, schema.notice.c.facts))
        return Counter((f"{row.kind} {row.facts['fault']}", row.facts["device"]) for row in rows)


def test_each_alert_is_told_once_however_often_it_is_looked_at(fleet: Services) -> None:
    for _ in range(3):
        look(fleet)

    wanted = {
        (f"alert {fault}", device): 1 for device, faults in EXPECTED.items() for fault in faults if fault in ALERTED
    }
    assert told(fleet) == wanted
    assert {name.removeprefix("alert ") for name, _ in wanted} == set(map(str, ALERTED))


def test_a_recovery_is_told_once(fleet: Services) -> None:
    look(fleet)
    deliver(fleet)
    low = next(device for device, faults in EXPECTED.items() if faults == {Fault.DISK})
    with fleet.database.writing() as connection:
        mine = schema.device_status.c.device_id == low
        connection.execute(update(schema.device_status).where(mine).values(status=WELL))

    look(fleet)
    look(fleet)

    assert told(fleet)["recovered disk", low] == 1
    assert sum(n for (name, _), n in told(fleet).items() if name.startswith("recovered")) == 1


def test_a_withdrawn_kiosk_is_missed_by_nobody(fleet: Services) -> None:
    look(fleet)
    deliver(fleet)
    silent = next(device for device, faults in EXPECTED.items() if Fault.SILENT in faults)
    with fleet.database.writing() as connection:
        mine = schema.device.c.device_id == silent
        connection.execute(update(schema.device).where(mine).values(revoked_at=NOON))

    look(fleet)

    assert told(fleet)["recovered silent", silent] == 1


def test_nobody_is_told_where_the_settings_say_so(fleet: Services) -> None:
    quiet = replace(fleet, config=CollectorConfig(public_url=URL, fleet=Fleet(alerts=False)))

    look(quiet)

    assert told(fleet) == {}


def test_a_kiosk_is_not_missed_while_its_counter_is_closed(fleet: Services) -> None:
    evening = NOON.replace(hour=9, minute=59)  # one minute before five in the afternoon
    with fleet.database.writing() as connection:
        connection.execute(update(schema.device_status).values(received_at=evening))
        connection.execute(update(schema.journal).values(last_received_at=evening))

    def silent_at(hours: float) -> int:
        with fleet.database.reading() as connection:
            now = evening + timedelta(hours=hours)
            return sum(Fault.SILENT in kiosk.faults for kiosk in read_roll(connection, "", now, fleet.config))

    # Friday's evening, Sunday, Monday at opening, and a quarter of an hour later.
    assert [silent_at(4), silent_at(48), silent_at(62.6), silent_at(63)] == [0, 0, 0, 1000]


def test_metrics_count_by_state_without_a_label_for_each_kiosk(fleet: Services) -> None:
    look(fleet)

    counts = Counter(str(fault) for faults in EXPECTED.values() for fault in faults)
    found = {sample.labels["state"]: sample.value for metric in REGISTRY.collect() if metric.name == "hailong_kiosks"
             for sample in metric.samples}  # fmt: skip
    assert found == {**counts, "well": sum(not faults for faults in EXPECTED.values()), "all": 1000}
