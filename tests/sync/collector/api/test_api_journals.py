"""The ingest door: limits in their order before anything is parsed, and a cursor in every answer."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy.exc
from prometheus_client import REGISTRY
from sqlalchemy import update
from starlette.testclient import TestClient

from sync.collector.services import appends
from sync.collector.store.schema import device
from sync.protocol.batch import pack_batch
from sync.protocol.messages import BATCH_BYTES_MAX, BATCH_MEDIA_TYPE, INFLATED_BYTES_MAX, LINES_PER_BATCH_MAX
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import KioskKey, WireRequest, enrolled_key, send

GZIP = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}


@pytest.fixture
def pen() -> Pen:
    written = Pen()
    written.opened()
    written.rating(5)
    written.rating(2)
    return written


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["type"].removeprefix("urn:hailong:problem:")


def cursor_of(pen: Pen, seq: int | None = None) -> dict[str, object]:
    cursor = pen.cursor(seq)
    return {"next": cursor.next_seq, "head": cursor.head.hex()}


def test_a_signed_batch_is_acknowledged_with_the_kiosks_own_head(
    client: TestClient, kiosk: KioskKey, office: Office, pen: Pen
) -> None:
    answer = send(client, kiosk.entries(pen))

    assert (answer.status_code, answer.json()) == (200, cursor_of(pen))
    assert office.rows("rating", "seq", "level") == [(2, 5), (3, 2)]


def test_a_repeat_and_a_lost_answer_change_nothing(
    client: TestClient, kiosk: KioskKey, office: Office, pen: Pen
) -> None:
    answers = [send(client, kiosk.entries(pen)).json() for _ in range(3)]

    assert answers == [cursor_of(pen)] * 3
    assert len(office.rows("rating")) == 2


def test_what_does_not_continue_the_copy_gets_409_with_the_cursor(
    client: TestClient, kiosk: KioskKey, pen: Pen
) -> None:
    send(client, kiosk.entries(pen, 1, 1))

    answer = send(client, kiosk.entries(pen, 3))

    assert problem(answer) == (409, "cursor-mismatch")
    assert {key: answer.json()[key] for key in ("next", "head")} == cursor_of(pen, 1)


def test_the_cursor_of_a_journal_never_seen_is_its_start(client: TestClient, kiosk: KioskKey) -> None:
    pen = Pen()

    answer = send(client, kiosk.request("GET", f"/v1/journals/{pen.journal_id}"))

    assert answer.json() == cursor_of(pen, 0)


def test_the_hash_at_a_seq_finds_where_two_copies_part(client: TestClient, kiosk: KioskKey, pen: Pen) -> None:
    send(client, kiosk.entries(pen))

    inside = send(client, kiosk.request("GET", f"/v1/journals/{pen.journal_id}?seq=2"))
    beyond = send(client, kiosk.request("GET", f"/v1/journals/{pen.journal_id}?seq=4"))

    assert inside.json() == {"seq": 2, "hash": pen.cursor(2).head.hex()}
    assert problem(beyond) == (404, "not-found")


def test_another_devices_journal_is_closed_to_reading_and_writing(
    client: TestClient, kiosk: KioskKey, office: Office, pen: Pen
) -> None:
    send(client, kiosk.entries(pen, 1, 2))
    other = enrolled_key(office.database, office.new_device().device_id)

    assert problem(send(client, other.entries(pen, 3))) == (403, "journal-foreign")
    assert problem(send(client, other.request("GET", f"/v1/journals/{pen.journal_id}"))) == (403, "journal-foreign")
    assert len(office.rows("rating")) == 1


def test_a_revoked_device_is_refused_and_its_ratings_stay(
    client: TestClient, kiosk: KioskKey, office: Office, pen: Pen
) -> None:
    with office.database.writing() as connection:
        connection.execute(update(device).values(revoked_at=NOON))

    assert problem(send(client, kiosk.entries(pen))) == (403, "device-revoked")


def test_a_key_that_is_not_enrolled_is_refused(client: TestClient, office: Office, pen: Pen) -> None:
    stranger = KioskKey("00000000-0000-4000-8000-00000000abcd")

    assert problem(send(client, stranger.entries(pen))) == (401, "device-unknown")


SPOILS: list[tuple[str, Callable[[WireRequest], None], tuple[int, str]]] = [
    ("method", lambda sent: setattr(sent, "method", "PUT"), (405, "method-not-allowed")),
    ("query", lambda sent: setattr(sent, "path", sent.path.replace("from=1", "from=2")), (401, "signature-invalid")),
    ("body", lambda sent: setattr(sent, "body", sent.body[:-1] + b"\x01"), (400, "digest-mismatch")),
    ("clock", lambda sent: sent.headers.update({"Kiosk-Clock": "wall=2026-01-01T00:00:00Z;mono=1;boot=b"}),
     (401, "signature-invalid")),
    ("signature", lambda sent: sent.headers.update({"Signature": "kiosk=:AAAA:"}), (401, "signature-invalid")),
    ("no signature", lambda sent: sent.headers.pop("Signature") and None, (401, "signature-missing")),
    ("no digest", lambda sent: sent.headers.pop("Content-Digest") and None, (400, "digest-mismatch")),
    ("encoding", lambda sent: sent.headers.update({"Content-Encoding": "identity"}), (401, "signature-invalid")),
    ("media type", lambda sent: sent.headers.update({"Content-Type": "text/plain"}), (415, "media-type-unsupported")),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "refusal"), [spoil[1:] for spoil in SPOILS], ids=[spoil[0] for spoil in SPOILS])
def test_any_altered_part_is_refused_and_nothing_is_stored(
    client: TestClient, kiosk: KioskKey, office: Office, pen: Pen, spoil: Callable[[WireRequest], None],
    refusal: tuple[int, str],
) -> None:  # fmt: skip
    sent = kiosk.entries(pen)
    spoil(sent)

    assert problem(send(client, sent)) == refusal
    assert office.rows("journal") == []


def test_a_body_over_the_limit_is_refused_by_its_length_before_its_signature(client: TestClient, pen: Pen) -> None:
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={'0' * 64}"

    answer = client.post(path, content=b"x" * (BATCH_BYTES_MAX + 1))

    assert problem(answer) == (413, "body-too-large")


def test_a_body_without_a_length_is_refused(client: TestClient, pen: Pen) -> None:
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={'0' * 64}"

    answer = client.post(path, content=iter([b"x"]))

    assert problem(answer) == (411, "length-required")


def test_an_unsigned_request_is_refused_before_its_body_is_looked_at(client: TestClient, pen: Pen) -> None:
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={'0' * 64}"

    answer = client.post(path, content=b"not gzip", headers=GZIP)

    assert problem(answer) == (401, "signature-missing")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (gzip.compress(b"x" * (INFLATED_BYTES_MAX + 1)), (413, "inflates-too-large")),
        (gzip.compress(b"{}\n" * (LINES_PER_BATCH_MAX + 1)), (413, "lines-too-many")),
        (gzip.compress(b"{" + b" " * 16 * 1024 + b"}\n"), (413, "line-too-long")),
        (gzip.compress(b"{}"), (400, "batch-unreadable")),
        (b"not gzip", (400, "batch-unreadable")),
        (gzip.compress(b"{}\n")[:-4], (400, "batch-unreadable")),
    ],
    ids=["bomb", "many lines", "long line", "no newline", "no gzip", "cut gzip"],
)
def test_a_signed_body_beyond_a_limit_is_refused_and_nothing_is_stored(
    client: TestClient, kiosk: KioskKey, office: Office, body: bytes, refusal: tuple[int, str]
) -> None:
    pen = Pen()
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={pen.cursor().head.hex()}"

    answer = send(client, kiosk.request("POST", path, body, GZIP))

    assert problem(answer) == refusal
    assert office.rows("journal") == []


def test_an_unknown_content_encoding_is_refused(client: TestClient, kiosk: KioskKey) -> None:
    pen = Pen()
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={pen.cursor().head.hex()}"

    answer = send(client, kiosk.request("POST", path, b"x", {**GZIP, "Content-Encoding": "br"}))

    assert problem(answer) == (415, "encoding-unsupported")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/journals/not-a-journal",
        "/v1/journals/00000000-0000-4000-8000-000000000000?seq=-1",
        "/v1/journals/00000000-0000-4000-8000-000000000000?seq=99999999999999999999",
        "/v1/journals/00000000-0000-4000-8000-000000000000%0A",
    ],
)
def test_an_address_that_cannot_be_is_a_problem_too(client: TestClient, kiosk: KioskKey, path: str) -> None:
    assert problem(send(client, kiosk.request("GET", path))) == (400, "request-invalid")


def test_a_full_disk_is_507_and_nothing_is_kept(
    client: TestClient, kiosk: KioskKey, office: Office, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **_kept: object) -> None:
        raise sqlalchemy.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(appends, "append_batch", full)
    answer = send(client, kiosk.entries(pen))

    assert problem(answer) == (507, "storage-full")
    assert int(answer.headers["retry-after"]) > 0


def test_a_database_that_does_not_answer_is_503_with_a_time_to_come_again(
    client: TestClient, kiosk: KioskKey, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **_kept: object) -> None:
        raise sqlalchemy.exc.OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr(appends, "append_batch", away)
    answer = send(client, kiosk.entries(pen))

    assert problem(answer) == (503, "not-ready")
    assert int(answer.headers["retry-after"]) > 0


def test_a_crash_inside_is_a_plain_500_without_its_cause(
    client: TestClient, kiosk: KioskKey, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **_kept: object) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr(appends, "append_batch", crash)
    answer = send(client, kiosk.entries(pen))

    assert problem(answer) == (500, "internal")
    assert "secret" not in answer.text
    monkeypatch.undo()
    assert send(client, kiosk.entries(pen)).status_code == 200


@pytest.mark.parametrize("odd", [False, True])
def test_an_address_in_another_form_is_answered_the_same(
    client: TestClient, kiosk: KioskKey, office: Office, pen: Pen, odd: bool
) -> None:
    batch = pen.batch()
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={batch.start.head.hex()}"
    wrong = path.replace("from=1&", "from=0&"), path.replace("from=1&", "from=9007199254740993&")
    if odd:
        path = f"/v1/journals/{pen.journal_id}/entries?prev={batch.start.head.hex()}&from=01"

    answers = [
        send(client, kiosk.request("POST", each, pack_batch(batch.lines), GZIP, pen.instant()))
        for each in (*wrong, path)
    ]

    assert [problem(answer) for answer in answers[:2]] == [(400, "request-invalid")] * 2
    assert (answers[2].status_code, answers[2].json()) == (200, cursor_of(pen))


def test_appends_are_counted_by_their_route(client: TestClient, kiosk: KioskKey, pen: Pen) -> None:
    labels = {"route": "/v1/journals/{journal_id}/entries", "status": "200"}
    before = REGISTRY.get_sample_value("hailong_requests_total", labels) or 0

    send(client, kiosk.entries(pen))

    assert REGISTRY.get_sample_value("hailong_requests_total", labels) == before + 1
