"""The collector keeps its log by itself; pages, measures and notices say how it is."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs
from prometheus_client import REGISTRY
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from sync.collector.chores.every import slow_chores_of
from sync.collector.chores.log import KeepLog
from sync.collector.chores.proof import VerifyNightly
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.run.gauges import Gauges
from sync.collector.services.services import Services, make_services
from sync.collector.settings.log import Log
from sync.collector.settings.notices import Notices, Webhook
from sync.collector.transparency.errors import LogStopped
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.people.test_accounts import CHOSEN, Person, settle
from tests.sync.collector.transparency.logs import Kept
from tests.sync.collector.transparency.witnessing import witness


@pytest.fixture
def services(kept: Kept) -> Services:
    kept.now = NOON + timedelta(days=1)
    told = Notices(webhook=Webhook(url="http://127.0.0.1:9/"))
    config = _with(kept, notices=told)
    return replace(make_services(config, kept.office.database, lambda: kept.now), log=kept.public)


def _with(kept: Kept, **values: object):  # type: ignore[no-untyped-def]
    return structs.replace(kept.config, **values)


def keep(kept: Kept, services: Services) -> None:
    config = _with(kept, notices=services.config.notices)
    KeepLog(replace(services, config=config), kept.transact).run_round()


def told(kept: Kept) -> list[str]:
    return [str(kind) for (kind,) in kept.office.rows("notice", "kind")]


def page(services: Services, path: str) -> str:
    with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000)) as client:
        return client.get(f"{path}?lang=en").text


def staff_page(kept: Kept, services: Services) -> str:
    """The page of kiosks, as IT staff see it."""
    if not kept.office.rows("account"):
        settle(kept.office.database, "son", role=Role.IT)
    person = Person(services, log=services.config.log)
    person.now = kept.now
    assert person.sign_in("son", CHOSEN).status_code == 303
    return str(person.client.get("/may?lang=en").text)


def test_the_log_is_a_chore_where_it_is_to_be_kept(services: Services) -> None:
    assert "keep log" in [chore.name for chore in slow_chores_of(services)]
    elsewhere = replace(services, config=_with_log(services, Log(keep=False)))
    assert "keep log" not in [chore.name for chore in slow_chores_of(elsewhere)]


def _with_log(services: Services, log: Log):  # type: ignore[no-untyped-def]
    return structs.replace(services.config, log=log)


def test_a_log_that_begins_under_a_loopback_address_is_warned_of_once(kept: Kept, pen: Pen, services: Services) -> None:
    config = _with(kept, public_url="", log=structs.replace(kept.config.log, name=""))
    chore = KeepLog(replace(services, config=config), kept.transact)

    with capture_logs() as logged:
        chore.run_round()
        chore.run_round()

    warned = [one for one in logged if one["event"] == "the log is named by a loopback address"]
    assert [one["name"] for one in warned] == ["127.0.0.1:8600/log"]


def test_a_log_that_stands_still_is_told_once_and_its_end_once(kept: Kept, pen: Pen, services: Services) -> None:
    keep(kept, services)
    assert told(kept) == []
    key = kept.folder.key_files.key_file
    raw = key.read_bytes()
    key.unlink()
    for _ in range(2):
        kept.now += timedelta(days=1)
        keep(kept, services)

    assert told(kept) == ["alert"]
    Gauges(kept.office.database, lambda: kept.now, HANOI).read()
    assert REGISTRY.get_sample_value("hailong_log_stopped") == 1
    assert "The public log stands still." in staff_page(kept, services)

    key.write_bytes(raw)
    with kept.office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE notice_delivery SET state = 'sent', tries = 1")
    keep(kept, services)
    assert told(kept) == ["alert", "recovered"]


def test_a_checkpoint_that_waits_for_witnesses_for_days_is_told(kept: Kept, pen: Pen, services: Services) -> None:
    with witness() as other:
        kept.settings = Log(witnesses=(other.setting,))
        keep(kept, services)
        assert told(kept) == ["alert"]
        with kept.folder.held():
            other.log = kept.keeper.open_keys(kept.folder).signer.verifier
        kept.monotonic_s += 7200
        kept.now += timedelta(days=1)
        other.time = int(kept.now.timestamp())
        with kept.office.database.writing() as connection:
            connection.exec_driver_sql("UPDATE notice_delivery SET state = 'sent', tries = 1")
        keep(kept, services)
        assert told(kept) == ["alert", "recovered"]


def test_the_page_says_which_witness_did_not_answer_or_sign(kept: Kept, pen: Pen, services: Services) -> None:
    with witness() as other:
        kept.settings = Log(witnesses=(other.setting,))
        services = replace(services, config=_with_log(services, kept.settings))
        keep(kept, services)
        assert f"witness {other.name} did not cosign on" in staff_page(kept, services)
        other.is_down = True
        # By hand, and it is told at once.
        with suppress(LogStopped):
            kept.keeper.run(at_once=True)
        assert f"witness {other.name} did not answer on" in staff_page(kept, services)
        Gauges(kept.office.database, lambda: kept.now, HANOI).read()
        labels = {"witness": other.name}
        assert REGISTRY.get_sample_value("hailong_log_witness_up", labels) == 0
        assert REGISTRY.get_sample_value("hailong_log_signed_size") == 1
        other.is_down, other.time = False, int(kept.now.timestamp())
        other.log = kept.folder.key_files.read().signer.verifier
        kept.keeper.run(at_once=True)
        assert "cosigned by 1 of 1 witnesses" in staff_page(kept, services)
        assert f"witness {other.name}" not in staff_page(kept, services)
        Gauges(kept.office.database, lambda: kept.now, HANOI).read()
        assert REGISTRY.get_sample_value("hailong_log_witness_up", labels) == 1


def test_what_was_mended_by_hand_ends_the_alert(kept: Kept, pen: Pen, services: Services) -> None:
    keep(kept, services)
    key = kept.folder.key_files.key_file
    raw = key.read_bytes()
    key.unlink()
    keep(kept, services)
    key.write_bytes(raw)
    kept.keeper.run(at_once=True)
    assert "The public log stands still." not in staff_page(kept, services)
    with kept.office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE notice_delivery SET state = 'sent', tries = 1")

    keep(kept, services)

    assert told(kept) == ["alert", "recovered"]


def test_a_day_that_somebody_set_is_told_and_stops_nothing(kept: Kept, pen: Pen, services: Services) -> None:
    keep(kept, services)
    with kept.office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE log_state SET day = '2031-01-01'")
    for _ in range(2):
        VerifyNightly(services, kept.transact).run_round()
    assert "log_future" in " ".join(str(row) for row in kept.office.rows("proof_state"))
    kept.office.append(pen, pen.batch(pen.rating()))
    kept.now += timedelta(days=1)

    keep(kept, services)

    assert kept.newest().checkpoint.size == 2
    assert "alert" in told(kept)
    assert "The public log names a day that is not over." in staff_page(kept, services)
    Gauges(kept.office.database, lambda: kept.now, HANOI).read()
    assert REGISTRY.get_sample_value("hailong_log_doubtful") == 1
    assert REGISTRY.get_sample_value("hailong_log_stopped") == 0
    keep(kept, services)
    assert "The public log names" not in staff_page(kept, services)


def test_the_first_page_says_only_what_is_proven(kept: Kept, office: Office, pen: Pen, services: Services) -> None:
    assert "No public log shows that to others yet." in page(services, "/dang-nhap")
    kept.keeper.run()
    assert "that everybody is shown the same log is not proven" in page(services, "/dang-nhap")
    with witness() as other:
        other.time = int(kept.now.timestamp())
        kept.settings = Log(witnesses=(other.setting,))
        with kept.folder.held():
            other.log = kept.keeper.open_keys(kept.folder).signer.verifier
        witnessed = replace(services, config=kept.config)
        # Named in the settings is not yet witnessed.
        assert "is not proven" in page(witnessed, "/dang-nhap")
        kept.now += timedelta(days=1)
        kept.keeper.run(at_once=True)
        assert "that other offices witness" in page(witnessed, "/dang-nhap")
        for days in (-10, 8):
            kept.now += timedelta(days=days)
            assert "is not proven" in page(witnessed, "/dang-nhap")
            kept.now -= timedelta(days=days)


def test_staff_see_how_far_the_log_is_and_who_witnesses_it(kept: Kept, pen: Pen, services: Services) -> None:
    assert "There is no public log yet" in staff_page(kept, services)
    keep(kept, services)

    text = staff_page(kept, services)

    assert "Public log: 1 entries, published on" in text
    assert "no witness is set" in text
    Gauges(kept.office.database, lambda: kept.now, HANOI).read()
    assert REGISTRY.get_sample_value("hailong_log_size") == 1
    assert REGISTRY.get_sample_value("hailong_log_published_seconds") == kept.now.timestamp()


def test_what_does_not_hold_against_the_log_is_found_the_same_night(kept: Kept, pen: Pen, services: Services) -> None:
    keep(kept, services)
    with kept.office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE segment SET head = prev")
    for _ in range(2):
        VerifyNightly(services, kept.transact).run_round()

    found = " ".join(str(row) for row in kept.office.rows("proof_look", "found"))

    assert "log_differs" in found
