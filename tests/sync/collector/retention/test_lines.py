"""Lines whose time is over: written to a file, dropped by two people, and everything else holds and goes on."""

import base64
import gzip
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import time_machine
from msgspec import structs
from sqlalchemy import delete, func, insert, select, text, update
from typer import Typer
from typer.testing import CliRunner, Result

from kiosk.domain.visit.receipt import digest_of
from kiosk.journal.chain import chain_next, chain_start
from kiosk.journal.lines import carried_line
from sync.collector.care.signals.decide import require_kept
from sync.collector.chores.reproject import Reading, reproject
from sync.collector.commands.export import export_app
from sync.collector.commands.lines import lines_app
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.people.rights import Role
from sync.collector.proof.device import check_device
from sync.collector.proof.nightly import keep_look
from sync.collector.replica.ingest import Appended, Arrival, Conflict, append_batch
from sync.collector.replica.stored import ANOTHER, read_hash
from sync.collector.retention.lines.archive import Archived, Source, keep_archive, write_archive
from sync.collector.retention.lines.drop import Dropping
from sync.collector.retention.lines.file import digest_of as digest_of_file
from sync.collector.retention.lines.months import Decision, decide, due_months, last_due, require_due
from sync.collector.retention.lines.stays import Stays
from sync.collector.retention.steps import Pace
from sync.collector.services.receipts import find_receipt
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.log import Log
from sync.collector.settings.retention import Retention
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.partitions import ensure_partitions, parts_of
from sync.protocol.kiosk_clock import format_kiosk_clock
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import DAYS, Office, Pen, open_office, receipt_of
from tests.sync.collector.conftest import world_to_copy
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.people.test_accounts import CHOSEN, settle
from tests.sync.collector.proof.proven import not_proven, rule_for

OCTOBER = date(2026, 10, 1)
END = datetime(2026, 11, 1, tzinfo=UTC)
"""October ends: what came before it goes, what came later stays."""
LATER = datetime(2028, 3, 1, tzinfo=UTC)
HOURS = 3600
DAY: list[Any] = [
    ("rate", 5, "counted", None, 4), ("rate", 2, "counted", None, 3), ("reasons", 1, {"w", "p"}), ("revised", 2, 4),
    ("rate", 1, "repeat", None, 2), ("wait", 21 * HOURS), ("cut",),
]  # fmt: skip
BEGINS = datetime(2026, 10, 20, 2, tzinfo=UTC)
"""When the kiosks' first line was written, by our clock."""


@dataclass
class Old:
    """A collector with three kiosks, of whose lines some are old."""

    office: Office
    services: Services
    pens: list[Pen] = field(default_factory=list)
    devices: list[Any] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.office.database

    def send(self, n: int, first: int, last: int | None, at: datetime) -> Appended | Conflict:
        pen = self.pens[n]
        mono = json.loads(pen.lines[(last or len(pen.lines)) - 1])["mono"] + 1_000_000
        clock = replace(pen.instant(), mono_us=mono)
        arrival = Arrival(at, clock, "kiosk=:AAAA:", format_kiosk_clock(clock), "")
        with self.database.writing() as connection:
            ensure_partitions(connection, at)
            return append_batch(connection, self.devices[n], pen.batch(first, last), arrival, DAYS)

    def prove(self) -> list[str]:
        """As the night does; what does not hold."""
        rule = rule_for(self.database, self.services.surveys)
        for device in self.devices:
            one = check_device(self.database, device.device_id, rule, {})
            one.findings = [each for each in one.findings if each.code != "key_changed"]
            self.database.transact(lambda c, one=one: keep_look(c, one, LATER, LATER))
        return not_proven(self.database, self.services.surveys)

    def archive(self, out: Path) -> Archived:
        archived = write_archive(Source(self.services.config, self.database, self.services.surveys), OCTOBER, out)
        by = ("command line: it", "thu", "hết hạn")
        keep_archive(self.database.transact, OCTOBER, archived, out, by, LATER)
        return archived

    def decide(self, digest: bytes) -> None:
        decision = Decision("command line: it", "thu", "hết hạn", LATER)
        self.database.transact(lambda connection: decide(connection, OCTOBER, digest, decision))

    def dropping(self) -> Dropping:
        return Dropping(self.database, self.database.transact, Pace(sleep=lambda _: None), LATER)

    def drop(self, out: Path) -> None:
        self.decide(self.archive(out).digest)
        assert self.dropping().run() == 1

    def count(self, table: str, *where: Any) -> int:
        with self.database.reading() as connection:
            found = select(func.count()).select_from(schema.metadata.tables[table]).where(*where)
            return int(connection.execute(found).scalar_one())


def pen_of(*actions: Any) -> Pen:
    kiosk = run(actions)
    return Pen(boot=kiosk.clock.boot, lines=kiosk.lines, mono_us=kiosk.clock.mono_us)


def border_in(pen: Pen) -> int:
    """The last line before reasons: what they are about goes, they stay."""
    return next(n for n, line in enumerate(pen.lines) if b'"reasons"' in line)


CONFIG = structs.replace(CollectorConfig(public_url=URL), retention=Retention(lines_months=15), log=Log(keep=False))
Copies = Callable[[], AbstractContextManager[str]]


def _write(url: str) -> Old:
    """One journal with its border amid a visit, one that ended in October, one whose last ratings wait; all proven."""
    database = open_database(url)
    office = open_office(database)
    services = make_services(CONFIG, database, lambda: LATER)
    found = Old(office, services)
    found.devices = [office.device, office.new_device(), office.new_device()]
    found.pens = [pen_of(*DAY, *DAY), pen_of(*DAY), pen_of(*DAY, ("rate", 3, "counted", None, 2))]
    border = border_in(found.pens[0])
    found.send(0, 1, border, END - timedelta(seconds=5))
    found.send(0, border + 1, border + 3, END + timedelta(seconds=5))
    found.send(0, border + 4, None, END + timedelta(days=2))
    for n in (1, 2):
        found.send(n, 1, None, END - timedelta(days=5))
    services.release()
    assert found.prove() == []
    services.writer.close()
    database.close()
    return found


ON_SQLITE = pytest.mark.parametrize("written", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("written", ["postgresql"], indirect=True)
"""One engine where both are asked the same."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[Old, Copies]]:
    """The world of these tests, written once of each kind; each test has a copy."""
    with world_to_copy(request, request.param, _write) as made:
        yield made


@pytest.fixture
def database_url(written: tuple[Old, Copies]) -> Iterator[str]:
    with written[1]() as url:
        yield url


@pytest.fixture
def old(written: tuple[Old, Copies], database: Database) -> Iterator[Old]:
    made = written[0]
    services = make_services(CONFIG, database, lambda: LATER)
    yield Old(Office(database, made.office.device), services, deepcopy(made.pens), made.devices)
    services.writer.close()


def test_everything_holds_before_and_after_and_verify_says_what_it_cannot_recompute(old: Old, tmp_path: Path) -> None:
    before = old.count("tally"), old.count("shown_count"), old.count("block")

    old.drop(tmp_path / "october.gz")

    assert old.prove() == []
    assert (old.count("tally"), old.count("shown_count"), old.count("block")) == before
    rule = rule_for(old.database, old.services.surveys)
    dropped = [check_device(old.database, device.device_id, rule, {}).dropped for device in old.devices]
    assert dropped == [border_in(old.pens[0]), len(old.pens[1].lines), 0]


def test_lines_ratings_and_reasons_go_and_no_others(old: Old, tmp_path: Path) -> None:
    border = border_in(old.pens[0])
    kept = schema.segment.c.journal_id == old.pens[2].journal_id

    old.drop(tmp_path / "october.gz")

    for table, seq in (("segment", "first_seq"), ("rating", "seq"), ("reason_choice", "rating_seq")):
        c = schema.metadata.tables[table].c
        assert old.count(table, c.journal_id == old.pens[0].journal_id, c[seq] <= border) == 0, table
        assert old.count(table, c.journal_id == old.pens[1].journal_id) == 0, table
    assert old.count("rating", schema.rating.c.journal_id == old.pens[0].journal_id) > 0
    assert old.count("segment", kept) == 1


@ON_SQLITE
def test_a_journal_on_which_something_rests_stays_and_it_is_told_why(old: Old, tmp_path: Path) -> None:
    archived = old.archive(tmp_path / "october.gz")

    assert [(one.journal_id, one.why) for one in archived.kept] == [(old.pens[2].journal_id, Stays.WAITS)]
    assert archived.lines == border_in(old.pens[0]) + len(old.pens[1].lines)


@ON_SQLITE
def test_the_file_has_every_line_verbatim_and_its_chain_ends_where_the_kept_one_begins(
    old: Old, tmp_path: Path
) -> None:
    old.drop(tmp_path / "october.gz")

    head, *segments, end = map(json.loads, gzip.decompress((tmp_path / "october.gz").read_bytes()).splitlines())

    assert (head["hailong-lines"], head["month"], head["part"]) == (1, "2026-10", 1)
    assert (end["journals"], end["segments"]) == (2, len(segments))
    for pen, last in ((old.pens[0], border_in(old.pens[0])), (old.pens[1], len(old.pens[1].lines))):
        mine = [one for one in segments if one["journal"] == pen.journal_id]
        lines = [line for one in mine for line in gzip.decompress(base64.b64decode(one["lines"])).split(b"\n")[:-1]]
        assert lines == pen.lines[:last]
        at = chain_start(pen.journal_id)
        for line in lines:
            at = chain_next(at, line)
        rows = select(schema.dropped_lines.c.head).where(schema.dropped_lines.c.journal_id == pen.journal_id)
        with old.database.reading() as connection:
            assert connection.execute(rows).scalar_one() == at == pen.cursor(last).head


@ON_SQLITE
def test_nothing_goes_before_two_people_decided_about_this_file(old: Old, tmp_path: Path) -> None:
    archived = old.archive(tmp_path / "october.gz")

    nothing = old.dropping().run()
    with pytest.raises(UsageWrong, match="not the file"):
        old.decide(bytes(32))

    assert nothing == 0
    assert digest_of_file(tmp_path / "october.gz") == archived.digest
    assert old.count("segment") == 5


@ON_SQLITE
@pytest.mark.parametrize("altered", ["tally", "block_piece", "dropped_lines", "audit"])
def test_what_was_dropped_cannot_be_altered_unnoticed(old: Old, tmp_path: Path, altered: str) -> None:
    old.drop(tmp_path / "october.gz")
    change = {
        "tally": "UPDATE tally SET n = n + 1 WHERE journal_id = :mine AND level = 5",
        "block_piece": "UPDATE block_piece SET n2 = n2 + 1 WHERE journal_id = :mine AND standing = 'repeat'",
        "dropped_lines": "DELETE FROM dropped_lines WHERE journal_id = :mine",
        "audit": "DELETE FROM audit WHERE action = 'lines drop' AND :mine <> ''",
    }[altered]
    with old.database.writing() as connection:
        assert connection.execute(text(change), {"mine": old.pens[1].journal_id}).rowcount == 1

    found = old.prove()

    wanted = {"dropped_lines": "segment_missing", "audit": "drop_undecided"}.get(altered, "dropped_changed")
    assert any(wanted in one for one in found), found


@ON_SQLITE
def test_lines_that_are_gone_undecided_are_missing_as_ever(old: Old) -> None:
    with old.database.writing() as connection:
        connection.execute(delete(schema.segment).where(schema.segment.c.journal_id == old.pens[1].journal_id))

    assert any("segment_missing" in one for one in old.prove())


@ON_SQLITE
def test_a_kiosk_goes_on_and_may_send_again_what_was_dropped(old: Old, tmp_path: Path) -> None:
    old.drop(tmp_path / "october.gz")
    pen = old.pens[1]
    last = len(pen.lines)
    again = run([*DAY, *DAY]).lines
    pen.lines = [*pen.lines, *again[last:]]

    outcome = old.send(1, 1, None, LATER)

    assert isinstance(outcome, Appended)
    assert outcome.added == len(pen.lines) - last
    old.services.release()
    assert old.prove() == []


def test_a_kiosk_finds_where_its_restored_disk_parts_from_what_was_dropped(old: Old, tmp_path: Path) -> None:
    old.drop(tmp_path / "october.gz")
    pen, device = old.pens[1], old.devices[1].device_id
    last = len(pen.lines)
    restored = Pen(journal_id=pen.journal_id, lines=[*pen.lines[:5], *[line + b" " for line in pen.lines[5:]]])

    with old.database.reading() as connection:
        same = {
            seq: read_hash(connection, device, pen.journal_id, seq, restored.cursor(seq).head)
            for seq in range(1, last + 1)
        }
        unasked = read_hash(connection, device, pen.journal_id, 4)
        ends = [read_hash(connection, device, pen.journal_id, seq) for seq in (1, last)]

    assert [seq for seq, found in same.items() if found == restored.cursor(seq).head] == [1, 2, 3, 4, 5]
    assert same[7] == ANOTHER
    assert unasked is None
    assert ends == [pen.cursor(1).head, pen.cursor(last).head]


def test_what_a_continuation_carries_over_of_dropped_lines_is_counted_once(old: Old, tmp_path: Path) -> None:
    old.drop(tmp_path / "october.gz")
    pen, counted = old.pens[1], old.count("rating")
    rated = [n for n, line in enumerate(pen.lines, 1) if b'"kind":"rating"' in line][:4]
    heir = Pen()
    heir.raw(pen.lines[0])
    heir.lines = []
    heir.opened()
    seqs: dict[int, int] = {}
    for seq in rated:
        origin = (pen.journal_id, seq, pen.cursor(seq).head.hex())
        line = carried_line(pen.lines[seq - 1], len(heir.lines) + 1, origin, seqs)
        seqs[seq] = heir.raw(line)

    with old.database.writing() as connection:
        ensure_partitions(connection, LATER)
        append_batch(connection, old.devices[1], heir.batch(), receipt_of(heir, LATER), DAYS)

    assert old.count("rating") == counted
    assert old.count("duplicate") == 4
    assert [one for one in old.prove() if "continued" not in one] == []


@ON_SQLITE
def test_a_receipt_is_answered_as_before(old: Old, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pen, code = old.pens[1], "7K3M-9QRT-2HXC-W8ABD"
    seq = next(n for n, line in enumerate(pen.lines, 1) if b'"kind":"rating"' in line)
    row = {"journal_id": pen.journal_id, "seq": seq, "digest": bytes.fromhex(digest_of(code))}
    old.prove()
    with old.database.writing() as connection:
        connection.execute(insert(schema.receipt), row)
    logged = type("Logged", (), {"seq": 99, "day": OCTOBER})
    monkeypatch.setattr("sync.collector.services.receipts.logged_through", lambda *_: logged)

    def ask() -> object:
        with old.database.reading() as connection:
            return find_receipt(connection, code, object())  # type: ignore[arg-type]

    before = ask()
    old.drop(tmp_path / "october.gz")

    assert before == ask()
    assert before is not None


@ON_SQLITE
def test_days_that_were_dropped_can_be_neither_decided_nor_moved(old: Old, tmp_path: Path) -> None:
    old.decide(old.archive(tmp_path / "october.gz").digest)

    with old.database.reading() as connection:
        with pytest.raises(NotAllowed, match="were dropped"):
            require_kept(connection, {1}, date(2026, 10, 1))
        require_kept(connection, {1}, date(2026, 11, 5))
        require_kept(connection, {2}, date(2026, 10, 1))


@ON_SQLITE
def test_entries_set_aside_later_are_read_anew_and_everything_still_holds(old: Old, tmp_path: Path) -> None:
    old.drop(tmp_path / "october.gz")
    pen = old.pens[0]
    n = len(pen.lines)
    pen.lines = [*pen.lines, *run([*DAY, *DAY, ("rate", 4, "counted", "Q9", 1)]).lines[n:]]
    old.send(0, n + 1, None, LATER)
    with old.database.writing() as connection:
        connection.execute(update(schema.counter).where(schema.counter.c.counter_id == 2).values(code="Q9"))

    read, _ = reproject(old.database, Reading(LATER, "it", DAYS), lambda _: None)
    old.services.release()

    assert read == 1
    assert old.prove() == []


@pytest.mark.parametrize(
    ("written", "at"), [("sqlite", 1), ("sqlite", 4), ("sqlite", 8), ("postgresql", 1)], indirect=["written"]
)
def test_killed_in_the_middle_nothing_is_lost_and_it_is_gone_on_with(old: Old, tmp_path: Path, at: int) -> None:
    old.decide(old.archive(tmp_path / "october.gz").digest)
    url = old.database.writer.url.render_as_string(hide_password=False)
    child = os.fork()
    if not child:
        try:
            _drop_until_killed(url, at)
        finally:
            os._exit(0)
    _, ended = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(ended) == 9
    assert old.prove() == []
    assert old.dropping().run() == 1
    assert old.prove() == []


def _drop_until_killed(url: str, at: int) -> None:
    """Another process, gone amid its transaction number ``at``: what that wrote is not committed."""
    database, left = open_database(url), [at]

    def transact(work: Any) -> Any:
        left[0] -= 1
        with database.writing() as connection:
            done = work(connection)
            if not left[0]:
                os._exit(9)
            return done

    Dropping(database, transact, Pace(sleep=lambda _: None), LATER).run()


@ON_POSTGRESQL
def test_a_part_of_which_nothing_stays_goes_as_a_whole(old: Old, tmp_path: Path) -> None:
    for table in ("segment", "rating"):
        c = schema.metadata.tables[table].c
        with old.database.writing() as connection:
            connection.execute(delete(schema.metadata.tables[table]).where(c.journal_id == old.pens[2].journal_id))
    old.prove()

    old.drop(tmp_path / "october.gz")

    with old.database.reading() as connection:
        left = {part.name for table in ("segment", "rating") for part in parts_of(connection, table)}
        tables = set(connection.execute(text("SELECT relname FROM pg_class WHERE relname LIKE '%2026\\_10'")).scalars())
    assert not {name for name in left | tables if "2026_10" in name}
    assert {"segment_2026_11", "rating_2026_11"} <= left


@ON_SQLITE
def test_a_month_is_due_only_after_its_time_and_once_it_is_closed(old: Old) -> None:
    config, just = old.services.config, datetime(2028, 2, 1, tzinfo=UTC)
    last = last_due(config, just - timedelta(seconds=1)), last_due(config, just)
    with old.database.writing() as connection:
        due = due_months(connection, config, LATER)
        with pytest.raises(NotAllowed, match="not due"):
            require_due(connection, config, OCTOBER, just - timedelta(days=40))
        with pytest.raises(NotAllowed, match="not closed"):
            require_due(connection, config, OCTOBER, LATER)
        connection.execute(insert(schema.first_closed), {"row_id": 1, "month": date(2026, 12, 1)})
        require_due(connection, config, OCTOBER, LATER)
        connection.execute(update(schema.first_closed).values(month=OCTOBER))
        with pytest.raises(NotAllowed, match="not closed"):
            require_due(connection, config, OCTOBER, LATER)

    assert last == (date(2026, 9, 1), OCTOBER)
    assert due == [OCTOBER, date(2026, 11, 1)]


@ON_SQLITE
def test_the_commands_ask_a_second_person_and_leave_nothing_behind(old: Old, tmp_path: Path) -> None:
    settle(old.database, "thu", role=Role.AUDITOR, unit=None)
    with old.database.writing() as connection:
        connection.execute(insert(schema.first_closed), {"row_id": 1, "month": date(2026, 12, 1)})
    place = tmp_path / "collector.toml"
    url = old.database.writer.url.render_as_string(hide_password=False)
    place.write_text(f'database_url = "{url}"\n[retention]\nlines_months = 15\n[log]\nkeep = false\n', "utf-8")
    file, month = str(tmp_path / "october.gz"), ["--month", "2026-10", "--config", str(place)]
    granted = ["--second-person", "thu", "--purpose", "Hết hạn lưu"]

    hours = iter(range(9))

    def type_in(*words: str, password: str = CHOSEN, app: Typer = lines_app) -> Result:
        # A clock that goes back would find the turn taken still.
        with time_machine.travel(LATER + timedelta(hours=next(hours)), tick=True):
            return CliRunner().invoke(app, words, input=f"{password}\n")

    alone = type_in("archive", file, *month)
    wrong = type_in("archive", file, *month, *granted, password="sai")
    archived = type_in("archive", file, *month, *granted)
    dropped = type_in("drop", file, *month, *granted, "--yes")
    told = type_in("list", "--config", str(place))
    asked = ("parquet", str(tmp_path), *month, "--to", "2026-12", "--lines")
    taken = type_in(*asked, *granted, app=export_app)

    assert isinstance(alone.exception, UsageWrong)
    assert isinstance(wrong.exception, NotAllowed)
    assert (archived.exit_code, dropped.exit_code, told.exit_code) == (0, 0, 0), dropped.output
    assert "2026-10" in told.output
    # What came in the last hours of October, in UTC, has the office's first of November.
    assert "Of days up to 2026-11-01 lines were dropped" in taken.output
    through = [_said_of(tmp_path, month).get("dropped_through") for month in (10, 11, 12)]
    assert through == ["2026-10-31", "2026-11-01", None]
    assert old.count("segment") == 3
    assert old.prove() == []


def _said_of(out: Path, month: int) -> dict[str, str]:
    file = str(out / "year=2026" / f"month={month}" / "lines.parquet")
    kept = duckdb.execute("SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)", [file]).fetchall()
    return {str(key).removeprefix("hailong."): str(value) for key, value in kept}
