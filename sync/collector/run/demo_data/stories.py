"""Stories: what the province's people did about comments and cases, told again as it would have been.

The collector's own rounds run at past evenings, one after another, and between them people take
cases, write down what they do, close what is done and leave something undone.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import Connection, func, select

from kiosk.domain.office_calendar import Calendar
from sync.collector.care.cases import care as case_care
from sync.collector.care.cases.opening import CLOSED, NEW
from sync.collector.care.comments import care as comment_care
from sync.collector.care.comments.inbox import CommentState
from sync.collector.chores.cases import run_case_round
from sync.collector.chores.comments import open_sealed, run_comment_round
from sync.collector.people.accounts import new_account
from sync.collector.people.owners import usual_owner
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.run.demo_data.words import SPAM
from sync.collector.services.services import Services
from sync.collector.store.database import Database
from sync.collector.store.schema import comment, counter, device, follow_up, unit

TOLD_DAYS = 84
"""So many days back the story begins."""
EVERY_DAYS = 3
ROUND_EVERY = 4
"""Of so many evenings cases are looked for on one: it reads a report of every unit."""
EVERY_UNIT = 4
"""One unit in so many has an account of its own; of the others the province's supervisor takes care."""
ASKED_AFTER_DAYS = 12
"""Working days after which somebody asks what became of a case."""
FULL_NAMES = (
    "Hoàng Minh Tuấn",
    "Vi Thị Lan",
    "Lưu Đình Thắng",
    "Nông Văn Bình",
    "Lý Thị Mai",
    "Hứa Quốc Cường",
    "Đàm Thị Hạnh",
    "Triệu Văn Páo",
    "Chu Thị Ngân",
    "Bế Quang Huy",
)
WHOLE_OFFICE = ("quantri", Role.ADMINISTRATOR)
"""Sees every unit, and so writes surveys, too."""
OTHERS = (
    ("quantri", Role.ADMINISTRATOR),
    ("cntt", Role.IT),
    ("kiemtra", Role.AUDITOR),
    ("xem", Role.VIEWER),
)
"""The other roles, each for the whole province."""
DONE_FOR_CASES = (
    "Thêm quầy phụ giờ cao điểm",
    "Niêm yết lại bộ thủ tục đất đai",
    "Gửi Mẫu 04 trước hạn cho 14 hồ sơ",
    "Họp rút kinh nghiệm, phân lại người trực buổi sáng",
    "Bố trí đoàn viên giúp dân viết tờ khai",
)
NOTES_ON_CASES = ("Đã họp; chưa có kết quả", "Bố trí thêm người chiều thứ Hai", "6 hồ sơ quá hạn, kiểm tra Mẫu 04")
NOTES_ON_COMMENTS = (
    "Đã kiểm tra sổ và gọi lại cho bộ phận chuyên môn.",
    "Đã nhắc cán bộ trực quầy.",
    "Chuyển lời cảm ơn tới cán bộ.",
    "Đã bổ sung ghế ngồi và quạt.",
    "Ghi nhận, đưa vào họp giao ban tuần.",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account in the demo."""

    name: str
    full_name: str
    unit: str
    password: str
    """One-time; chosen anew at the first sign-in."""


def add_people(database: Database, province: str, now: datetime) -> list[Person]:
    """Make supervisors of the province and of some offices, one of each other role, and one who administers all.

    Each with a one-time password.
    """
    with database.writing() as connection:
        codes = connection.execute(
            select(unit.c.code).where(unit.c.parent_id.is_not(None), unit.c.unit_id.in_(select(counter.c.unit_id)))
        ).scalars()
        places = [province, *sorted(codes)[::EVERY_UNIT]]
        wanted: list[tuple[str, Role, str | None]] = [
            (f"giamsat.{code.lower()}", Role.SUPERVISOR, code) for code in places
        ]
        wanted += [(f"{name}.{province}", role, province) for name, role in OTHERS]
        wanted.append((*WHOLE_OFFICE, None))
        people = []
        for number, (name, role, code) in enumerate(wanted):
            full_name = FULL_NAMES[number % len(FULL_NAMES)]
            password = new_account(connection, name, full_name, role, code, now, "demo")
            people.append(Person(name, full_name, code or "", password))
    return people


def tell_stories(database: Database, services: Services, now: datetime, seed: int) -> None:
    """Let the rounds run at past evenings up to ``now``, and people act between them."""
    chance = random.Random(seed + 1)  # noqa: S311 - a demonstration, no secret
    with database.reading() as connection:
        began = connection.execute(select(func.min(device.c.enrolled_at))).scalar_one()
        calendar = services.calendars(connection).of("")
    for number, evening in enumerate(_evenings(services, calendar, began, now)):
        then = replace(services, now=partial(_same, evening))

        open_sealed(then, database.transact)
        run_comment_round(then, database.transact)
        if number % ROUND_EVERY == 0:
            run_case_round(then, database.transact)
        with database.writing() as connection:
            _act_on_cases(connection, then, chance)
            _act_on_comments(connection, then, chance)
    # What came of the last cases is counted at the very end.
    run_case_round(then, database.transact)


def _same(moment: datetime) -> datetime:
    return moment


def _evenings(services: Services, calendar: Calendar, began: datetime, now: datetime) -> Iterator[datetime]:
    zone = services.config.zone
    today = now.astimezone(zone).date()
    for days in range(TOLD_DAYS, 0, -EVERY_DAYS):
        evening = datetime.combine(today - timedelta(days=days), time(17, 40), zone)
        if evening > began and calendar.is_working_day(evening.date()):
            yield evening
    yield now


def _act_on_cases(connection: Connection, services: Services, chance: random.Random) -> None:
    now, calendars = services.now(), services.calendars(connection)
    today = now.astimezone(services.config.zone).date()
    wanted = select(follow_up, unit.c.path).join(unit).where(follow_up.c.state != CLOSED).order_by(follow_up.c.case_id)
    for case in connection.execute(wanted).all():
        who = _who(connection, case.path, chance)
        deed = _deed_on_case(case.case_id, case.state, calendars.of(case.path).between(case.opened_on, today), chance)
        if deed is not None and (deed.what is not case_care.What.TAKE or who.role is not None):
            case_care.care_for(connection, case.number, deed, who, today, now, calendars)


def _deed_on_case(case_id: int, state: str, age: int, chance: random.Random) -> case_care.Deed | None:
    """What becomes of a case this evening; every fourth is left undone until somebody asks."""
    undone = case_id % 4 == 3 and age < ASKED_AFTER_DAYS
    if state == NEW:
        return case_care.Deed(case_care.What.TAKE) if not undone and chance.random() < 0.75 else None
    if age >= 4 and not undone:
        return case_care.Deed(case_care.What.CLOSE, chance.choice(DONE_FOR_CASES))
    if chance.random() < 0.5:
        return case_care.Deed(case_care.What.KEEP, chance.choice(NOTES_ON_CASES))
    return None


def _act_on_comments(connection: Connection, services: Services, chance: random.Random) -> None:
    now = services.now()
    today = now.astimezone(services.config.zone).date()
    wanted = (
        select(comment.c.code, comment.c.text, comment.c.published_on, comment.c.state, unit.c.path)
        .join(unit, unit.c.unit_id == comment.c.unit_id)
        .where(comment.c.state.in_((CommentState.NEW, CommentState.DOING)), comment.c.text.is_not(None))
        .order_by(comment.c.code)
    )
    for row in connection.execute(wanted).all():
        deed = _deed_on_comment(row.text, row.state, today - row.published_on, chance)
        if deed is not None:
            who = _who(connection, row.path, chance)
            owned = replace(deed, owner=who.name if who.role is not None else "")
            comment_care.care_for(connection, row.code, owned, who, now)


def _deed_on_comment(text: str, state: str, age: timedelta, chance: random.Random) -> comment_care.Deed | None:
    what = comment_care.What
    if text in SPAM:
        return comment_care.Deed(what.SPAM) if chance.random() < 0.6 else None
    part = 0.12 if age < timedelta(days=5) else 0.4 if state == CommentState.NEW else 0.2
    if chance.random() < part:
        return comment_care.Deed(what.DONE, chance.choice(NOTES_ON_COMMENTS))
    if state == CommentState.NEW and chance.random() < 0.25:
        return comment_care.Deed(what.KEEP, "Chuyển bộ phận chuyên môn xem.")
    return None


def _who(connection: Connection, path: str, chance: random.Random) -> Reader:
    """Whoever takes care of a place: the account next to it, else a name alone."""
    owner = usual_owner(connection, path)
    if owner is None:
        return Reader("demo", chance.choice(FULL_NAMES), None, frozenset(), "")
    return Reader(owner.name, owner.full_name, owner.role, RIGHTS[owner.role], owner.path)
