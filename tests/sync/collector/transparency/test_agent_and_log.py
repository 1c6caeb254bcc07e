"""The kiosk's whole agent with its journal on a disk, the collector's own application, and the program's witness."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from kiosk.journal.chain import Cursor
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Batch, JournalReader
from kiosk.journal.stated import InForce
from sync.agent.agent import Agent
from sync.agent.device.enroll import KioskFiles
from sync.agent.device.move import Staying
from sync.agent.transparency.kept import Doubt, KeptLog, load_kept
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.replica.stored import packed, stored_entries
from sync.collector.run.app import create_app
from sync.collector.services.services import make_services
from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.transparency.by_hand import restart_log
from sync.collector.transparency.errors import LogBehind
from sync.protocol.batch import pack_batch
from sync.protocol.messages import (
    BATCH_MEDIA_TYPE,
    CursorMessage,
    DeviceStatus,
    StatusAnswer,
    decode_message,
    encode_message,
)
from sync.protocol.own_key import public_text
from sync.protocol.vouched import append_target
from tests.builders import FrozenClock, make_rating
from tests.sync.collector.api.test_api_device import JSON
from tests.sync.collector.builders import Office
from tests.sync.collector.kiosk_client import URL, KioskKey, enrolled_key, send
from tests.sync.collector.transparency.logs import ORIGIN, Kept
from tests.sync.collector.transparency.witnessing import FakeWitness, witness


@dataclass
class Wire:
    """The collector as its client has it, over the application itself."""

    client: TestClient
    key: KioskKey

    @contextmanager
    def open(self) -> Iterator["Wire"]:
        yield self

    def report(self, status: DeviceStatus) -> StatusAnswer:
        return decode_message(StatusAnswer, self._post("/v1/device/status", encode_message(status), JSON))

    def cursor(self, journal_id: str) -> Cursor:
        answer = send(self.client, self.key.request("GET", f"/v1/journals/{journal_id}"))
        return decode_message(CursorMessage, answer.content).cursor()

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}
        path = append_target(journal_id, batch.start, batch.end.head)
        body = self._post(path, pack_batch(batch.lines, batch.enclosures), headers)
        return decode_message(CursorMessage, body).cursor()

    def settings(self, known: str | None) -> None:
        """Nothing is set at the office."""

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        answer = send(self.client, self.key.request("POST", path, body, headers))
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)


class Guide(Staying):
    """Knows the collector by its key."""

    def __init__(self, key: str) -> None:
        self.key = key

    def collector(self) -> tuple[str, str]:
        return self.key, URL


@dataclass
class Kiosk:
    """One that was enrolled before there was a log."""

    kept: Kept
    other: FakeWitness
    journal: Journal
    agent: Agent
    clock: FrozenClock
    path: Path

    def day(self) -> None:
        """A day of the office: presses, deliveries, the night's chore, and the next morning's call."""
        self.journal.append(make_rating(self.clock))
        self.call()
        self.kept.run()
        self.call()

    def call(self) -> None:
        """A minute later, so that the status is told."""
        self.clock.advance(100)
        self.agent.upload()

    def deliver(self) -> None:
        """A press within the same minute: no status goes with it."""
        self.journal.append(make_rating(self.clock))
        self.agent.upload()

    @property
    def known(self) -> KeptLog:
        found = load_kept(self.path)
        assert found is not None
        return found


@pytest.fixture
def kiosk(kept: Kept, office: Office, tmp_path: Path) -> Iterator[Kiosk]:
    clock, files, path = FrozenClock(), KioskFiles(tmp_path), tmp_path / "journal.db"
    with witness() as other, Journal.open(path, clock, "hailong test", allow_any_disk=True) as journal:
        kept.settings = Log(witnesses=(other.setting,))
        with kept.folder.held():
            other.log = kept.keeper.open_keys(kept.folder).signer.verifier
        services = replace(make_services(kept.config, office.database, lambda: kept.now), log=kept.public)
        with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000)) as client:
            wire = Wire(client, enrolled_key(office.database, office.device.device_id))
            with office.database.reading() as connection:
                guide = Guide(public_text(read_own_key(connection)))
            agent = Agent(files, path, lambda: JournalReader(path), wire.open, clock, guide=guide, start_delay_s_max=0)
            yield Kiosk(kept, other, journal, agent, clock, files.log)


def rewrite_past(kiosk: Kiosk, office: Office) -> None:
    """What somebody with the database, the log's key and a witness that signs everything can do.

    The journal's ratings are others, chained anew; to the kiosk its own head is shown, so that it goes on delivering.
    """
    with office.database.writing() as connection:
        lines = [
            line.replace(b'"level":4', b'"level":5')
            for _, _, line in stored_entries(connection, kiosk.journal.id, 1, 99)
        ]
        first = connection.execute(select(schema.segment).order_by(schema.segment.c.first_seq)).mappings().first()
        assert first is not None
        end = Cursor.start(kiosk.journal.id).after(lines)
        connection.execute(schema.segment.delete())
        made = {**first, "last_seq": len(lines), "head": end.head, "lines": packed(lines)}
        connection.execute(schema.segment.insert(), made)
        for table in (schema.log_leaf, schema.log_journal, schema.log_state):
            connection.execute(table.delete())
    root, key = kiosk.kept.root, (kiosk.kept.root / "key").read_bytes()
    rmtree(root)
    root.mkdir()
    (root / "key").write_bytes(key)
    (root / "key").chmod(0o600)
    kiosk.other.forget()


def test_collector_that_rewrote_the_past_and_signed_a_new_log_is_named(kiosk: Kiosk, office: Office) -> None:
    for _ in range(3):
        kiosk.day()
    seen = kiosk.known.note
    rewrite_past(kiosk, office)
    for _ in range(4):
        kiosk.deliver()
        kiosk.kept.run()
    assert kiosk.known.note == seen

    kiosk.call()

    assert kiosk.known.doubt is not None
    assert kiosk.known.doubt.code is Doubt.CONSISTENCY
    assert (kiosk.known.fault.kept, kiosk.known.note) == (seen, seen)  # type: ignore[union-attr]


def test_collector_that_was_restored_is_restarted_and_no_fraud(kiosk: Kiosk, office: Office, tmp_path: Path) -> None:
    kiosk.day()
    copytree(kiosk.kept.root, tmp_path / "backup")
    with office.database.reading() as connection:
        state = connection.execute(select(schema.log_state)).mappings().one()
        leaves = connection.execute(select(schema.log_leaf)).mappings().all()
    kiosk.day()
    rmtree(kiosk.kept.root)
    copytree(tmp_path / "backup", kiosk.kept.root)
    with office.database.writing() as connection:
        for table, rows in ((schema.log_state, [state]), (schema.log_leaf, leaves)):
            connection.execute(table.delete())
            connection.execute(table.insert(), [dict(row) for row in rows])
        own = read_own_key(connection)
    kiosk.other.forget()
    for _ in range(2):
        kiosk.call()
    assert kiosk.known.doubt is None
    with pytest.raises(LogBehind):
        kiosk.kept.run()

    kiosk.other.log = restart_log(kiosk.kept.keeper, own, "somebody").new
    kiosk.day()

    assert (kiosk.known.doubt, kiosk.known.log.name) == (None, f"{ORIGIN}/2")
    assert kiosk.known.restarted is not None
    assert kiosk.known.proven is not None
    assert kiosk.known.witnessed == 1


def test_journal_with_cuts_is_found_in_the_log_with_them(kiosk: Kiosk) -> None:
    kiosk.journal.state_settings(InForce("sipas-5@1", None, {"overall": (1, 2, 3, 4, 5)}, "03"), kiosk.clock.now())
    for _ in range(3):
        for _ in range(6):
            kiosk.journal.append(make_rating(kiosk.clock))
        kiosk.clock.advance(12 * 3600)
        while kiosk.journal.cut(kiosk.clock.now()):
            pass
        kiosk.day()

    with JournalReader(kiosk.journal.path) as reader:
        proven: Any = kiosk.known.proven
        assert reader.cuts_at(proven.seq)[0] > 0
    assert kiosk.known.doubt is None
    assert kiosk.known.awaited is not None
    assert kiosk.known.awaited.days == 0
