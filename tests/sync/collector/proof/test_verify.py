"""Whatever is altered with the database's password is named by verify: what, where and whose."""

import zlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from sync.collector.proof.device import Checked, check_device
from sync.collector.proof.marks import Mark
from sync.collector.proof.run import check_sums
from sync.collector.services.services import Services
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import DAYS, Office, Pen
from tests.sync.collector.kiosk_client import KioskKey, send

HOURS = 3600
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
        return check_device(self.office.database, self.key.keyid, DAYS, self.marks)

    def found(self) -> list[str]:
        """What is wrong with the kiosk's journals, and with what is shown."""
        _, shown = check_sums(self.office.database)
        return [one.code for one in (*self.check().findings, *shown)]


@pytest.fixture
def held(office: Office, client: TestClient, kiosk: KioskKey, services: Services) -> Held:
    written = run([*VISITS, *VISITS, *LAST])
    pen = Pen(boot=written.clock.boot, lines=written.lines, mono_us=written.clock.mono_us)
    made = Held(office, client, kiosk, services, pen)
    made.bring()
    return made


def test_what_nobody_altered_holds_and_is_vouched_for_to_the_last_entry(held: Held) -> None:
    done = held.check()

    assert (done.findings, done.entries, done.signed) == ([], len(held.pen.lines), len(held.pen.lines))
    assert held.found() == []
    assert len(held.office.rows("block")) == 3
    assert all(held.office.rows(table) for table in ("shown_count", "reason_tally", "aside_union", "uncut_count"))


FIRST = "(SELECT min(seq) FROM rating)"
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
    "a reason": ("DELETE FROM reason_choice WHERE reason = 'w'", ["reasons_changed"]),
    "a tally": ("UPDATE tally SET n = n + 1 WHERE level = 5", ["tally_wrong"]),
    "a tally's rows": ("DELETE FROM tally WHERE standing = 'repeat'", ["tally_wrong"]),
    "a tally of reasons": ("UPDATE reason_tally SET n = n + 1", ["reason_tally_wrong"]),
    "what waits": ("UPDATE uncut_count SET n = n + 1", ["uncut_wrong"]),
    "what is shown": ("UPDATE shown_count SET n5 = n5 + 1 WHERE grain = 'm' AND stream = 'counted'", ["shown_wrong"]),
    "what is shown of units": ("UPDATE shown_unit_count SET n5 = n5 + 1 WHERE grain = 'm'", ["units_wrong"]),
    "a block's sums": ("UPDATE block_piece SET n5 = n5 + 1 WHERE n5 > 0", ["block_changed", "shown_wrong"]),
    "a block's ratings": ("UPDATE block SET held = replace(held, '-', '-9')", ["block_changed"]),
    "a block's days": ("UPDATE block SET first_day = '2026-11-01'", ["block_changed"]),
    "a block": ("DELETE FROM block", ["block_missing"]),
    "a block that is hidden": ("UPDATE block SET shown_at = NULL", ["shown_wrong"]),
    "the sum of what is aside": ("UPDATE aside_union SET n1 = n1 + 1", ["shown_wrong", "union_wrong"]),
    "a segment": ("DELETE FROM segment WHERE first_seq = 6", ["segment_missing"]),
    "the last segment": ("DELETE FROM segment WHERE first_seq = (SELECT max(first_seq) FROM segment)",
                         ["segment_missing"]),
    "a hash": ("UPDATE segment SET head = prev WHERE first_seq = 6", ["lines_changed"]),
    "the journal's end": ("UPDATE journal SET head = (SELECT prev FROM segment WHERE first_seq = 6)", ["end_changed"]),
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
    earlier = "received_at - interval '1 second'" if is_postgres else "received_at - 1000000"

    held.sql(statement.format(earlier=earlier))

    found = held.found()
    assert found[0] == codes[0], found
    assert set(codes) <= set(found), found


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
