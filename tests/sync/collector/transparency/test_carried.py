"""A kiosk without a network learns of the log from the acknowledgement on a stick, by the rules of the wire."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from sync.agent.asked.carried_log import take_carried_log
from sync.agent.device.enroll import Device, KioskFiles, keep_device
from sync.agent.device.keys import obtain_key
from sync.agent.transparency.kept import Doubt
from sync.collector.chores.intake import acknowledgement
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.store import schema
from sync.collector.transparency.by_hand import restart_log
from sync.protocol.messages import encode_message
from sync.protocol.own_key import public_text
from tests.sync.collector.builders import Office
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.transparency.logs import ORIGIN
from tests.sync.collector.transparency.test_agent_and_log import Kiosk, kiosk, rewrite_past  # noqa: F401 - a fixture

Stick = Callable[[], Path]


@pytest.fixture
def stick(kiosk: Kiosk, office: Office, tmp_path: Path) -> Stick:  # noqa: F811
    """Writes what ``collector ack-file`` does; the kiosk saw two days of the log before its network went."""
    files = KioskFiles(tmp_path)
    keep_device(files, Device(URL, office.device.device_id, "Q1"))
    mine, numbers = public_text(obtain_key(files.key)), iter(range(100))
    for _ in range(2):
        kiosk.day()

    def write() -> Path:
        with office.database.writing() as connection:
            before = connection.execute(schema.device.select()).mappings().one()["public_key"]
            connection.execute(update(schema.device).values(public_key=mine))
            said = acknowledgement(connection, kiosk.kept.public)
            connection.execute(update(schema.device).values(public_key=before))
        file = tmp_path / f"ack-{next(numbers)}"
        file.write_bytes(encode_message(said))
        return file

    return write


def offline_day(kiosk: Kiosk) -> None:  # noqa: F811
    """A press that comes to the collector, and a night; no status."""
    kiosk.deliver()
    kiosk.kept.run()


def take(kiosk: Kiosk, file: Path) -> None:  # noqa: F811
    take_carried_log(kiosk.path.parent, kiosk.journal.path, file, kiosk.clock)


def size(kiosk: Kiosk) -> int:  # noqa: F811
    checkpoint = kiosk.known.checkpoint
    assert checkpoint is not None
    return checkpoint.size


def test_kiosk_on_a_stick_follows_the_log_and_finds_itself_in_it(kiosk: Kiosk, stick: Stick) -> None:  # noqa: F811
    for _ in range(3):
        offline_day(kiosk)
    before = size(kiosk)

    take(kiosk, stick())

    assert (size(kiosk), kiosk.known.doubt, kiosk.known.witnessed) == (before + 3, None, 1)
    proven = kiosk.known.proven
    assert proven is not None
    older = stick()
    offline_day(kiosk)
    take(kiosk, stick())
    assert size(kiosk) == before + 4
    # A file that was left on the stick says less: that is no reason to alarm anyone.
    take(kiosk, older)
    assert (size(kiosk), kiosk.known.doubt) == (before + 4, None)


def test_rewritten_log_on_a_stick_is_named_as_on_the_wire(kiosk: Kiosk, stick: Stick, office: Office) -> None:  # noqa: F811
    rewrite_past(kiosk, office)
    for _ in range(4):
        offline_day(kiosk)

    take(kiosk, stick())

    assert kiosk.known.doubt is not None
    assert kiosk.known.doubt.code is Doubt.CONSISTENCY
    assert kiosk.known.fault is not None
    assert kiosk.known.fault.said


def test_log_that_was_restarted_is_followed_on_a_stick(kiosk: Kiosk, stick: Stick, office: Office) -> None:  # noqa: F811
    with office.database.reading() as connection:
        own = read_own_key(connection)
    kiosk.other.log = restart_log(kiosk.kept.keeper, own, "somebody", although_whole=True).new
    offline_day(kiosk)

    take(kiosk, stick())

    assert (kiosk.known.log.name, kiosk.known.doubt) == (f"{ORIGIN}/2", None)
    assert kiosk.known.restarted is not None


@pytest.mark.parametrize("spoilt", ["log", "leaf", "checkpoint"])
def test_what_is_wrong_with_the_log_in_a_file_is_told_and_nothing_is_believed(
    kiosk: Kiosk, stick: Stick, spoilt: str  # noqa: F811
) -> None:  # fmt: skip
    offline_day(kiosk)
    file, before = stick(), size(kiosk)
    said = json.loads(file.read_bytes())
    if spoilt == "leaf":
        said["kiosks"][0]["journals"][0]["leaf"] = {"kind": "nonsense"}
    elif spoilt == "log":
        said["log"] = 7
    else:
        said["log"]["checkpoint"] = said["log"]["checkpoint"].replace("=\n\n", "A\n\n")
    file.write_text(json.dumps(said))

    take(kiosk, file)

    assert kiosk.known.doubt is not None
    assert kiosk.known.doubt.code is Doubt.UNREADABLE
    assert size(kiosk) == before


def test_keys_of_the_log_are_never_taken_from_a_file(kiosk: Kiosk, stick: Stick) -> None:  # noqa: F811
    kiosk.path.unlink()

    take(kiosk, stick())

    assert not kiosk.path.exists()


def test_file_of_a_collector_without_a_log_says_nothing_of_it(kiosk: Kiosk, stick: Stick) -> None:  # noqa: F811
    file, before = stick(), kiosk.known
    said = json.loads(file.read_bytes())
    del said["log"]
    file.write_text(json.dumps(said))

    take(kiosk, file)

    assert kiosk.known == before
