"""Doctor: the way to the collector, looked at piece by piece: proxy, certificate, server, its clock, enrolment."""

import email.utils
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.base.texts import Texts
from kiosk.doctor.finding import Check, Finding, doubtful, failing, fine
from kiosk.domain.instant import Clock
from sync.agent.asked.public_log import doubt_words, log_seen, reach_line, witness_line
from sync.agent.asked.status import agent_status
from sync.agent.device.enroll import Device, KioskFiles, address_of, load_device
from sync.agent.device.keys import load_key
from sync.agent.errors import (
    AgentError,
    CollectorUnavailable,
    DeliveryError,
    DeviceUnusable,
    NotEnrolled,
    SettingInvalid,
)
from sync.agent.troubles import Trouble, trouble_lines
from sync.agent.wire.client import CollectorClient
from sync.agent.wire.probe import CertificateRefused, Flaw, Probed, probe
from sync.agent.wire.route import Identity, Route
from sync.protocol.messages import DeviceSettings, MessageInvalid, decode_message

ANSWER_S_MAX = 3.0
DISK_S_MAX = 1.0
RENEWAL = timedelta(days=14)
CLOCK_OFF_MAX = timedelta(minutes=5)
LOG_LATE = timedelta(days=4)
"""A journal that grows gets a leaf each day; a weekend and a day off may lie between."""


@dataclass(frozen=True)
class Way:
    """This kiosk and what leads from it to the collector."""

    directory: Path
    journal_path: Path
    clock: Clock
    url: str = ""
    """Overrides the collector that the kiosk enrolled with."""
    proxy: str | None = None
    ca_file: Path | None = None
    hall: tuple[str, ...] = ()
    """The counters that this kiosk asks for, by code."""

    def route(self) -> Route | None:
        """How to get there; None while no collector is known."""
        url = self._address()
        if not url:
            return None
        times = {"connect_s_max": ANSWER_S_MAX, "read_s_max": ANSWER_S_MAX, "total_s_max": ANSWER_S_MAX + 1}
        return Route(url, self.proxy, self.ca_file, **times)

    def _address(self) -> str:
        """Where the kiosk calls; as the settings say while the disk does not answer."""
        found = [self.url]

        def look() -> None:
            with suppress(AgentError):
                found.append(address_of(load_device(KioskFiles(self.directory)), self.url))

        # On a thread of its own: a disk that hangs must not hide how the network is.
        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        looking.join(DISK_S_MAX if self.url else None)
        return found[-1]


def network_checks(way: Way, t: Texts) -> list[Check]:
    """The checks in the order of the way."""
    return [
        Check("proxy", lambda: _look_at_proxy(way, t)),
        Check("server", lambda: _look_at_server(way, t)),
        Check("enrolment", lambda: _look_at_enrolment(way, t)),
        Check("delivery", lambda: _look_at_delivery(way, t)),
        Check("public_log", lambda: _look_at_log(way, t)),
    ]


def _look_at_proxy(way: Way, t: Texts) -> Iterator[Finding]:
    if way.proxy is None:
        yield fine("proxy", t("No proxy is set"))
        return
    parts = urlsplit(way.proxy)
    place = f"{parts.hostname}:{parts.port or 3128}"
    try:
        socket.create_connection((parts.hostname, parts.port or 3128), ANSWER_S_MAX).close()
    except OSError as error:
        said = t("The proxy {place} cannot be reached ({why})", place=place, why=error.strerror or error)
        yield failing("proxy", said, t("correct collector.proxy in the settings, or have the proxy switched on"))
    else:
        yield fine("proxy", t("The proxy {place} can be reached", place=place))


def _look_at_server(way: Way, t: Texts) -> Iterator[Finding]:
    route = way.route()
    if route is None:
        yield doubtful("server", t("No collector is known yet"), t("run: kiosk setup"))
        return
    host = urlsplit(route.url).hostname
    try:
        found = probe(route)
    except CertificateRefused as error:
        said, remedy = _FLAWS[error.flaw]
        yield failing("certificate", t(said, host=host, why=error.detail), t(remedy, host=host))
    except CollectorUnavailable as error:
        yield _trouble("server", error, t)
    except SettingInvalid as error:
        yield failing("server", error.said(t), t("correct what is named in the settings"))
    else:
        yield _certificate(found, str(host), way.clock, t)
        yield fine("server", t("The collector answers at {url}", url=route.url))
        yield from _server_clock(found, way.clock, t)


_FLAWS = {
    Flaw.EXPIRED: (
        "The certificate of {host} has expired",
        "renew it on the server; if it is valid, set this kiosk's date",
    ),
    Flaw.NOT_YET_VALID: (
        "The certificate of {host} is not valid yet",
        "set this kiosk's date and time",
    ),
    Flaw.WRONG_HOST: (
        "The server's certificate is not for {host}",
        "correct the collector's address, or have a certificate made for {host}",
    ),
    Flaw.UNKNOWN_AUTHORITY: (
        "The certificate of {host} comes from an authority that this kiosk does not know",
        "name the authority's file in collector.ca_file; a filter may also have put itself between",
    ),
    Flaw.OTHER: (
        "The certificate of {host} is not accepted ({why})",
        "have the certificate checked on the server",
    ),
}
"""What is said of a certificate, and what mends it."""


def _certificate(found: Probed, host: str, clock: Clock, t: Texts) -> Finding:
    if found.valid_until is None:
        return fine("certificate", t("The collector is on this machine: no certificate is needed"))
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(found.valid_until), UTC)
    said = t("The certificate of {host} is valid until {day}", host=host, day=t.day(ends.date()))
    if ends - clock.now().wall < RENEWAL:
        return doubtful("certificate", said, t("renew it on the server"))
    return fine("certificate", said)


def _server_clock(found: Probed, clock: Clock, t: Texts) -> Iterator[Finding]:
    try:
        theirs = email.utils.parsedate_to_datetime(found.date or "")
    except ValueError:
        return
    off = clock.now().wall - theirs
    if abs(off) > CLOCK_OFF_MAX:
        said = t("The clock differs from the collector's by {n} minutes", n=t.number(round(off.total_seconds() / 60)))
        yield doubtful("server_clock", said, t("set the machine's date, or let it ask a time server"))
    else:
        yield fine("server_clock", t("The clock agrees with the collector's"))


def _look_at_enrolment(way: Way, t: Texts) -> Iterator[Finding]:
    files = KioskFiles(way.directory)
    try:
        device = load_device(files)
        identity = Identity(device.device_id, load_key(files.key))
    except NotEnrolled:
        yield doubtful("enrolment", *trouble_lines(Trouble.NOT_ENROLLED, t))
        return
    except DeviceUnusable as error:
        yield failing("enrolment", error.said(t), t("run this as the kiosk's user"))
        return
    if not device.device_id:
        yield doubtful("enrolment", t("Enrolled without a network"), t("bring the collector's answer: kiosk ack FILE"))
        return
    yield from _known(way, device, identity, t)


def _known(way: Way, device: Device, identity: Identity, t: Texts) -> Iterator[Finding]:
    counter = device.counter_name or device.counter
    route = way.route()
    try:
        with CollectorClient(route or Route(device.url), identity, way.clock) as client:
            found = client.settings(None)
    except CollectorUnavailable:
        said = t("Enrolled for {counter}; the collector could not be asked", counter=counter)
        yield doubtful("enrolment", said, t("mend the way to the collector first"))
    except DeliveryError as error:
        yield _trouble("enrolment", error, t)
    except SettingInvalid as error:
        yield failing("enrolment", error.said(t), t("correct what is named in the settings"))
    else:
        yield fine("enrolment", t("Enrolled: {unit}, {counter}.", unit=device.unit_name, counter=counter))
        yield from _hall(way, found[0] if found else b"{}", t)


def _hall(way: Way, body: bytes, t: Texts) -> Iterator[Finding]:
    """Whether the collector counts what this kiosk says of each counter of its hall."""
    try:
        said = decode_message(DeviceSettings, body)
    except MessageInvalid:
        return
    missing = [code for code in way.hall if code not in (said.counter, *said.counters)]
    if missing:
        told = t("Ratings for {counters} are not counted: this kiosk was not granted them", counters=", ".join(missing))
        yield failing("hall", told, t("have them granted at the collector: collector device grant"))
    elif way.hall:
        yield fine("hall", t("Every counter of the hall was granted to this kiosk"))


def _look_at_delivery(way: Way, t: Texts) -> Iterator[Finding]:
    status = agent_status(way.directory, way.journal_path, way.clock)
    if not status.enrolled:
        return
    waiting = t("Waiting: {n}", n="?" if status.waiting is None else t.number(status.waiting))
    if status.trouble is not None:
        said, remedy = trouble_lines(status.trouble, t)
        yield doubtful("delivery", f"{waiting}. {said}", remedy)
    elif not status.running:
        yield doubtful("delivery", waiting, t("The sync agent is not running; start it with: kiosk sync"))
    else:
        yield fine("delivery", waiting)


def _look_at_log(way: Way, t: Texts) -> Iterator[Finding]:
    seen = log_seen(KioskFiles(way.directory).log)
    if seen is None:
        return
    reach = reach_line(seen, t)
    if seen.doubt is not None:
        said, remedy = doubt_words(seen.doubt, t)
        yield (failing if seen.failed else doubtful)("public_log", said, remedy)
    elif seen.day is not None and way.clock.now().wall.date() - date.fromisoformat(seen.day) > LOG_LATE:
        yield doubtful("public_log", reach, t("ask at the collector why: collector log status"))
    else:
        yield fine("public_log", reach)
    if seen.size == 0:
        return
    if seen.known == 0 and seen.strangers:
        remedy = t("enrol this kiosk again, so that it knows them")
        yield doubtful("public_log_witnesses", witness_line(seen, t), remedy)
    elif seen.witnesses < max(1, seen.quorum):
        remedy = t("have another office watch the log: collector witness, and [log] in the collector's settings")
        yield doubtful("public_log_witnesses", witness_line(seen, t), remedy)
    else:
        yield fine("public_log_witnesses", witness_line(seen, t))


def _trouble(about: str, error: DeliveryError, t: Texts) -> Finding:
    said, remedy = trouble_lines(error.trouble, t)
    return failing(about, f"{said} ({error.detail})", remedy)
