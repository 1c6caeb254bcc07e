"""A thousand kiosks with mixed faults: each is told, what is alike as one, and told again when it is over."""

import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from sync.collector.chores.kiosks import watch_fleet
from sync.collector.fleet.kiosks.faults import BEHIND_ITS_BACK, Fault
from sync.collector.fleet.kiosks.known import Known, know_fault, read_known
from sync.collector.fleet.kiosks.roll import read_roll
from sync.collector.notices.outbox import MAIL, SENT
from sync.collector.people.accounts import change_email, disable_account, new_account
from sync.collector.people.rights import Role
from sync.collector.run.gauges import Gauges
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.fleet import Fleet
from sync.collector.settings.notices import Mail, Notices, Webhook
from sync.collector.store import schema
from tests.sync.collector.builders import NOON
from tests.sync.collector.fleet.kiosks.simulated import WELL, device_of, faults_of, write_fleet
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - test_roll.py and test_outage.py ask both

RULES = Fleet(software_min="1.0.0")
EXPECTED = {device_of(number): faults_of(number) for number in range(1000)}
FEW = {device_of(number): faults_of(number) for number in range(400)}
GATHERED = 3
"""Minutes after which people are told."""
Tellings = list[tuple[str, str, set[str]]]


@pytest.fixture
def communes() -> int:
    """How many there are, with 20 kiosks each: each fault is there."""
    return 20


@pytest.fixture
def fleet(services: Services, communes: int) -> Services:
    """A collector that watches kiosks and tells a webhook, and mailboxes where there are some."""
    write_fleet(services.database, NOON, communes)
    mail = Mail(host="mail.example.gov.vn", sender="hailong@example.gov.vn")
    hook = Webhook(url="http://127.0.0.1:9/hook")
    notices = Notices(webhook=hook, mail=mail, quiet_from=Notices().quiet_until)
    return replace(services, config=CollectorConfig(public_url=URL, fleet=RULES, notices=notices))


def look(services: Services, minutes: float = 0) -> None:
    """One look, so long after noon."""
    at = replace(services, now=lambda: NOON + timedelta(minutes=minutes))
    watch_fleet(at, lambda work: services.writer.submit(work).result(60))


def deliver(services: Services) -> None:
    """Everything that waits was delivered."""
    with services.database.writing() as connection:
        connection.execute(update(schema.delivery).values(state=SENT))


def told(services: Services) -> Tellings:
    """What was told, of which fault and of which kiosks."""
    with services.database.reading() as connection:
        rows = connection.execute(select(schema.notice.c.facts).order_by(schema.notice.c.notice_id))
        return [(facts["what"], facts["fault"], set(facts["devices"])) for facts in rows.scalars()]


def tell(services: Services) -> Tellings:
    """What is told of the fleet as it is."""
    look(services)
    look(services, GATHERED)
    deliver(services)
    return told(services)


@pytest.mark.parametrize("communes", [50])
def test_each_fault_of_a_thousand_kiosks_is_told_once_and_what_is_alike_as_one(fleet: Services) -> None:
    found = tell(fleet)
    look(fleet, GATHERED + 1)
    look(fleet, GATHERED + 2)

    assert told(fleet) == found
    for fault in Fault:
        # What a silent kiosk said last is not told: it may be otherwise by now.
        wanted = {device for device, faults in EXPECTED.items() if fault in faults
                  and (fault in BEHIND_ITS_BACK or Fault.SILENT not in faults)}  # fmt: skip
        assert wanted, fault
        assert [devices for _, name, devices in found if name == fault] == [wanted], fault
    assert {what for what, _, _ in found} == {"begun"}


def test_nothing_is_told_before_it_was_gathered(fleet: Services) -> None:
    look(fleet)
    look(fleet, GATHERED - 1)

    assert told(fleet) == []


def test_a_recovery_is_told_once_when_the_last_is_well(fleet: Services) -> None:
    before = tell(fleet)
    low = {device for device, faults in FEW.items() if Fault.DISK in faults and Fault.SILENT not in faults}
    for minutes, well in ((4, set(list(low)[:2])), (5, low), (6, low)):
        with fleet.database.writing() as connection:
            mine = schema.device_status.c.device_id.in_(well)
            connection.execute(update(schema.device_status).where(mine).values(status=WELL))
        look(fleet, minutes)
        recovered = [one for one in told(fleet)[len(before) :] if one[0] == "over" and one[1] == "disk"]
        assert recovered == ([] if minutes == 4 else [("over", "disk", low)])


def test_a_withdrawn_kiosk_is_missed_by_nobody(fleet: Services) -> None:
    before = tell(fleet)
    silent = {device for device, faults in FEW.items() if Fault.SILENT in faults}
    with fleet.database.writing() as connection:
        mine = schema.device.c.device_id.in_(silent)
        connection.execute(update(schema.device).where(mine).values(revoked_at=NOON))

    look(fleet, GATHERED + 1)

    assert ("over", "silent", silent) in told(fleet)[len(before) :]


def test_a_notice_names_a_few_and_leads_to_all_of_them(fleet: Services) -> None:
    with fleet.database.writing() as connection:
        ids = [device_of(number) for number in range(140, 160)]
        low = {**WELL, "disk_free_bytes": 1}
        hit = schema.device_status.c.device_id.in_(ids)
        connection.execute(update(schema.device_status).values(status=WELL))
        connection.execute(update(schema.device_status).where(hit).values(status=low))

    tell(fleet)

    with fleet.database.reading() as connection:
        rows = connection.execute(select(schema.notice)).all()
        (row,) = [row for row in rows if row.facts["fault"] == "disk"]
    assert row.subject == "Đĩa sắp đầy – 20 máy ở Xã số 7, từ khoảng 12:00"
    assert row.body.count("– Xã số 7, Quầy ") == 10
    assert "và 10 máy khác" in row.body
    assert row.body.endswith(f"{URL}/may?loi=dia&dv=20.07")


def test_people_of_a_unit_hear_of_their_own_kiosks_alone_and_nobody_twice(fleet: Services) -> None:
    people = {"huong": (Role.IT, "20.03"), "son": (Role.IT, "20"), "van": (Role.VIEWER, "20.03"),
              "nam": (Role.IT, None)}  # fmt: skip
    with fleet.database.writing() as connection:
        for name, (role, unit) in people.items():
            new_account(connection, name, name, role, unit, NOON, "test")
            change_email(connection, name, f"{name}@example.gov.vn", NOON, "test")
        new_account(connection, "nam2", "nam2", Role.IT, "20.03", NOON, "test")
        change_email(connection, "nam2", "nam@example.gov.vn", NOON, "test")

    tell(fleet)

    with fleet.database.reading() as connection:
        wanted = select(schema.delivery.c.address, schema.notice.c.facts).join(schema.notice)
        rows = connection.execute(wanted.where(schema.delivery.c.channel == MAIL)).all()
    heard: dict[str, set[str]] = {}
    for row in rows:
        heard.setdefault(row.address.partition("@")[0], set()).update(row.facts["devices"])
    own = {device_of(number) for number in range(60, 80)}
    assert heard["huong"] == {device for device, faults in FEW.items() if faults} & own
    assert heard["son"] == heard["nam"] == {device for device, faults in FEW.items() if faults}
    assert "van" not in heard
    assert max(Counter((row.address, row.facts["fault"]) for row in rows).values()) == 1


def test_where_nobody_is_told_any_more_everything_is_over_in_silence(fleet: Services) -> None:
    with fleet.database.writing() as connection:
        new_account(connection, "huong", "huong", Role.IT, "20.03", NOON, "test")
        change_email(connection, "huong", "huong@example.gov.vn", NOON, "test")
    before = tell(fleet)
    with fleet.database.writing() as connection:
        disable_account(connection, "huong", NOON, "test")

    look(fleet, 5)

    assert told(fleet) == before
    with fleet.database.reading() as connection:
        is_open = schema.incident.c.recovered_at.is_(None)
        open_keys = connection.execute(select(schema.incident.c.incident).where(is_open)).scalars().all()
    assert open_keys
    assert not any(":20.03:" in key for key in open_keys)


def test_what_begins_and_ends_at_night_is_told_to_nobody(fleet: Services) -> None:
    asleep = Notices(webhook=fleet.config.notices.webhook)
    night = replace(fleet, config=CollectorConfig(public_url=URL, fleet=RULES, notices=asleep))
    evening = 9 * 60
    look(night, evening)
    look(night, evening + GATHERED)
    with fleet.database.reading() as connection:
        waiting = connection.execute(select(schema.delivery.c.not_before)).scalars().all()
    assert set(waiting) == {NOON + timedelta(hours=18, minutes=30)}
    with fleet.database.writing() as connection:
        connection.execute(update(schema.device).values(revoked_at=NOON))

    look(night, evening + 60)

    with fleet.database.reading() as connection:
        assert connection.execute(select(schema.delivery)).all() == []
    assert {what for what, _, _ in told(fleet)} == {"begun"}


def test_nobody_is_told_where_the_settings_say_so(fleet: Services) -> None:
    quiet = replace(fleet, config=CollectorConfig(public_url=URL, fleet=Fleet(alerts=False)))

    assert tell(quiet) == []


def test_what_is_known_is_forgotten_when_the_fault_is_over_or_another_and_stays_while_it_lasts(
    fleet: Services,
) -> None:
    low = next(device for device, faults in FEW.items() if faults == {Fault.DISK})
    ill = next(device for device, faults in FEW.items() if Fault.ERROR in faults)
    with fleet.database.writing() as connection:
        know_fault(connection, low, Fault.DISK, Known("", "đã đặt đĩa mới", NOON, "son"))
        know_fault(connection, ill, Fault.ERROR, Known("certificate", "chờ chứng thư", NOON, "son"))
    look(fleet)
    with fleet.database.reading() as connection:
        assert set(read_known(connection)) == {low, ill}
        kiosks = {kiosk.device_id: kiosk for kiosk in read_roll(connection, "", NOON, fleet.config)}
    assert (kiosks[low].news, kiosks[low].known[Fault.DISK].words) == ((), "đã đặt đĩa mới")

    for device, status in ((low, WELL), (ill, {**WELL, "last_error": "full: no room"})):
        with fleet.database.writing() as connection:
            mine = schema.device_status.c.device_id == device
            connection.execute(update(schema.device_status).where(mine).values(status=status))
    look(fleet, 1)

    with fleet.database.reading() as connection:
        assert read_known(connection) == {}


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
    assert [silent_at(4), silent_at(48), silent_at(62.6), silent_at(63)] == [0, 0, 0, 400]


def test_metrics_count_by_state_without_a_label_for_each_kiosk(fleet: Services) -> None:
    look(fleet)
    Gauges(fleet.database, fleet.now, fleet.config.zone).read()

    counts = Counter(str(fault) for faults in FEW.values() for fault in faults)
    found = {sample.labels["state"]: sample.value for metric in REGISTRY.collect() if metric.name == "hailong_kiosks"
             for sample in metric.samples}  # fmt: skip
    assert found == {**counts, "well": sum(not faults for faults in FEW.values()), "all": 400}


def test_look_holds_little_of_each_kiosk(fleet):
    look(fleet)

    tracemalloc.start()
    look(fleet, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 400 * 2_700  # bytes
