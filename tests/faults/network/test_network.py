"""The real agent and a real collector with a bad network between them: each thanked rating once in the reports."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
import structlog

from kiosk.journal.errors import JournalError
from sync.agent.backoff import RETRY_AFTER_S_MAX
from sync.agent.client import Route
from sync.agent.errors import CollectorUnavailable
from sync.agent.state import load_state
from tests.faults.conftest import LONG
from tests.faults.network.proxy import Fault, Kind, Proxy, bad_network
from tests.live import LiveCollector, LiveKiosk, once_each

pytestmark = pytest.mark.timeout(1800 if LONG else 120)

OFFSETS_MAX = 100_000 if LONG else 45
STATUSES = (200, 204, 301, 302, 307, 400, 401, 403, 404, 405, 408, 409, 411, 413, 415, 422, 425, 429, 500, 502, 503,
            504, 507, 511)  # fmt: skip


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with bad_network() as running:
        yield running


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[LiveCollector]:
    """A collector that kiosks know by the proxy's address."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    folder = tmp_path_factory.mktemp("collector")
    collector = LiveCollector(folder)
    proxy.upstream = collector.port
    collector.url = collector.public_url = proxy.url
    collector.start()
    yield collector
    collector.stop()
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory, collector: LiveCollector) -> Iterator[LiveKiosk]:
    kiosk = LiveKiosk(tmp_path_factory.mktemp("kiosk") / "kiosk").start()
    kiosk.enroll(collector)
    kiosk.press()
    kiosk.sync()
    yield kiosk
    kiosk.stop()


@pytest.fixture
def through(proxy: Proxy, kiosk: LiveKiosk, collector: LiveCollector, monkeypatch: pytest.MonkeyPatch):
    """Presses, syncs through the fault, heals, syncs again, and judges; says whether the fault was felt."""
    monkeypatch.setattr(Route.__init__, "__defaults__", (None, None, 1.0, 1.0, 1.5))

    def meet(fault: Fault) -> bool:
        kiosk.press()
        proxy.fault = fault
        try:
            kiosk.sync()
            felt = False
        except CollectorUnavailable:
            felt = True
        proxy.fault = Fault()
        kiosk.sync()
        assert collector.reported() == once_each(kiosk), fault
        assert load_state(kiosk.folder / "agent.json").trouble is None
        return felt

    yield meet
    proxy.fault = Fault()


Meet = Callable[[Fault], bool]


def offsets(length: int) -> list[int]:
    every = range(length)
    return sorted(Random(20261123).sample(every, min(OFFSETS_MAX, length)))


@pytest.mark.parametrize(("kind", "way"), [(Kind.CUT_REQUEST, 0), (Kind.CUT_ANSWER, 1)])
def test_connection_cut_at_any_byte_loses_and_doubles_nothing(through: Meet, proxy, kind, way):
    through(Fault())
    kiosk_bytes = proxy.passed[way]
    assert kiosk_bytes > 200

    felt = [through(Fault(kind, at)) for at in offsets(kiosk_bytes - 1)]

    assert sum(felt) >= len(felt) * 0.9


@pytest.mark.parametrize("answered", [0, 1])
def test_reset_after_the_collector_has_committed(through: Meet, answered):
    assert through(Fault(Kind.RESET_AFTER_COMMIT, answered))


def test_request_that_arrives_twice(through: Meet):
    assert not through(Fault(Kind.DUPLICATE))


def test_late_but_whole(through: Meet):
    assert not through(Fault(Kind.LATE, seconds=0.1))


@pytest.mark.parametrize("fault", [Fault(Kind.BLACK_HOLE), Fault(Kind.DRIP, seconds=0.05)], ids=lambda f: f.kind)
def test_network_that_never_finishes_is_given_up_in_time(through: Meet, fault):
    assert through(fault)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    "retry_after", ["", "0", "999999999999", "-5", "Fri, 31 Dec 2099 23:59:59 GMT"][: 5 if LONG else 3]
)
def test_no_status_of_a_stranger_deletes_or_ends_anything(through: Meet, kiosk, proxy, status, retry_after):
    body = b"<html>Sign in</html>"
    fields = [b"Content-Type: text/html", b"Content-Length: %d" % len(body), b"Location: /login"]
    if retry_after:
        fields.append(b"Retry-After: " + retry_after.encode())
    words = b"HTTP/1.1 %d Odd\r\n%s\r\n\r\n%s" % (status, b"\r\n".join(fields), body)
    kiosk.press()
    proxy.fault = Fault(Kind.ANSWER, words=words)

    with pytest.raises(CollectorUnavailable):
        kiosk.sync()

    assert load_state(kiosk.folder / "agent.json").wait_us(kiosk.clock.now()) <= RETRY_AFTER_S_MAX * 1.01e6
    assert not through(Fault())


@pytest.mark.parametrize(
    "body",
    [
        b'{"next":2,"head":"' + b"0" * 64 + b'"}',
        b'{"next":999999,"head":"' + b"f" * 64 + b'"}',
        b'{"ok":true}',
        b"[]",
        b'{"seq":1,"hash":"' + b"0" * 64 + b'"}',
    ],
)
def test_server_that_lies_in_our_own_words_is_not_believed(through: Meet, kiosk, proxy, body):
    words = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    kiosk.press()
    proxy.fault = Fault(Kind.ANSWER, words=words)

    with pytest.raises((CollectorUnavailable, JournalError)):
        kiosk.sync()

    assert load_state(kiosk.folder / "agent.json").parted is None
    assert not through(Fault())


def test_collector_that_is_gone_for_a_while(through: Meet, kiosk, collector):
    collector.stop()
    kiosk.press(3)
    with pytest.raises(CollectorUnavailable):
        kiosk.sync()

    collector.start()

    assert not through(Fault())


def test_journal_still_verifies(kiosk: LiveKiosk, tmp_path: Path):
    kiosk.require_sound()
