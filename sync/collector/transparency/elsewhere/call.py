"""Call: asks another server over HTTP. Redirects are not followed, no proxy is asked, answers are short and in time."""

import http.client
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sync.collector.notices.deadline import CONNECT_S, TOTAL_S, ending_after

ANSWER_BYTES_MAX = 1024 * 1024


class NoAnswer(Exception):
    """The other one could not be asked, or said too much; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a witness or mirror, as it came."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls others, whose certificates it knows from the system or from one file."""

    ca_file: Path | None = None
    total_s: float = TOTAL_S

    def get(self, url: str) -> Answer:
        """What is at an address. Raises NoAnswer."""
        return self._call("GET", url, None)

    def post(self, url: str, body: bytes) -> Answer:
        """What is answered to ``body``. Raises NoAnswer."""
        return self._call("POST", url, body)

    def _call(self, method: str, url: str, body: bytes | None) -> Answer:
        try:
            return self._talk(method, url, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(getattr(error, "strerror", None) or type(error).__name__) from error

    def _talk(self, method: str, url: str, body: bytes | None) -> Answer:
        parts = urlsplit(url)
        headers = {"User-Agent": "hailong", "Connection": "close", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "text/plain; charset=utf-8"
        connection = self._open(parts.scheme, parts.hostname or "", parts.port)
        try:
            with ending_after(self.total_s, lambda: connection.sock):
                connection.request(method, parts.path or "/", body, headers)
                answer = connection.getresponse()
                said = answer.read(ANSWER_BYTES_MAX + 1)
        finally:
            connection.close()
        if len(said) > ANSWER_BYTES_MAX:
            raise NoAnswer("the answer is too long")
        return Answer(answer.status, said)

    def _open(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=CONNECT_S)
        trust = ssl.create_default_context()
        if self.ca_file is not None:
            trust.load_verify_locations(self.ca_file)
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_S, context=trust)
