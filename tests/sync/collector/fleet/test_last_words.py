"""What a kiosk said is waiting is put right by what came since, wherever it is shown."""

from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from sync.collector.figures.kiosks import read_kiosks
from sync.collector.fleet.devices.last_words import LastWords
from sync.collector.fleet.devices.roster import read_roster
from sync.collector.fleet.kiosks.hours import Missed
from sync.collector.fleet.kiosks.roll import read_roll
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.effective import NOTHING_SET
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.api.test_api_device import JSON, status_of
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.kiosk_client import KioskKey, send

AFTER = NOON + timedelta(minutes=10)
"""When the morning may be told."""


def waiting(office: Office) -> list[int | None]:
    """As the command, the page and the reports tell it."""
    with office.database.reading() as connection:
        (listed,) = read_roster(connection, AFTER, HANOI)
        (kiosk,) = read_roll(connection, "", AFTER, CollectorConfig())
        calendars = Calendars(CollectorConfig(), NOTHING_SET)
        missed = Missed(calendars, HANOI, timedelta(minutes=15), AFTER)
        ((reported,),) = read_kiosks(connection, missed).values()
    return [listed.waiting, kiosk.status.get("pending"), reported.pending]


def test_what_was_told_as_waiting_and_came_since_waits_no_more(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = Pen()
    for _ in range(20):
        pen.rating(4)
    told = {"pending": 20, "next_seq": 21, "oldest_pending_s": 40}
    send(client, kiosk.request("POST", "/v1/device/status", status_of(pen, **told), JSON))
    assert waiting(office) == [20, 20, 20]

    send(client, kiosk.entries(pen, 1, 15))
    assert waiting(office) == [5, 5, 5]
    send(client, kiosk.entries(pen, 16, 20))

    assert waiting(office) == [0, 0, 0]
    with office.database.reading() as connection:
        (found,) = read_roll(connection, "", datetime.now(UTC), CollectorConfig())
        assert found.oldest_waiting_s is None


def test_word_of_a_journal_that_is_not_here_stays_as_it_was_told(office: Office) -> None:
    with office.database.reading() as connection:
        words = LastWords(connection, NOON, HANOI)
        told = {"journal_id": "x", "next_seq": 9, "pending": 8}

        assert words.of(None, None) == {}
        assert words.of(told, NOON - timedelta(days=1)).items() >= told.items()
