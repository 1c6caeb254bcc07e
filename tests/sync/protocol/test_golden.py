"""Samples of version 1 are read and written the same for ever: old kiosks meet new collectors, and the reverse."""

import base64
import hashlib
import json

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.numbers.blocks import check
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import BlockLine, decode_line, encode_line
from kiosk.journal.tree import Tree
from kiosk.journal.uncut import Noted, Setting, Uncut, cut_in
from sync.protocol.acknowledgement import Acknowledgement
from sync.protocol.batch import unpack_batch
from sync.protocol.cuts import SignedCuts
from sync.protocol.errors import SignatureInvalid
from sync.protocol.kiosk_clock import parse_kiosk_clock
from sync.protocol.messages import (
    CursorMessage,
    DeviceSettings,
    DeviceStatus,
    EnclosureMessage,
    EnrolmentAnswer,
    EnrolmentRequest,
    HashMessage,
    KeyAnswer,
    KeyRequest,
    Problem,
    StatusAnswer,
    decode_message,
    encode_message,
)
from sync.protocol.own_key import Move, OwnKeyAnswer, check_answer, check_move, public_text
from sync.protocol.signature import sign_request, verify_request
from tests.sync.protocol.golden import COLLECTOR, DEVICE, GOLDEN, JOURNAL, KEY, MOVES_AT, MOVES_TO, NONCE, OWN_KEY
from tests.sync.protocol.tlog.samples import messages as log_samples
from tests.trees import statements_of, tree_of

MESSAGES = {
    "cursor.json": CursorMessage,
    "cursor_of_nothing.json": CursorMessage,
    "hash.json": HashMessage,
    "enrolment_request.json": EnrolmentRequest,
    "enrolment_answer.json": EnrolmentAnswer,
    "enclosure.json": EnclosureMessage,
    "settings.json": DeviceSettings,
    "status.json": DeviceStatus,
    "status_done.json": DeviceStatus,
    "status_upgrade_refused.json": DeviceStatus,
    "status_answer.json": StatusAnswer,
    "status_answer_commands.json": StatusAnswer,
    "key_request.json": KeyRequest,
    "key_answer.json": KeyAnswer,
    "acknowledgement.json": Acknowledgement,
    "acknowledgement_log.json": Acknowledgement,
    "problem_cursor_mismatch.json": Problem,
    "problem_storage_full.json": Problem,
    "problem_address.json": Problem,
    "enrolment_answer_key.json": EnrolmentAnswer,
    "settings_move.json": DeviceSettings,
    "status_move.json": DeviceStatus,
    "own_key_answer.json": OwnKeyAnswer,
    "enrolment_answer_log.json": EnrolmentAnswer,
    "status_log.json": DeviceStatus,
    "status_log_unknown.json": DeviceStatus,
    "status_answer_log.json": StatusAnswer,
    "status_answer_log_roots.json": StatusAnswer,
}
REQUESTS = {
    "get_cursor.http": None,
    "append.http": "batch.ndjson.gz",
    "append_head.http": "batch.ndjson.gz",
    "append_cuts.http": "batch_cuts.ndjson.gz",
    "enrolment.http": "enrolment_request.json",
}


def read(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def request_of(name: str) -> tuple[str, str, dict[str, str], bytes]:
    first, *fields = read(name).decode().splitlines()
    method, target, _ = first.split(" ")
    body = read(REQUESTS[name]) if REQUESTS[name] else b""
    return method, COLLECTOR + target, dict(field.split(": ", 1) for field in fields), body


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_read_and_written_as_ever(name):
    assert encode_message(decode_message(MESSAGES[name], read(name))) == read(name)


def test_every_sample_is_checked():
    others = {"key.json", "journal.ndjson", "continuation.ndjson", "cut.ndjson", "batch.ndjson.gz"}
    others |= {"cut_days.ndjson", "statements.json", "batch_cuts.ndjson.gz"}
    others |= {name for name in log_samples() if not name.endswith(".json")}

    assert {path.name for path in GOLDEN.iterdir()} == set(MESSAGES) | set(REQUESTS) | others


def test_journal_leads_to_the_hashes_by_the_design_alone():
    head, heads = hashlib.sha256(JOURNAL.encode()).digest(), []
    for line in read("journal.ndjson").splitlines():
        head = hashlib.sha256(head + line).digest()
        heads.append(head.hex())

    assert json.loads(read("cursor.json")) == {"next": 7, "head": heads[-1]}
    assert json.loads(read("hash.json")) == {"seq": 3, "hash": heads[2]}


def test_batch_holds_the_journal_and_its_enclosure():
    entries, enclosures = unpack_batch(read("batch.ndjson.gz"), "gzip")

    assert entries == tuple(read("journal.ndjson").splitlines())
    assert enclosures == (read("enclosure.json"),)
    assert Cursor.start(JOURNAL).after(entries) == decode_message(CursorMessage, read("cursor.json")).cursor()


def test_lines_of_every_kind_are_read_and_an_unknown_kind_is_kept():
    kinds = [decode_line(line).kind for line in read("journal.ndjson").splitlines()]

    assert kinds == ["opened", "rating", "reasons", "revised", "rating", "from_the_future"]


def test_continuation_names_where_its_entries_were():
    opened, *carried, settings, test = map(json.loads, read("continuation.ndjson").splitlines())
    old = read("journal.ndjson").splitlines()

    assert (opened["continues"], opened["why"], opened["carried_after"]) == (JOURNAL, "diverged", 3)
    assert [line["from"] for line in carried] == [
        [JOURNAL, seq, Cursor.start(JOURNAL).after(old[:seq]).head.hex()] for seq in (4, 5)
    ]
    assert (carried[0]["rating"], carried[0]["rating_journal"]) == (2, JOURNAL)
    assert [decode_line(line).kind for line in read("continuation.ndjson").splitlines()] == [
        "opened", "revised", "rating", "settings", "maintenance",
    ]  # fmt: skip
    assert settings["survey"] == "sipas-5@1"
    assert (test["work"], test["hits"]) == ("test", [1, 1, 1, 1, 1])


@pytest.mark.parametrize("name", ["cut.ndjson", "cut_days.ndjson"])
def test_cut_holds_what_its_lines_say_and_is_read_and_written_as_ever(name):
    lines = read(name).splitlines()
    uncut, found = Uncut(Noted(1, Setting())), []
    for seq, encoded in enumerate(lines, start=1):
        line = decode_line(encoded)
        if isinstance(line, BlockLine):
            assert check(cut_in(line), uncut.rated, line.at) is None
            assert encode_line(line) == encoded
            found.append((line.counter, line.last, line.tail, json.loads(encoded)["sums"]))
        uncut.read(seq, encoded)

    assert found == [
        (None, 10, False, {
            "counted": {"levels": {"3": 1, "4": 1, "5": 3}, "reasons": {"paperwork": 1, "waiting": 1}},
            "repeat": {"levels": {"1": 1}},
        }),
        ("04", 11, True, {"counted": {"levels": {"4": 1}}}),
    ]  # fmt: skip
    assert json.loads(lines[1])["levels"] == {"overall": [1, 2, 3, 4, 5]}


def test_statements_of_cuts_are_those_that_the_lines_give_and_the_kiosk_signed():
    sample, lines = json.loads(read("statements.json")), read("cut_days.ndjson").splitlines()
    tree, end = Tree(), Cursor.start(JOURNAL)
    found = []
    for seq, line in enumerate(lines, start=1):
        end = end.after([line])
        found += [leaf.statement for leaf in [tree.read(seq, line, end.head)] if leaf]

    assert (
        [one.encode() for one in sample["statements"]] == found == [said for _, said in statements_of(JOURNAL, lines)]
    )
    assert tree.root == tree_of(JOURNAL, lines)
    assert sample["text"] == f"hailong-cuts/1\n{JOURNAL}\n2\n{tree.root[1].hex()}\n"
    KEY.public_key().verify(base64.b64decode(sample["signature"]), sample["text"].encode())
    member = request_of("append_cuts.http")[1].rpartition("&cuts=")[2]
    said = SignedCuts.parse(member)
    assert said == SignedCuts(*tree.root, base64.b64decode(sample["signature"]))
    assert said.member == member


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
def test_member_from_the_future_is_passed_over(message):
    name = next(name for name, kind in MESSAGES.items() if kind is message)
    newer = json.dumps({**json.loads(read(name)), "from_the_future": {"words": ["Cảm ơn"]}}).encode()

    assert decode_message(message, newer) == decode_message(message, read(name))


@pytest.mark.parametrize("name", REQUESTS)
def test_signed_request_of_an_old_kiosk_is_verified(name):
    method, url, headers, body = request_of(name)
    public = base64.b64decode(json.loads(read("key.json"))["public_key"])

    verify_request(method=method, url=url, headers=headers, body=body, key_of=lambda _: public)


@pytest.mark.parametrize("name", REQUESTS)
def test_new_kiosk_signs_as_ever(name):
    method, url, headers, body = request_of(name)
    content = {key: headers[key] for key in ("Content-Type", "Content-Encoding") if key in headers}
    keyid = headers["Signature-Input"].split('keyid="')[1].split('"')[0]

    added = sign_request(
        method=method,
        url=url,
        headers=content,
        body=body,
        keyid=keyid,
        private_key=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(json.loads(read("key.json"))["seed"])),
        clock=parse_kiosk_clock(headers["Kiosk-Clock"]),
    )

    assert {name: headers[name] for name in added} == added


def test_collectors_own_key_proves_itself_as_the_readme_says_and_by_nothing_else():
    answer = decode_message(OwnKeyAnswer, read("own_key_answer.json"))
    key = OWN_KEY.public_key()
    said = f"hailong-v1 collector answers at {MOVES_TO} to {DEVICE} at {answer.at} for {NONCE}"

    key.verify(base64.b64decode(answer.proof), said.encode())
    assert check_answer(answer, public_text(OWN_KEY), MOVES_TO, DEVICE, NONCE) == MOVES_AT
    for address, device, nonce in (
        (COLLECTOR, DEVICE, NONCE),
        (MOVES_TO, JOURNAL, NONCE),
        (MOVES_TO, DEVICE, "0" * 32),
    ):
        with pytest.raises(SignatureInvalid):
            check_answer(answer, public_text(OWN_KEY), address, device, nonce)


def test_announced_move_is_signed_as_the_readme_says():
    move = decode_message(DeviceSettings, read("settings_move.json")).move
    assert move is not None

    OWN_KEY.public_key().verify(
        base64.b64decode(move.proof), f"hailong-v1 collector moves to {MOVES_TO} at {move.at}".encode()
    )
    assert check_move(move, public_text(OWN_KEY)) == MOVES_AT
    for altered in ({"url": COLLECTOR}, {"at": "2026-01-01T00:00:00+07:00"}, {"proof": "?"}):
        with pytest.raises(SignatureInvalid):
            check_move(msgspec.structs.replace(move, **altered), public_text(OWN_KEY))


@pytest.mark.parametrize("at", ["", "morgen", "2026-12-15T00:00:00"])
def test_moment_that_is_none_is_refused_though_it_is_signed(at):
    words = f"hailong-v1 collector moves to {MOVES_TO} at {at}"
    move = Move(MOVES_TO, at, base64.b64encode(OWN_KEY.sign(words.encode())).decode())

    with pytest.raises(SignatureInvalid):
        check_move(move, public_text(OWN_KEY))


def test_software_of_before_reads_what_newer_software_says():
    """A reader passes over members that it does not know: settings, answers and problems stay readable."""

    class OldSettings(msgspec.Struct):
        counter: str

    class OldAnswer(msgspec.Struct):
        device_id: str
        counter: str
        counter_name: str = ""
        unit_name: str = ""

    assert decode_message(OldSettings, read("settings_move.json")).counter == "03"
    assert decode_message(OldAnswer, read("enrolment_answer_key.json")).device_id == DEVICE
