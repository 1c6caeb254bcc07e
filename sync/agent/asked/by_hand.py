"""By hand: a person says where the collector is; the kiosk goes there if it is the same one or that person vouches."""

import secrets
from pathlib import Path
from typing import NamedTuple

from kiosk.domain.instant import Clock
from kiosk.journal.errors import Diverged
from kiosk.journal.reader import JournalReader
from sync.agent.device.enroll import Device, KioskFiles, load_device
from sync.agent.device.keys import load_key
from sync.agent.device.move import ask, go_to
from sync.agent.errors import AnotherCollector, NotEnrolled
from sync.agent.troubles import Trouble
from sync.agent.upload import last_common
from sync.agent.wire.client import CollectorClient
from sync.agent.wire.route import Identity, Route
from sync.protocol.errors import SignatureInvalid
from sync.protocol.own_key import check_answer


class Gone(NamedTuple):
    """Where the kiosk calls from now on, and how much the collector has there."""

    url: str
    has: int
    of: int


def call_at(
    directory: Path,
    journal_path: Path,
    url: str,
    clock: Clock,
    *,
    configured: str | None = None,
    proxy: str | None = None,
    ca_file: Path | None = None,
    vouched: bool = False,
) -> Gone:
    """Call the collector at ``url`` from now on, whatever ``configured`` says; repeating it is safe.

    It is the same one if it has the key that this kiosk knows, or holds entries of this kiosk's own journal; else
    only where a person ``vouched`` for it. Raises NotEnrolled, DeviceUnusable, SettingInvalid, DeliveryError (then
    everything stays as it was) or JournalError.
    """
    files, url = KioskFiles(directory), url.rstrip("/")
    route = Route(url, proxy, ca_file)
    route.check()
    device = load_device(files)
    if not device.device_id:
        raise NotEnrolled("this kiosk was enrolled without a network; bring it the collector's answer: kiosk ack FILE")
    with CollectorClient(route, Identity(device.device_id, load_key(files.key)), clock) as collector:
        key = _key_of(collector)
        has, of = _shared(journal_path, collector)
    if not (vouched or has or _is_known(device, key)):
        raise AnotherCollector(Trouble.STRANGER, f"what answers at {url} cannot prove to be the same collector")
    go_to(files, device, url, configured, key or device.collector_key)
    return Gone(url, has, of)


def _key_of(collector: CollectorClient) -> str:
    """The key that the collector proves to have; empty where it is too old to prove one, or claims that."""
    nonce = secrets.token_hex(16)
    try:
        answer = ask(collector, nonce)
        check_answer(answer, answer.public_key, collector.address, collector.keyid, nonce)
    except (AnotherCollector, SignatureInvalid):
        return ""
    return answer.public_key


def _is_known(device: Device, key: str) -> bool:
    return bool(key) and key == device.collector_key


def _shared(journal_path: Path, collector: CollectorClient) -> tuple[int, int]:
    """How many entries of this kiosk's journal it holds as they stand here, and of how many."""
    if not journal_path.is_file():
        # Asked all the same: a collector that does not know this kiosk says so.
        collector.settings(None)
        return 0, 0
    with JournalReader(journal_path) as journal:
        cursor = collector.cursor(journal.id)
        of = journal.head().next_seq - 1
        try:
            journal.require_ancestor(cursor)
        except Diverged:
            return last_common(journal, collector), of
        return cursor.next_seq - 1, of
