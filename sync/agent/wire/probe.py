"""Probe: one unsigned question to the collector, by which an installer learns what stands in the way.

The agent's own client says no more than that a certificate is not accepted: here it is told apart why, and until
when the accepted one holds. The answer to an unsigned question is a refusal, and only the collector words it so.
"""

import base64
import http.client
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from sync.agent.errors import CollectorUnavailable
from sync.agent.troubles import Trouble
from sync.agent.wire.answers import Answer, failure_of, problem_of
from sync.agent.wire.client import authorities
from sync.agent.wire.route import Route

_DOOR = "/v1/device"
_ANSWER_BYTES_MAX = 64 * 1024
_DEFAULT_PORTS = {"https": 443, "http": 80}


class Flaw(StrEnum):
    """Why a certificate is not accepted."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_HOST = "wrong host"
    UNKNOWN_AUTHORITY = "unknown authority"
    OTHER = "other"


_FLAWS = {
    10: Flaw.EXPIRED,
    9: Flaw.NOT_YET_VALID,
    62: Flaw.WRONG_HOST,
    64: Flaw.WRONG_HOST,
    18: Flaw.UNKNOWN_AUTHORITY,
    19: Flaw.UNKNOWN_AUTHORITY,
    20: Flaw.UNKNOWN_AUTHORITY,
    21: Flaw.UNKNOWN_AUTHORITY,
}
"""By X509_V_ERR_… of OpenSSL's x509_vfy.h."""


class CertificateRefused(CollectorUnavailable):
    """The server's certificate is not accepted: mend it, or the kiosk's clock, address or CA file."""

    def __init__(self, flaw: Flaw, detail: str) -> None:
        super().__init__(Trouble.CERTIFICATE, detail)
        self.flaw = flaw


@dataclass(frozen=True, slots=True)
class Probed:
    """What was learnt of a server that is the collector."""

    valid_until: str | None
    """The end of its certificate, as OpenSSL writes it; None without TLS."""
    date: str | None
    """Its clock, as HTTP writes it."""


def probe(route: Route) -> Probed:
    """Ask the collector an unsigned question.

    Raises CertificateRefused, CollectorUnavailable or SettingInvalid.
    """
    route.check()
    parts = urlsplit(route.url)
    connection = _connection(route, parts)
    try:
        connection.connect()
        valid_until = _valid_until(connection)
        path = f"{parts.path.rstrip('/')}{_DOOR}"
        connection.request("GET", path, headers={"User-Agent": "hailong-kiosk"})
        answer, date = _answer(connection.getresponse())
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefused(_FLAWS.get(error.verify_code, Flaw.OTHER), error.verify_message) from error
    except (OSError, http.client.HTTPException) as error:
        raise CollectorUnavailable(_trouble_of(error, route), f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    if problem_of(answer) is None:
        raise _stranger(answer)
    return Probed(valid_until, date)


def _connection(route: Route, parts: SplitResult) -> http.client.HTTPConnection:
    host, port = str(parts.hostname), parts.port or _DEFAULT_PORTS[parts.scheme]
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=route.connect_s_max)
    context = ssl.create_default_context(cafile=str(authorities(route)))
    if route.proxy is None:
        return http.client.HTTPSConnection(host, port, timeout=route.connect_s_max, context=context)
    proxy = urlsplit(route.proxy)
    tunnel = http.client.HTTPSConnection(
        str(proxy.hostname), proxy.port or 3128, timeout=route.connect_s_max, context=context
    )
    tunnel.set_tunnel(host, port, headers=_proxy_credentials(proxy))
    return tunnel


def _proxy_credentials(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    plain = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(plain.encode()).decode()}"}


def _valid_until(connection: http.client.HTTPConnection) -> str | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    certificate: dict[str, Any] = connection.sock.getpeercert() or {}
    return certificate.get("notAfter")


def _answer(response: http.client.HTTPResponse) -> tuple[Answer, str | None]:
    media_type = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    return Answer(response.status, media_type, response.read(_ANSWER_BYTES_MAX)), response.getheader("Date")


def _stranger(answer: Answer) -> CollectorUnavailable:
    if answer.status == 200:
        return CollectorUnavailable(Trouble.PORTAL, f"200 with {answer.media_type or 'no media type'}")
    failure = failure_of(answer)
    return CollectorUnavailable(failure.trouble, failure.detail)


def _trouble_of(error: Exception, route: Route) -> Trouble:
    if "Tunnel connection failed" in str(error):
        return Trouble.PROXY
    if isinstance(error, TimeoutError | http.client.HTTPException | ssl.SSLError | ConnectionResetError):
        return Trouble.NO_ANSWER
    return Trouble.PROXY if route.proxy is not None else Trouble.NO_NETWORK
