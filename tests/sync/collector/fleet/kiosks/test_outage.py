"""A province's link breaks and comes back: a thousand kiosks, one mail and one call, and one of each at its end."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from werkzeug import Request

from sync.collector.chores.every import chores_of
from sync.collector.chores.kiosks import watch_fleet
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.fleet import Fleet
from sync.collector.settings.notices import Mail, Notices, Webhook
from sync.collector.store import schema
from sync.collector.store.database import Database
from tests.sync.collector.builders import NOON
from tests.sync.collector.fleet.kiosks.simulated import WELL, device_of, write_fleet
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.notices.test_mail import Inbox, mail_server
from tests.sync.collector.notices.test_webhook import hook

BROKEN = NOON - timedelta(minutes=14, seconds=30)
Roads = tuple[Services, Inbox, list[Request]]


@pytest.fixture
def communes() -> int:
    """How many there are, with 20 kiosks each."""
    return 3


@pytest.fixture
def roads(database: Database, communes: int) -> Iterator[Roads]:
    """A collector over kiosks that are well, with a mailbox and a webhook that are really there."""
    inbox = Inbox()
    with ExitStack() as stack:
        mail = Mail(
            host="127.0.0.1", port=stack.enter_context(mail_server(inbox)), security="none", sender="hailong@example.vn"
        )
        url, calls = stack.enter_context(hook())
        notices = Notices(to=("it@example.vn",), mail=mail, webhook=Webhook(url=url), gap_minutes=0)
        services = make_services(
            CollectorConfig(public_url=URL, fleet=Fleet(), notices=notices), database, lambda: NOON
        )
        write_fleet(database, NOON, communes)
        hear(services, range(20 * communes), BROKEN)
        yield services, inbox, calls
        services.writer.close()


def hear(services: Services, numbers: range, at: object) -> None:
    """Some kiosks are well and were last heard then."""
    devices = [device_of(number) for number in numbers]
    with services.database.writing() as connection:
        mine = schema.device_status.c.device_id.in_(devices)
        values = {"received_at": at, "status": WELL, "clock_ahead_us": 0}
        connection.execute(update(schema.device_status).where(mine).values(values))
        journals = [device_of(number + 50_000) for number in numbers]
        connection.execute(delete(schema.unread).where(schema.unread.c.journal_id.in_(journals)))
        of_them = schema.journal.c.device_id.in_(devices)
        connection.execute(update(schema.journal).where(of_them).values(last_received_at=at, forked_at=None))


def pass_minute(services: Services, minutes: float) -> None:
    """What the collector does by itself then."""
    later = replace(services, now=lambda: NOON + timedelta(minutes=minutes))
    chores = {chore.name: chore.run for chore in chores_of(later)}
    chores["watch kiosks"]()
    chores["send notices"]()


def subjects(roads: Roads) -> list[str]:
    """What came by mail; the webhook told the same."""
    _, inbox, calls = roads
    by_mail = [message["Subject"].removeprefix("[hailong] ") for message in inbox.messages]
    by_hook = [one["subject"] for call in calls for one in json.loads(call.get_data())["notices"]]
    assert sorted(by_mail) == sorted(by_hook)
    return [one for one in by_mail if "im lặng" in one.lower()]


@pytest.mark.parametrize("communes", [50])
def test_an_outage_of_a_province_is_one_notice_and_its_end_one_more(roads: Roads) -> None:
    services = roads[0]
    hear(services, range(500, 1000), BROKEN + timedelta(seconds=58))
    for minutes in (0, 1, 2, 3, 4, 6):
        pass_minute(services, minutes)
    assert subjects(roads) == ["Im lặng – 1.000 máy ở Tỉnh Lạng Sơn, từ khoảng 11:45"]

    # They come back over some minutes, each when it tries again.
    for minutes, numbers in ((7, range(300)), (9, range(300, 999)), (11, range(999, 1000)), (12, range(0))):
        hear(services, numbers, NOON + timedelta(minutes=minutes))
        pass_minute(services, minutes + 0.5)

    assert subjects(roads)[1:] == ["Đã hết: Im lặng – 1.000 máy ở Tỉnh Lạng Sơn"]


def test_a_link_that_breaks_again_soon_is_not_told_again(roads: Roads) -> None:
    services = roads[0]
    for minutes in (1, 4):
        pass_minute(services, minutes)
    hear(services, range(1000), NOON + timedelta(minutes=5))
    for minutes in (5, 20, 23, 26):
        pass_minute(services, minutes)

    assert len(subjects(roads)) == 2


def test_of_two_collectors_that_look_at_once_one_tells(roads: Roads) -> None:
    services, later = roads[0], [replace(roads[0], now=lambda at=at: NOON + timedelta(minutes=at)) for at in (1, 4)]

    def after_the_other(work):  # type: ignore[no-untyped-def]
        # The other one looked between our look and our turn.
        watch_fleet(later[1], lambda its: services.writer.submit(its).result(60))
        return services.writer.submit(work).result(60)

    watch_fleet(later[0], lambda work: services.writer.submit(work).result(60))
    watch_fleet(later[1], after_the_other)
    pass_minute(services, 5)

    assert len(subjects(roads)) == 1
