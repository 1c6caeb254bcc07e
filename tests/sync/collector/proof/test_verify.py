"""Whatever is altered with the database's password is named by verify: what, where and whose."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from kiosk.journal.chain import chain_over
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.proof.device import Checked, Rule, check_device
from sync.collector.proof.marks import Mark, MarkFile
from sync.collector.proof.run import check_sums, places_of
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database, open_database
from sync.protocol.batch import pack_batch
from sync.protocol.cuts import SignedCuts
from sync.protocol.messages import JSON_MEDIA_TYPE
from sync.protocol.signature import prove_key
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import DAYS, NOON, Office, Pen, open_office
from tests.sync.collector.conftest import world_to_copy
from tests.sync.collector.kiosk_client import URL, KioskKey, enrolled_key, send

Copies = Callable[[], AbstractContextManager[str]]

HOURS = 3600
RULE = Rule(DAYS, 5, shipped_surveys())
VISITS = [
    ("rate", 5, "counted", None, 4), ("reasons", 1, {"w", "p"}), ("rate", 2, "counted", None, 3), ("revised", 1, 4),
    ("rate", 1, "repeat", None, 6), ("wait", 5 * HOURS), ("rate", 4, "counted", None, 6), ("reasons", 1, {"w"}),
    ("wait", 16 * HOURS), ("cut",),
]  # fmt: skip
LAST: list[Any] = [("rate", 3, "counted", None, 2)]
"""Which no block holds yet."""
LINES_EACH = 5


@dataclass
class Held:
    """A collector that has what one kiosk wrote, and shows its blocks."""

    office: Office
    client: TestClient
    key: KioskKey
    services: Services
    pen: Pen
    sent: int = 0
    marks: dict[str, Mark] = field(default_factory=dict)

    def bring(self, key: KioskKey | None = None, lines_each: int = LINES_EACH) -> None:
        """Send what was not sent yet, and bring out what may be shown."""
        while self.sent < len(self.pen.lines):
            last = min(self.sent + lines_each, len(self.pen.lines))
            assert send(self.client, (key or self.key).entries(self.pen, self.sent + 1, last)).status_code == 200
            self.sent = last
        self.services.release()

    def go_on(self, visits: list[Any]) -> None:
        """Write more of the journal."""
        kiosk = run([*VISITS, *VISITS, *LAST, *visits])
        self.pen.lines, self.pen.mono_us = kiosk.lines, kiosk.clock.mono_us

    def sql(self, *statements: str) -> None:
        """What somebody does who has the database's password."""
        with self.office.database.writing() as connection:
            for statement in statements:
                assert connection.execute(text(statement)).rowcount > 0, statement

    def check(self) -> Checked:
        """Every journal of the kiosk, those with a mark from there on."""
        return check_device(self.office.database, self.key.keyid, RULE, self.marks)

    def found(self) -> list[str]:
        """What is wrong with the kiosk's journals, and with what is shown."""
        _, shown = check_sums(self.office.database, RULE)
        return [one.code for one in (*self.check().findings, *shown)]


def _bring(url: str) -> Held:
    """The world of these tests, whose connections are closed."""
    database = open_database(url)
    office = open_office(database)
    kiosk = enrolled_key(database, office.device.device_id)
    services = make_services(CollectorConfig(public_url=URL), database, lambda: NOON)
    written = run([*VISITS, *VISITS, *LAST])
    pen = Pen(boot=written.clock.boot, lines=written.lines, mono_us=written.clock.mono_us)
    with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000)) as client:
        made = Held(office, client, kiosk, services, pen)
        made.bring()
    database.close()
    return made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def brought(request: pytest.FixtureRequest) -> Iterator[tuple[Held, Copies]]:
    """What a kiosk brought to a collector of each kind, once; each test has a copy."""
    with world_to_copy(request, request.param, _bring) as made:
        yield made


@pytest.fixture
def database_url(brought: tuple[Held, Copies]) -> Iterator[str]:
    with brought[1]() as url:
        yield url


@pytest.fixture
def office(brought: tuple[Held, Copies], database: Database) -> Office:
    return Office(database, brought[0].office.device)


@pytest.fixture
def kiosk(brought: tuple[Held, Copies]) -> KioskKey:
    return replace(brought[0].key)


@pytest.fixture
def held(brought: tuple[Held, Copies], office: Office, client: TestClient, kiosk: KioskKey, services: Services) -> Held:
    return Held(office, client, kiosk, services, deepcopy(brought[0].pen), brought[0].sent)


def test_what_nobody_altered_holds_and_is_vouched_for_to_the_last_entry(held: Held) -> None:
    done = held.check()

    assert (done.findings, done.entries, done.signed) == ([], len(held.pen.lines), len(held.pen.lines))
    assert held.found() == []
    assert len(held.office.rows("block")) == 3
    assert all(held.office.rows(table) for table in ("shown_count", "reason_tally", "aside_union", "uncut_count"))


FIRST = "(SELECT min(seq) FROM rating)"
LEAF = "SELECT l.hash FROM cut_leaf l WHERE l.journal_id = {}.journal_id"
ALTERED = {
    "a rating's level": (f"UPDATE rating SET level = 1 WHERE seq = {FIRST}", ["rating_changed"]),
    "its first level": (f"UPDATE rating SET first_level = 1 WHERE seq = {FIRST}", ["rating_changed"]),
    "its standing": (f"UPDATE rating SET standing = 'test' WHERE seq = {FIRST}", ["rating_changed"]),
    "its counter": (f"UPDATE rating SET counter_id = 2 WHERE seq = {FIRST}", ["rating_changed"]),
    "its question": (f"UPDATE rating SET question = 'other' WHERE seq = {FIRST}", ["rating_changed"]),
    "its half day": (f"UPDATE rating SET part = 'xx' WHERE seq = {FIRST}", ["rating_changed"]),
    "its time's quality": (f"UPDATE rating SET time_quality = 'uncertain' WHERE seq = {FIRST}", ["rating_changed"]),
    "a revised level": ("UPDATE rating SET level = first_level WHERE first_level IS NOT NULL", ["rating_changed"]),
    "a rating": (f"DELETE FROM rating WHERE seq = {FIRST}", ["rating_missing"]),
    "an invented rating": (
        ("INSERT INTO rating SELECT journal_id, 1, received_at, counter_id, survey, question, level, first_level, "
        f"standing, pressed_at, time_quality, day, part FROM rating WHERE seq = {FIRST}"),
        ["rating_invented"],
    ),
    "a reason": ("DELETE FROM reason_choice WHERE reason = 'w'", ["reasons_changed"]),
    "a tally": ("UPDATE tally SET n = n + 1 WHERE level = 5", ["tally_wrong"]),
    "a tally's rows": ("DELETE FROM tally WHERE standing = 'repeat'", ["tally_wrong"]),
    "a tally of reasons": ("UPDATE reason_tally SET n = n + 1", ["reason_tally_wrong"]),
    "what waits": ("UPDATE uncut_count SET n = n + 1", ["uncut_wrong"]),
    "what is shown": ("UPDATE shown_count SET n5 = n5 + 1 WHERE grain = 'm' AND stream = 'counted'", ["shown_wrong"]),
    "what is shown of units": ("UPDATE shown_unit_count SET n5 = n5 + 1 WHERE grain = 'm'", ["units_wrong"]),
    "a block's sums": ("UPDATE block_piece SET n5 = n5 + 1 WHERE n5 > 0", ["block_changed", "shown_wrong"]),
    "a block's ratings": ("UPDATE block SET held = held || ',1'", ["block_changed"]),
    "a block's form": ("UPDATE block SET held = 'nonsense'", ["unreadable"]),
    "a rating's form": (f"UPDATE rating SET survey = '\x1f' WHERE seq = {FIRST}", ["unreadable"]),
    "a clock's form": ("UPDATE segment SET kiosk_clock = 'wall=now' WHERE first_seq = 6", ["signature_wrong"]),
    "a block's days": ("UPDATE block SET first_day = '2026-11-01'", ["block_changed"]),
    "a block's question": ("UPDATE block SET question = 'other'", ["block_changed"]),
    "a block made a tail": ("UPDATE block SET is_tail = TRUE, shown_at = NULL", ["cut_changed"]),
    "a block made too small": ("UPDATE block SET n = 4, shown_at = NULL", ["block_changed"]),
    "a block": ("DELETE FROM block", ["block_missing"]),
    "a block that is kept back": ("UPDATE block SET shown_at = NULL", ["block_hidden", "shown_wrong"]),
    "a block that is doubted": ("UPDATE block SET shown_at = NULL, fault = 'sums'", ["block_hidden", "shown_wrong"]),
    "a cut in the tree": ("UPDATE cut_leaf SET back = 1 WHERE position = 1", ["tree_changed"]),
    "the last cut in the tree": ("DELETE FROM cut_leaf WHERE position = (SELECT max(position) FROM cut_leaf)",
                                 ["tree_changed"]),
    "the tree": (f"UPDATE cut_tree SET nodes = ({LEAF.format('cut_tree')} AND l.position = 0)", ["tree_changed"]),
    "a tree that is gone": ("DELETE FROM cut_tree", ["tree_changed"]),
    "the root that was signed": (f"UPDATE cut_signed SET root = ({LEAF.format('cut_signed')} AND l.position = 1)",
                                 ["tree_changed"]),
    "the signature of a root": ("UPDATE cut_signed SET signature = root", ["tree_changed"]),
    "a signed root that is gone": ("DELETE FROM cut_signed WHERE size = 3", ["tree_changed"]),
    "a made-up signed root": (
        "INSERT INTO cut_signed SELECT journal_id, 9, seq + 1, root, signature, key_id FROM cut_signed WHERE size = 3",
        ["tree_changed"],
    ),
    "the sum of what is aside": ("UPDATE aside_union SET n1 = n1 + 1", ["shown_wrong", "union_wrong"]),
    "a segment": ("DELETE FROM segment WHERE first_seq = 6", ["segment_missing"]),
    "the last segment": ("DELETE FROM segment WHERE first_seq = (SELECT max(first_seq) FROM segment)",
                         ["segment_missing"]),
    "a hash": ("UPDATE segment SET head = prev WHERE first_seq = 6", ["lines_changed"]),
    "the journal's end": (
        "UPDATE journal SET head = s.prev FROM segment s WHERE s.journal_id = journal.journal_id AND s.first_seq = 6",
        ["end_changed"],
    ),
    "a signature": ("UPDATE segment SET signature = 'kiosk=:AAAA:' WHERE first_seq = 6", ["signature_wrong"]),
    "the time of receipt": ("UPDATE segment SET received_at = {earlier} WHERE first_seq = 6", ["rating_changed"]),
    "the kiosk's clock": ("UPDATE segment SET kiosk_clock = replace(kiosk_clock, 'mono=', 'mono=9')",
                          ["signature_wrong"]),
    "what was signed": ("UPDATE segment SET request = NULL WHERE first_seq > 6", ["signature_lost"]),
    "the key's name": ("UPDATE segment SET key_id = 7 WHERE first_seq = 6", ["key_lost"]),
    "the kiosk's key": ("UPDATE device_key SET public_key = '" + "A" * 43 + "='", ["key_changed"]),
    "the present key": ("UPDATE device SET public_key = '" + "A" * 43 + "='", ["key_changed"]),
    "a made-up journal": ("UPDATE tally SET journal_id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'",
                          ["tally_wrong", "journal_invented"]),
}  # fmt: skip
"""What is altered, how, and what is found first."""


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_named(held: Held, what: str) -> None:
    statement, codes = ALTERED[what]
    is_postgres = not held.office.database.is_sqlite
    earlier = f"timestamptz '{NOON - timedelta(seconds=1)}'" if is_postgres else "received_at - 1000000"

    held.sql(statement.format(earlier=earlier))

    found = held.found()
    assert found[0] == codes[0], found
    assert set(codes) <= set(found), found


def test_nonsense_that_sqlite_takes_anywhere_does_not_end_the_check(held: Held) -> None:
    if held.office.database.is_sqlite:
        for said in ("x'ff'", "CAST(x'ff' AS TEXT)"):
            held.sql(f"UPDATE rating SET part = {said} WHERE seq = {FIRST}")

            assert held.found() == ["unreadable"]


def test_rating_that_is_there_twice_is_named(held: Held) -> None:
    columns = "counter_id, survey, question, level, first_level, standing, pressed_at, time_quality, day, part"
    later = "received_at + 1" if held.office.database.is_sqlite else "received_at + interval '1 second'"
    held.sql(f"INSERT INTO rating (journal_id, seq, received_at, {columns}) "
             f"SELECT journal_id, seq, {later}, {columns} FROM rating WHERE seq = {FIRST}")  # fmt: skip

    assert held.found()[0] == "rating_invented"


def test_key_that_was_exchanged_at_every_place_is_named(held: Held) -> None:
    stranger = f"'{KioskKey().public}'"

    held.sql(f"UPDATE device_key SET public_key = {stranger}", f"UPDATE device SET public_key = {stranger}")

    assert held.found()[0] == "key_changed"


def test_line_of_a_segment_that_was_changed_is_named_with_its_place(held: Held) -> None:
    with held.office.database.writing() as connection:
        body = connection.execute(text("SELECT lines FROM segment WHERE first_seq = 6")).scalar_one()
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        lines = zlib.decompress(body, 31).replace(b'"level":2', b'"level":5')
        connection.execute(
            text("UPDATE segment SET lines = :lines WHERE first_seq = 6"),
            {"lines": packer.compress(lines) + packer.flush()},
        )

    (found,) = held.check().findings

    assert (found.code, found.whose) == ("lines_changed", "collector")
    assert (found.values, found.journal_id) == ({"first": 6, "last": 10}, held.pen.journal_id)


def test_head_that_the_kiosk_signed_is_not_made_good_by_hashes_that_fit(held: Held) -> None:
    """Lines, hashes, ratings: somebody rewrites all of a journal's end and forgets nothing but the kiosk's key."""
    first = held.office.rows("segment", "first_seq")[-1][0]
    with held.office.database.writing() as connection:
        row = connection.execute(text("SELECT * FROM segment WHERE first_seq = :at"), {"at": first}).one()
        line = zlib.decompress(row.lines, 31).split(b"\n")[:-1]
        altered = [each.replace(b'"level":3', b'"level":5') for each in line]
        values = {"at": first, "lines": pack_batch(altered), "head": chain_over(bytes(row.prev), altered)}
        connection.execute(text("UPDATE segment SET lines = :lines, head = :head WHERE first_seq = :at"), values)
        connection.execute(text("UPDATE journal SET head = :head"), {"head": values["head"]})
        connection.execute(text("UPDATE rating SET level = 5 WHERE level = 3"))

    (found,) = held.check().findings

    assert (found.code, found.whose, found.values["first"]) == ("signature_wrong", "collector", first)


def test_entry_that_is_set_aside_and_would_be_read_is_named_and_the_rest_is_checked(held: Held) -> None:
    at = held.office.rows("rating", "seq")[-1][0]
    aside = f"'{held.pen.journal_id}', {at}, 'bad_value', '', received_at FROM segment WHERE first_seq = 6"
    held.sql(
        f"INSERT INTO unread (journal_id, seq, reason, detail, received_at) SELECT {aside}",
        f"DELETE FROM rating WHERE seq = {at}", "UPDATE tally SET n = n - 1 WHERE level = 3",
        "UPDATE uncut_count SET n = n - 1",
    )  # fmt: skip

    done = held.check()

    ((code, whose, values),) = [(one.code, one.whose, one.values) for one in done.findings]
    assert (code, whose, values) == ("entry_ignored", "unknown", {"first": at})
    assert len(done.marks) == 1
    held.sql("UPDATE tally SET n = n + 1 WHERE level = 5")
    assert [one.code for one in held.check().findings] == ["tally_wrong"]


def test_root_that_the_kiosk_signed_otherwise_is_its_own_fault_and_the_rest_is_checked(held: Held) -> None:
    held.go_on([("wait", 2 * HOURS), *VISITS])
    said = SignedCuts.sign(held.key.private, held.pen.journal_id, (4, bytes(32))).member
    with patch.object(KioskKey, "cuts", lambda *_: said):
        held.bring(lines_each=500)

    done = held.check()

    ((code, whose, last),) = [(one.code, one.whose, one.values["last"]) for one in done.findings]
    assert (code, whose) == ("cuts_signed_else", "kiosk")
    assert (last, "bad_tree") in held.office.rows("unread", "seq", "reason")
    assert len(done.marks) == 1
    held.sql("UPDATE tally SET n = n + 1 WHERE level = 5")
    assert [one.code for one in held.check().findings] == ["tally_wrong"]


def test_what_came_before_signatures_were_kept_has_its_chain_alone(held: Held) -> None:
    held.sql(
        "UPDATE segment SET request = NULL, key_id = NULL, by_file = NULL WHERE last_seq < 28",
        "DELETE FROM cut_signed WHERE seq < 28",
    )

    done = held.check()

    assert (done.findings, done.entries, done.signed) == ([], len(held.pen.lines), len(held.pen.lines))
    held.sql("UPDATE segment SET request = NULL, key_id = NULL, by_file = NULL", "DELETE FROM cut_signed")
    assert (held.check().findings, held.check().signed) == ([], 0)
    held.sql("UPDATE segment SET head = prev WHERE first_seq = 6")
    assert held.check().findings[0].whose == "unknown"


def test_overlapped_batch_of_an_older_kiosk_vouches_for_what_lies_before_it(office: Office, client: TestClient) -> None:
    kiosk = enrolled_key(office.database, office.new_device().device_id)
    pen = Pen()
    pen.opened()
    for _ in range(5):
        pen.rating(5)

    def send_older(first: int, last: int) -> None:
        path = f"/v1/journals/{pen.journal_id}/entries?from={first}&prev={pen.cursor(first - 1).head.hex()}"
        body = pack_batch(pen.lines[first - 1 : last])
        asked = kiosk.request("POST", path, body, {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"},
                              pen.instant())  # fmt: skip
        assert send(client, asked).status_code == 200

    send_older(1, 3)
    send_older(2, 4)
    assert check_device(office.database, kiosk.keyid, RULE, {}).signed == 3
    send_older(5, 6)

    done = check_device(office.database, kiosk.keyid, RULE, {})

    assert (done.findings, done.signed) == ([], 6)


def test_key_that_was_exchanged_vouches_for_its_time_and_the_next_for_its_own(held: Held) -> None:
    new = KioskKey(held.key.keyid)
    body = msgspec.json.encode({"public_key": new.public, "proof": prove_key(new.private, new.keyid)})
    asked = held.key.request("POST", "/v1/device/key", body, {"Content-Type": JSON_MEDIA_TYPE})
    assert send(held.client, asked).status_code == 200
    held.go_on([("rate", 2, "counted", None, 3)])
    held.bring(new)

    done = held.check()

    assert (done.findings, done.signed) == ([], len(held.pen.lines))
    held.sql("UPDATE device_key SET body = NULL, request = NULL, signature = NULL WHERE until IS NULL")
    assert [one.code for one in held.check().findings] == ["key_strange"]


def test_check_goes_on_from_where_journals_held(held: Held) -> None:
    held.marks = {mark.journal_id: mark for mark in held.check().marks}
    held.go_on([("wait", 2 * HOURS), *[("rate", 1 + n % 5, "counted", None, 1) for n in range(260)]])
    held.bring(lines_each=40)
    again = held.check()
    held.marks = {mark.journal_id: mark for mark in again.marks}

    assert (again.findings, again.entries) == ([], len(held.pen.lines) - 50)
    assert (held.check().entries, held.check().findings) == (0, [])
    held.sql("UPDATE tally SET n = n + 1 WHERE level = 5")
    assert [one.code for one in held.check().findings] == ["tally_wrong"]


def test_past_that_was_rewritten_since_it_was_checked_is_named(held: Held) -> None:
    (mark,) = held.check().marks
    held.marks = {mark.journal_id: msgspec.structs.replace(mark, head="00" * 32)}

    assert [one.code for one in held.check().findings] == ["mark_lost"]


def test_journal_that_is_shorter_than_it_was_is_named(held: Held) -> None:
    (mark,) = held.check().marks
    held.sql(
        "DELETE FROM segment WHERE first_seq = 46", "DELETE FROM rating WHERE seq > 45",
        "UPDATE journal SET next_seq = 46, head = (SELECT head FROM segment WHERE last_seq = 45)",
    )  # fmt: skip

    held.marks = {mark.journal_id: mark}

    assert [one.code for one in held.check().findings] == ["mark_lost"]


def test_marks_lie_in_a_file_one_for_each_journal(held: Held, tmp_path: Path) -> None:
    kept, done = MarkFile(tmp_path / "marks"), held.check()
    for _ in range(2):
        kept.keep(done.marks)
    assert len((tmp_path / "marks").read_bytes().splitlines()) == 2
    kept.tidy()

    assert MarkFile(tmp_path / "marks").of(held.key.keyid) == {mark.journal_id: mark for mark in done.marks}
    assert len((tmp_path / "marks").read_bytes().splitlines()) == 1


def test_what_is_no_kiosks_has_no_place(office: Office) -> None:
    device_id = office.device.device_id
    with office.database.reading() as connection:
        assert places_of(connection, {"", device_id}) == {device_id: "Q1"}
        assert places_of(connection, {""}) == {}
