"""Every stored batch keeps what lets anybody check later that its kiosk signed it, and every key stays."""

import base64
from hashlib import sha256

import msgspec
from sqlalchemy import select
from starlette.testclient import TestClient

from kiosk.journal.chain import Cursor
from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.store.schema import segment
from sync.protocol.batch import pack_batch
from sync.protocol.messages import BATCH_MEDIA_TYPE, JSON_MEDIA_TYPE
from sync.protocol.signature import PublicKey, prove_key
from sync.protocol.vouched import Usual, read_base, restored
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.kiosk_client import KioskKey, WireRequest, send

GZIP = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}


def signed_bases(office: Office, key: KioskKey) -> list[str]:
    """The text that was signed with each stored segment, once its signature was found to hold."""
    found = []
    with office.database.reading() as connection:
        for row in connection.execute(select(segment).order_by(segment.c.first_seq)):
            batch = Usual(row.journal_id, Cursor(row.first_seq, row.prev), row.head, key.keyid, row.kiosk_clock)
            digest = base64.b64encode(sha256(row.lines).digest()).decode()
            found.append(restored(row.request, batch, digest))
            assert row.key_id == key_id_of(key.public)
            assert PublicKey(key.public).signed(found[-1], row.signature)
    return found


def older(key: KioskKey, pen: Pen, first: int, body: bytes) -> WireRequest:
    """An upload as kiosks sent it before they signed the head."""
    path = f"/v1/journals/{pen.journal_id}/entries?from={first}&prev={pen.cursor(first - 1).head.hex()}"
    return key.request("POST", path, body, GZIP, pen.instant())


def written(ratings: int = 4) -> Pen:
    pen = Pen()
    pen.opened()
    for _ in range(ratings):
        pen.rating(5)
    return pen


def test_what_was_signed_is_rebuilt_from_what_is_stored(client: TestClient, kiosk: KioskKey, office: Office) -> None:
    pen = written()
    for first, last in ((1, 2), (3, 5)):
        assert send(client, kiosk.entries(pen, first, last)).status_code == 200

    bases = signed_bases(office, kiosk)

    assert [read_base(base).head for base in bases] == [pen.cursor(2).head, pen.cursor(5).head]
    assert all(len(str(kept)) < 60 for (kept,) in office.rows("segment", "request"))


def test_older_kiosk_without_a_signed_head_is_taken_and_checked_by_its_body(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = written()

    assert send(client, older(kiosk, pen, 1, pack_batch(pen.lines))).status_code == 200

    (base,) = signed_bases(office, kiosk)
    assert read_base(base).head is None


def test_overlapped_batch_keeps_the_head_that_was_signed_with_it(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = written()
    assert send(client, kiosk.entries(pen, 1, 3)).status_code == 200
    assert send(client, kiosk.entries(pen, 2, 5)).status_code == 200

    _, base = signed_bases(office, kiosk)

    assert (read_base(base).start.next_seq, read_base(base).head) == (2, pen.cursor(5).head)
    assert office.rows("segment", "first_seq", "last_seq") == [(1, 3), (4, 5)]


def test_batch_with_words_keeps_the_head_and_no_words(client: TestClient, kiosk: KioskKey, office: Office) -> None:
    pen = written(1)
    pen.comment(2, "Chờ lâu quá")
    batch = pen.batch()
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={batch.start.head.hex()}&head={pen.cursor().head.hex()}"
    body = pack_batch(batch.lines, batch.enclosures)

    assert send(client, kiosk.request("POST", path, body, GZIP, pen.instant())).status_code == 200

    (base,) = signed_bases(office, kiosk)
    assert read_base(base).head == pen.cursor().head
    ((lines,),) = office.rows("segment", "lines")
    assert lines == pack_batch(pen.lines) or base64.b64encode(sha256(bytes(lines)).digest()).decode() not in base  # type: ignore[arg-type]


def test_head_to_which_the_lines_do_not_lead_is_refused_and_nothing_kept(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = written()
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={pen.cursor(0).head.hex()}&head={'0' * 64}"

    answer = send(client, kiosk.request("POST", path, pack_batch(pen.lines), GZIP, pen.instant()))

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hailong:problem:request-invalid")
    assert office.rows("segment") == []


def test_plain_body_that_calls_itself_identity_is_stored_packed(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = written()
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={pen.cursor(0).head.hex()}"
    body, plain = b"".join(line + b"\n" for line in pen.lines), {**GZIP, "Content-Encoding": "identity"}

    assert send(client, kiosk.request("POST", path, body, plain, pen.instant())).status_code == 200
    assert send(client, kiosk.request("GET", f"/v1/journals/{pen.journal_id}?seq=3")).status_code == 200


def test_key_before_stays_and_the_new_one_tells_who_handed_it_in(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen, new = written(), KioskKey(kiosk.keyid)
    send(client, kiosk.entries(pen, 1, 2))
    body = msgspec.json.encode({"public_key": new.public, "proof": prove_key(new.private, kiosk.keyid)})
    for _ in range(2):
        asked = kiosk.request("POST", "/v1/device/key", body, {"Content-Type": JSON_MEDIA_TYPE})
        answers = [send(client, asked).status_code]
    assert send(client, new.entries(pen, 3, 5)).status_code == 200

    keys = {key: (since, until, request, kept) for key, since, until, request, kept in office.rows(
        "device_key", "public_key", "since", "until", "request", "body")}  # fmt: skip

    assert answers == [401]
    assert keys[kiosk.public][1] == keys[new.public][0] is not None
    assert (keys[new.public][1], keys[new.public][3]) == (None, body)
    assert "/v1/device/key" in str(keys[new.public][2])
    ids = [key_id_of(kiosk.public), key_id_of(new.public)]
    assert [key for (key,) in office.rows("segment", "key_id")] == ids
