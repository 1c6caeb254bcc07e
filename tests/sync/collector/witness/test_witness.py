"""A witness by c2sp.org/tlog-witness, over its own HTTP application: status codes, what is kept, who is first."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.run.witness import witness_app
from sync.collector.witness.asked import REQUEST_BYTES_MAX
from sync.collector.witness.kept import WitnessFiles, origin_hash
from sync.collector.witness.witness import Witness
from sync.protocol.tlog.checkpoint import Checkpoint, write_hash
from sync.protocol.tlog.merkle import EMPTY_ROOT, prove_consistency
from sync.protocol.tlog.note import Note, Signer, read_signatures
from tests.sync.protocol.tlog.samples import LOG, NEXT_LOG, ORIGIN, RESTARTED_LOG, WITNESS, read_of, signed_note

NAME = "kiem-toan.example.gov.vn/witness"
LEAVES = [b"%d" % n for n in range(20)]


@pytest.fixture
def files(tmp_path) -> WitnessFiles:
    files = WitnessFiles(tmp_path / "witness")
    files.make(NAME)
    files.add_log(ORIGIN, LOG.verifier)
    return files


@pytest.fixture
def client(files: WitnessFiles) -> TestClient:
    return TestClient(witness_app(Witness(files, lambda: 1_795_280_000)))


def request(old: int, size: int, note: Note | None = None, proof: list[bytes] | None = None) -> bytes:
    found = prove_consistency(old, size, read_of(LEAVES)) if proof is None else proof
    lines = "".join(f"{write_hash(one)}\n" for one in found)
    return f"old {old}\n{lines}\n{(note or signed_note(LEAVES[:size])).format()}".encode()


def add(client: TestClient, body: bytes) -> tuple[int, str]:
    answer = client.post("/add-checkpoint", content=body)
    return answer.status_code, answer.text


def test_log_that_only_grows_is_cosigned_each_time(client, files):
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 20)):
        status, line = add(client, request(old, size))
        note = signed_note(LEAVES[:size])

        assert status == 200
        (signature,) = read_signatures(line)
        assert signature.name == NAME
        (held,) = Note(note.text, (signature,)).verified_by([files.cosigner().verifier])
        assert held.time == 1_795_280_000


def test_cosigned_checkpoint_is_handed_out_with_the_logs_signature_and_ours_alone(client, files):
    text = signed_note(LEAVES[:3]).text
    note = Note.of(text, RESTARTED_LOG.sign(text), LOG.sign(text), WITNESS.cosign(text, 5))
    _, line = add(client, request(0, 3, note))

    answer = client.get(f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint")

    assert answer.status_code == 200
    assert answer.text == Note.of(text, LOG.sign(text), line).format()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("place", ["0" * 64, origin_hash(ORIGIN), "..", "logs", "A" * 64])
def test_what_was_never_cosigned_is_not_handed_out(client, place):
    assert client.get(f"/{place}/checkpoint").status_code == 404


def test_first_request_may_ask_for_the_size_with_the_old_size_of_nothing(client):
    add(client, request(0, 8))

    answer = client.post("/add-checkpoint", content=request(0, 20))

    assert (answer.status_code, answer.text) == (409, "8\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"
    assert add(client, request(8, 20))[0] == 200


def other(size: int) -> Note:
    return signed_note([b"other", *LEAVES[1:size]])


def stated(size: int, root: bytes) -> Note:
    text = Checkpoint(ORIGIN, size, root).text
    return Note.of(text, LOG.sign(text))


def forged() -> Note:
    note, wrong = signed_note(LEAVES[:8]), signed_note(LEAVES[:9])
    return Note(note.text, wrong.signatures)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"old 3\n", 400),
        (b"old 3\n\n", 400),
        (b"old 03\n\n" + signed_note(LEAVES[:3]).format().encode(), 400),
        (b"old -3\n\n" + signed_note(LEAVES[:3]).format().encode(), 400),
        (b"new 3\n\n" + signed_note(LEAVES[:3]).format().encode(), 400),
        (b"old 3\nAAAA\n\n" + signed_note(LEAVES[:3]).format().encode(), 400),
        (b"old 3\n\nnot a checkpoint\n\n" + LOG.sign("not a checkpoint\n").encode(), 400),
        (b"\xff\xfe", 400),
        (request(3, 8, proof=[bytes(32)] * 64), 400),
        (request(9, 8, proof=[]), 400),
        (request(0, 8, signed_note(LEAVES[:8], RESTARTED_LOG)), 404),
        (request(3, 8, signed_note(LEAVES[:8], NEXT_LOG)), 403),
        (request(3, 8, forged()), 403),
        (request(2, 8), 409),
        (request(8, 8), 409),
        (request(3, 8, proof=[]), 422),
        (request(3, 8, proof=[bytes(32)] * 3), 422),
        (request(3, 8, other(8)), 422),
        (request(3, 3, other(3), []), 422),
        (request(3, 3, proof=[bytes(32)]), 422),
    ],
)
def test_whatever_does_not_hold_has_its_status_and_changes_nothing(client, files, body, status):
    add(client, request(0, 3))
    before = files.note(ORIGIN)

    assert add(client, body)[0] == status
    assert files.note(ORIGIN) == before


def test_proof_from_nothing_must_be_empty_and_the_empty_tree_has_its_root(client):
    assert add(client, request(0, 3, proof=[bytes(32)]))[0] == 422
    assert add(client, request(0, 0, stated(0, bytes(32)), []))[0] == 422
    assert add(client, request(0, 0, stated(0, EMPTY_ROOT), []))[0] == 200
    assert add(client, request(0, 3))[0] == 200


def test_request_without_an_end_is_cut_off(client):
    assert client.post("/add-checkpoint", content=b"x" * (REQUEST_BYTES_MAX + 1)).status_code == 413


def test_only_the_calls_of_the_protocol_are_there(client):
    assert client.get("/add-checkpoint").status_code == 405
    assert client.get("/").status_code == 404


def test_new_key_of_a_log_is_taken_while_the_witness_runs(client, files):
    add(client, request(0, 3))
    files.add_log(ORIGIN, NEXT_LOG.verifier)

    assert add(client, request(3, 8, signed_note(LEAVES[:8], NEXT_LOG)))[0] == 200
    assert not files.add_log(ORIGIN, NEXT_LOG.verifier)


def test_log_whose_key_has_another_name_is_watched_by_its_origin(client, files):
    signer = Signer("a-name", LOG.private_key)
    files.add_log("an-origin", signer.verifier)
    text = Checkpoint("an-origin", 3, bytes(32)).text

    assert add(client, request(0, 3, Note.of(text, signer.sign(text))))[0] == 200
    assert files.logs() == ["an-origin", ORIGIN]


def test_what_was_cosigned_outlives_the_process(files):
    Witness(files, lambda: 1).add_checkpoint(request(0, 8))

    again = Witness(WitnessFiles(files.folder), lambda: 2)

    assert again.add_checkpoint(request(0, 20)).status == 409
    assert again.add_checkpoint(request(8, 20)).status == 200


def test_checkpoint_is_on_the_disk_before_the_cosignature_leaves(files, monkeypatch):
    monkeypatch.setattr(WitnessFiles, "keep", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))

    with pytest.raises(OSError, match="No space"):
        Witness(files, lambda: 1).add_checkpoint(request(0, 8))


def test_of_many_that_ask_at_once_each_is_held_to_the_one_before(files, monkeypatch):
    """Without judging and keeping as one, a slow smaller one would take the place of a quick larger one."""
    keep, begun = WitnessFiles.keep, threading.Barrier(8)

    def slowly(self: WitnessFiles, origin: str, note: Note) -> None:
        time.sleep(0.02 * (20 - Checkpoint.parse(note.text).size) / 20)
        keep(self, origin, note)

    monkeypatch.setattr(WitnessFiles, "keep", slowly)
    Witness(files, lambda: 1).add_checkpoint(request(0, 2))
    witnesses = [Witness(WitnessFiles(files.folder), lambda: 1) for _ in range(8)]

    def ask(place: int) -> tuple[int, int]:
        begun.wait()
        size = 3 + 2 * place
        return size, witnesses[place].add_checkpoint(request(2, size)).status

    with ThreadPoolExecutor(8) as pool:
        answers = dict(pool.map(ask, range(8)))

    assert sorted(answers.values()) == [200] + [409] * 7
    (first,) = (size for size, status in answers.items() if status == 200)
    assert files.checkpoint(ORIGIN).size == first


def test_key_is_made_once_and_for_its_owner_alone(files, tmp_path):
    with pytest.raises(NotAllowed):
        files.make(NAME)
    with pytest.raises(UsageWrong):
        WitnessFiles(tmp_path / "other").make("a name")
    with pytest.raises(UsageWrong):
        Witness(WitnessFiles(tmp_path / "none"), lambda: 1)
    with pytest.raises(UsageWrong):
        files.add_log(ORIGIN, WITNESS.verifier)
    assert (files.folder / "witness.key").stat().st_mode & 0o777 == 0o600
