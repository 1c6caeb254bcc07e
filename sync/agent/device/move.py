"""Move: the collector gets another address, and the kiosk goes there once the same collector answers.

Which one is the same is told by its own key, which the kiosk heard at enrolment or at the first contact that knew
of it. The key signs the announcement, so that nobody on the way can make one up, and proves itself at the new
address for this kiosk, this address and this question, so that nobody can borrow it. The day is judged by the clock
of the collector that answers there: a kiosk's own may be years off.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import Diverged, JournalError
from kiosk.journal.reader import JournalReader
from sync.agent.device.enroll import Device, KioskFiles, address_of, change_device, load_device
from sync.agent.device.keys import load_key
from sync.agent.errors import AgentError, AnotherCollector, RequestRefused
from sync.agent.troubles import Trouble
from sync.agent.upload import ReportedCollector, last_common
from sync.agent.wire.client import CollectorClient
from sync.agent.wire.route import Identity, Route
from sync.protocol.errors import SignatureInvalid
from sync.protocol.messages import SHORT_TEXT_MAX
from sync.protocol.own_key import READY, Move, OwnKeyAnswer, check_answer, check_move

LOOK_S = 600.0
"""How often a kiosk whose collector answers well looks whether it answers at the new address as well, on average."""
_NONCE_BYTES = 16
_UNSIGNED = "the announced address is not signed by the collector that this kiosk knows"

_log = structlog.get_logger("agent.move")


class Guide(Protocol):
    """Whom the agent asks where the collector is and whether it is the right one."""

    fault: str | None
    """Why the kiosk cannot follow an announced move, or ``ready``; None before anybody looked."""

    def recognise(self, collector: ReportedCollector) -> None:
        """Raise AnotherCollector if what answers cannot prove to be the collector that this kiosk knows."""
        ...

    def note(self, body: bytes) -> None:
        """Keep what the office's settings say of the collector's key and of its next address."""
        ...

    def follow(self, *, urgent: bool) -> bool:
        """Go to the announced address if the same collector answers there by now; whether the kiosk went."""
        ...

    def address(self) -> str | None:
        """The address that is called, for the status."""
        ...

    def collector(self) -> tuple[str, str]:
        """The key by which the collector is known, empty where it is not, and the address that is called."""
        ...

    def asks_anew(self) -> bool:
        """Whether the office's settings are asked for once in a run, also where they are kept already."""
        ...


class Staying:
    """A guide for a kiosk whose collector never moves."""

    fault: str | None = None

    def recognise(self, collector: ReportedCollector) -> None:
        """Accept whatever collector answers."""

    def note(self, body: bytes) -> None:
        """Keep nothing."""

    def follow(self, *, urgent: bool) -> bool:
        """Stay at the present address."""
        del urgent
        return False

    def address(self) -> str | None:
        """Nothing to tell."""
        return None

    def collector(self) -> tuple[str, str]:
        """None is known by its key."""
        return "", ""

    def asks_anew(self) -> bool:
        """Nothing to ask for."""
        return False


class _Said(msgspec.Struct, frozen=True):
    """What the office's settings say of the collector, whatever else they hold."""

    collector_key: str = ""
    move: Move | None = None


@dataclass
class Mover:
    """Takes the kiosk to its collector's next address, and says how that stands."""

    files: KioskFiles
    journal_path: Path
    clock: Clock
    configured: str | None = None
    """The address in the kiosk's own settings."""
    proxy: str | None = None
    ca_file: Path | None = None
    chance: Callable[[], float] = random.random
    fault: str | None = None
    """Why the kiosk cannot follow, or ``ready``."""
    _look_at_us: int = field(default=0, init=False)

    def recognise(self, collector: ReportedCollector) -> None:
        """Raise AnotherCollector if what answers cannot prove to be the collector that this kiosk knows."""
        device = load_device(self.files)
        if device.collector_key:
            prove(collector, device.collector_key)

    def note(self, body: bytes) -> None:
        """Keep what the office's settings say of the collector's key and of its next address."""
        try:
            said = msgspec.json.decode(body, type=_Said)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        device = load_device(self.files)
        key, move = device.collector_key or said.collector_key, said.move
        self.fault = None
        if move is not None and not _is_signed(move, key):
            _log.warning("move_not_signed", url=move.url)
            move, self.fault = None, _UNSIGNED
        if (key, move) != (device.collector_key, device.move):
            self._change(device, collector_key=key, move=move)

    def follow(self, *, urgent: bool) -> bool:
        """Go to the announced address if the same collector answers there by now; whether the kiosk went.

        Where all is well, it looks there now and then only; ``urgent`` is for when it is not.
        """
        try:
            device = load_device(self.files)
            now_us = self.clock.now().mono_us
            if not self._is_to_go(device) or (not urgent and now_us < self._look_at_us):
                return False
            self._look_at_us = now_us + round(LOOK_S * (0.5 + self.chance()) * 1_000_000)
            return self._try(device)
        except (AgentError, JournalError) as error:
            trouble = error.trouble if isinstance(error, AgentError) else Trouble.JOURNAL
            self.fault = f"{trouble}: {error}"[:SHORT_TEXT_MAX]
            _log.warning("cannot_follow", detail=self.fault)
            return False

    def address(self) -> str | None:
        """The address that is called, for the status."""
        try:
            return address_of(load_device(self.files), self.configured)[:SHORT_TEXT_MAX]
        except AgentError:
            return None

    def collector(self) -> tuple[str, str]:
        """The key by which the collector is known, empty where it is not, and the address that is called."""
        try:
            device = load_device(self.files)
        except AgentError:
            return "", ""
        return device.collector_key, address_of(device, self.configured).rstrip("/")

    def asks_anew(self) -> bool:
        """While the collector's key is not known: the settings that hold it may have been kept without it."""
        try:
            return not load_device(self.files).collector_key
        except AgentError:
            return False

    def _is_to_go(self, device: Device) -> bool:
        return device.move is not None and device.move.url != address_of(device, self.configured).rstrip("/")

    def _try(self, device: Device) -> bool:
        move = device.move
        if move is None:
            return False
        from_then = check_move(move, device.collector_key)
        route = Route(move.url, self.proxy, self.ca_file)
        with CollectorClient(route, Identity(device.device_id, load_key(self.files.key)), self.clock) as collector:
            their_clock = prove(collector, device.collector_key)
            with JournalReader(self.journal_path) as journal:
                require_ours(journal, collector)
        self.fault = READY
        if their_clock < from_then:
            return False
        go_to(self.files, device, move.url, self.configured)
        _log.info("moved", url=move.url)
        self.fault = None
        return True

    def _change(self, device: Device, **changes: object) -> None:
        change_device(self.files, device.device_id, lambda known: msgspec.structs.replace(known, **changes))


def prove(collector: ReportedCollector, public_key: str) -> datetime:
    """What the clock of the collector with this key says, if that is what answers.

    Raises AnotherCollector, or DeliveryError where there is no usable answer.
    """
    nonce = secrets.token_hex(_NONCE_BYTES)
    try:
        return check_answer(ask(collector, nonce), public_key, collector.address, collector.keyid, nonce)
    except SignatureInvalid as error:
        raise AnotherCollector(
            Trouble.STRANGER, f"what answers at {collector.address} has another key than this kiosk's collector"
        ) from error


def ask(collector: ReportedCollector, nonce: str) -> OwnKeyAnswer:
    """The answer, unchecked; raises AnotherCollector where the collector is too old to know of the question."""
    try:
        return collector.prove(nonce)
    except RequestRefused as error:
        raise AnotherCollector(
            Trouble.STRANGER, f"what answers at {collector.address} cannot prove its key: {error.detail}"
        ) from error


def require_ours(journal: JournalReader, collector: CollectorClient) -> Cursor:
    """How far its copy of the journal reaches, if that is no stranger to the journal.

    It may be older, as after a restored backup, or have taken another course, as after a restored disk.
    Raises AnotherCollector where the two never had an entry in common.
    """
    cursor = collector.cursor(journal.id)
    try:
        journal.require_ancestor(cursor)
    except Diverged as error:
        if last_common(journal, collector) == 0:
            raise AnotherCollector(
                Trouble.STRANGER, f"what {collector.address} holds of this journal has nothing in common with it"
            ) from error
    return cursor


def go_to(files: KioskFiles, device: Device, url: str, configured: str | None, key: str | None = None) -> Device:
    """Call at ``url`` from now on; addresses in use before are left for good, also where settings still name them."""

    def moved(known: Device) -> Device:
        before = {known.url.rstrip("/"), (configured or "").rstrip("/"), *known.left} - {url, ""}
        kept = known.collector_key if key is None else key
        return msgspec.structs.replace(known, url=url, left=tuple(sorted(before)), move=None, collector_key=kept)

    return change_device(files, device.device_id, moved)


def _is_signed(move: Move, key: str) -> bool:
    try:
        check_move(move, key)
        Route(move.url).check()
    except (SignatureInvalid, AgentError):
        return False
    return True
