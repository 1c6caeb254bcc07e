"""The sender: each letter once, many as one, tried again and given up honestly, nothing delivered twice at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sync.collector.notices.errors import ChannelDown, DeliveryTrouble, NotNow, Refused
from sync.collector.notices.letter import Letter
from sync.collector.notices.outbox import Attached, Kind, Notice, Outbox
from sync.collector.notices.sender import CLAIM, Sender, claim
from sync.collector.retention.maintain import Site, maintain
from sync.collector.retention.steps import Pace
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.notices import Mail, Notices
from sync.collector.store import schema
from sync.collector.store.database import Database
from tests.sync.collector.builders import HANOI, NOON

SETTINGS = Notices(mail=Mail(host="mail.example.gov.vn"), gap_minutes=5)


@dataclass
class Postbox:
    """A road that keeps what it is given, or says what it was told to say."""

    trouble: DeliveryTrouble | None = None
    letters: list[Letter] = field(default_factory=list)
    tried: int = 0

    def deliver(self, letter: Letter) -> None:
        self.tried += 1
        if self.trouble is not None:
            raise self.trouble
        self.letters.append(letter)


@dataclass
class Post:
    """An outbox with a sender and a clock that can be moved."""

    database: Database
    box: Postbox
    now: datetime = NOON

    def put(self, subject: str, *to: str, attached: Attached | None = None) -> None:
        told = Notice(Kind.ALERT, subject, "…", to=to or ("a@example.vn",), attached=attached)
        with self.database.writing() as connection:
            Outbox(SETTINGS, HANOI).put(connection, told, self.now)

    def sender(self) -> Sender:
        return Sender(SETTINGS, {"mail": self.box}, self.transact, lambda: self.now)

    def transact(self, work: Any, /) -> Any:
        with self.database.writing() as connection:
            return work(connection)

    def states(self) -> list[tuple[str, int]]:
        with self.database.reading() as connection:
            rows = connection.execute(select(schema.delivery).order_by(schema.delivery.c.notice_id))
            return [(row.state, row.tries) for row in rows]


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database, Postbox())


def test_a_letter_goes_out_once(post: Post) -> None:
    post.put("Một")

    assert (post.sender().run_round(), post.sender().run_round()) == (1, 0)
    assert post.states() == [("sent", 1)]


def test_what_waits_for_one_address_comes_as_one_letter(post: Post) -> None:
    for subject in ("Một", "Hai", "Ba"):
        post.put(subject)
    post.put("Bốn", "b@example.vn")

    post.sender().run_round()

    assert [[sheet.subject for sheet in letter.sheets] for letter in post.box.letters] == [
        ["Một", "Hai", "Ba"],
        ["Bốn"],
    ]


def test_an_address_is_written_to_again_only_after_a_while(post: Post) -> None:
    post.put("Một")
    post.sender().run_round()
    post.put("Hai")

    soon = post.sender().run_round()
    post.now += timedelta(minutes=6)
    later = post.sender().run_round()

    assert (soon, later) == (0, 1)


def test_a_dead_channel_is_tried_once_a_round_and_again_later_and_later(post: Post) -> None:
    post.box.trouble = ChannelDown("down")
    for number in range(5):
        post.put("Một", f"{number}@example.vn")

    post.sender().run_round()
    first = post.box.tried
    post.now += timedelta(minutes=2)
    post.box.trouble = None
    post.sender().run_round()

    assert first == 1
    assert [state for state, _ in post.states()] == ["sent"] * 5


def test_one_address_that_is_not_taken_now_does_not_hold_up_the_others(post: Post) -> None:
    post.box.trouble = NotNow("greylisted")
    post.put("Một", "a@example.vn", "b@example.vn")

    post.sender().run_round()

    assert post.box.tried == 2
    assert post.states() == [("waiting", 1), ("waiting", 1)]


def test_a_refused_letter_is_given_up_and_says_why(post: Post) -> None:
    post.box.trouble = Refused("550 no such user")
    post.put("Một")

    post.sender().run_round()

    assert post.states() == [("failed", 1)]
    with post.database.reading() as connection:
        assert connection.execute(select(schema.delivery.c.trouble)).scalar_one() == "550 no such user"


def test_pauses_grow_to_an_hour_and_the_letter_is_given_up_after_three_days(post: Post) -> None:
    post.box.trouble = ChannelDown("down")
    post.put("Một")

    while post.states()[0][0] == "waiting":
        post.sender().run_round()
        with post.database.reading() as connection:
            post.now = connection.execute(select(schema.delivery.c.not_before)).scalar_one()

    assert post.now - NOON == pytest.approx(timedelta(hours=73), abs=timedelta(hours=1.5))
    assert 65 < post.box.tried < 100


def test_two_senders_never_have_the_same_letter(post: Post) -> None:
    post.put("Một")
    with post.database.writing() as connection:
        first = claim(connection, {"mail"}, SETTINGS, post.now)
    with post.database.writing() as connection:
        second = claim(connection, {"mail"}, SETTINGS, post.now)

    assert first is not None
    assert second is None


def test_senders_side_by_side_deliver_everything_once(post: Post) -> None:
    for number in range(24):
        post.put("Một", f"{number % 12}@example.vn")
    boxes = [Postbox() for _ in range(3)]
    senders = [Post(post.database, box).sender() for box in boxes]

    with ThreadPoolExecutor(3) as pool:
        sent = sum(pool.map(lambda sender: sender.run_round(), senders))

    delivered = Counter(
        (letter.address, sheet.notice_id) for box in boxes for letter in box.letters for sheet in letter.sheets
    )
    assert sent >= 12
    assert (len(delivered), set(delivered.values())) == (24, {1})
    assert post.states() == [("sent", 1)] * 24


def test_what_a_dead_sender_left_behind_is_delivered_by_another(post: Post) -> None:
    post.put("Một")
    with post.database.writing() as connection:
        claim(connection, {"mail"}, SETTINGS, post.now)

    post.now += CLAIM
    post.sender().run_round()

    assert post.states() == [("sent", 1)]


def test_a_file_goes_along(post: Post) -> None:
    post.put("Báo cáo", attached=Attached("bao-cao.csv", "text/csv; charset=utf-8", b"1,2"))

    post.sender().run_round()

    assert post.box.letters[0].sheets[0].attached == Attached("bao-cao.csv", "text/csv; charset=utf-8", b"1,2")


def test_delivered_notices_are_forgotten_in_time_and_waiting_ones_are_not(post: Post) -> None:
    post.put("Một", "a@example.vn")
    post.put("Hai", "b@example.vn")
    with post.database.writing() as connection:
        connection.execute(
            update(schema.delivery).where(schema.delivery.c.address == "a@example.vn").values(state="sent")
        )
    post.now += timedelta(days=91)
    with post.database.writing() as connection:
        connection.execute(update(schema.notice).where(schema.notice.c.subject == "Hai").values(created_at=post.now))

    site = Site(CollectorConfig(), post.database, post.database.transact, lambda: post.now, Pace())
    list(maintain(site))

    with post.database.reading() as connection:
        assert list(connection.execute(select(schema.notice.c.subject)).scalars()) == ["Hai"]
