"""Step 8, deliver: signed bytes to the collector over HTTP; back comes a message of the protocol or a DeliveryError.

requests lives here alone, without what it would do by itself: no proxies, credentials or
certificates from the environment, no redirects, no retries, no endless waiting.
"""

import warnings
from pathlib import Path
from socket import socket
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import NewConnectionError, SystemTimeWarning

from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.reader import Batch
from sync.agent.errors import CollectorUnavailable, EnrolmentRefused
from sync.agent.troubles import Trouble
from sync.agent.wire.answers import Answer, failure_of, problem_of, read_answer
from sync.agent.wire.deadline import Deadline
from sync.agent.wire.route import Identity, Route
from sync.protocol import problems
from sync.protocol.batch import BATCH_ENCODING, pack_batch
from sync.protocol.messages import (
    BATCH_MEDIA_TYPE,
    JSON_MEDIA_TYPE,
    PNG_MEDIA_TYPE,
    AnyMessage,
    CursorMessage,
    DeviceStatus,
    EnrolmentAnswer,
    EnrolmentRequest,
    HashMessage,
    KeyAnswer,
    KeyRequest,
    StatusAnswer,
    encode_message,
)
from sync.protocol.own_key import OwnKeyAnswer
from sync.protocol.signature import sign_request

ANSWER_BYTES_MAX = 1024 * 1024

# A clock at 1970 is a kiosk without a battery, which is told in the status and by the doctor; urllib3 would write
# bare text about it at every call.
warnings.filterwarnings("ignore", category=SystemTimeWarning)


def authorities(route: Route) -> Path:
    """The file of those whose certificates are accepted on this route."""
    return route.ca_file or Path(DEFAULT_CA_BUNDLE_PATH)


class CollectorClient:
    """The collector as seen from one kiosk; use it as a context, from one thread."""

    def __init__(self, route: Route, identity: Identity, clock: Clock) -> None:
        """Prepare the connection without calling yet; raises SettingInvalid."""
        route.check()
        self._route = route
        self._identity = identity
        self._clock = clock
        self._deadline = Deadline(route.total_s_max)
        self._session = _bare_session(route, self._deadline)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._session.close()
        self._deadline.close()

    def cursor(self, journal_id: str) -> Cursor:
        """How far the collector's copy of the journal reaches."""
        return read_answer(self._call("GET", f"/v1/journals/{journal_id}"), CursorMessage).cursor()

    def hash_at(self, journal_id: str, seq: int, ours: bytes) -> bytes:
        """The hash after entry ``seq`` of the collector's copy, which has it, or had it.

        ``ours`` is what it is here: of an entry whose time was over, a collector can say no more than whether it was
        the same.
        """
        answer = self._call("GET", f"/v1/journals/{journal_id}?seq={seq}&hash={ours.hex()}")
        found = problem_of(answer)
        if found is not None and found[0] is problems.NOT_FOUND:
            raise CollectorUnavailable(Trouble.WRONG_ANSWER, f"404, but the copy has just reached entry {seq}")
        message = read_answer(answer, HashMessage)
        if message.seq != seq:
            raise CollectorUnavailable(Trouble.WRONG_ANSWER, f"200 with the hash of entry {message.seq}, not {seq}")
        return bytes.fromhex(message.hash)

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        """Offer the batch; the collector's cursor afterwards, whether it took the batch or stands elsewhere (409)."""
        path = self._identity.append_target(journal_id, batch)
        headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": BATCH_ENCODING}
        answer = self._call("POST", path, pack_batch(batch.lines, batch.enclosures), headers)
        if moved := _cursor_of_conflict(answer):
            return moved
        cursor = read_answer(answer, CursorMessage).cursor()
        if cursor != batch.end:
            raise CollectorUnavailable(Trouble.WRONG_ANSWER, "200, but the acknowledged head is not the one sent")
        return cursor

    def report(self, status: DeviceStatus) -> StatusAnswer:
        """Tell how the kiosk is; the answer is the cursor of the journal that the status names, and more."""
        headers = {"Content-Type": JSON_MEDIA_TYPE}
        return read_answer(self._call("POST", "/v1/device/status", encode_message(status), headers), StatusAnswer)

    def settings(self, known: str | None) -> tuple[bytes, str] | None:
        """What the office set for this kiosk, unread, and its ETag; None while that is still ``known``."""
        answer = self._call("GET", "/v1/device", headers={} if known is None else {"If-None-Match": known})
        if answer.status == 304 and known is not None:
            return None
        read_answer(answer, AnyMessage)
        return answer.body, answer.etag or ""

    def change_key(self, request: KeyRequest) -> None:
        """Hand in the kiosk's next key, signed with the present one."""
        headers = {"Content-Type": JSON_MEDIA_TYPE}
        answer = read_answer(self._call("POST", "/v1/device/key", encode_message(request), headers), KeyAnswer)
        if answer.public_key != request.public_key:
            raise CollectorUnavailable(Trouble.WRONG_ANSWER, "200 with another key than the one handed in")

    def prove(self, nonce: str) -> OwnKeyAnswer:
        """The collector's statement, for this question, that it has its own key; unchecked."""
        return read_answer(self._call("GET", f"/v1/device/collector?nonce={nonce}"), OwnKeyAnswer)

    def show(self, png: bytes) -> None:
        """Bring a picture of the kiosk's screen."""
        read_answer(self._call("PUT", "/v1/device/picture", png, {"Content-Type": PNG_MEDIA_TYPE}), AnyMessage)

    @property
    def address(self) -> str:
        """The address that this client calls."""
        return self._route.url.rstrip("/")

    @property
    def keyid(self) -> str:
        """The key id that this client signs with."""
        return self._identity.keyid

    def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Hand in a one-time code; the same code and key always get the same answer. Raises EnrolmentRefused."""
        answer = self._call("POST", "/v1/enrolments", encode_message(request), {"Content-Type": JSON_MEDIA_TYPE})
        found = problem_of(answer)
        if found is not None and found[0] is problems.CODE_REFUSED:
            raise EnrolmentRefused(
                "the collector does not take this code: it is wrong, used up or expired; ask IT staff for a new one. "
                "If this kiosk's access was withdrawn, add --new-key"
            )
        return read_answer(answer, EnrolmentAnswer)

    def _call(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        url = self._route.url.rstrip("/") + path
        prepared = self._session.prepare_request(requests.Request(method, url, headers=headers, data=body))
        # Signed as prepared, for requests may spell an address differently; stamped anew on every attempt.
        prepared.headers.update(
            sign_request(
                method=method,
                url=str(prepared.url),
                headers=headers or {},
                body=body,
                keyid=self._identity.keyid,
                private_key=self._identity.private_key,
                clock=self._clock.now(),
            )
        )
        try:
            with self._deadline.running():
                answer = self._send(prepared)
        except (requests.RequestException, OSError) as error:
            raise self._unavailable(error) from error
        if self._deadline.expired:
            # An answer that was cut within its head looks complete to Python's HTTP parser.
            raise self._late()
        return answer

    def _send(self, prepared: requests.PreparedRequest) -> Answer:
        timeout = (self._route.connect_s_max, self._route.read_s_max)
        with self._session.send(prepared, stream=True, allow_redirects=False, timeout=timeout) as response:
            body = bytearray()
            for chunk in response.iter_content(64 * 1024):
                body += chunk
                if len(body) > ANSWER_BYTES_MAX:
                    raise CollectorUnavailable(Trouble.WRONG_ANSWER, f"an answer over {ANSWER_BYTES_MAX} bytes")
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Answer(
                response.status_code,
                media_type,
                bytes(body),
                _seconds(response.headers.get("Retry-After")),
                response.headers.get("ETag"),
            )

    def _unavailable(self, error: Exception) -> CollectorUnavailable:
        detail = f"{type(error).__name__}: {error}"
        if self._deadline.expired:
            return self._late()
        if isinstance(error, requests.exceptions.SSLError):
            early = "not yet valid" in detail
            return CollectorUnavailable(Trouble.CLOCK if early else Trouble.CERTIFICATE, detail)
        if isinstance(error, requests.exceptions.ProxyError):
            return CollectorUnavailable(Trouble.PROXY, detail)
        if isinstance(error, requests.exceptions.Timeout):
            return CollectorUnavailable(Trouble.NO_ANSWER, detail)
        unreached = error.args and isinstance(getattr(error.args[0], "reason", None), NewConnectionError)
        return CollectorUnavailable(Trouble.NO_NETWORK if unreached else Trouble.NO_ANSWER, detail)

    def _late(self) -> CollectorUnavailable:
        return CollectorUnavailable(Trouble.NO_ANSWER, f"no complete answer within {self._route.total_s_max:g} s")


class _Adapter(HTTPAdapter):
    """requests' adapter, whose connections the deadline can cut and which never tries again by itself."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self._watch_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        """Make the pools for connections by way of a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        self._watch_pools(manager)
        return manager

    def _watch_pools(self, manager: Any) -> None:
        pools = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: self._watched(pool) for scheme, pool in pools.items()}

    def _watched(self, pool: type[Any]) -> type[Any]:
        connection = pool.ConnectionCls

        def connect(self_: Any) -> socket:
            connected: socket = connection._new_conn(self_)
            self._deadline.watch(connected)
            return connected

        watched = type("WatchedConnection", (connection,), {"_new_conn": connect})
        return type("WatchedPool", (pool,), {"ConnectionCls": watched})


def _bare_session(route: Route, deadline: Deadline) -> requests.Session:
    session = requests.Session()
    # Without this, ~/.netrc adds an Authorization and *_PROXY, REQUESTS_CA_BUNDLE redirect us.
    session.trust_env = False
    session.headers = {
        "User-Agent": "hailong-kiosk",
        "Accept": JSON_MEDIA_TYPE,
        "Accept-Encoding": "identity",
    }
    session.verify = True if route.ca_file is None else str(route.ca_file)
    if route.proxy is not None:
        session.proxies = {"http": route.proxy, "https": route.proxy}
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(deadline))
    return session


def _cursor_of_conflict(answer: Answer) -> Cursor | None:
    if answer.status != 409:
        return None
    found = problem_of(answer)
    cursor = found[1].cursor() if found is not None and found[0] is problems.CURSOR_MISMATCH else None
    if cursor is None:
        raise failure_of(answer)
    return cursor


def _seconds(value: str | None) -> int | None:
    # Only seconds: a date would have to be compared with a clock that may be wrong.
    if value is None or not value.strip().isdecimal():
        return None
    return int(value.strip()[:9])
