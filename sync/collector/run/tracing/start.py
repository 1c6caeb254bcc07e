"""Start: traces where ``[tracing]`` names a place for them, and loads nothing of it anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import TracerProvider

from sync.collector.errors import UsageWrong
from sync.collector.services.services import Services


@contextmanager
def tracing(services: Services) -> Iterator[tuple[Services, TracerProvider | None]]:
    """The services, and what traces requests to them; what is not sent yet is sent at the end.

    Raises UsageWrong where traces are wanted and what sends them is not installed.
    """
    if not services.config.tracing.endpoint:
        yield services, None
        return
    try:
        from sync.collector.run.tracing.spans import trace_services
    except ModuleNotFoundError as error:
        raise UsageWrong("tracing.endpoint is set, but what sends traces is not installed: hailong[tracing]") from error
    traced, provider = trace_services(services)
    try:
        yield traced, provider
    finally:
        provider.shutdown()
