"""The demo province is believable, the same from the same seed, and never mixed with real numbers."""

from collections import Counter
from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from sync.collector import schema
from sync.collector.database import Database
from sync.collector.demo_data import add_people, tell_stories, write_province
from sync.collector.errors import UsageWrong
from sync.collector.figures.order import Wish, read_book
from sync.collector.rights import ANYBODY
from sync.collector.services import Services
from sync.collector.surveys.library import shipped_surveys
from tests.sync.collector.builders import DAYS, NOON

WEEK = date(2026, 11, 16)


def write(database: Database, seed: int = 1, now: datetime = NOON) -> int:
    return write_province(database, "20", 1, seed, now, DAYS, shipped_surveys()["sipas-5@1"], lambda *_: None)


def test_the_province_comes_through_the_real_ingest_adds_up_and_is_cared_for(
    database: Database, services: Services
) -> None:
    written = write(database)

    with database.reading() as connection:
        tallied = connection.execute(
            select(func.sum(schema.tally.c.n)).where(schema.tally.c.standing == "counted")
        ).scalar_one()
        unread = connection.execute(select(func.count()).select_from(schema.unread)).scalar_one()
        outside = connection.execute(
            select(func.count()).select_from(schema.tally).where(schema.tally.c.day > NOON.date())
        ).scalar_one()
    assert (int(tallied), unread, outside) == (written, 0, 0)
    book = read_book(services, ANYBODY, Wish(period="2026-11"))
    assert book.me.share is not None
    assert len(book.children) == 19
    assert sum(kiosk.silent for _, kiosk in book.kiosks) >= 1

    people = add_people(database, "20", NOON)
    tell_stories(database, services, NOON, 1)

    assert len({person.name for person in people}) == len(people) == 6
    with database.reading() as connection:
        states = Counter(connection.execute(select(schema.comment.c.state)).scalars())
        unseen = select(func.count()).where(schema.comment.c.published_on.is_(None), schema.comment.c.week < WEEK)
        assert connection.execute(unseen).scalar_one() == 0
        cases = connection.execute(select(schema.follow_up)).all()
    assert set(states) == {"new", "doing", "done", "spam"}
    assert "closed" in {case.state for case in cases}
    assert all(case.bad * 100 > 15 * case.n and case.n >= 30 for case in cases)


def test_demo_data_never_mix_with_what_is_there(database: Database) -> None:
    first = write(database)

    with pytest.raises(UsageWrong, match="folder of its own"):
        write(database)
    assert first > 5000
