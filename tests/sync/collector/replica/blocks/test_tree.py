"""The tree of a journal's cuts is that of its lines, however they come, and what kiosks sign is held to it."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from sync.collector.fleet.devices.keys import keep_key, key_id_of
from sync.collector.replica.blocks.judging import judge_anew
from sync.collector.replica.blocks.stated import leaf_hashes, signed_at, signed_over, statements
from sync.collector.replica.blocks.tree import cuts_at
from sync.collector.replica.continued import Position
from sync.collector.replica.held import mark_due
from sync.collector.replica.ingest import append_batch
from sync.protocol.cuts import SignedCuts
from sync.protocol.tlog.merkle import check_inclusion, prove_inclusion
from tests.kiosk_in_memory import ANYTHING, ORDINARY, Kiosk, run
from tests.sync.collector.builders import DAYS, ENROLLED, NOON, Office, Pen, receipt_of
from tests.sync.collector.kiosk_client import KioskKey
from tests.sync.collector.replica.blocks.holding import judge
from tests.sync.collector.replica.blocks.test_carried import went_on
from tests.sync.collector.replica.blocks.test_judging import END, emptied
from tests.trees import hashes_of, statements_of, tree_of

SIX = [("rate", 4, "counted", None, 6), ("reasons", 1, {"w"})]
NIGHT = [("wait", 20 * 3600), ("cut",)]
WEEK = [*SIX, *NIGHT] * 5
RANDOM = settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Signing:
    """A kiosk whose lines come with what it signs of its cuts."""

    office: Office
    pen: Pen
    key: KioskKey = field(default_factory=KioskKey)
    sent: int = 0

    @classmethod
    def of(cls, office: Office, kiosk: Kiosk) -> "Signing":
        made = cls(office, Pen(boot=kiosk.clock.boot, lines=kiosk.lines, mono_us=kiosk.clock.mono_us))
        with office.database.writing() as connection:
            keep_key(connection, office.device.device_id, made.key.public, ENROLLED)
        return made

    def send(self, through: int | None = None, said: str | None = None) -> None:
        """Bring the lines up to this one, or all, and say this of the cuts instead of what is right."""
        last = min(through or len(self.pen.lines), len(self.pen.lines))
        if last <= self.sent:
            return
        batch = self.pen.batch(self.sent + 1, last)
        cuts = said or (self.key.cuts(self.pen, last) if any(b'"block"' in line for line in batch.lines) else None)
        base = f'"@method": POST\n"@query": ?head=x{f"&cuts={cuts}" if cuts else ""}\n"content-digest": x'
        arrival = replace(receipt_of(self.pen, NOON), base=base)
        device = replace(self.office.device, key_id=key_id_of(self.key.public))
        with self.office.database.writing() as connection:
            append_batch(connection, device, batch, arrival, DAYS)
        self.sent = last

    def assert_kept(self) -> None:
        """What is kept is what the lines say, also of those that were not judged yet."""
        with self.office.database.reading() as connection:
            for seq in {*range(1, self.sent, 7), self.sent}:
                wanted = tree_of(self.pen.journal_id, self.pen.lines[:seq])
                assert cuts_at(connection, self.pen.journal_id, seq) == wanted

    def assert_judged(self) -> None:
        """All of it was judged, and the kiosk signed it rightly."""
        self.assert_kept()
        said = statements_of(self.pen.journal_id, self.pen.lines[: self.sent])
        with self.office.database.reading() as connection:
            kept = statements(connection, self.pen.journal_id)
        assert [(one.seq, one.statement) for one in kept] == said
        assert "bad_tree" not in {reason for (reason,) in self.office.rows("unread", "reason")}
        assert not said or ((len(said),) in self.office.rows("cut_signed", "size"))


@RANDOM
@given(ANYTHING | ORDINARY, st.sets(st.integers(1, 90)), st.sets(st.integers(0, 90)), st.booleans())
def test_tree_is_that_of_the_lines_however_they_come(office, actions, ends, damaged, is_judged_between):
    emptied(office)
    kiosk = run([*actions, *END])
    for place in sorted(place for place in damaged if place < len(kiosk.lines)):
        kiosk.lines[place] = kiosk.lines[place].replace(b'{"4":', b'{"5":').replace(b'"last":1', b'"last":')
    signing = Signing.of(office, kiosk)

    for end in sorted(ends):
        signing.send(end)
        signing.assert_kept()
        if is_judged_between:
            judge(office)
            signing.assert_judged()
    signing.send()
    judge(office)

    signing.assert_judged()


@RANDOM
@given(ANYTHING | ORDINARY, st.integers(1, 40), st.booleans())
def test_journal_that_went_on_in_another_has_two_trees_whichever_comes_first(office, actions, after, is_newer_first):
    emptied(office)
    kiosk = run([*SIX, *NIGHT, *actions, *SIX, *NIGHT])
    old = Signing.of(office, kiosk)
    after = min(after, len(kiosk.lines))
    new = went_on(old, after, [*SIX, *NIGHT], kiosk)  # type: ignore[arg-type]
    newer = Signing(office, new.pen, old.key)
    for each in (newer, old) if is_newer_first else (old, newer):
        each.send(after if each is old else None)
        judge(office)

    old.assert_judged()
    newer.assert_judged()


WRONG = {
    "another root": lambda signing, last: wrong(signing, last, root=bytes(32)),
    "another size": lambda signing, last: wrong(signing, last, size=7),
    "another key": lambda signing, last: KioskKey().cuts(signing.pen, last),
    "nothing that can be read": lambda _signing, _last: "3.x",
}


def wrong(signing: Signing, last: int, **values: Any) -> str:
    said = SignedCuts.parse(str(signing.key.cuts(signing.pen, last)))
    assert said is not None
    tree = said._replace(**values).tree
    return SignedCuts.sign(signing.key.private, signing.pen.journal_id, tree).member


@pytest.mark.parametrize("what", WRONG)
def test_kiosk_that_signs_something_else_is_told_and_its_blocks_count(office: Office, what: str) -> None:
    kiosk = run(WEEK)
    cuts = [seq for seq, _ in statements_of("", kiosk.lines)]
    signing = Signing.of(office, kiosk)
    signing.send(cuts[0])
    signing.send(cuts[2], WRONG[what](signing, cuts[2]))
    judge(office)
    signing.send()
    judge(office)

    assert office.rows("unread", "seq", "reason") == [(cuts[2], "bad_tree")]
    assert [(fault,) for (fault,) in office.rows("block", "fault")] == [(None,)] * 5
    assert office.rows("cut_signed", "size") == [(1,), (5,)]
    with office.database.writing() as connection:
        judge_anew(connection, [signing.pen.journal_id])
    judge(office)
    assert office.rows("unread", "seq", "reason") == [(cuts[2], "bad_tree")]
    assert office.rows("cut_leaf", "seq") == [(seq,) for seq in cuts]


def forget_trees(office: Office) -> None:
    """As after an upgrade from a version that kept none."""
    with office.database.writing() as connection:
        for table in ("cut_tree", "cut_leaf", "cut_signed"):
            connection.execute(text(f"DELETE FROM {table}"))


def test_kiosk_that_was_upgraded_before_the_collector_is_believed(office: Office) -> None:
    signing = Signing.of(office, run(WEEK))
    signing.send(24)
    judge(office)
    forget_trees(office)
    signing.assert_kept()

    signing.send()
    signing.assert_kept()
    judge(office)

    signing.assert_judged()


def test_nobody_is_blamed_before_all_lines_were_looked_through(office: Office) -> None:
    signing = Signing.of(office, run(WEEK))
    signing.send(24)
    judge(office)
    forget_trees(office)
    with office.database.writing() as connection:
        # The newest cut is one that the kiosk made after going back to an older version, which says no half days.
        connection.execute(text("UPDATE block SET is_kiosks = FALSE"))

    signing.send()
    judge(office)

    signing.assert_judged()


@pytest.fixture
def asked(office: Office) -> Iterator[list[str]]:
    """What the database is asked."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        seen.append(statement)

    with office.database.reading() as reading, office.database.writing() as writing:
        engines = {reading.engine, writing.engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def judge_all(office: Office, signing: Signing) -> None:
    with office.database.writing() as connection:
        mark_due(connection, [signing.pen.journal_id])
    judge(office)


def test_lines_without_cuts_cost_nothing(office: Office, asked: list[str]) -> None:
    signing = Signing.of(office, run([*WEEK, *SIX]))
    signing.send(7)
    judge_all(office, signing)
    assert [each for each in asked if "FROM segment" in each]
    assert not [each for each in asked if "cut_tree" in each or "cut_leaf" in each or "cut_signed" in each]

    signing.send()
    judge_all(office, signing)
    assert [each for each in asked if "cut_tree" in each]


def test_tree_of_a_journal_that_was_judged_is_known_without_its_lines(office: Office, asked: list[str]) -> None:
    signing = Signing.of(office, run([*WEEK, *SIX]))
    signing.send(len(signing.pen.lines) - 4)
    judge_all(office, signing)
    signing.send()
    judge_all(office, signing)

    asked.clear()
    with office.database.reading() as connection:
        found = cuts_at(connection, signing.pen.journal_id, signing.sent)

    assert found == tree_of(signing.pen.journal_id, signing.pen.lines)
    assert [each for each in asked if "cut_tree" in each]
    assert not [each for each in asked if "cut_leaf" in each]
    assert len([each for each in asked if "segment" in each]) <= 1


def test_what_was_carried_is_stated_in_the_newer_tree_and_named_by_its_old_place(office: Office) -> None:
    kiosk = run([*SIX, *NIGHT, *SIX, *NIGHT])
    old = Signing.of(office, kiosk)
    originals = statements_of(old.pen.journal_id, kiosk.lines)
    new = went_on(old, originals[0][0], [*SIX, *NIGHT], kiosk)  # type: ignore[arg-type]
    newer = Signing(office, new.pen, old.key)
    old.send(originals[0][0])
    newer.send()
    judge(office)

    newer.assert_judged()
    with office.database.reading() as connection:
        carried, own = statements(connection, newer.pen.journal_id)
    assert carried.cut == Position(old.pen.journal_id, originals[1][0])
    assert own.cut == Position(newer.pen.journal_id, own.seq)
    assert json.loads(carried.statement)["was"] == json.loads(originals[1][1])["rest"]
    cuts = {(str(journal), seq) for journal, seq in office.rows("block", "journal_id", "cut_seq")}
    assert {carried.cut, own.cut} <= cuts


def test_auditor_is_given_what_proves_each_statement(office: Office) -> None:
    signing = Signing.of(office, run(WEEK))
    signing.send(30)
    signing.send()
    judge(office)

    journal_id = signing.pen.journal_id
    with office.database.reading() as connection:
        signed = signed_over(connection, journal_id, 4)
        leaves = leaf_hashes(connection, journal_id)
        said = statements(connection, journal_id, 1, 3)
        sizes = {size for size in range(9) if signed_at(connection, journal_id, size)}
        assert signed_over(connection, journal_id, 5) is None
    assert signed is not None
    assert (signed.size, sizes) == (5, {3, 5})
    assert signed.text == f"hailong-cuts/1\n{journal_id}\n5\n{signed.root.hex()}\n".encode()
    raw = base64.b64decode(signed.public_key)
    Ed25519PublicKey.from_public_bytes(raw).verify(signed.signature, signed.text)
    assert [one.position for one in said] == [1, 2, 3]
    for one in said:
        proof = prove_inclusion(one.position, 5, hashes_of(leaves))
        check_inclusion(leaves[one.position], one.position, 5, proof, signed.root)
