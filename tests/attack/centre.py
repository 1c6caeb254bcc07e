"""Centre: a real collector in process, its clock in the test's hands, and people of every role before it."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import Column, Connection, func, insert, select

from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.reader import Batch, JournalReader
from sync.agent import heartbeat
from sync.agent.state import AgentState
from sync.agent.wire.route import Identity
from sync.collector.api.gate import token_name
from sync.collector.chores.every import chores_of, transact
from sync.collector.chores.months import CloseMonths
from sync.collector.closed.closing import begin
from sync.collector.closed.frozen import thaw
from sync.collector.closed.named import FILE_FORMS, TIDY
from sync.collector.export import closed_files
from sync.collector.export.forms import FORMS
from sync.collector.fleet.devices.keys import keep_key
from sync.collector.fleet.places import units
from sync.collector.notices.letter import Letter, Sheet
from sync.collector.notices.outbox import MAIL
from sync.collector.notices.sender import Sender
from sync.collector.notices.webhook import encode
from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.people.signin import form_key_of, let_in
from sync.collector.people.token_order import Readable, TokenOrder
from sync.collector.people.tokens import new_token
from sync.collector.run.app import create_app
from sync.collector.run.gauges import Gauges
from sync.collector.services.readiness import Readiness
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig, MailedReport, Reports
from sync.collector.settings.log import Log
from sync.collector.settings.notices import Mail, Notices
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.partitions import ensure_partitions
from sync.collector.transparency.keeper import Keeper
from sync.protocol.batch import pack_batch
from sync.protocol.messages import BATCH_MEDIA_TYPE, JSON_MEDIA_TYPE, encode_message
from tests.attack.door import Door
from tests.sync.collector.kiosk_client import URL, KioskKey

DISK_FREE = 10**10
RESTED = timedelta(minutes=CollectorConfig().accounts.idle_minutes)
"""After so long somebody is no more signed in."""
PASSWORD = "mưa rào tháng tám"
PROVINCE, COMMUNES = "TINH", {"XA": ("Q1", "Q2", "Q3"), "XB": ("Q4", "Q5")}
"""Two communes and their counters; a hall kiosk serves the second and the third."""
PEOPLE = (("xem", Role.VIEWER, None), ("truong", Role.VIEWER, "XA"), ("huong", Role.SUPERVISOR, "XA"),
          ("chu", Role.ADMINISTRATOR, None), ("may", Role.IT, None), ("kiemtra", Role.AUDITOR, None))  # fmt: skip
"""Who looks: a leader of the province and of a commune, its supervisor, whoever administers, IT, an auditor."""
PROGRAMS = {"kho": None, "khoxa": "XA"}
"""Programs that read all that a token can: the province's and a commune's."""
_MAILED = tuple(MailedReport(("xa@example.vn",), "XA", period, form)
                for period, form in (("day", "csv"), ("month", "xlsx")))  # fmt: skip
STRANGER = "anybody"
"""Whoever has no account."""
ON_PAPER = "XB"
"""Whose closed months are on paper, too."""
_NOTICES = Notices(("tinh@example.vn",), mail=Mail(host="mail.example.vn"))


class Kept(NamedTuple):
    """A report of a closed month; all units together have no code."""

    unit: str
    month: date
    number: int


_TO_COME = ("chưa đến", "chưa bắt đầu")
"""What programs are told who ask for days to come."""


@dataclass
class Centre:
    """The collector and its people."""

    database: Database
    now: Callable[[], datetime]
    log: Path
    """Where the public log lies: never where another test's may be."""
    services: Services = field(init=False)
    app: FastAPI = field(init=False)
    doors: dict[str, Door] = field(init=False)
    """By name; nobody is whoever asks from the same machine."""
    letters: list[tuple[str, Sheet]] = field(default_factory=list, init=False)
    """What went out by mail, and to whom."""
    posts: list[bytes] = field(default_factory=list, init=False)
    """The same as a webhook gets it."""
    _used: dict[str, datetime] = field(default_factory=dict, init=False)
    """When each one last read anything."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop, init=False)

    def __post_init__(self) -> None:
        kept = Log(directory=self.log, name="danhgia.example/log")
        config = CollectorConfig(public_url=URL, reports=Reports(mail=_MAILED, tt01=True), notices=_NOTICES, log=kept)
        self.services = make_services(config, self.database, self.now)
        self.app = _app_over(self.services)
        # It reads the database at each question, not every 15 seconds: hours go by here in no time.
        seconds = itertools.count(0.0, 3600.0)
        self.app.state.gauges = Gauges(self.database, self.now, config.zone, lambda: next(seconds))
        names = (STRANGER, *(name for name, _, _ in PEOPLE), *PROGRAMS)
        self.doors = {name: Door(self.app, self._loop, URL, "192.0.2.7") for name in names}
        self.doors[""] = Door(self.app, self._loop, URL, "127.0.0.1")

    def close(self) -> None:
        """Let go of the database."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self.services.writer.close()
        self.database.close()

    def read(self, way: str, who: str, language: str = "vi") -> Any:
        """The answer that somebody gets; signed in anew where too much time has gone by."""
        if who in PROGRAMS:
            self._be_entitled(who)
        elif who and who != STRANGER:
            self._be_signed_in(who)
        answer = self.doors[who].get(way, language)
        is_to_come = answer.status_code == 400 and any(words in answer.text for words in _TO_COME)
        assert answer.status_code == 200 or is_to_come, (way, who, answer.status_code, answer.text[:300])
        return answer

    def send_form(self, way: str, page: str, who: str, **form: str) -> int:
        """Hand a form in that stands on ``page``; the status of the answer."""
        self.read(page, who)
        key = form_key_of(self.doors[who].cookies[token_name(self.services)])
        return self.doors[who].post(way, data={"form_key": key, **form}).status_code

    def enrolled(self, number: int, counter: str, also: tuple[str, ...] = ()) -> KioskKey:
        """A kiosk at a counter; it may name the others, too."""
        key = KioskKey(str(UUID(int=number)))
        with self.database.writing() as connection:
            codes = dict(connection.execute(select(schema.counter.c.code, schema.counter.c.counter_id)).all())
            kiosk = {"device_id": key.keyid, "counter_id": codes[counter], "public_key": key.public, "info": {}}
            connection.execute(insert(schema.device).values(kiosk | {"enrolled_at": self.now() - timedelta(days=1)}))
            keep_key(connection, key.keyid, key.public, self.now() - timedelta(days=1))
            for code in also:
                granted = {"device_id": key.keyid, "counter_id": codes[code], "granted_by": "it"}
                granted["granted_at"] = self.now() - timedelta(days=1)
                connection.execute(insert(schema.device_grant).values(granted))
        return key

    def named_in(self, column: Column[Any]) -> list[Any]:
        """Of all signs, cases or the like there are, what they are called in addresses."""
        with self.database.reading() as connection:
            return list(connection.execute(select(column).order_by(column)).scalars())

    def kept(self) -> list[Kept]:
        """Every report of a closed month, and every correction."""
        c, code = schema.closed_month.c, func.coalesce(schema.unit.c.code, "")
        with self.database.reading() as connection:
            wanted = select(code, c.month, c.number).outerjoin(schema.unit, schema.unit.c.unit_id == c.unit_id)
            return [Kept(*row) for row in connection.execute(wanted.order_by(c.month, c.unit_id, c.number))]

    def decide(self, work: Callable[[Connection], Any]) -> Any:
        """What is done at the collector's own machine."""
        with self.database.writing() as connection:
            return work(connection)

    def do_chores(self) -> None:
        """Whatever the collector does by itself, once; letters go out."""
        for chore in chores_of(self.services):
            if chore.name != "send notices":
                chore.run()
        at_once = partial(transact, self.services)
        self.close_months()
        Sender(self.services.config.notices, {MAIL: self}, at_once, self.now).run_round()

    def close_months(self, *, files: bool = True) -> None:
        """Of what the collector does by itself only this: months that are over are closed, or corrected."""
        render = _files_here if files else _no_files
        CloseMonths(self.services, partial(transact, self.services), render).run_round()

    def keep_log(self) -> None:
        """The public log grows by the day that is over."""
        Keeper(self.services.config, self.database, partial(transact, self.services), self.now).run()

    def deliver(self, letter: Letter) -> None:
        """A letter reaches its address, and what a webhook would be told of it."""
        self.letters += [(letter.address, sheet) for sheet in letter.sheets]
        self.posts.append(encode(letter))

    def _be_entitled(self, who: str) -> None:
        """Give a program its token."""
        if not self.doors[who].token:
            order = TokenOrder(who, PROGRAMS[who], tuple(Readable), 180)
            with self.database.writing() as connection:
                self.doors[who].token = new_token(connection, order, self.now(), "test")

    def _be_signed_in(self, who: str) -> None:
        """Let somebody in who rested, as the form does behind its password, which takes longer than a page."""
        last, self._used[who] = self._used.get(who), self.now()
        if last is not None and self.now() - last < RESTED:
            return
        wanted = select(schema.account).where(schema.account.c.name == who)
        with self.database.writing() as connection:
            found = let_in(connection, connection.execute(wanted).one(), self.now())
        self.doors[who].cookies[token_name(self.services)] = found.token


@dataclass
class Wire:
    """What the agent needs of a collector, without a network."""

    centre: Centre
    key: KioskKey
    clock: Clock

    def cursor(self, journal_id: str) -> Cursor:
        return _cursor_in(self._call("GET", f"/v1/journals/{journal_id}").json())

    def hash_at(self, journal_id: str, seq: int, ours: bytes) -> bytes:
        return bytes.fromhex(self._call("GET", f"/v1/journals/{journal_id}?seq={seq}&hash={ours.hex()}").json()["hash"])

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        path = Identity(self.key.keyid, self.key.private).append_target(journal_id, batch)
        headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}
        answer = self._call("POST", path, pack_batch(batch.lines, batch.enclosures), headers)
        assert answer.status_code in (200, 409), answer.text
        return _cursor_in(answer.json())

    def tell_status(self, journal: JournalReader) -> None:
        """How the kiosk is, as its agent says it."""
        status = heartbeat.status_of(journal, AgentState(), self.clock.now(), DISK_FREE, None, [], None)
        answer = self._call("POST", "/v1/device/status", encode_message(status), {"Content-Type": JSON_MEDIA_TYPE})
        assert answer.status_code == 200, answer.text

    def _call(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        sent = self.key.request(method, path, body, headers, self.clock.now())
        return self.centre.doors[""].request(method, sent.path, content=sent.body, headers=sent.headers)


_APPS: list[FastAPI] = []


def _app_over(services: Services) -> FastAPI:
    """The app over these services: there is one world at a time, and making the app takes longer than using it."""
    if not _APPS:
        _APPS.append(create_app(services))
    (app,) = _APPS
    app.state.services, app.state.readiness = services, Readiness(services.writer)
    return app


def _files_here(reports: Sequence[bytes], language: str, zone: ZoneInfo, address: str = "") -> list[dict[str, bytes]]:
    """What is otherwise made in another process; paper, which takes a second, of one commune alone."""
    return [_files_of(one, language, zone, address) for one in reports]


def _no_files(reports: Sequence[bytes], *_: Any) -> list[dict[str, bytes]]:
    """For whoever takes none."""
    return [{"csv": b"-"} for _ in reports]


@lru_cache(maxsize=256)
def _files_of(numbers: bytes, language: str, zone: ZoneInfo, address: str) -> dict[str, bytes]:
    """The files of one report: they are made of its numbers alone, and most tellings have most reports in common."""
    forms = FILE_FORMS if thaw(numbers).place.code == ON_PAPER else ("csv", "xlsx", TIDY)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(closed_files, "FORMS", {form: FORMS[form] for form in forms})
        return closed_files.closed_files(numbers, language, zone, address)


def _cursor_in(said: Any) -> Cursor:
    return Cursor(int(said["next"]), bytes.fromhex(said["head"]))


def build(database: Database, now: datetime) -> None:
    """The province with its communes, counters and people."""
    with database.writing() as connection:
        ensure_partitions(connection, now)
        begin(connection, now.date())
        units.new_unit(connection, PROVINCE, "Tỉnh Lạng Sơn", None)
        for code, counters in COMMUNES.items():
            unit = units.new_unit(connection, code, f"Xã {code}", PROVINCE)
            for counter in counters:
                units.new_counter(connection, counter, f"Quầy {counter}", unit, now - timedelta(days=100))
        for name, role, above in PEOPLE:
            accounts.new_account(connection, name, name.title(), role, above, now, "test")
            accounts.change_password(connection, name, PASSWORD, now)
