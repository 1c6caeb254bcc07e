"""Examples: the small office of which the API description's examples tell, and what is asked for each.

``python -m tests.sync.collector.api.examples`` writes them anew, for whoever changed an answer on purpose.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, update
from starlette.testclient import TestClient

from kiosk.base.resources import resource
from kiosk.journal.lines import CountLine
from sync.collector.api.data.examples import ANSWERS, LISTS
from sync.collector.people.token_order import Readable, TokenOrder
from sync.collector.people.tokens import AT_ONCE, find_holder, new_token, take_call
from sync.collector.run.app import create_app
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.store.database import open_database
from sync.collector.transparency.disk.folder import CHECKPOINT, KEYS
from tests.sync.collector.builders import Pen, open_office
from tests.sync.collector.care_builders import publish
from tests.sync.collector.closing import CLOSED, Clock, Closed, at
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.sharing import migrated_copy

GOLDEN = Path("tests", "golden", "v1")
DAYS = "from=2026-11-16&to=2026-11-20"
ASKED = {
    "counters": "/v1/counters?unit=XA&limit=1",
    "series": f"/v1/series?{DAYS}",
    "tallies": f"/v1/tallies?{DAYS}&limit=1",
    "report": "/v1/report?unit=XA&period=2026-11",
    "participation": f"/v1/participation?{DAYS}",
    "comments": "/v1/comments",
    "fleet": "/v1/fleet",
    "closed": "/v1/closed?unit=XA&period=2026-11",
    "checkpoint": "/log/checkpoint",
    "keys": "/log/keys",
}
"""What is asked for each example, by the office's token."""


@dataclass(frozen=True)
class Entitled:
    """Programs before the office's collector."""

    client: TestClient
    token: str
    fleet_only: str
    greedy: str
    clock: Clock

    def ask(self, address: str, token: str | None = None, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers of an answer; a second goes by, so that the token never calls too often."""
        self.clock.now += timedelta(seconds=1)
        sent = {"Authorization": f"Bearer {token or self.token}", "Accept-Encoding": "identity", **headers}
        answer = self.client.get(address, headers=sent)
        return answer.status_code, answer.content, answer.headers


@contextmanager
def entitled() -> Iterator[Entitled]:
    """The office with its collector."""
    with migrated_copy() as url, TemporaryDirectory() as folder:
        database = open_database(url)
        config = CollectorConfig(public_url=URL, log=Log(directory=Path(folder)))
        world = Closed(open_office(database), config=config)
        _fill(world)
        _publish_log(Path(folder, "public"))
        with database.writing() as connection:
            every = TokenOrder("kho", "XA", tuple(Readable), 180)
            token, fleet_only, greedy = (
                new_token(connection, replace(every, name=name, may=may), CLOSED, "test")
                for name, may in (("kho", every.may), ("may", [Readable.FLEET]), ("tham", every.may))
            )
        world.clock.now = at(9, 14, month=12)
        app = create_app(world.services)
        yield Entitled(TestClient(app, base_url=URL, client=("192.0.2.7", 1)), token, fleet_only, greedy, world.clock)
        world.end()
        database.close()


def problems(world: Entitled) -> Iterator[tuple[str, int, bytes]]:
    """Each problem that the description has an example of: its file, status and body."""
    database, now = world.client.app.state.services.database, world.clock.now + timedelta(seconds=1)  # type: ignore[attr-defined]
    with database.writing() as connection:
        reader = find_holder(connection, world.greedy, now)
        assert reader is not None
        for _ in range(AT_ONCE):
            take_call(connection, reader, now, now.date())
    for status, address, token in (
        (429, "/v1/tallies", world.greedy),
        (400, "/v1/tallies?from=2026-11-21&to=2026-11-20", world.token),
        (401, "/v1/tallies", "hailong_0"),
        (403, "/v1/tallies", world.fleet_only),
        (404, "/v1/tallies?unit=XZ", world.token),
    ):
        answered, body, _ = world.ask(address, token)
        assert answered == status, (address, body)
        yield f"problem_{status}.json", status, body


def answers(world: Entitled) -> Iterator[tuple[str, bytes]]:
    """Each example by its file, as it is answered."""
    for _, name in ANSWERS.values():
        status, body, _ = world.ask(ASKED[name.partition(".")[0]])
        assert status == 200, (name, body)
        yield name, body
    for name in LISTS:
        mark = "&" if "?" in ASKED[name] else "?"
        yield f"{name}.csv", world.ask(f"{ASKED[name]}{mark}form=csv")[1]
    yield from ((name, body) for name, _, body in problems(world))


def _fill(world: Closed) -> None:
    """November of the office: a busy counter, one with few ratings, transactions, comments, and how its kiosk is."""
    world.press(*[5] * 26, *[4] * 9, *[2] * 5, day=16, reason="wait")
    world.press(*[5] * 18, 3, 1, day=17, repeats=6)
    world.press(5, 4, 2, day=17, counter="Q2")
    pen = Pen()
    for text in ("Chờ hơi lâu", "Cán bộ nhiệt tình"):
        pen.comment(pen.rating(4), text)
    for day, served in (("2026-11-16", 64), ("2026-11-17", 30)):
        pen.write(CountLine, counter="Q1", day=day, n=served)
    world.office.append(pen)
    world.close()
    publish(world.office, CLOSED.date())
    said = {"software": "hailong 0.3.0", "disk_free_bytes": 21_000_000_000, "pending": 0, "next_seq": 70}
    heard = {"device_id": world.office.device.device_id, "received_at": at(9, 13, 12), "clock_ahead_us": 400_000}
    with world.office.database.writing() as connection:
        connection.execute(insert(schema.device_status).values(**heard, status=said))
        connection.execute(update(schema.comment).where(schema.comment.c.seq == 2).values(state="done"))


def _publish_log(public: Path) -> None:
    """A log's files as another one's are; a log of this office's own would be signed anew each time."""
    public.mkdir(parents=True)
    (public / CHECKPOINT).write_bytes((GOLDEN / "log_checkpoint.txt").read_bytes())
    statement = (GOLDEN / "log_key_change.txt").read_text("utf-8")
    _, origin, _, newest, *_ = statement.split("\n")
    keys = {"origin": origin, "vkey": newest, "statements": [statement]}
    (public / KEYS).write_text(json.dumps(keys), "utf-8")


def _write() -> None:
    with entitled() as world:
        for name, body in answers(world):
            resource("assets", "api", name).write_bytes(body)


if __name__ == "__main__":
    _write()
