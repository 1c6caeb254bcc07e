"""Town: an office with two kiosks and their agents, and another office's witness, by a clock that is handed in.

Kiosks press, cut, sign and deliver as they do; the collector judges, brings out, closes months, keeps its log and
verifies at night by its own chores. Only the sockets between kiosk and collector are left out.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from kiosk.journal.chain import Cursor
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Batch, JournalReader
from kiosk.journal.stated import InForce
from sync.agent.agent import Agent
from sync.agent.device.enroll import KioskFiles
from sync.agent.errors import CollectorUnavailable
from sync.agent.transparency.kept import Source, begin_log
from sync.agent.troubles import Trouble
from sync.agent.wire.route import Identity
from sync.collector.chores.blocks import JudgeJournals
from sync.collector.chores.log import KeepLog
from sync.collector.chores.months import CloseMonths
from sync.collector.chores.proof import VerifyNightly
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.log import Log
from sync.collector.settings.notices import Notices, Webhook
from sync.collector.store.database import Database, open_database
from sync.collector.transparency.trust import roots_of
from sync.protocol.batch import pack_batch
from sync.protocol.messages import (
    BATCH_MEDIA_TYPE,
    CursorMessage,
    DeviceStatus,
    HashMessage,
    StatusAnswer,
    decode_message,
    encode_message,
)
from sync.protocol.own_key import public_text
from tests.builders import ZONE, FrozenClock, make_rating
from tests.journey.tampering.told import Told
from tests.sync.collector.api.test_api_device import JSON
from tests.sync.collector.builders import HANOI
from tests.sync.collector.kiosk_client import URL, KioskKey, send
from tests.sync.collector.transparency.logs import ORIGIN
from tests.sync.collector.transparency.test_agent_and_log import Guide, Wire
from tests.sync.collector.transparency.witnessing import FakeWitness

HOUR = timedelta(hours=1)
PRESSES = {9: (4, 5, 3, 4, 5, 2), 15: (5, 1, 4, 4, 3, 5)}
"""What citizens press in the hour that ends then, at each kiosk."""
CUT_AT = (15, 1)
EVENTFUL = {0, 1, 2, *PRESSES, 11}
"""The hours at whose end kiosks call and chores run; in between nothing would happen but the same questions again."""
CALLER = ("127.0.0.1", 50000)
LEVELS = {"overall": (1, 2, 3, 4, 5)}


@dataclass(frozen=True)
class Kept:
    """A town that stands still: where it lies, and how late it is there."""

    folder: Path
    url: str
    now: datetime
    keys: tuple[KioskKey, ...]
    witness: FakeWitness
    language: str = "en"

    def at(self, other: "Kept") -> "Kept":
        """The other town, as late as it is here."""
        return replace(other, now=self.now)

    def clock(self) -> FrozenClock:
        """Of a kiosk, which was never switched off."""
        beginning = datetime(2026, 11, 1, tzinfo=ZONE)
        passed = self.now - beginning
        return FrozenClock(self.now.astimezone(ZONE), round(passed.total_seconds() * 1_000_000))


class Connection(Wire):
    """The collector as its client has it, with the kiosk's own clock and the cuts' root that it signs."""

    def __init__(self, client: TestClient, key: KioskKey, clock: FrozenClock) -> None:
        super().__init__(client, key)
        self._clock = clock

    @contextmanager
    def open(self) -> Iterator["Connection"]:
        yield self

    def cursor(self, journal_id: str) -> Cursor:
        return decode_message(CursorMessage, self._sent("GET", f"/v1/journals/{journal_id}")).cursor()

    def hash_at(self, journal_id: str, seq: int, ours: bytes) -> bytes:
        answer = self._sent("GET", f"/v1/journals/{journal_id}?seq={seq}&hash={ours.hex()}")
        return bytes.fromhex(decode_message(HashMessage, answer).hash)

    def report(self, status: DeviceStatus) -> StatusAnswer:
        answer = self._sent("POST", "/v1/device/status", encode_message(status), JSON)
        return decode_message(StatusAnswer, answer)

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}
        target = Identity(self.key.keyid, self.key.private).append_target(journal_id, batch)
        body = self._sent("POST", target, pack_batch(batch.lines, batch.enclosures), headers)
        return decode_message(CursorMessage, body).cursor()

    def _sent(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
        answer = send(self.client, self.key.request(method, path, body, headers, clock=self._clock.now()))
        if answer.status_code not in (200, 409):
            raise CollectorUnavailable(Trouble.WRONG_ANSWER, f"{answer.status_code} {answer.text}")
        return bytes(answer.content)


@dataclass
class Station:
    """One kiosk with its agent."""

    number: int
    files: KioskFiles
    journal: Journal
    agent: Agent
    clock: FrozenClock
    key: KioskKey

    def press(self, levels: Sequence[int]) -> None:
        """Citizens, one a minute."""
        for level in levels:
            self.clock.advance(60)
            self.journal.append(make_rating(self.clock, level=level))
        self.clock.advance(-60 * len(levels))
        self.clock.mono_us += 60_000_000 * len(levels)

    def cut(self) -> None:
        while self.journal.cut(self.clock.now()):
            pass


@dataclass
class Town:
    """One that lives."""

    kept: Kept
    database: Database
    now: datetime
    stations: list[Station] = field(default_factory=list)
    services: Services = field(init=False)
    told: Told = field(init=False)
    _closing: CloseMonths = field(init=False)

    @property
    def config(self) -> CollectorConfig:
        log = Log(directory=self.kept.folder / "log", name=ORIGIN, witnesses=(self.kept.witness.setting,),
                  mirrors=(str(self.kept.folder / "mirror"),))  # fmt: skip
        told = Notices(webhook=Webhook(url="http://127.0.0.1:9/"))
        return CollectorConfig(public_url=URL, language=self.kept.language, log=log, notices=told)

    @property
    def log_folder(self) -> Path:
        return self.kept.folder / "log"

    def transact(self, work: Callable[..., Any], /) -> Any:
        with self.database.writing() as connection:
            return work(connection)

    def begin(self) -> None:
        """Put the collector together."""
        self.services = make_services(self.config, self.database, lambda: self.now)
        self._closing = CloseMonths(self.services, self.transact, _no_papers)
        self.told = Told(self)

    def sql(self, *statements: str) -> None:
        """What somebody does who has the database's password."""
        with self.database.writing() as connection:
            for statement in statements:
                assert connection.exec_driver_sql(statement).rowcount, statement

    def live(self, hours: int) -> None:
        """So many hours pass."""
        for _ in range(hours):
            self.hour()

    def live_until(self, moment: datetime) -> None:
        while self.now < moment:
            self.hour()

    def sleep_until(self, moment: datetime) -> None:
        """Everything is switched off."""
        for station in self.stations:
            station.clock.advance((moment - self.now).total_seconds())
        self.now = moment

    def hour(self) -> None:
        """An hour, at whose end kiosks call and the collector does what is due."""
        self.now += HOUR
        self.kept.witness.time = int(self.now.timestamp())
        hour = self.now.astimezone(HANOI).hour
        for station in self.stations:
            station.clock.advance(HOUR.total_seconds())
        if hour in EVENTFUL:
            self._do(hour)
            self.told.listen()

    def _do(self, hour: int) -> None:
        for station in self.stations:
            if hour in CUT_AT:
                station.cut()
            station.press(PRESSES.get(hour, ()))
            station.agent.run_cycle()
        self._work(hour)

    def _work(self, hour: int) -> None:
        """The chores; those that find something once a day run in that hour."""
        JudgeJournals(self.services.surveys, self.transact).run_round()
        self.services.release()
        if hour == 0:
            self._closing.run_round()
            KeepLog(self.services, self.transact).run_round()
        if hour == 1:
            nightly = VerifyNightly(self.services, self.transact)
            for _ in range(2):
                nightly.run_round()


@contextmanager
def living(kept: Kept) -> Iterator[Town]:
    """The town goes on where it stood."""
    kept.witness.files.folder = kept.folder / "witness"
    database = open_database(kept.url)
    with ExitStack() as open_ones:
        open_ones.callback(database.close)
        town = Town(kept, database, kept.now)
        town.begin()
        app = create_app(town.services)
        client = open_ones.enter_context(TestClient(app, base_url=URL, client=CALLER, raise_server_exceptions=False))
        with database.reading() as connection:
            guide = Guide(public_text(read_own_key(connection)))
        for number, key in enumerate(kept.keys, 1):
            town.stations.append(open_ones.enter_context(_station(kept, number, key, client, guide)))
        yield town


@contextmanager
def _station(kept: Kept, number: int, key: KioskKey, client: TestClient, guide: Guide) -> Iterator[Station]:
    folder, clock = kept.folder / f"kiosk-{number}", kept.clock()
    folder.mkdir(exist_ok=True)
    path, files = folder / "journal.db", KioskFiles(folder)
    with Journal.open(path, clock, "hailong test", allow_any_disk=True) as journal:
        journal.state_settings(InForce("sipas-5@1", None, LEVELS, "Q1"), clock.now())
        wire = Connection(client, key, clock)
        agent = Agent(files, path, lambda: JournalReader(path), wire.open, clock, guide=guide, start_delay_s_max=0)
        yield Station(number, files, journal, agent, clock, key)


def begin_logs(town: Town) -> None:
    """The log gets its key, and kiosks and the witness know it: as enrolment tells it."""
    keeper = KeepLog(town.services, town.transact)._keeper
    with keeper.folder.held():
        town.kept.witness.log = keeper.open_keys(keeper.folder).signer.verifier
    with town.database.reading() as connection:
        roots = roots_of(connection, town.config.log, town.services.log)
    assert roots is not None
    for station in town.stations:
        begin_log(station.files.log, roots, Source.ENROLMENT, town.now.date())


def stand_still(town: Town) -> Kept:
    """The town as it is now, once it is no longer open."""
    return replace(town.kept, now=town.now)


def _no_papers(numbers: Sequence[bytes], *_: object) -> list[dict[str, bytes]]:
    """Files of reports, of which nobody here reads a page."""
    return [{"csv": one} for one in numbers]


def utc(day: int, hour: int, month: int = 12) -> datetime:
    """A moment by the office's clock."""
    return datetime(2026, month, day, hour, tzinfo=HANOI).astimezone(UTC)
