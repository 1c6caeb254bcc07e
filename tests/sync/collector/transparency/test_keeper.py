"""What grew is in the log the day after, once, whatever the work is interrupted by."""

from base64 import b64encode

import pytest
from sqlalchemy import insert, update

from sync.collector.store import schema
from sync.collector.transparency.leaves import due
from sync.collector.transparency.trust import roots_of
from sync.protocol.tlog.merkle import check_consistency, check_inclusion, leaf_hash
from sync.protocol.tlog.note import Signer
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.transparency.logs import ENDED, JOURNAL, KEY, Kept, leaf_of, report_row

TODAY = NOON.date()


def test_a_days_leaves_are_proven_by_the_checkpoint_and_are_what_the_kiosk_says(kept: Kept, pen: Pen) -> None:
    published = kept.run()

    leaves, sources = kept.leaves(), kept.sources()
    assert sorted(leaf.kind for leaf in leaves) == [JOURNAL]
    assert [source.day for source in sources] == [TODAY]
    assert leaves == [leaf_of(pen, sources[0])]
    checkpoint = published.checkpoint
    proof = kept.public.proof_of(0, checkpoint.size)
    check_inclusion(leaf_hash(leaves[0].raw), 0, checkpoint.size, proof, checkpoint.root)


def test_a_day_on_which_nothing_grew_adds_nothing(kept: Kept, pen: Pen) -> None:
    first = kept.run()

    assert kept.run().checkpoint == first.checkpoint
    assert kept.run(days=0).checkpoint == first.checkpoint


def test_a_journal_that_grew_gets_one_more_leaf_with_another_tag(kept: Kept, office: Office, pen: Pen) -> None:
    old = kept.run().checkpoint
    pen.rating()
    office.append(pen, pen.batch(3))

    new = kept.run().checkpoint

    before, after = kept.leaves()
    assert before.fields[0] != after.fields[0]
    assert [source.seq for source in kept.sources()] == [2, 3]
    check_consistency(old.size, old.root, new.size, new.root, kept.public.consistency(old.size, new.size))


def test_a_journal_whose_kiosk_was_withdrawn_ends_once(kept: Kept, office: Office, pen: Pen) -> None:
    kept.run()
    with office.database.writing() as connection:
        connection.execute(update(schema.device).values(revoked_at=NOON))

    for _ in range(2):
        kept.run()

    assert [source.kind for source in kept.sources()] == [JOURNAL, ENDED]
    assert kept.leaves()[1] == leaf_of(pen, kept.sources()[1])


def test_a_journal_that_goes_on_in_another_has_ended(kept: Kept, office: Office, pen: Pen) -> None:
    with office.database.writing() as connection:
        row = {"journal_id": "00000000-0000-0000-0000-00000000000a", "device_id": office.device.device_id,
               "next_seq": 2, "head": bytes(32), "first_received_at": NOON, "last_received_at": NOON,
               "continues": pen.journal_id}  # fmt: skip
        connection.execute(insert(schema.journal), row)

    kept.run()

    assert [(source.kind, source.journal_id) for source in kept.sources()] == [(ENDED, pen.journal_id)]


def test_journals_are_read_some_at_a_time_and_none_is_left_out(
    kept: Kept, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "JOURNALS_AT_ONCE", 2)
    pens = [Pen() for _ in range(5)]
    for pen in pens:
        pen.opened()
        office.append(pen)

    kept.run()

    assert sorted(str(source.journal_id) for source in kept.sources()) == sorted(pen.journal_id for pen in pens)


def test_a_remembered_hash_that_was_altered_signs_no_leaf_that_no_kiosk_finds(
    kept: Kept, office: Office, pen: Pen
) -> None:
    kept.run()
    for altered in (bytes(32), pen.cursor(2).head):
        with office.database.writing() as connection:
            connection.execute(update(schema.log_journal).values(first_hash=altered))
        pen.rating()
        office.append(pen, pen.batch(len(pen.lines)))

        kept.run()

        assert kept.leaves()[-1] == leaf_of(pen, kept.sources()[-1])
        assert office.rows("log_journal", "first_hash") == [(pen.cursor(1).head,)]


def test_kiosks_are_told_no_key_that_the_log_does_not_have(kept: Kept, office: Office, pen: Pen) -> None:
    kept.run()
    right = kept.folder.key_files.read().signer.vkey
    for vkey in (right, Signer.generate("danhgia.example/log").vkey):
        with office.database.writing() as connection:
            connection.execute(update(schema.log_state).values(vkey=vkey))
            roots = roots_of(connection, kept.settings, kept.public)
        assert roots is not None
        assert roots.vkey == right


def test_each_key_and_each_closed_report_is_logged_once(kept: Kept, office: Office) -> None:
    key = {"device_id": office.device.device_id, "key_id": 7, "public_key": "A" * 43 + "=", "since": NOON}
    with office.database.writing() as connection:
        connection.execute(insert(schema.closed_month), report_row())
        connection.execute(insert(schema.device_key), key)
    kept.run()
    with office.database.writing() as connection:
        connection.execute(insert(schema.closed_month), report_row(number=1))

    kept.run()

    assert [leaf.kind for leaf in kept.leaves()] == [KEY, "report", "report"]
    assert [source.subject for source in kept.sources()] == [
        f"{office.device.device_id}/7",
        "XA 2026-10 0",
        "XA 2026-10 1",
    ]
    assert [leaf.fields[:3] for leaf in kept.leaves()[1:]] == [("XA", "2026-10", "0"), ("XA", "2026-10", "1")]


def test_what_is_public_says_nothing_of_who_and_how_many(kept: Kept, office: Office) -> None:
    pens = [Pen() for _ in range(12)]
    for n, pen in enumerate(pens):
        pen.opened()
        for _ in range(130 if n == 0 else 1):
            pen.rating()
        office.append(pen)
    kept.run()

    told = b"".join(path.read_bytes() for path in kept.folder.public.rglob("*") if path.is_file())

    heads = [pen.cursor(seq).head for pen in pens for seq in (1, len(pen.lines))]
    ids = [one.encode() for one in (office.device.device_id, *(pen.journal_id for pen in pens))]
    hidden = [*heads, *(b64encode(head) for head in heads), *(head.hex().encode() for head in heads), *ids]
    assert not [one for one in hidden if one in told]
    leaves = kept.leaves()
    # Every leaf is as long as every other, and stands where its hashes, new each day, put it.
    assert len({len(leaf.raw) for leaf in leaves}) == 1
    assert leaves == sorted(leaves, key=lambda leaf: leaf.raw)
    assert {len(leaf.fields) for leaf in leaves} == {2}
