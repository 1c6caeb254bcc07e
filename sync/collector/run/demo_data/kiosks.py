"""Kiosks: months of working days at one counter, brought in as they would have come."""

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, insert

from kiosk.base.public_days import public_days
from kiosk.domain.office_calendar import Calendar
from kiosk.journal.lines import CountLine
from sync.collector.fleet.devices.keys import keep_key
from sync.collector.run.demo_data.desk import Desk, send
from sync.collector.run.demo_data.indicators import SURVEY, answer
from sync.collector.run.demo_data.statuses import write_status
from sync.collector.run.demo_data.visits import visit
from sync.collector.store.schema import device
from sync.protocol.own_key import public_text

CALENDAR = Calendar(public=public_days("vietnam"))
SWITCHED_ON = time(7)
BY_WEEK_AFTER = timedelta(days=24)
"""What is older came in week by week, which no page tells; all of it signed, chained and appended as ever."""
HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))


def write_kiosk(connection: Connection, desk: Desk, first: date, today: date) -> int:
    """Write one kiosk's months and bring them in as they would have come; how many ratings count."""
    began = desk.moment(first, SWITCHED_ON)
    desk.journal.begin(began, desk.survey, next(iter(desk.known.counters)))
    enrolled = {
        "device_id": desk.known.device_id,
        "counter_id": desk.known.counter_id,
        "info": {},
        "enrolled_at": began,
        "public_key": public_text(desk.key),
    }
    connection.execute(insert(device).values(enrolled))
    keep_key(connection, desk.known.device_id, public_text(desk.key), began)
    pressed = 0
    for day in _working_days(first, today):
        if desk.temper.silent_from is not None and day >= desk.temper.silent_from:
            write_status(connection, desk)
            return pressed
        # A real kiosk cuts at noon, too; its blocks are the same when it does so once a day, as it is switched on.
        desk.cut(desk.moment(day, SWITCHED_ON))
        pressed += sum(_write_half_day(connection, desk, day, opens, closes) for opens, closes in HOURS)
        if desk.temper.counts and day < today:
            _write_count(desk, day)
    desk.cut(desk.now)
    send(connection, desk, desk.now)
    write_status(connection, desk)
    return pressed


def _working_days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        if CALENDAR.is_working_day(day):
            yield day
        day += timedelta(days=1)


def _write_half_day(connection: Connection, desk: Desk, day: date, opens_at: time, closes_at: time) -> int:
    opens, closes, chance = desk.moment(day, opens_at), desk.moment(day, closes_at), desk.chance
    usual = (
        desk.temper.per_day
        * (1.25, 1.05, 1.0, 0.95, 0.8)[CALENDAR.weekday_of(day)]
        * (0.56 if opens.hour < 12 else 0.44)
    )
    wanted = max(0, round(chance.gauss(usual, math.sqrt(usual))))
    times = sorted(opens + (closes - opens) * chance.betavariate(1.6, 1.9) for _ in range(wanted))
    times = [at for at in times if at < desk.now]
    meet = answer if desk.survey.ref == SURVEY else visit
    pressed = sum(meet(desk, at) for at in times)
    if closes < desk.now:
        if chance.random() < 0.05:
            desk.press(closes + timedelta(minutes=25), desk.best, "out_of_hours")
        if desk.temper.gamed and opens.hour >= 12 and (desk.now - closes).days < 60:
            pressed += _press_up(desk, closes)
    if opens < desk.now and not desk.is_offline(day) and _is_sent(desk, day, opens_at):
        # Kiosks send within a minute of a press; what is pressed last before noon comes just after it.
        send(connection, desk, min(desk.now, closes + timedelta(minutes=26)))
    return pressed


def _is_sent(desk: Desk, day: date, opens_at: time) -> bool:
    """Whether the kiosk sends after this half day: of days long ago only at the end of a week, or of a month."""
    if desk.days_ago(day) <= BY_WEEK_AFTER:
        return True
    after = next(_working_days(day + timedelta(days=1), day + timedelta(days=31)))
    last = (after.isocalendar()[:2], after.month) != (day.isocalendar()[:2], day.month)
    return last and opens_at == HOURS[-1][0]


def _press_up(desk: Desk, closes: datetime) -> int:
    """Somebody at the counter presses the best face again and again before closing time."""
    wanted = desk.chance.randrange(3, 9)
    for number in range(wanted):
        desk.press(closes - timedelta(minutes=26) + timedelta(seconds=47 * number + desk.chance.randrange(9)), 5)
    return wanted


def _write_count(desk: Desk, day: date) -> None:
    served = max(1, round(desk.chance.gauss(desk.temper.per_day / desk.temper.asked, 3)))
    desk.journal.add(CountLine, desk.moment(day, time(17, 10)), "count", day=day.isoformat(), n=served)
