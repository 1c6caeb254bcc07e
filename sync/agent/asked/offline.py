"""Offline: what a kiosk without a network hands to a USB stick, and what comes back on it.

An export holds the same signed batches that would go over the wire. It changes nothing on the
kiosk: only an acknowledgement that knows the journal's own hash lets entries be pruned later.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from kiosk.base.private_file import sync_directory
from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.reader import JournalReader
from sync.agent.device.enroll import Device, KioskFiles, address_of, keep_device, load_device
from sync.agent.device.keys import load_key
from sync.agent.errors import FileUnusable
from sync.agent.run import one_agent
from sync.agent.state import keep_state, load_state
from sync.agent.wire.route import Identity
from sync.protocol.acknowledgement import AcknowledgedKiosk, Acknowledgement
from sync.protocol.batch import BATCH_ENCODING, pack_batch
from sync.protocol.messages import (
    BATCH_BYTES_MAX,
    BATCH_MEDIA_TYPE,
    JSON_MEDIA_TYPE,
    LINES_PER_BATCH_MAX,
    EnrolmentRequest,
    MessageInvalid,
    decode_message,
    encode_message,
)
from sync.protocol.own_key import public_text
from sync.protocol.parcel import PARCEL_SUFFIX, ParcelRequest, write_parcel
from sync.protocol.signature import sign_request

Progress = Callable[[int, int], None]
"""Told after each batch: how many entries are in the file, and how many there will be."""


def export_batches(
    directory: Path,
    journal_path: Path,
    to: Path,
    clock: Clock,
    *,
    url: str | None = None,
    everything: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> tuple[Path, int]:
    """Write what the collector is not known to have, or ``everything``, to the file or into the folder ``to``.

    Returns the file and how many entries it holds; it appears under its name only when it is whole and on
    the disk. Raises NotEnrolled, DeviceUnusable, JournalError, or FileUnusable, also where a file ``to`` is there.
    """
    if to.is_file():
        raise FileUnusable("{file} exists already; name a new file", file=to)
    files = KioskFiles(directory)
    device, key = load_device(files), load_key(files.key)
    identity = Identity(device.device_id or public_text(key), key)
    sender = _Sender(address_of(device, url), identity, clock)
    with JournalReader(journal_path) as journal:
        first = journal.anchor() if everything else load_state(files.state).acknowledged(journal.id)
        journal.require_ancestor(first)
        goal = journal.head().next_seq
        file = to / _name(device, journal.id, clock.now().wall) if to.is_dir() else to
        requests = _requests(device, sender, journal, first, goal, progress)
        _write(file, requests)
    return file, goal - first.next_seq


def take_acknowledgement(directory: Path, journal_path: Path, file: Path) -> tuple[int, int]:
    """Remember what the collector has by its ``file``; how many entries of the journal those are, and of how many.

    Raises AgentRunning, FileUnusable, DeviceUnusable, NotEnrolled, or Diverged where it is not of this journal's past.
    """
    files = KioskFiles(directory)
    device, (kiosk, _) = load_device(files), part_for(files, file)
    with one_agent(files), JournalReader(journal_path) as journal:
        answer, state = kiosk.enrolment, load_state(files.state)
        place = {"counter": answer.counter, "counter_name": answer.counter_name, "unit_name": answer.unit_name}
        known = msgspec.structs.replace(device, device_id=answer.device_id, code="", **place)
        if known != device:
            keep_device(files, known)
        for found in kiosk.journals:
            if found.journal_id == journal.id:
                journal.require_ancestor(found.cursor())
                state = state.with_acknowledged(journal.id, found.cursor())
        keep_state(files.state, state)
        return state.acknowledged(journal.id).next_seq - 1, journal.head().next_seq - 1


def part_for(files: KioskFiles, file: Path) -> tuple[AcknowledgedKiosk, Any]:
    """What the acknowledgement in ``file`` says of this kiosk, and of the public log; raises FileUnusable."""
    said, ours = _read(file), public_text(load_key(files.key))
    kiosk = next((kiosk for kiosk in said.kiosks if kiosk.public_key == ours), None)
    if kiosk is None:
        raise FileUnusable("{file} holds nothing for this kiosk; make a new one with: collector ack-file", file=file)
    return kiosk, said.log


class _Sender:
    """Signs requests as this kiosk."""

    def __init__(self, url: str, identity: Identity, clock: Clock) -> None:
        self._url = url.rstrip("/")
        self.identity = identity
        self._clock = clock

    def request(self, target: str, headers: dict[str, str], body: bytes) -> ParcelRequest:
        signed = sign_request(
            method="POST",
            url=self._url + target,
            headers=headers,
            body=body,
            keyid=self.identity.keyid,
            private_key=self.identity.private_key,
            clock=self._clock.now(),
        )
        return ParcelRequest("POST", target, {**headers, **signed}, len(body), body, self._url)

    def enrolment(self, code: str, journal_id: str) -> ParcelRequest:
        body = encode_message(EnrolmentRequest(code, public_text(self.identity.private_key), journal_id))
        return self.request("/v1/enrolments", {"Content-Type": JSON_MEDIA_TYPE}, body)


def _requests(
    device: Device, sender: _Sender, journal: JournalReader, first: Cursor, goal: int, progress: Progress
) -> Iterator[ParcelRequest]:
    if device.code:
        yield sender.enrolment(device.code, journal.id)
    headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": BATCH_ENCODING}
    cursor = first
    while cursor.next_seq < goal:
        batch = journal.batch_after(cursor, min(LINES_PER_BATCH_MAX, goal - cursor.next_seq), BATCH_BYTES_MAX)
        target = sender.identity.append_target(journal.id, batch)
        yield sender.request(target, headers, pack_batch(batch.lines, batch.enclosures))
        cursor = batch.end
        progress(cursor.next_seq - first.next_seq, goal - first.next_seq)


def _name(device: Device, journal_id: str, now: datetime) -> str:
    place = device.counter or "kiosk"
    return f"{place}-{journal_id[:8]}-{now:%Y%m%d-%H%M%S}{PARCEL_SUFFIX}"


def _write(file: Path, requests: Iterator[ParcelRequest]) -> None:
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        handle = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as writing:
            write_parcel(writing, requests)
            writing.flush()
            os.fsync(writing.fileno())
        unfinished.replace(file)
        sync_directory(file.parent)
    except OSError as error:
        raise FileUnusable("{file} cannot be written ({why})", file=file, why=error.strerror) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _read(file: Path) -> Acknowledgement:
    try:
        return decode_message(Acknowledgement, file.read_bytes())
    except OSError as error:
        raise FileUnusable("{file} cannot be read ({why})", file=file, why=error.strerror) from error
    except MessageInvalid as error:
        raise FileUnusable("{file} is no file of: collector ack-file", file=file) from error
