"""Leaves and statements as they are written down, and the samples of version 1."""

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.journal.chain import Cursor
from sync.protocol.errors import SignatureInvalid
from sync.protocol.messages import StatusAnswer, decode_message
from sync.protocol.own_key import check_log_roots, public_text
from sync.protocol.tlog.checkpoint import open_checkpoint, read_hash
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.leaf import Leaf, Reached, chain_state, cuts_state, journal_leaf, journal_secret, state, tag
from sync.protocol.tlog.merkle import check_consistency, check_inclusion, leaf_hash
from sync.protocol.tlog.messages import read_log_answer
from sync.protocol.tlog.note import Note, Signer
from sync.protocol.tlog.statement import KeyChange, Restarted
from tests.sync.protocol import golden
from tests.sync.protocol.tlog import samples

SECRET = journal_secret(bytes(range(32)))
REACHED = Reached(samples.DAY, 1234, bytes(range(1, 33)), 5, bytes(range(2, 34)))


def read(name: str) -> bytes:
    return (golden.GOLDEN / name).read_bytes()


@pytest.mark.parametrize("name", samples.messages())
def test_sample_is_written_as_ever(name):
    assert samples.messages()[name] == read(name)


def test_every_kind_of_leaf_is_read_and_written_as_ever():
    leaves = read("log_leaves.txt").splitlines()

    assert [Leaf.parse(leaf).kind for leaf in leaves] == [
        "key", "journal", "report", "report", "logkey", "restart", "ended",
    ]  # fmt: skip
    assert [Leaf.parse(leaf).raw for leaf in leaves] == leaves
    reports = [Leaf.parse(leaf) for leaf in read("log_report_leaves.txt").splitlines()]
    assert [(leaf.version, *leaf.fields[:3]) for leaf in reports] == [
        (2, "06040", "2026-10", "0"), (2, "06040", "2026-10", "1"), (2, "*", "2026-10", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"hailong-leaf/2 key 2026-11-21 " + b"A" * 43 + b"=", b"hailong-leaf/1 key 20261121 " + b"A" * 43 + b"=",
        b"hailong-leaf/1 key 2026-11-21 " + b"A" * 43 + b"=\n", b"hailong-leaf/1 key 2026-11-21  " + b"A" * 43 + b"=",
        b"hailong-leaf/1 other 2026-11-21 x", b"hailong-leaf/1 key 2026-11-21 x", b"hailong-leaf/1 key 2026-02-31 x",
        "hailong-leaf/1 key 2026-11-21 á".encode(), b"hailong-leaf/1 report 2026-11-21 2026-10 01 " + b"A" * 43 + b"=",
    ],
)  # fmt: skip
def test_anything_else_is_no_leaf(raw):
    with pytest.raises(NoteWrong):
        Leaf.parse(raw)


HASH = "A" * 43 + "="


@pytest.mark.parametrize(
    "text",
    [
        "2 report 2026-11-21 2026-10 0", "02 report 2026-11-21 X 2026-10 0", "2 report 2026-11-21 X/Y 2026-10 0",
        "1 report 2026-11-21 X 2026-10 0", "2 report 2026-11-21  2026-10 0", "x report 2026-11-21 2026-10 0",
        "2 report 2026-11-21 ** 2026-10 0",
    ],
)  # fmt: skip
def test_a_report_is_named_as_its_version_says_or_not_at_all(text: str) -> None:
    with pytest.raises(NoteWrong):
        Leaf.parse(f"hailong-leaf/{text} {HASH}".encode())


def test_commitments_are_those_that_the_readme_describes():
    day = b"2026-11-21"
    secret = sha256(b"hailong-log/1 secret\n" + bytes(range(32))).digest()
    chain = sha256(b"hailong-log/1 chain\n" + secret + day + b"\n1234\n" + REACHED.head).digest()
    cuts = sha256(b"hailong-log/1 cuts\n" + secret + day + b"\n5\n" + REACHED.cuts_root).digest()

    assert secret == SECRET
    assert tag(secret, samples.DAY) == sha256(b"hailong-log/1 tag\n" + secret + day).digest()
    assert (chain_state(secret, REACHED), cuts_state(secret, REACHED)) == (chain, cuts)
    assert state(secret, REACHED) == sha256(b"hailong-log/1 state\n" + chain + cuts).digest()
    key = f"hailong-log/1 key\n{golden.DEVICE}\n{public_text(golden.KEY)}".encode()
    assert Leaf.parse(samples.leaves()[0]).fields == (samples.write_hash(sha256(key).digest()),)


@pytest.mark.parametrize(
    "other", [{"seq": 1235}, {"head": bytes(32)}, {"cuts_size": 6}, {"cuts_root": bytes(32)}, {"day": samples.date.max}]
)
def test_leaf_of_anything_else_is_another_one(other):
    assert journal_leaf(SECRET, replace(REACHED, **other)).fields[1] != journal_leaf(SECRET, REACHED).fields[1]


def test_what_a_kiosk_is_told_holds_by_the_formats_alone():
    answer = read_log_answer(decode_message(StatusAnswer, read("status_answer_log.json")).log)
    assert answer is not None
    assert answer.leaf is not None
    checkpoint = open_checkpoint(Note.parse(answer.checkpoint), samples.LOG.verifier)
    first = leaf_hash(read("log_leaves.txt").splitlines()[0])
    end = Cursor.start(golden.JOURNAL).after(golden.lines())
    hash_1 = Cursor.start(golden.JOURNAL).after(golden.lines()[:1]).head
    reached = Reached(samples.DAY, answer.leaf.seq, end.head, answer.leaf.cuts_size, read_hash(answer.leaf.cuts_root))
    own = leaf_hash(journal_leaf(journal_secret(hash_1), reached).raw)

    proof = [read_hash(one) for one in answer.leaf.proof]
    check_inclusion(own, answer.leaf.index, checkpoint.size, proof, checkpoint.root)
    check_consistency(1, first, checkpoint.size, checkpoint.root, [read_hash(one) for one in answer.consistency])


def test_answer_without_the_log_and_one_that_cannot_be_read():
    assert read_log_answer(decode_message(StatusAnswer, read("status_answer.json")).log) is None
    for garbage in (b'"x"', b"[]", b'{"checkpoint":7}', b'{"leaf":{"kind":"x"}}', b'{"consistency":["!"]}'):
        body = read("status_answer.json")[:-1] + b',"log":' + garbage + b"}"
        with pytest.raises(NoteWrong):
            read_log_answer(decode_message(StatusAnswer, body).log)


def test_roots_for_an_older_kiosk_are_signed_as_the_readme_says():
    answer = read_log_answer(decode_message(StatusAnswer, read("status_answer_log_roots.json")).log)
    assert answer is not None
    assert answer.roots is not None
    own = public_text(golden.OWN_KEY)

    assert check_log_roots(answer.roots, own, golden.COLLECTOR) == samples.ROOTS
    with pytest.raises(SignatureInvalid):
        check_log_roots(answer.roots, own, golden.MOVES_TO)
    with pytest.raises(SignatureInvalid):
        check_log_roots(answer.roots, public_text(golden.KEY), golden.COLLECTOR)


def test_changed_key_is_believed_of_the_old_key_only():
    note = Note.parse(read("log_key_change.txt").decode())

    assert KeyChange.open(note, samples.LOG.verifier).new == samples.NEXT_LOG.verifier
    with pytest.raises(NoteWrong):
        KeyChange.open(note, samples.NEXT_LOG.verifier)


def test_key_change_of_another_log_or_name_is_refused():
    for old, new in (
        (samples.LOG, samples.RESTARTED_LOG),
        (samples.NEXT_LOG, samples.LOG),
        (samples.LOG, samples.WITNESS),
    ):
        note = KeyChange(old.verifier, new.verifier, samples.DAY).sign(samples.LOG)
        with pytest.raises(NoteWrong):
            KeyChange.open(note, samples.LOG.verifier)


@pytest.mark.parametrize("name", ["log_restarted.txt", "log_restarted_by_collector.txt"])
def test_new_start_is_believed_of_the_old_key_or_the_collectors_own(name):
    note, own = Note.parse(read(name).decode()), golden.OWN_KEY.public_key().public_bytes_raw()

    restarted = Restarted.open(note, samples.LOG.verifier, own)

    assert (restarted.new, restarted.last_size) == (samples.RESTARTED_LOG.verifier, 5)
    other = Signer(samples.ORIGIN, Ed25519PrivateKey.generate()).verifier
    with pytest.raises(NoteWrong):
        Restarted.open(note, other, golden.KEY.public_key().public_bytes_raw())


def test_new_start_that_keeps_the_origin_is_refused():
    same = Restarted(samples.LOG.verifier, samples.NEXT_LOG.verifier, samples.DAY, bytes(32), 5).sign(samples.LOG)

    with pytest.raises(NoteWrong):
        Restarted.open(same, samples.LOG.verifier)
