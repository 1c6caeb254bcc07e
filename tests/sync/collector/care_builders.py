"""Comments and cases for the collector's tests."""

from datetime import date, datetime

from kiosk.domain.numbers.measures import Method, Share
from sync.collector.care.cases.opening import LowResult, Rule, open_case
from sync.collector.care.comments.publish import publish_comments
from sync.collector.figures.places import Place
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.effective import NOTHING_SET
from sync.collector.settings.care import Cases
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import NOON, Office, Pen


def write_comments(office: Office, *texts: str, counter: str = "Q1", received_at: datetime = NOON) -> None:
    """Comments of one week at a counter, among enough ratings that it is named."""
    pen = Pen()
    pen.opened()
    for text in texts:
        pen.comment(pen.rating(2, counter=counter), text)
    for _ in range(9):
        pen.rating(counter=counter)
    office.append(pen, received_at=received_at)


def publish(office: Office, today: date) -> None:
    """Let everything appear that may on a day."""
    with office.database.writing() as connection:
        publish_comments(connection, today, CollectorConfig().policy)


def open_case_at(office: Office, unit: str = "XA", counter: str = "Q1", counter_id: int = 1) -> None:
    """A case that opened at NOON: 12 of 48 were dissatisfied."""
    place = Place(f"{unit}/:{counter}", counter, counter, f"{unit}/", counter_id)
    days = (date(2026, 11, 1), date(2026, 11, 20))
    share = Share(Method.TOP2BOX, 12, 48)
    found = LowResult(place, unit, "2026-11", *days, "sipas-5@1", "overall", share, (1, 2), (("wait", 9),))
    with office.database.writing() as connection:
        assert open_case(connection, found, Rule(Cases(), Calendars(CollectorConfig(), NOTHING_SET), NOON.date(), NOON))
