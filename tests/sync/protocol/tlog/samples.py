"""A small log, witnessed and told to a kiosk: samples of version 1, and what other tests begin with."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.journal.chain import Cursor
from sync.protocol.acknowledgement import AcknowledgedJournal, AcknowledgedKiosk, Acknowledgement
from sync.protocol.messages import DeviceStatus, EnrolmentAnswer, StatusAnswer, encode_message
from sync.protocol.own_key import sign_log_roots
from sync.protocol.tlog.checkpoint import Checkpoint, write_hash
from sync.protocol.tlog.leaf import (
    WHOLE_OFFICE,
    OfMonth,
    Reached,
    journal_leaf,
    journal_secret,
    key_leaf,
    logkey_leaf,
    note_hash,
    report_leaf,
    restart_leaf,
    unnamed_report_leaf,
)
from sync.protocol.tlog.merkle import ReadHash, leaf_hash, node_hash, prove_consistency, prove_inclusion, root_of
from sync.protocol.tlog.messages import CarriedLog, LogAnswer, LogKept, LogLeaf, LogRoots
from sync.protocol.tlog.note import Cosigner, Note, Signer
from sync.protocol.tlog.statement import KeyChange, Restarted
from tests.sync.protocol import golden

ORIGIN = "gop-y.example.gov.vn/log"
LOG = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96))))
NEXT_LOG = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(65, 97))))
RESTARTED_LOG = Signer(f"{ORIGIN}/2", Ed25519PrivateKey.from_private_bytes(bytes(range(66, 98))))
WITNESS = Cosigner("kiem-toan.example.gov.vn/witness", Ed25519PrivateKey.from_private_bytes(bytes(range(96, 128))))
ROOTS = LogRoots(LOG.vkey, [WITNESS.verifier.vkey], 1)
DAY = date(2026, 11, 21)
COSIGNED_AT = 1_795_280_000


def read_of(leaves: Sequence[bytes]) -> ReadHash:
    """The hashes of the tree over these leaves, worked out by the definition each time."""

    def read(level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hash(leaves[index])
        return node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

    return read


def signed_note(leaves: Sequence[bytes], log: Signer = LOG, *witnesses: Cosigner, time: int = COSIGNED_AT) -> Note:
    """The checkpoint over these leaves."""
    text = Checkpoint(log.name, len(leaves), root_of(len(leaves), read_of(leaves))).text
    return Note.of(text, log.sign(text), *(witness.cosign(text, time) for witness in witnesses))


def leaves() -> list[bytes]:
    """One of each kind, of the journal and kiosk of the other samples; the second is the journal's."""
    end = Cursor.start(golden.JOURNAL).after(golden.lines())
    hash_1 = Cursor.start(golden.JOURNAL).after(golden.lines()[:1]).head
    secret = journal_secret(hash_1)
    reached = Reached(DAY, end.next_seq - 1, end.head, 1, sha256(b"\x00cut").digest())
    found = (
        key_leaf(DAY, golden.DEVICE, golden.public_text(golden.KEY)),
        journal_leaf(secret, reached),
        unnamed_report_leaf(DAY, "2026-10", 0, bytes(range(32))),
        unnamed_report_leaf(DAY, "2026-10", 1, bytes(range(1, 33))),
        logkey_leaf(DAY, LOG.vkey, NEXT_LOG.vkey),
        restart_leaf(DAY, note_hash("a note\n"), 5),
        journal_leaf(secret, Reached(DAY, 6, end.head), ended=True),
    )
    return [leaf.raw for leaf in found]


def report_leaves() -> list[bytes]:
    """Of closed reports, in the form that names their unit."""
    of = (OfMonth("06040", "2026-10", 0), OfMonth("06040", "2026-10", 1), OfMonth(WHOLE_OFFICE, "2026-10", 0))
    return [report_leaf(DAY, one, bytes(range(number, number + 32))).raw for number, one in enumerate(of)]


def answer() -> LogAnswer:
    """What a kiosk is told that keeps the checkpoint over the first leaf."""
    read, size = read_of(leaves()), len(leaves())
    proof = [write_hash(one) for one in prove_inclusion(1, size, read)]
    return LogAnswer(
        signed_note(leaves(), LOG, WITNESS).format(),
        [write_hash(one) for one in prove_consistency(1, size, read)],
        LogLeaf("journal", DAY.isoformat(), 1, 6, proof, 1, write_hash(sha256(b"\x00cut").digest())),
    )


def carried() -> Acknowledgement:
    """The same in a file for kiosks without a network."""
    end, said = Cursor.start(golden.JOURNAL).after(golden.lines()), answer()
    log = CarriedLog(said.checkpoint, {"1": said.consistency})
    journal = AcknowledgedJournal(golden.JOURNAL, end.next_seq, end.head.hex(), said.leaf)
    kiosk = AcknowledgedKiosk(golden.public_text(golden.KEY), EnrolmentAnswer(golden.DEVICE, "03"), [journal])
    return Acknowledgement(1, [kiosk], log)


def statements() -> dict[str, str]:
    """The signed statements."""
    change = KeyChange(LOG.verifier, NEXT_LOG.verifier, DAY)
    restarted = Restarted(LOG.verifier, RESTARTED_LOG.verifier, DAY, note_hash("a note\n"), 5)
    return {
        "log_key_change.txt": change.sign(LOG).format(),
        "log_restarted.txt": restarted.sign(LOG).format(),
        "log_restarted_by_collector.txt": restarted.sign_as_collector(golden.OWN_KEY).format(),
    }


def messages() -> dict[str, bytes]:
    """Every sample by its file name."""
    end = Cursor.start(golden.JOURNAL).after(golden.lines())
    head = (end.next_seq, end.head.hex())
    roots = LogAnswer(roots=sign_log_roots(golden.OWN_KEY, ROOTS, golden.COLLECTOR))
    status = ("hailong 0.4.0", golden.JOURNAL, *head, 0)
    return {
        "enrolment_answer_log.json": encode_message(EnrolmentAnswer(golden.DEVICE, "03", log=ROOTS)),
        "status_log.json": encode_message(DeviceStatus(*status, log=LogKept(ORIGIN, 7, 1, 6), log_fault="leaf")),
        "status_log_unknown.json": encode_message(DeviceStatus(*status, log=LogKept("", 0))),
        "status_answer_log.json": encode_message(StatusAnswer(*head, log=answer())),
        "status_answer_log_roots.json": encode_message(StatusAnswer(*head, log=roots)),
        "acknowledgement_log.json": encode_message(carried()),
        "log_leaves.txt": b"".join(leaf + b"\n" for leaf in leaves()),
        "log_report_leaves.txt": b"".join(leaf + b"\n" for leaf in report_leaves()),
        "log_checkpoint.txt": signed_note(leaves(), LOG, WITNESS).format().encode(),
        **{name: text.encode() for name, text in statements().items()},
    }


def write() -> None:
    """Write every sample of the log: ``python -m tests.sync.protocol.tlog.samples``."""
    for name, content in messages().items():
        (golden.GOLDEN / name).write_bytes(content)


if __name__ == "__main__":
    write()
