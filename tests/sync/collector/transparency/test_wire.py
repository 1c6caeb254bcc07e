"""The log between collector and kiosk: both sides as they are, with the wire between them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from kiosk.domain.instant import Instant
from kiosk.domain.merkle import EMPTY_ROOT
from kiosk.journal.chain import Cursor
from sync.agent.transparency.kept import KeptLog, Source, begin_log, load_kept
from sync.agent.transparency.watch import LogWatch
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.replica.stored import packed
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.transparency.by_hand import change_key, restart_log
from sync.collector.transparency.errors import LogBehind
from sync.protocol.messages import EnrolmentRequest, StatusAnswer, decode_message, encode_message
from sync.protocol.own_key import public_text
from sync.protocol.tlog.messages import LogRoots
from tests.sync.collector.api.test_api_device import JSON, status_of
from tests.sync.collector.api.test_api_enrolments import make_code
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.kiosk_client import URL, KioskKey, enrolled_key, send
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.transparency.logs import ORIGIN, Kept
from tests.sync.collector.transparency.witnessing import FakeWitness, witness


@dataclass
class Chain:
    """A kiosk's journal."""

    pen: Pen

    @property
    def id(self) -> str:
        return self.pen.journal_id

    def head(self) -> Cursor:
        return self.pen.cursor()

    def hash_at(self, seq: int) -> bytes | None:
        return self.pen.cursor(seq).head if seq <= len(self.pen.lines) else None

    def cuts_at(self, seq: int) -> tuple[int, bytes]:
        return 0, EMPTY_ROOT


class OneDay:
    """A clock that stands still."""

    def now(self) -> Instant:
        return Instant(datetime(2026, 11, 21, 9, tzinfo=UTC), 1, "boot")


@dataclass
class Kiosk:
    """A kiosk's half of the log, at the wire."""

    kept: Kept
    client: TestClient
    key: KioskKey
    pen: Pen
    watch: LogWatch
    path: Path

    def call(self) -> Any:
        """One status, and what the answer says of the log."""
        told = self.watch.told(self.pen.journal_id)
        log = {name: getattr(told, name) for name in told.__struct_fields__}
        answer = send(self.client, self.key.request("POST", "/v1/device/status", status_of(self.pen, log=log), JSON))
        assert answer.status_code == 200, answer.text
        said = decode_message(StatusAnswer, answer.content)
        self.watch.take(said.log, Chain(self.pen), said.cursor())
        return answer.json().get("log")

    @property
    def known(self) -> KeptLog:
        found = load_kept(self.path)
        assert found is not None
        return found

    def press(self) -> None:
        self.pen.rating()
        batch = self.key.upload(self.pen, len(self.pen.lines), self.pen.cursor(len(self.pen.lines) - 1).head,
                                (self.pen.lines[-1],))  # fmt: skip
        assert send(self.client, batch).status_code == 200


@pytest.fixture
def other() -> Iterator[FakeWitness]:
    with witness() as made:
        yield made


@pytest.fixture
def services(kept: Kept, other: FakeWitness) -> Services:
    kept.settings = Log(witnesses=(other.setting,))
    with kept.folder.held():
        other.log = kept.keeper.open_keys(kept.folder).signer.verifier
    made = make_services(kept.config, kept.office.database, lambda: kept.now)
    return replace(made, log=kept.public)


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000)) as opened:
        yield opened


@pytest.fixture
def kiosk(kept: Kept, client: TestClient, office: Office, pen: Pen, tmp_path: Path) -> Kiosk:
    """One that was enrolled before there was a log."""
    key = enrolled_key(office.database, office.device.device_id)
    with office.database.reading() as connection:
        own = public_text(read_own_key(connection))
    path = tmp_path / "kiosk-log.json"
    return Kiosk(kept, client, key, pen, LogWatch(path, OneDay(), lambda: (own, URL)), path)


def test_a_kiosk_learns_the_log_once_and_finds_itself_in_it_each_day(kiosk: Kiosk, other: FakeWitness) -> None:
    kiosk.call()
    assert (kiosk.known.source, kiosk.known.roots.witnesses) == (Source.COLLECTOR, [other.cosigner.vkey])
    for seq in (2, 3):
        kiosk.kept.run()
        assert kiosk.call()["leaf"]["seq"] == seq
        assert (kiosk.known.doubt, kiosk.known.proven.seq, kiosk.known.witnessed) == (None, seq, 1)  # type: ignore[union-attr]
        assert kiosk.call() is None
        kiosk.press()


def test_a_past_that_was_rewritten_is_found_out_by_the_kiosk(kiosk: Kiosk, office: Office) -> None:
    kiosk.kept.run()
    kiosk.call()
    kiosk.call()
    made = Pen(kiosk.pen.journal_id)
    made.opened()
    made.rating(1)
    made.rating(1)
    with office.database.writing() as connection:
        connection.execute(schema.segment.delete())
        row = {"journal_id": made.journal_id, "first_seq": 1, "received_at": kiosk.kept.now, "last_seq": 3,
               "prev": made.cursor(0).head, "head": made.cursor().head, "lines": packed(made.lines),
               "signature": "", "kiosk_clock": ""}  # fmt: skip
        connection.execute(insert(schema.segment), row)
        connection.execute(update(schema.journal).values(head=made.cursor().head, next_seq=4))
        connection.execute(schema.log_journal.delete())
    kiosk.pen.rating()
    kiosk.kept.run()

    kiosk.call()

    assert kiosk.known.fault is not None
    assert str(kiosk.watch.fault()) == "leaf"


def test_a_restored_collector_is_told_by_a_kiosk_and_is_not_called_a_fraud(
    kiosk: Kiosk, office: Office, tmp_path: Path, other: FakeWitness
) -> None:
    kiosk.kept.run()
    copytree(kiosk.kept.root, tmp_path / "backup")
    kiosk.press()
    kiosk.kept.run()
    kiosk.call()
    kiosk.call()
    # All of it is restored, and the witness cannot be reached: only the kiosk knows.
    rmtree(kiosk.kept.root)
    copytree(tmp_path / "backup", kiosk.kept.root)
    with office.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM log_leaf WHERE leaf_index > 1")
        root = kiosk.kept.newest().checkpoint.root
        connection.execute(update(schema.log_state).values(size=2, root=root, day=None, published_size=2))
    other.forget()
    assert kiosk.call() == {"show": True}
    kiosk.call()
    with pytest.raises(LogBehind):
        kiosk.kept.run()
    with office.database.reading() as connection:
        own = read_own_key(connection)

    said = restart_log(kiosk.kept.keeper, own, "somebody")
    other.log = said.new
    kiosk.kept.run()
    kiosk.call()

    assert (kiosk.known.doubt, kiosk.known.log.name) == (None, f"{ORIGIN}/2")
    assert kiosk.known.restarted is not None
    assert (kiosk.known.proven.seq, said.last_size) == (3, 3)  # type: ignore[union-attr]


def test_a_new_key_is_followed_by_the_kiosk(kiosk: Kiosk) -> None:
    kiosk.call()
    kiosk.kept.run()
    kiosk.call()

    vkey = change_key(kiosk.kept.keeper, "somebody")
    kiosk.kept.run()
    kiosk.call()

    assert (kiosk.known.doubt, kiosk.known.vkey) == (None, vkey)


def test_enrolment_tells_by_which_keys_the_log_is_known(
    kept: Kept, client: TestClient, office: Office, other: FakeWitness, tmp_path: Path
) -> None:
    key = KioskKey()
    wanted = EnrolmentRequest(make_code(office.database), key.public, Pen().journal_id)

    answer = send(client, key.request("POST", "/v1/enrolments", encode_message(wanted), JSON)).json()

    vkey = kept.folder.key_files.read().signer.vkey
    assert answer["log"] == {"vkey": vkey, "witnesses": [other.cosigner.vkey], "quorum": 1}
    begin_log(tmp_path / "roots", LogRoots(**answer["log"]), Source.ENROLMENT, kept.now.date())


def test_the_log_is_read_without_an_account(kept: Kept, client: TestClient, pen: Pen) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    published = kept.run()

    answer = client.get("/log/checkpoint")
    assert (answer.text, answer.headers["content-type"]) == (published.text, "text/plain; charset=utf-8")
    size = published.checkpoint.size
    for path in (f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}", "keys"):
        assert client.get(f"/log/{path}").content == (kept.folder.public / path).read_bytes()
    # Nothing beyond what is published, and nothing beside it.
    # What was written and not signed yet is nobody's business: it may still be written over.
    (kept.folder.public / f"tile/0/000.p/{size + 1}").write_bytes(bytes(32 * (size + 1)))
    beyond = (f"tile/0/000.p/{size + 1}", "tile/0/001")
    beside = ("tile/%2e%2e/keys", "tile/entries/%2e%2e/checkpoint", "signed", "restarted", "../key")
    for path in (*beyond, *beside):
        assert client.get(f"/log/{path}").status_code == 404
