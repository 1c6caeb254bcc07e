"""Webhook: a letter as JSON by POST, signed, to the one address that the settings name.

Whoever receives it checks ``Hailong-Signature: t=<unix time>, v1=<hex>``: HMAC-SHA256 with the shared
secret over ``<t>.<body>``. Redirects are not followed, no proxy is asked, and what is answered is not read.
"""

import hmac
import http.client
import ssl
import time
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec

from sync.collector.notices.deadline import CONNECT_S, TOTAL_S, ending_after
from sync.collector.notices.errors import ChannelDown, NotNow
from sync.collector.notices.letter import Letter
from sync.collector.settings.notices import Notices

SIGNATURE = "Hailong-Signature"


class WebhookRoad:
    """Delivers by HTTP."""

    def __init__(
        self, settings: Notices, *, total_s: float = TOTAL_S, unix_time: Callable[[], float] = time.time
    ) -> None:
        self._settings, self._total_s, self._unix_time = settings, total_s, unix_time

    def deliver(self, letter: Letter) -> None:
        """Post the letter; any 2xx means that it was taken. See :class:`Road`."""
        try:
            code = self._post(encode(letter))
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise ChannelDown("the webhook cannot be called: {why}", why=why) from error
        if not 200 <= code < 300:
            # Somebody mends it there; nothing that is told to a program is ever refused for good.
            trouble = NotNow if code in (400, 409, 413, 422) else ChannelDown
            raise trouble("the webhook answered {code}", code=code)

    def _post(self, body: bytes) -> int:
        hook = self._settings.webhook
        parts = urlsplit(hook.url)
        headers = {"Content-Type": "application/json", "User-Agent": "hailong", "Connection": "close"}
        if hook.key:
            headers[SIGNATURE] = signature_of(hook.key, int(self._unix_time()), body)
        way = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._open(parts.scheme, parts.hostname or "", parts.port)
        try:
            with ending_after(self._total_s, lambda: connection.sock):
                connection.request("POST", way, body, headers)
                return connection.getresponse().status
        finally:
            connection.close()

    def _open(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=CONNECT_S)
        trust = ssl.create_default_context()
        if self._settings.ca_file is not None:
            trust.load_verify_locations(self._settings.ca_file)
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_S, context=trust)


def signature_of(secret: str, at: int, body: bytes) -> str:
    """The header that proves who sent ``body`` and when."""
    proof = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at}, v1={proof}"


def encode(letter: Letter) -> bytes:
    """The letter as JSON; ``id`` is the same when it comes again, so that a receiver takes it once."""
    notices = [
        {
            "id": sheet.notice_id,
            "kind": sheet.kind,
            "at": sheet.created_at.isoformat(),
            "subject": sheet.subject,
            "body": sheet.body,
            "facts": sheet.facts,
        }
        for sheet in letter.sheets
    ]
    return msgspec.json.encode({"version": 1, "notices": notices})
