import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_httpserver import HTTPServer
from werkzeug import Response

from kiosk.journal.chain import Cursor
from sync.agent.errors import (
    CollectorUnavailable,
    DeviceNotRecognised,
    EnrolmentRefused,
    JournalTaken,
    RequestRefused,
    SettingInvalid,
)
from sync.agent.troubles import Trouble
from sync.agent.wire.client import ANSWER_BYTES_MAX, CollectorClient
from sync.agent.wire.route import Identity, Route
from sync.protocol import problems
from sync.protocol.batch import unpack_batch
from sync.protocol.cuts import SignedCuts
from sync.protocol.messages import (
    CursorMessage,
    DeviceStatus,
    EnclosureMessage,
    EnrolmentRequest,
    Problem,
    decode_message,
    encode_message,
)
from sync.protocol.own_key import public_text
from sync.protocol.problems import PROBLEM_MEDIA_TYPE
from sync.protocol.signature import verify_request
from tests.builders import make_rating
from tests.fakes import InMemoryJournal
from tests.sockets import close_forgotten

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
JOURNAL = InMemoryJournal().id
CURSOR = Cursor(7, b"\xab" * 32)
GOOD = encode_message(CursorMessage.of(CURSOR))
ANYTHING = re.compile(".*")


@pytest.fixture
def route(httpserver: HTTPServer) -> Route:
    return Route(httpserver.url_for("").rstrip("/"), connect_s_max=2, read_s_max=2, total_s_max=5)


@pytest.fixture
def client(route, clock) -> Iterator[CollectorClient]:
    with CollectorClient(route, Identity("device-1", KEY), clock) as opened:
        yield opened


@pytest.fixture
def batch(clock):
    journal = InMemoryJournal()
    journal.append(make_rating(clock))
    return journal.batch_after(Cursor.start(journal.id), 500, 10_000)


def answer(server: HTTPServer, body: bytes, status: int = 200, media_type: str | None = "application/json", **fields):
    """Whatever is asked, answer this."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    server.expect_request(ANYTHING).respond_with_response(Response(body, status, headers, content_type=media_type))


def answer_problem(server: HTTPServer, kind: problems.ProblemType, cursor: Cursor | None = None, **fields):
    """Whatever is asked, answer this problem."""
    answer(server, encode_message(Problem.of(kind, "why", cursor)), kind.status, PROBLEM_MEDIA_TYPE, **fields)


@contextmanager
def raw_server(serve) -> Iterator[str]:
    """A server on a bare socket; ``serve`` gets the connection after the request's head was read."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(10)
            connection.recv(65536)
            try:
                serve(connection)
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(10)


def test_cursor_is_asked_for_with_a_signature_that_holds(httpserver, client, route):
    answer(httpserver, GOOD)

    assert client.cursor(JOURNAL) == CURSOR

    [(request, _)] = httpserver.log
    assert (request.method, request.path) == ("GET", f"/v1/journals/{JOURNAL}")
    verified = verify_request(
        method="GET", url=request.url, headers=request.headers, body=request.data, key_of=lambda _: PUBLIC
    )
    assert verified.keyid == "device-1"


def test_batch_is_offered_signed_and_packed_and_the_cursor_comes_back(httpserver, client, batch):
    answer(httpserver, encode_message(CursorMessage.of(batch.end)))

    assert client.append(JOURNAL, batch) == batch.end

    [(request, _)] = httpserver.log
    of_batch = f"from=1&prev={batch.start.head.hex()}&head={batch.end.head.hex()}"
    assert request.full_path == f"/v1/journals/{JOURNAL}/entries?{of_batch}"
    assert request.headers["Content-Length"] == str(len(request.data))
    assert unpack_batch(request.data, request.headers["Content-Encoding"]) == (batch.lines, ())
    verify_request(method="POST", url=request.url, headers=request.headers, body=request.data, key_of=lambda _: PUBLIC)


def test_batch_that_states_cuts_brings_the_root_over_them_with_a_signature_of_its_own(httpserver, client, batch):
    answer(httpserver, encode_message(CursorMessage.of(batch.end)))

    client.append(JOURNAL, replace(batch, cuts=(3, bytes(range(32)))))

    [(request, _)] = httpserver.log
    assert list(request.args) == ["from", "prev", "head", "cuts"]
    said = SignedCuts.parse(request.args["cuts"])
    assert said is not None
    assert said.tree == (3, bytes(range(32)))
    assert said.is_by(public_text(KEY), JOURNAL)
    verify_request(method="POST", url=request.url, headers=request.headers, body=request.data, key_of=lambda _: PUBLIC)


def test_enclosures_travel_in_the_batch_of_their_entries(httpserver, client, batch):
    enclosure = encode_message(EnclosureMessage(1, b"salt", "Cảm ơn".encode()))
    batch = replace(batch, enclosures=(enclosure,))
    answer(httpserver, encode_message(CursorMessage.of(batch.end)))

    client.append(JOURNAL, batch)

    assert unpack_batch(httpserver.log[0][0].data, "gzip") == (batch.lines, (enclosure,))


def test_clock_is_stamped_anew_on_every_attempt(httpserver, client, clock):
    answer(httpserver, GOOD)

    client.cursor(JOURNAL)
    clock.advance(60)
    client.cursor(JOURNAL)

    first, second = (request.headers["Kiosk-Clock"] for request, _ in httpserver.log)
    assert first != second


def test_409_with_the_cursor_is_an_answer(httpserver, client, batch):
    answer_problem(httpserver, problems.CURSOR_MISMATCH, CURSOR)

    assert client.append(JOURNAL, batch) == CURSOR


@pytest.mark.parametrize("body", [b"{}", b'{"type":"urn:hailong:problem:cursor-mismatch"}', b"<html>"])
def test_409_without_the_cursor_is_a_refusal(httpserver, client, batch, body):
    answer(httpserver, body, 409, PROBLEM_MEDIA_TYPE)

    with pytest.raises((CollectorUnavailable, RequestRefused)):
        client.append(JOURNAL, batch)


def test_acknowledgement_of_another_head_is_not_believed(httpserver, client, batch):
    answer(httpserver, encode_message(CursorMessage.of(Cursor(batch.end.next_seq, b"\0" * 32))))

    with pytest.raises(CollectorUnavailable) as caught:
        client.append(JOURNAL, batch)

    assert caught.value.trouble is Trouble.WRONG_ANSWER


@pytest.mark.parametrize(
    ("body", "media_type", "trouble"),
    [
        (b"<html>Welcome! Please sign in.</html>", "text/html", Trouble.PORTAL),
        (b"", None, Trouble.PORTAL),
        (GOOD, "text/plain", Trouble.PORTAL),
        (b"{}", "application/json", Trouble.WRONG_ANSWER),
        (b'{"status":"ok"}', "application/json", Trouble.WRONG_ANSWER),
        (b"", "application/json", Trouble.WRONG_ANSWER),
        (GOOD[:-2], "application/json", Trouble.WRONG_ANSWER),
        (b"[" * 100_000, "application/json", Trouble.WRONG_ANSWER),
    ],
)
def test_200_of_a_captive_portal_is_no_answer(httpserver, client, body, media_type, trouble):
    answer(httpserver, body, 200, media_type)

    with pytest.raises(CollectorUnavailable) as caught:
        client.cursor(JOURNAL)

    assert caught.value.trouble is trouble


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(httpserver, client, status):
    answer(httpserver, b"", status, Location=httpserver.url_for("/elsewhere"))

    with pytest.raises(CollectorUnavailable) as caught:
        client.cursor(JOURNAL)

    assert caught.value.trouble is Trouble.PORTAL
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (201, Trouble.WRONG_ANSWER),
        (204, Trouble.WRONG_ANSWER),
        (400, Trouble.WRONG_ANSWER),
        (401, Trouble.WRONG_ANSWER),
        (403, Trouble.WRONG_ANSWER),
        (404, Trouble.WRONG_ANSWER),
        (407, Trouble.PROXY),
        (408, Trouble.BUSY),
        (425, Trouble.BUSY),
        (429, Trouble.BUSY),
        (500, Trouble.BUSY),
        (502, Trouble.BUSY),
        (503, Trouble.BUSY),
        (504, Trouble.BUSY),
        (507, Trouble.FULL),
        (511, Trouble.PORTAL),
    ],
)
def test_status_without_a_problem_of_ours_is_somebody_between(httpserver, client, status, trouble):
    answer(httpserver, b"<html>", status, "text/html")

    with pytest.raises(CollectorUnavailable) as caught:
        client.cursor(JOURNAL)

    assert caught.value.trouble is trouble


@pytest.mark.parametrize(
    ("kind", "error", "trouble"),
    [
        (problems.DEVICE_UNKNOWN, DeviceNotRecognised, Trouble.DEVICE_UNKNOWN),
        (problems.DEVICE_REVOKED, DeviceNotRecognised, Trouble.DEVICE_UNKNOWN),
        (problems.SIGNATURE_INVALID, DeviceNotRecognised, Trouble.SIGNATURE),
        (problems.JOURNAL_FOREIGN, JournalTaken, Trouble.DIVERGED),
        (problems.BODY_TOO_LARGE, RequestRefused, Trouble.REFUSED),
        (problems.LINE_TOO_LONG, RequestRefused, Trouble.REFUSED),
        (problems.ENCODING_UNSUPPORTED, RequestRefused, Trouble.REFUSED),
        (problems.NOT_FOUND, RequestRefused, Trouble.REFUSED),
        (problems.DIGEST_MISMATCH, CollectorUnavailable, Trouble.NO_ANSWER),
        (problems.TOO_MANY_REQUESTS, CollectorUnavailable, Trouble.BUSY),
        (problems.NOT_READY, CollectorUnavailable, Trouble.BUSY),
        (problems.INTERNAL, CollectorUnavailable, Trouble.BUSY),
        (problems.STORAGE_FULL, CollectorUnavailable, Trouble.FULL),
    ],
)
def test_problem_of_the_collector_says_what_to_do_next(httpserver, client, kind, error, trouble):
    answer_problem(httpserver, kind)

    with pytest.raises(error) as caught:
        client.cursor(JOURNAL)

    assert caught.value.trouble is trouble
    assert kind.name in caught.value.detail


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("99999999999999999999", 999_999_999),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_heard_in_seconds_only(httpserver, client, value, seconds):
    answer_problem(httpserver, problems.NOT_READY, Retry_After=value)

    with pytest.raises(CollectorUnavailable) as caught:
        client.cursor(JOURNAL)

    assert caught.value.retry_after_s == seconds


def test_endless_answer_is_cut_at_the_cap(httpserver, client):
    answer(httpserver, b" " * (ANSWER_BYTES_MAX + 1))

    with pytest.raises(CollectorUnavailable, match="bytes"):
        client.cursor(JOURNAL)


def test_refused_connection_is_no_network(clock):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with (
        CollectorClient(Route(f"http://127.0.0.1:{port}"), Identity("d", KEY), clock) as client,
        pytest.raises(CollectorUnavailable) as caught,
    ):
        client.cursor(JOURNAL)

    assert caught.value.trouble is Trouble.NO_NETWORK


def test_unknown_host_is_no_network(clock):
    route = Route("https://collector.invalid", connect_s_max=2, total_s_max=20)
    with (
        CollectorClient(route, Identity("d", KEY), clock) as client,
        pytest.raises(CollectorUnavailable) as caught,
    ):
        client.cursor(JOURNAL)

    assert caught.value.trouble is Trouble.NO_NETWORK


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n" + GOOD,
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + GOOD,
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
        b"garbage\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
    ids=["nothing", "cut body", "cut chunk", "false gzip", "garbage", "tls alert"],
)
def test_broken_answer_is_no_answer(reply, clock):
    with (
        raw_server(lambda connection: connection.sendall(reply)) as url,
        CollectorClient(Route(url, read_s_max=2), Identity("d", KEY), clock) as client,
        pytest.raises(CollectorUnavailable) as caught,
    ):
        client.cursor(JOURNAL)

    assert caught.value.trouble is Trouble.NO_ANSWER


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_server_that_drips_is_left_at_the_total_deadline(head, clock):
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    with (
        raw_server(drip) as url,
        CollectorClient(Route(url, read_s_max=2, total_s_max=0.4), Identity("d", KEY), clock) as client,
        pytest.raises(CollectorUnavailable, match=r"within 0\.4 s") as caught,
    ):
        client.cursor(JOURNAL)

    assert time.monotonic() - started < 2
    assert caught.value.trouble is Trouble.NO_ANSWER


def test_silent_server_is_left_at_the_read_timeout(clock):
    with (
        raw_server(lambda connection: connection.recv(1)) as url,
        CollectorClient(Route(url, read_s_max=0.2), Identity("d", KEY), clock) as client,
        pytest.raises(CollectorUnavailable) as caught,
    ):
        client.cursor(JOURNAL)

    assert caught.value.trouble is Trouble.NO_ANSWER


def test_deadline_of_one_request_does_not_touch_the_next(httpserver, route, clock):
    answer(httpserver, GOOD)
    with CollectorClient(route, Identity("d", KEY), clock) as client:
        for _ in range(3):
            assert client.cursor(JOURNAL) == CURSOR


def test_environment_is_ignored(httpserver, client, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password secret\nmachine localhost login thief password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/nowhere")
    answer(httpserver, GOOD)

    assert client.cursor(JOURNAL) == CURSOR

    assert "Authorization" not in httpserver.log[0][0].headers


def test_proxy_from_the_configuration_is_used(httpserver, clock):
    answer(httpserver, GOOD)
    proxy = httpserver.url_for("").rstrip("/")

    with CollectorClient(Route("http://localhost:9", proxy=proxy), Identity("d", KEY), clock) as client:
        assert client.cursor(JOURNAL) == CURSOR

    assert httpserver.log[0][0].headers["Host"] == "localhost:9"


def test_absent_proxy_is_named(clock):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        proxy = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with (
        CollectorClient(Route("http://localhost:9", proxy=proxy), Identity("d", KEY), clock) as client,
        pytest.raises(CollectorUnavailable) as caught,
    ):
        client.cursor(JOURNAL)

    assert caught.value.trouble is Trouble.PROXY


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gop-y.example.gov.vn",
        "ftp://gop-y.example.gov.vn",
        "https://",
        "https://host:0",
        "https://host:99999",
        "https://[::1",
        "https://host/?x=1",
        "https://host/#x",
        "http://gop-y.example.gov.vn",
        "http://127.0.0.1.example.gov.vn",
    ],
)
def test_address_that_cannot_be_a_collector_is_refused_at_once(url, clock):
    with pytest.raises(SettingInvalid, match="https://"):
        CollectorClient(Route(url), Identity("d", KEY), clock)


def test_plain_http_to_another_machine_is_refused_by_way_of_a_proxy_too(clock):
    with pytest.raises(SettingInvalid, match="not encrypted"):
        CollectorClient(Route("http://gop-y.example.gov.vn", proxy="http://proxy:3128"), Identity("d", KEY), clock)


def test_missing_ca_file_is_named(clock, tmp_path):
    with pytest.raises(SettingInvalid, match=r"absent\.pem"):
        CollectorClient(Route("https://host", ca_file=tmp_path / "absent.pem"), Identity("d", KEY), clock)


def test_status_is_posted_and_its_answer_is_the_cursor(httpserver, client):
    answer(httpserver, GOOD)
    status = DeviceStatus("hailong 0.1.0", JOURNAL, 7, "ab" * 32, 2)

    assert client.report(status).cursor() == CURSOR

    [(request, _)] = httpserver.log
    assert (request.method, request.path) == ("POST", "/v1/device/status")
    assert decode_message(DeviceStatus, request.data) == status
    verify_request(method="POST", url=request.url, headers=request.headers, body=request.data, key_of=lambda _: PUBLIC)


def test_enrolment_is_signed_with_the_key_it_hands_in(httpserver, route, clock):
    answer(httpserver, b'{"device_id":"%s","counter":"01"}' % JOURNAL.encode())
    keyid = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
    request = EnrolmentRequest("BCDF-GHJK", keyid, JOURNAL)

    with CollectorClient(route, Identity(keyid, KEY), clock) as client:
        assert client.enrol(request).device_id == JOURNAL

    [(sent, _)] = httpserver.log
    verified = verify_request(
        method="POST", url=sent.url, headers=sent.headers, body=sent.data, key_of=lambda _: PUBLIC
    )
    assert verified.keyid == keyid
    assert sent.headers["Content-Type"] == "application/json"


def test_refused_code_asks_for_a_new_one(httpserver, client):
    answer_problem(httpserver, problems.CODE_REFUSED)

    with pytest.raises(EnrolmentRefused):
        client.enrol(EnrolmentRequest("BCDF-GHJK", "A" * 43 + "=", JOURNAL))


@contextmanager
def tls_server(authority: trustme.CA, name: str = "127.0.0.1", **validity: datetime) -> Iterator[str]:
    """A collector whose certificate ``authority`` issued."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **validity).configure_cert(context)
    with HTTPServer(ssl_context=context) as server:
        answer(server, GOOD)
        yield f"https://127.0.0.1:{server.port}"
    close_forgotten()


def ask(url: str, clock, ca_file: Path | None) -> Cursor:
    with CollectorClient(Route(url, ca_file=ca_file), Identity("d", KEY), clock) as client:
        return client.cursor(JOURNAL)


@pytest.fixture
def ca_file(authority, tmp_path) -> Path:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def test_certificate_of_the_configured_authority_is_accepted(authority, ca_file, clock):
    with tls_server(authority) as url:
        assert ask(url, clock, ca_file) == CURSOR


def test_certificate_of_an_unknown_authority_is_refused(authority, clock):
    with tls_server(authority) as url, pytest.raises(CollectorUnavailable) as caught:
        ask(url, clock, None)

    assert caught.value.trouble is Trouble.CERTIFICATE


def test_certificate_of_another_host_is_refused(authority, ca_file, clock):
    with tls_server(authority, "other.example") as url, pytest.raises(CollectorUnavailable) as caught:
        ask(url, clock, ca_file)

    assert caught.value.trouble is Trouble.CERTIFICATE


def test_expired_certificate_is_refused(authority, ca_file, clock):
    past = datetime(2001, 1, 1, tzinfo=UTC)
    with (
        tls_server(authority, not_before=past, not_after=past + timedelta(days=1)) as url,
        pytest.raises(CollectorUnavailable) as caught,
    ):
        ask(url, clock, ca_file)

    assert caught.value.trouble is Trouble.CERTIFICATE


def test_certificate_from_the_future_points_at_the_clock(authority, ca_file, clock):
    future = datetime.now(UTC) + timedelta(days=300)
    with (
        tls_server(authority, not_before=future, not_after=future + timedelta(days=1)) as url,
        pytest.raises(CollectorUnavailable) as caught,
    ):
        ask(url, clock, ca_file)

    assert caught.value.trouble is Trouble.CLOCK


def test_deadline_cuts_a_tls_handshake_that_drips(clock):
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x3f\xff")
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    with (
        raw_server(drip) as url,
        CollectorClient(Route(url.replace("http", "https"), total_s_max=0.4), Identity("d", KEY), clock) as client,
        pytest.raises(CollectorUnavailable, match=r"within 0\.4 s"),
    ):
        client.cursor(JOURNAL)
