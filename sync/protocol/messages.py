"""Messages: the small JSON bodies of version 1, and the limits both sides keep.

A reader ignores members it does not know, so either side may be the newer one.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from kiosk.base.sealed_box import KEY_BYTES
from kiosk.journal.chain import Cursor
from sync.protocol.days import OfficeDays, WorkedDay
from sync.protocol.own_key import Move
from sync.protocol.problems import ProblemType
from sync.protocol.tlog.messages import LogKept, LogRoots

LINES_PER_BATCH_MAX = 500
BATCH_BYTES_MAX = 256 * 1024
"""On the wire, after compression."""
INFLATED_BYTES_MAX = 2 * 1024 * 1024
MESSAGE_BYTES_MAX = 64 * 1024
"""Any request body that is not a batch."""
CODE_LENGTH_MAX = 64
SHORT_TEXT_MAX = 200
SEQ_MAX = 2**53
"""More entries than any journal ever has; every program reads such a number exactly."""
COMMANDS_MAX = 8
"""Commands under way for one kiosk."""
EXCERPT_MAX = 12_000
"""Characters of a log that travel with one status; in UTF-8 and JSON they still fit into a message."""

JSON_MEDIA_TYPE = "application/json"
BATCH_MEDIA_TYPE = "application/x-ndjson"
PNG_MEDIA_TYPE = "image/png"

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""32 bytes as lower-case hex."""
PublicKey = Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z+/]{43}=$")]
"""A raw Ed25519 public key, standard base64."""
JournalId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_ShortText = Annotated[str, msgspec.Meta(max_length=SHORT_TEXT_MAX)]


class MessageInvalid(ValueError):
    """The bytes are not the message that was expected; ``str()`` says where."""


class AnyMessage(msgspec.Struct, frozen=True):
    """Any JSON object."""


class CursorMessage(msgspec.Struct, frozen=True):
    """How far the collector's copy of a journal reaches."""

    next: Annotated[int, msgspec.Meta(ge=1)]
    head: Hash

    @classmethod
    def of(cls, cursor: Cursor) -> "CursorMessage":
        """The cursor as it travels."""
        return cls(cursor.next_seq, cursor.head.hex())

    def cursor(self) -> Cursor:
        """The cursor as the journal knows it."""
        return Cursor(self.next, bytes.fromhex(self.head))


class DeviceCommand(msgspec.Struct, frozen=True):
    """What IT staff ask of the kiosk; it comes with every answer until the kiosk has said what came of it."""

    id: JournalId
    """Random: a kiosk that knows it does not do it again."""
    kind: _ShortText
    """``restart``, ``status``, ``touch_test``, ``cleaning_off``, ``log``, ``upgrade``, ``picture``; else unknown."""


class CommandDone(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a command."""

    id: JournalId
    outcome: Annotated[str, msgspec.Meta(min_length=1, max_length=SHORT_TEXT_MAX)]
    """``done``, ``handed to the screen``, ``unknown``, or why not."""
    excerpt: Annotated[str, msgspec.Meta(max_length=EXCERPT_MAX)] = ""
    """The end of the kiosk's log, where that was asked for, without personal data."""


class StatusAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the collector's copy of the journal in the status reaches, and which settings the office has set."""

    next: Annotated[int, msgspec.Meta(ge=1)]
    head: Hash
    settings: str | None = None
    """The ETag of ``GET /v1/device``: a kiosk that has these settings need not ask for them."""
    commands: list[DeviceCommand] = []
    log: Any = None
    """A ``LogAnswer`` where the transparency log has something that the kiosk does not keep yet.

    It is read by itself (``read_log_answer``), so that nothing wrong in it takes the rest of the answer away.
    """

    def cursor(self) -> Cursor:
        """The cursor as the journal knows it."""
        return Cursor(self.next, bytes.fromhex(self.head))


class HashMessage(msgspec.Struct, frozen=True):
    """The collector's hash after one seq, for finding where two copies part."""

    seq: Annotated[int, msgspec.Meta(ge=0)]
    hash: Hash


class EnrolmentRequest(msgspec.Struct, frozen=True):
    """A one-time code handed in with the key that the kiosk made itself; signed with that key."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=CODE_LENGTH_MAX)]
    public_key: PublicKey
    journal_id: JournalId
    info: Annotated[dict[str, _ShortText], msgspec.Meta(max_length=20)] = {}
    """What the machine says of itself: software, system, host name."""


class EnrolmentAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who the kiosk is from now on; the same code and key always get the same answer."""

    device_id: JournalId
    """The key id of every signed request from now on; a UUID."""
    counter: str
    """The counter's code."""
    counter_name: str = ""
    unit_name: str = ""
    collector_key: str = ""
    """By which the kiosk knows its collector again; a public key."""
    log: LogRoots | None = None
    """By which it knows its collector's transparency log, where there is one."""


class KeyRequest(msgspec.Struct, frozen=True):
    """The kiosk's next key, in a request that is signed with its present one."""

    public_key: PublicKey
    proof: Annotated[str, msgspec.Meta(max_length=SHORT_TEXT_MAX)]
    """The new key's own signature: that the kiosk holds it."""


class KeyAnswer(msgspec.Struct, frozen=True):
    """The key with which the kiosk signs from now on."""

    public_key: PublicKey


class OpeningHours(msgspec.Struct, frozen=True):
    """One span of one or more weekdays in which the counter serves."""

    days: list[Annotated[int, msgspec.Meta(ge=1, le=7)]]
    """ISO weekdays, Monday is 1."""
    opens: Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    closes: Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class DeviceSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the office set for this kiosk; ``None`` or empty leaves the kiosk's own configuration in force."""

    counter: str
    """The counter's code."""
    survey: str | None = None
    """``id@version``."""
    hours: list[OpeningHours] = []
    texts: dict[str, dict[str, str]] = {}
    """Language to text name (``office``: whose kiosk it is; ``counter``: which one) to words."""
    software_min: str | None = None
    counter_name: str = ""
    unit_name: str = ""
    theme: str | None = None
    """``light``, ``dark`` or ``high-contrast``."""
    holidays: list[Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]] = []
    """Days on which the office is closed whatever the weekday."""
    thresholds: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = {}
    """``cell_min``, ``percent_min``, ``step``: how few ratings the kiosk's own staff screens may show."""
    ring: str | None = None
    """From which suite of the operator's own repository it takes upgrades."""
    survey_text: str | None = None
    """The survey's TOML, where it was written at the office and no kiosk ships it."""
    worked: list[WorkedDay] = []
    """Days that are worked although they would be off."""
    office_days: OfficeDays | None = None
    """The days of the whole office, where it has set any."""
    collector_key: str | None = None
    """As at enrolment, for kiosks that were enrolled before there was one."""
    move: Move | None = None
    """Where the collector can be found from a moment on."""
    counters: list[str] = []
    """The counters besides its own that the kiosk of a hall was granted; what it says of others is not counted."""
    words_key: Annotated[bytes, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)] | None = None
    """The X25519 public key, base64, for which it seals citizens' words."""


class UpgradeRefused(msgspec.Struct, frozen=True):
    """An upgrade that the kiosk went back from or could not install, until a later one succeeds."""

    version: _ShortText
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    """By the kiosk's wall clock."""
    why: _ShortText
    """In English, for IT staff."""


class DeviceStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the kiosk is, about once a minute."""

    software: _ShortText
    journal_id: JournalId
    next_seq: Annotated[int, msgspec.Meta(ge=1, le=SEQ_MAX)]
    """The journal's own cursor: what was ever recorded, so that a cut tail shows."""
    head: Hash
    pending: Annotated[int, msgspec.Meta(ge=0, le=SEQ_MAX)]
    oldest_pending_s: Annotated[int, msgspec.Meta(ge=0, le=SEQ_MAX)] | None = None
    disk_free_bytes: Annotated[int, msgspec.Meta(ge=0, le=SEQ_MAX)] | None = None
    versions: Annotated[dict[str, _ShortText], msgspec.Meta(max_length=20)] = {}
    last_error: _ShortText | None = None
    touch_test: _ShortText | None = None
    """The last one's result: ``1,1,1,1,1 2026-11-21T09:12:33+07:00``, with ``+n`` after the hits for stray touches."""
    settings: _ShortText | None = None
    """The ETag of the office's settings that are kept on the kiosk."""
    settings_fault: _ShortText | None = None
    """Why newer ones were refused."""
    upgrade_refused: UpgradeRefused | None = None
    done: Annotated[list[CommandDone], msgspec.Meta(max_length=COMMANDS_MAX)] = []
    """What came of commands, until the collector has taken it."""
    address: _ShortText | None = None
    """The collector's address as this kiosk calls it."""
    move: _ShortText | None = None
    """Of a move that was announced: ``ready``, or why the kiosk cannot follow."""
    log: LogKept | None = None
    """What it keeps of the transparency log; None from a kiosk that asks for none of it."""
    log_fault: _ShortText | None = None
    """What does not hold in the log, as a short code; it stays until somebody on the kiosk has seen to it."""


class EnclosureMessage(msgspec.Struct, frozen=True):
    """What an entry only commits to: ``SHA-256(salt || payload)`` stands in the entry at seq ``enclosure``."""

    enclosure: Annotated[int, msgspec.Meta(ge=1, le=SEQ_MAX)]
    salt: bytes
    """Base64 in JSON."""
    payload: bytes
    """Base64 in JSON."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An RFC 9457 problem; a ``cursor-mismatch`` carries the stored cursor as well.

    A ``signature-invalid`` carries the collector's own address where the request was signed for another one.
    """

    type: str
    title: str = ""
    status: int = 0
    detail: str = ""
    next: Annotated[int, msgspec.Meta(ge=1)] | None = None
    head: Hash | None = None
    address: str = ""

    @classmethod
    def of(cls, kind: ProblemType, detail: str = "", cursor: Cursor | None = None, address: str = "") -> "Problem":
        """The problem as it is answered."""
        if cursor is None:
            return cls(kind.urn, kind.title, kind.status, detail, address=address)
        return cls(kind.urn, kind.title, kind.status, detail, cursor.next_seq, cursor.head.hex())

    def cursor(self) -> Cursor | None:
        """The collector's cursor, if the problem carries one."""
        if self.next is None or self.head is None:
            return None
        return Cursor(self.next, bytes.fromhex(self.head))


Message = TypeVar("Message", bound=msgspec.Struct)


def encode_message(message: msgspec.Struct) -> bytes:
    """The JSON bytes of a message."""
    return msgspec.json.encode(message)


def decode_message(kind: type[Message], body: bytes) -> Message:
    """The message in ``body``; members it does not know are passed over.

    Raises MessageInvalid with the place of the fault.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageInvalid(str(error)) from error
