"""Spans: what is told of requests, transactions and statements, and how it is sent.

A list says what of a span leaves the machine; addresses, queries, bodies, cookies, parameters and errors' words are
not on it, whatever a library may put into its spans one day. Nobody's trace is continued, and none goes on to a kiosk.
"""

import logging
import re
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from time import time_ns
from typing import Any, TypeVar

import requests
from opentelemetry import context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from sqlalchemy import Connection, Engine, event

from kiosk.__about__ import VERSION
from sync.collector.services.services import Services
from sync.collector.settings.tracing import Tracing
from sync.collector.store.schema import metadata
from sync.collector.store.writer import Work, Writer

T = TypeVar("T")
KEPT = ("http.request.method", "http.route", "http.response.status_code", "db.operation.name", "db.collection.name")
"""All that is told of a request or a statement, beside its name and its times."""
SEND_S_MAX = 5.0
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE) (\w+)")


def trace_services(services: Services) -> tuple[Services, TracerProvider]:
    """The services whose transactions and statements are traced, and what traces requests; ``shutdown`` ends both."""
    settings = services.config.tracing
    # Only the service's name: a resource that the SDK finds by itself names the machine and its user.
    resource = Resource({"service.name": "hailong-collector", "service.version": VERSION})
    sampler = ParentBased(TraceIdRatioBased(settings.sample_ratio))
    provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(BareSpans(_exporter(settings))))
    propagate.set_global_textmap(Unconnected())
    # While nobody takes them, a line for each batch that is lost, not for each try.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    tracer = provider.get_tracer("hailong")
    for engine in {services.database.writer, services.database.reader}:
        _trace_statements(engine, tracer)
    writer = TracedWriter(services.writer, tracer)
    return replace(services, writer=writer, appends=services.appends.over(writer)), provider


class Unconnected(TextMapPropagator):
    """Neither continues nor forwards traces: anybody may write a trace into a request."""

    def extract(self, *_: Any, **__: Any) -> Context:
        """A trace of our own."""
        return Context()

    def inject(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    @property
    def fields(self) -> set[str]:
        """None is set."""
        return set()


class BareSpans(SpanExporter):
    """Hands spans on with what is on the list, and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them."""
        return self._exporter.export([_bare(span) for span in spans])

    def shutdown(self) -> None:
        """Send no more."""
        self._exporter.shutdown()


class TracedWriter:
    """A writer that tells how long each request waited for its COMMIT."""

    def __init__(self, writer: Writer, tracer: trace.Tracer) -> None:
        self._writer, self._tracer = writer, tracer

    def submit(self, work: Work[T]) -> "Future[T]":
        """As the writer; its thread knows whose request it works for."""
        span = self._tracer.start_span("transaction")
        mine = trace.set_span_in_context(span)

        def within(connection: Connection) -> T:
            token = context.attach(mine)
            try:
                return work(connection)
            finally:
                context.detach(token)

        try:
            future = self._writer.submit(within)
        except BaseException:
            span.end()
            raise
        future.add_done_callback(lambda _: span.end())
        return future

    def close(self) -> None:
        """As the writer."""
        self._writer.close()


def _exporter(settings: Tracing) -> SpanExporter:
    calling = requests.Session()
    calling.trust_env = False
    calling.max_redirects = 0
    return OTLPSpanExporter(settings.endpoint, headers=settings.fields, timeout=SEND_S_MAX, session=calling)


def _bare(span: ReadableSpan) -> ReadableSpan:
    told = span.attributes or {}
    attributes = {name: told[name] for name in KEPT if name in told}
    return ReadableSpan(
        span.name,
        span.context,
        span.parent,
        span.resource,
        attributes,
        kind=span.kind,
        status=trace.Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _trace_statements(engine: Engine, tracer: trace.Tracer) -> None:
    """Tell of each statement what it does to which table, where a request is traced."""

    @event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Connection, *_: Any) -> None:
        connection.info["began_ns"] = time_ns()

    @event.listens_for(engine, "after_cursor_execute")
    def end(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if trace.get_current_span().is_recording():
            verb = statement.split(None, 1)[0].upper()
            found = _TABLE.search(statement)
            table = found[1] if found and found[1] in metadata.tables else ""
            attributes = {"db.operation.name": verb, "db.collection.name": table}
            name, began = f"{verb} {table}".rstrip(), connection.info["began_ns"]
            tracer.start_span(name, kind=trace.SpanKind.CLIENT, attributes=attributes, start_time=began).end()
