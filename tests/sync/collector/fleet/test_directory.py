"""The directory remembers while nothing changes, notices what others change, and stays small."""

import tracemalloc

import pytest
from sqlalchemy import event

from sync.collector.fleet.devices import directory
from sync.collector.fleet.devices.credentials import move_device, revoke_device
from sync.collector.fleet.devices.directory import ASKED_S, Directory
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.kiosk_client import enrolled_key

BYTES_EACH_MAX = 2000


def asked(office: Office) -> list[str]:
    """Fills with what the database is asked from now on."""
    found: list[str] = []
    event.listen(
        office.database.reader, "before_cursor_execute", lambda *said: found.append(said[2]) if "FROM" in said[2] else 0
    )
    return found


def test_directory_reads_nothing_twice_while_nothing_changes(office: Office) -> None:
    now = [0.0]
    known = Directory(office.database, lambda: now[0])
    kiosk = office.device.device_id
    first = known.find(kiosk), known.known(kiosk)
    statements = asked(office)

    for minute in range(1, 4):
        now[0] = minute * 60.0
        assert (known.find(kiosk), known.known(kiosk)) == first

    assert len(statements) == 3
    assert all("fleet_change" in statement for statement in statements)


def test_directory_notices_what_another_process_changed(office: Office) -> None:
    now = [0.0]
    known = Directory(office.database, lambda: now[0])
    kiosk = office.device.device_id
    assert known.current(kiosk) is None
    assert known.find(kiosk) is not None
    assert known.known(kiosk) is not None
    with office.database.writing() as connection:
        move_device(connection, kiosk, "Q2", NOON, "it")
        revoke_device(connection, kiosk, NOON, "it")

    now[0] = ASKED_S
    assert known.current(kiosk) is known.sender(kiosk) is None
    moved, revoked = known.find(kiosk), known.known(kiosk)

    assert moved is not None
    assert revoked is not None
    assert (moved.counter_id, moved.revoked, revoked.revoked) == (2, True, True)


def test_directory_is_small_and_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosks = [enrolled_key(office.database, office.new_device().device_id).keyid for _ in range(60)]
    known = Directory(office.database)
    known.known(kiosks[0])
    tracemalloc.start()
    for kiosk in kiosks[10:]:
        known.known(kiosk)
    held = sum(one.size for one in tracemalloc.take_snapshot().filter_traces(
        (tracemalloc.Filter(True, directory.__file__),)).statistics("filename"))  # fmt: skip
    tracemalloc.stop()
    monkeypatch.setattr(directory, "KEYS_MAX", 10)
    few = Directory(office.database)
    for kiosk in kiosks:
        few.known(kiosk)

    assert held / 50 < BYTES_EACH_MAX
    assert [kiosk for kiosk in kiosks if few.remembered(kiosk)] == kiosks[-10:]
