"""Traces reach the operator's own collector of traces and hold nothing of anybody; unless wanted, none is made."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import propagate
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import event
from starlette.testclient import TestClient

from sync.collector.errors import UsageWrong
from sync.collector.run.app import create_app
from sync.collector.run.tracing.start import tracing
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig, load_config
from sync.collector.settings.tracing import Tracing
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.kiosk_client import URL, KioskKey, send

SECRET = "Bearer bi-mat"
PERSON = "Nguyễn Thị Lan"
STRANGER = "4bf92f3577b34da6a3ce929d0e0e4736"


class Receiver:
    """A collector of traces on this machine: what came, as the protocol says it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.keys: list[str | None] = []
        outer = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.keys.append(self.headers["Authorization"])
                outer.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Door)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1/traces"

    @property
    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [span for one in requests for each in one.resource_spans for scope in each.scope_spans
                for span in scope.spans]  # fmt: skip

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def own_trace_of_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process does with others' traces is as it was after each test."""
    monkeypatch.setattr(propagate, "_HTTP_TEXT_FORMAT", propagate.get_global_textmap())


def wanting(services: Services, receiver: Receiver, ratio: float = 1.0) -> Services:
    wanted = Tracing(receiver.address, ratio, f"Authorization: {SECRET}")
    return replace(services, config=CollectorConfig(public_url=URL, tracing=wanted))


def ask(services: Services, kiosk: KioskKey | None = None) -> None:
    """A person's page with a name in its address and a cookie, and a kiosk's batch, from somebody who traces too."""
    with tracing(services) as (traced, tracer):
        client = TestClient(create_app(traced, tracer), base_url=URL)
        headers = {"traceparent": f"00-{STRANGER}-00f067aa0ba902b7-01", "Cookie": "hailong=bi-mat-cua-lan"}
        client.get("/may", params={"tim": PERSON}, headers=headers)
        client.get("/nobody/NguyenThiLan")
        if kiosk is not None:
            pen = Pen()
            pen.rating(1)
            assert send(client, kiosk.entries(pen)).status_code == 200


def attributes_of(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_request_its_transaction_and_its_statements_are_one_trace(
    services: Services, receiver: Receiver, kiosk: KioskKey
) -> None:
    ask(wanting(services, receiver), kiosk)

    request = next(span for span in receiver.spans if span.name == "POST /v1/journals/{journal_id}/entries")
    assert attributes_of(request) == {
        "http.request.method": "POST", "http.route": "/v1/journals/{journal_id}/entries",
        "http.response.status_code": 200,
    }  # fmt: skip
    inside = [span for span in receiver.spans if span.trace_id == request.trace_id and span is not request]
    transactions = {span.span_id: span for span in inside if span.name == "transaction"}
    rating = next(span for span in inside if span.name == "INSERT rating")
    assert transactions[rating.parent_span_id].parent_span_id == request.span_id
    assert attributes_of(rating) == {"db.operation.name": "INSERT", "db.collection.name": "rating"}
    assert set(receiver.keys) == {SECRET}


def test_nothing_of_a_person_a_kiosk_or_the_machine_leaves_with_a_trace(
    services: Services, receiver: Receiver, kiosk: KioskKey, office: Office
) -> None:
    ask(wanting(services, receiver), kiosk)

    everything = b"".join(receiver.bodies)
    assert receiver.spans
    ids = (PERSON, office.device.device_id, Pen().journal_id)
    for word in (*ids, "Nguy", "Lan", "tim=", "bi-mat", "127.0.0.1", "testclient", "VALUES", "WHERE"):
        assert word.encode() not in everything, word
    assert {key for span in receiver.spans for key in attributes_of(span)} == {
        "http.request.method", "http.route", "http.response.status_code", "db.operation.name", "db.collection.name",
    }  # fmt: skip
    assert not any(span.events or span.links or span.status.message for span in receiver.spans)


def test_nobody_else_s_trace_is_continued(services: Services, receiver: Receiver) -> None:
    ask(wanting(services, receiver))

    assert receiver.spans
    assert STRANGER not in {span.trace_id.hex() for span in receiver.spans}


def test_only_the_share_that_is_wanted_is_traced(services: Services, receiver: Receiver) -> None:
    ask(wanting(services, receiver, ratio=0.0))

    assert receiver.bodies == []


def test_a_statement_that_fails_is_told_to_whoever_asked_and_not_in_the_trace(
    services: Services, receiver: Receiver
) -> None:
    with tracing(wanting(services, receiver)) as (traced, _):
        future = traced.writer.submit(lambda connection: connection.exec_driver_sql("SELECT nothing FROM nowhere"))

        with pytest.raises(Exception, match="nowhere"):
            future.result(30)

    assert [span.name for span in receiver.spans if not span.parent_span_id] == ["transaction"]
    assert b"nowhere" not in b"".join(receiver.bodies)


def test_unless_it_is_set_nothing_is_traced_whatever_the_environment_says(
    services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.address)

    with tracing(services) as (same, tracer), TestClient(create_app(same, tracer), base_url=URL) as client:
        client.get("/may", params={"tim": PERSON})

    assert (same is services, tracer, receiver.bodies) == (True, None, [])
    assert not event.contains(services.database.writer, "before_cursor_execute", print)


def test_what_is_not_installed_is_named(
    services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "sync.collector.run.tracing.spans", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(UsageWrong, match=r"hailong\[tracing\]"), tracing(wanting(services, receiver)):
        pass


def test_headers_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "headers").write_text(f"Authorization: {SECRET}\nX-Scope-OrgID: hailong\n")
    (tmp_path / "headers").chmod(0o600)
    (tmp_path / "collector.toml").write_text(
        f'[tracing]\nendpoint = "https://traces.example.gov.vn/v1/traces"\nheaders_file = "{tmp_path / "headers"}"\n'
    )

    found = load_config(tmp_path / "collector.toml", None).tracing

    assert found.fields == {"Authorization": SECRET, "X-Scope-OrgID": "hailong"}


@pytest.mark.parametrize(
    "wrong",
    [
        'endpoint = "http://traces.example.gov.vn/v1/traces"',
        'endpoint = "traces.example.gov.vn"',
        'headers = "Bearer bi-mat"',
        "sample_ratio = 1.5",
    ],
)
def test_settings_that_cannot_be_followed_are_faults_and_name_no_secret(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "collector.toml").write_text(f"[tracing]\n{wrong}\n")

    with pytest.raises(ValueError, match="tracing") as told:
        load_config(tmp_path / "collector.toml", None)

    assert "bi-mat" not in str(told.value)
