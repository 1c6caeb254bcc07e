"""World: a collector with something on every page, and somebody of every role; small, for the browser's tests."""

import struct
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from sync.collector.care.signals.decide import Chair, Decision, set_aside
from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.fleet.devices.credentials import move_device
from sync.collector.fleet.kiosks.commands import Kind, order_command, settle_commands
from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.known import Known, know_fault
from sync.collector.fleet.kiosks.pictures import keep_picture
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.store import go_on, plan_rollout, read_rollout
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.fleet.surveys.store import begin_draft
from sync.collector.people.accounts import change_password, new_account
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.profiles.index766 import Counts
from sync.collector.profiles.reading import import_months
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.protocol.messages import CommandDone
from tests.browser.listed import ADMINISTRATOR, AUDITOR, IT, NEWCOMER, SUPERVISOR
from tests.sync.collector.builders import NOON, Office, Pen, open_office
from tests.sync.collector.care_builders import open_case_at, publish, write_comments
from tests.sync.collector.fleet.kiosks.simulated import device_of, write_fleet

PASSWORD = "mưa rào tháng tám"
PEOPLE = ((SUPERVISOR, "Nông Thị Hương", Role.SUPERVISOR), (ADMINISTRATOR, "Triệu Văn Páo", Role.ADMINISTRATOR),
          (IT, "Bế Văn Sơn", Role.IT), (AUDITOR, "Chu Thị Ngân", Role.AUDITOR))  # fmt: skip
COMMUNES = 4
"""With 20 kiosks each, some of which are ill: what axe looks at row by row takes its time."""
ILL, WELL = device_of(0), device_of(1)


@dataclass(frozen=True, slots=True)
class World:
    """What is looked at, and how its places are called."""

    database: Database
    places: dict[str, str]

    def way(self, way: str) -> str:
        """An address of the list, with the places of this world."""
        return way.format_map(self.places)


def small_world(database: Database) -> World:
    """Some weeks of two counters, one of which asks two surveys; comments, a case, signs; a small fleet; surveys."""
    office = open_office(database)
    for days_ago in (1, 2, 3, 7, 8, 14, 21, 28, 36, 40):
        _press(office, days_ago)
    write_fleet(database, NOON, COMMUNES)
    write_comments(
        office, "Trễ hẹn hai lần, gọi 0912345678.", "Nhanh, gọn.", counter="Q2", received_at=NOON - timedelta(days=7)
    )
    publish(office, NOON.date())
    open_case_at(office)
    with database.writing() as connection:
        add_staff(connection, NOON)
        write_upkeep(connection, ILL, "20.03-2", NOON)
        know_fault(connection, ILL, Fault.DISK, Known("", "Đã đặt mua ổ đĩa mới, lắp ngày 25/11", NOON, IT))
        _write_reach(connection)
        _write_fork(connection)
        _find_signs(connection)
        counts = {("XA", date(2026, 10, 1)): Counts(1000, 12, 3, 20, 32, 40, 38, 4)}
        import_months(connection, counts, NOON, ADMINISTRATOR, "t10.csv")
        comment = connection.execute(select(schema.comment.c.code).order_by(schema.comment.c.code)).scalars().first()
    places = {"unit": "XA", "counter": "Q1", "beside": "XA:Q2", "device": ILL, "well": WELL, "account": SUPERVISOR,
              "comment": str(comment), "case": "2026-001"}  # fmt: skip
    return World(database, places)


def add_staff(connection: Connection, now: datetime) -> None:
    """Somebody of every role for the whole office, and a newcomer whose unit has no counter; all with PASSWORD."""
    empty = {"code": "MOI", "name": "Xã Mới Lập", "kind": "commune", "path": "MOI/"}
    connection.execute(insert(schema.unit).values(empty))
    # The demo province has an administrator of its own.
    there = set(connection.execute(select(schema.account.c.name)).scalars())
    people = (*PEOPLE, (NEWCOMER, "Hứa Quốc Cường", Role.ADMINISTRATOR))
    for name, full_name, role in (one for one in people if one[0] not in there):
        new_account(connection, name, full_name, role, "MOI" if name == NEWCOMER else None, now, ADMINISTRATOR)
    # One hash for all: each costs a good part of a second.
    change_password(connection, SUPERVISOR, PASSWORD, now)
    found = select(schema.account.c.password_hash).where(schema.account.c.name == SUPERVISOR)
    kept = {"password_hash": connection.execute(found).scalar_one(), "one_time": False}
    staff = schema.account.c.name.in_([*(name for name, _, _ in PEOPLE), NEWCOMER])
    connection.execute(update(schema.account).where(staff).values(kept))


def write_upkeep(connection: Connection, device: str, moved_to: str, now: datetime) -> None:
    """Some weeks of one kiosk: it was moved, asked for its log, silent now and then; a draft survey, a rollout."""
    move_device(connection, device, moved_to, now - timedelta(days=9), IT)
    asked = order_command(connection, device, Kind.LOG, now - timedelta(hours=2), IT)
    said = CommandDone(asked, "done", "2026-11-20T10:00:01 up_to_date\n2026-11-20T10:01:02 cycle_without_success\n")
    settle_commands(connection, device, [said], now - timedelta(hours=1))
    order_command(connection, device, Kind.RESTART, now, IT)
    keep_picture(connection, device, grey_png(800, 500), now - timedelta(minutes=4))
    for days in range(50):
        at = now - timedelta(days=days)
        if days not in (12, 13):
            gap_s = 7800 if days in (6, 20) else 60
            heard = {"device_id": device, "day": at.date(), "heard": 400, "last_at": at, "gap_s": gap_s}
            connection.execute(insert(schema.device_day).values(heard))
    shipped = shipped_surveys()
    begin_draft(connection, shipped["sipas-5@1"], "cua-toi", shipped, ADMINISTRATOR, now)
    change = Change(theme="dark", survey="tt32-3@1", texts={"vi": {"office": "Trung tâm Phục vụ hành chính công"}})
    number = plan_rollout(connection, None, "Giao diện tối cho sảnh lớn", change, now, ADMINISTRATOR, now)
    go_on(connection, read_rollout(connection, number), ADMINISTRATOR, now)


def grey_png(width: int, height: int) -> bytes:
    """A picture of a screen, all grey."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xb4" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _write_reach(connection: Connection) -> None:
    """The ill kiosk serves a hall, one counter of it as the update took it over, and said more than it may."""
    for number, who in ((62, IT), (63, "collector")):
        row = {"device_id": ILL, "counter_id": 5000 + number, "granted_at": NOON - timedelta(days=4), "granted_by": who}
        connection.execute(insert(schema.device_grant).values(row))
    said = [("unknown_counter", "counter 20.03-5")] * 12 + [("not_in_visit", "rating 4 was not made in this visit")] * 3
    said += [("bad_count", "99999 transactions"), ("unknown_counter", "counter HC-99")]
    for seq, (reason, detail) in enumerate(said, 100):
        row = {"journal_id": device_of(50_000), "seq": seq, "reason": reason, "detail": detail, "received_at": NOON}
        connection.execute(insert(schema.unread).values(row))


def _write_fork(connection: Connection) -> None:
    """The ill kiosk's journal forked and went on in a new one."""
    mine = schema.journal.c.device_id == ILL
    forked = update(schema.journal).where(mine).values(next_seq=1205, forked_at=NOON)
    old = connection.execute(forked.returning(schema.journal.c.journal_id)).scalar_one()
    new = {
        "journal_id": device_of(90_000), "device_id": ILL, "next_seq": 401, "head": bytes(32), "continues": old,
        "continues_why": "diverged", "continues_seq": 1100, "first_received_at": NOON, "last_received_at": NOON,
    }  # fmt: skip
    connection.execute(insert(schema.journal).values(new))


def _press(office: Office, days_ago: int) -> None:
    pen = Pen()
    for number in range(48):
        seq = pen.rating((5, 4, 5, 2, 4, 1)[number % 6], counter="Q2" if number % 2 else "Q1")
        if number % 3 == 0:
            pen.reasons(seq, ("wait", "deadline", "guidance")[number % 9 // 3])
    pen.rating(5, "repeat")
    for number in range(3 if days_ago in (1, 2) else 0):
        pen.rating(1 + number, survey="tt32-3@1", counter="Q2")
    if days_ago == 1:
        pen.rating(4, boot="dead", at="1970-01-01T07:00:00+07:00")
    office.append(pen, received_at=NOON - timedelta(days=days_ago, hours=2))


def _find_signs(connection: Connection) -> None:
    """A rush that waits for a decision, one that was set aside, and a silent counter."""
    weeks = [["2026-11-09", None, 22], ["2026-11-16", 26, 68]]
    rush = {"quick": 30, "n": 90, "expected": 4, "seconds": 60, "days": 3, "one_face": True, "weeks": weeks}
    first, last = "2026-11-17", "2026-11-18"
    findings = [
        FoundSign(1, Sign.BURST, first, last, "am", rush),
        FoundSign(2, Sign.BURST, "2026-11-13", "2026-11-13", "am", rush),
        FoundSign(2, Sign.UNPRESSED, last, last, "", {"days": 3, "usual": 12, "heard": True}),
    ]  # fmt: skip
    keep_findings(connection, findings, NOON)
    decides = Reader(SUPERVISOR, "Nông Thị Hương", Role.SUPERVISOR, RIGHTS[Role.SUPERVISOR], "")
    decision = Decision(date(2026, 11, 13), date(2026, 11, 13), "am", "Lịch trực: không có ai ở quầy lúc đó.")
    set_aside(connection, 2, decision, Chair(decides, NOON, NOON.date(), CollectorConfig().policy.cell_min))
