"""What stands between a kiosk and its collector is provoked for real, and each thing is told apart."""

import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from msgspec import structs
from pytest_httpserver import HTTPServer
from werkzeug import Response

from kiosk.base.texts import texts
from sync.agent.asked.doctor import Way, network_checks
from sync.agent.device.enroll import KioskFiles, enroll_offline, keep_device, load_device
from sync.protocol import problems
from sync.protocol.messages import Problem, encode_message
from sync.protocol.problems import PROBLEM_MEDIA_TYPE
from tests import started
from tests.builders import FrozenClock
from tests.live import LiveKiosk, live_collector
from tests.sockets import close_forgotten

ENGLISH = texts("kiosk", "en")
NOW = datetime.now(UTC)


@pytest.fixture
def now() -> FrozenClock:
    """Certificates are judged by the machine's own clock, so this one shows the same."""
    return FrozenClock(datetime.now(UTC))


def told(way: Way, language=ENGLISH) -> dict[str, str]:
    """What each piece of the way is found to be."""
    findings = [finding for check in network_checks(way, language) for finding in check.look()]
    return {each.about: f"{each.state} {each.said} → {each.remedy}" for each in findings}


def refusal() -> Response:
    """The collector's own answer to an unsigned question."""
    kind = problems.SIGNATURE_MISSING
    body = encode_message(Problem(type=kind.urn, title=kind.title, status=kind.status, detail=""))
    return Response(body, kind.status, content_type=PROBLEM_MEDIA_TYPE)


@contextmanager
def server(answer: Response, context: ssl.SSLContext | None = None) -> Iterator[str]:
    with HTTPServer(ssl_context=context) as running:
        running.expect_request("/v1/device").respond_with_response(answer)
        yield f"{'http' if context is None else 'https'}://127.0.0.1:{running.port}"


@contextmanager
def tls_server(authority: trustme.CA, name: str = "127.0.0.1", **validity: datetime) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **validity).configure_cert(context)
    with server(refusal(), context) as url:
        yield url
    close_forgotten()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def way(tmp_path, now, authority) -> Way:
    """A kiosk that is not enrolled and trusts the authority."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return Way(tmp_path / "kiosk", tmp_path / "kiosk" / "journal.db", now, ca_file=tmp_path / "ca.pem")


def at(way: Way, url: str, **others: object) -> Way:
    return Way(way.directory, way.journal_path, way.clock, url, **{"ca_file": way.ca_file, **others})


def test_kiosk_without_an_address_is_sent_to_setup(way):
    found = told(way)

    assert found["server"] == "WARN No collector is known yet → run: kiosk setup"
    assert found["enrolment"].startswith("WARN This kiosk is not enrolled yet.")
    assert found["proxy"] == "OK No proxy is set → "


def test_collector_with_a_good_certificate_is_fine(way, authority):
    with tls_server(authority, not_after=NOW + timedelta(days=90)) as url:
        found = told(at(way, url))

    assert found["certificate"].startswith("OK The certificate of 127.0.0.1 is valid until")
    assert found["server"] == f"OK The collector answers at {url} → "
    assert found["server_clock"].startswith("OK The clock agrees")


def test_certificate_that_soon_ends_is_told_before(way, authority):
    with tls_server(authority, not_after=NOW + timedelta(days=10)) as url:
        assert told(at(way, url))["certificate"].startswith("WARN The certificate of 127.0.0.1 is valid until")


@pytest.mark.parametrize(
    ("name", "begins", "ends", "sentence"),
    [
        ("127.0.0.1", -90, -1, "FAIL The certificate of 127.0.0.1 has expired → renew it on the server"),
        ("127.0.0.1", 1, 90, "FAIL The certificate of 127.0.0.1 is not valid yet → set this kiosk's date"),
        ("10.0.0.1", -1, 90, "FAIL The server's certificate is not for 127.0.0.1 → correct the collector's address"),
    ],
)
def test_flaws_of_a_certificate_are_told_apart(way, authority, name, begins, ends, sentence):
    validity = {"not_before": NOW + timedelta(days=begins), "not_after": NOW + timedelta(days=ends)}
    with tls_server(authority, name, **validity) as url:
        found = told(at(way, url))

    assert found["certificate"].startswith(sentence)
    assert "server" not in found


def test_certificate_of_an_unknown_authority_is_told_apart(way):
    with tls_server(trustme.CA()) as url:
        found = told(at(way, url))

    assert "from an authority that this kiosk does not know → name the authority's file" in found["certificate"]


def test_certificate_is_refused_in_vietnamese(way):
    with tls_server(trustme.CA()) as url:
        found = told(at(way, url), texts("kiosk", "vi"))

    assert found["certificate"].startswith("FAIL Chứng thư của 127.0.0.1 do một tổ chức mà máy này không biết cấp → ")


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_closed_port_is_told(way):
    found = told(at(way, f"https://127.0.0.1:{closed_port()}"))["server"]

    assert found.startswith("FAIL The collector cannot be reached. (ConnectionRefusedError")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Response("<h1>Wi-Fi</h1>", 200, content_type="text/html"), "FAIL The network answers with a page of its own"),
        (Response("", 302, {"Location": "http://portal/"}), "FAIL The network answers with a page of its own"),
        (Response("busy", 503), "FAIL The collector is busy or being maintained."),
        (Response("nothing here", 404), "FAIL What answers at the collector's address does not answer as"),
    ],
)
def test_what_is_not_the_collector_is_told(way, answer, sentence):
    with server(answer) as url:
        assert told(at(way, url))["server"].startswith(sentence)


def test_server_that_never_answers_is_told_in_time(way):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        found = told(at(way, f"http://127.0.0.1:{silent.getsockname()[1]}"))["server"]

    assert time.monotonic() - began < 5
    assert found.startswith("FAIL The collector was reached but gave no complete answer.")


@pytest.mark.parametrize("minutes", [-90, 90])
def test_clock_that_differs_from_the_collectors_is_told(way, now, minutes):
    now.wall += timedelta(minutes=minutes)
    with server(refusal()) as url:
        found = told(at(way, url))["server_clock"]

    assert found.startswith("WARN The clock differs from the collector's by")


def test_proxy_that_is_switched_off_is_told(way):
    port = closed_port()
    found = told(at(way, "https://danhgia.example.vn", proxy=f"http://u:geheim@127.0.0.1:{port}"))

    assert found["proxy"].startswith(f"FAIL The proxy 127.0.0.1:{port} cannot be reached")
    assert found["server"].startswith("FAIL The network's proxy does not let the kiosk through.")
    assert "geheim" not in str(found)


def test_proxy_that_refuses_is_told(way):
    with HTTPServer() as proxy:
        found = told(at(way, "https://danhgia.example.vn", proxy=f"http://127.0.0.1:{proxy.port}"))

    assert found["proxy"].startswith("OK The proxy 127.0.0.1")
    assert found["server"].startswith("FAIL The network's proxy does not let the kiosk through.")


def test_address_without_encryption_is_told(way):
    assert "is not encrypted" in told(at(way, "http://danhgia.example.vn"))["server"]


@pytest.fixture
def enrolled(tmp_path):
    """A running collector and a kiosk that it knows."""
    with live_collector(tmp_path / "collector") as collector:
        kiosk = LiveKiosk(tmp_path / "kiosk").start()
        kiosk.enroll(collector)
        yield collector, kiosk, Way(kiosk.folder, kiosk.path, kiosk.clock)
        kiosk.stop()


def test_kiosk_that_the_collector_knows_is_fine(enrolled):
    _collector, _kiosk, way = enrolled

    found = told(way)

    assert found["certificate"].startswith("OK The collector is on this machine")
    assert found["enrolment"] == "OK Enrolled: Xã Bắc Sơn, Quầy 1. → "
    assert found["delivery"] == "WARN Waiting: 1 → The sync agent is not running; start it with: kiosk sync"


def test_counters_of_the_hall_that_were_not_granted_are_told(enrolled):
    _collector, _kiosk, way = enrolled

    own = told(Way(way.directory, way.journal_path, way.clock, hall=("Q1",)))
    more = told(Way(way.directory, way.journal_path, way.clock, hall=("Q1", "Q2", "Q9")))

    assert own["hall"] == "OK Every counter of the hall was granted to this kiosk → "
    assert more["hall"].startswith("FAIL Ratings for Q2, Q9 are not counted: this kiosk was not granted them → have")
    assert "hall" not in told(way)


def test_kiosk_whose_access_was_withdrawn_is_told(enrolled):
    _collector, kiosk, way = enrolled
    files = KioskFiles(kiosk.folder)
    keep_device(files, structs.replace(load_device(files), device_id="00000000-0000-4000-8000-000000000000"))

    assert told(way)["enrolment"].startswith(
        "FAIL The collector does not know this kiosk, or its access was withdrawn."
    )


def test_enrolment_cannot_be_judged_without_the_collector(enrolled):
    collector, _kiosk, way = enrolled
    collector.stop()

    assert told(way)["enrolment"].startswith("WARN Enrolled for Quầy 1; the collector could not be asked")


def test_key_that_others_may_read_is_told(enrolled):
    _collector, kiosk, way = enrolled
    KioskFiles(kiosk.folder).key.chmod(0o644)

    assert told(way)["enrolment"].startswith("FAIL others may read the key")


def test_kiosk_enrolled_on_a_stick_waits_for_its_answer(way):
    enroll_offline(way.directory, "https://danhgia.example.vn", "BCDF-GHJK")

    assert told(way)["enrolment"].startswith("WARN Enrolled without a network → bring the collector's answer")


def test_doctor_ends_within_ten_seconds_when_everything_hangs(tmp_path):
    slow = tmp_path / "bin"
    slow.mkdir()
    for name in ("xrandr", "timedatectl"):
        (slow / name).write_text("#!/bin/sh\nexec sleep 60\n")
        (slow / name).chmod(0o755)
    # A pipe that nobody writes into hangs whoever reads it, as a dying disk does; so does a server that only listens.
    (tmp_path / "kiosk").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "kiosk" / "device.json", 0o600)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            **os.environ, "PATH": f"{slow}:{os.environ['PATH']}", "DISPLAY": ":0", "HAILONG_LANGUAGE": "en",
            "HAILONG_KIOSK_COLLECTOR__URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }  # fmt: skip
        began = time.monotonic()
        ended = started.run("kiosk", ["doctor", "--data-dir", tmp_path], environment, timeout=30)
        took = time.monotonic() - began

    assert took < 10
    assert ended.returncode == 1
    assert "FAIL  enrolment: no answer within 5 s → find out what hangs there" in ended.stdout
    assert "FAIL  The collector was reached but gave no complete answer." in ended.stdout
    assert "FAIL  The display :0 does not answer" in ended.stdout
    assert "OK    Fonts for:" in ended.stdout
    assert ended.stderr == ""
