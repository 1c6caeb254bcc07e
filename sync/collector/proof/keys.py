"""Keys: those of one kiosk, each held to what is known of it, and the signatures that they made."""

import base64
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.proof.wrong import What, Wrong
from sync.collector.store.schema import device, device_key, micros
from sync.protocol.errors import SignatureInvalid
from sync.protocol.messages import KeyRequest
from sync.protocol.signature import PublicKey, check_key_proof

_SPARE_US = 60_000_000
"""So long after a change the key before may still be believed, by a process that has just seen it."""


class Key:
    """One key of a kiosk."""

    def __init__(self, row: Row[Any]) -> None:
        self.row = row
        self._public = PublicKey(row.public_key)

    def signed(self, base: str, signature: str) -> bool:
        """Whether the signature over this text is this key's."""
        return self._public.signed(base, signature)

    def held_at(self, received_us: int) -> bool:
        """Whether it was the kiosk's key at that moment."""
        until = self.row.until
        return until is None or received_us <= micros(until) + _SPARE_US


class Keys:
    """Every key that one kiosk ever had."""

    def __init__(self, connection: Connection, device_id: str) -> None:
        rows = connection.execute(select(device_key).where(device_key.c.device_id == device_id)).all()
        self._by_id = {row.key_id: row for row in rows}
        self._known: dict[int, Key] = {}
        present = select(device.c.public_key).where(device.c.device_id == device_id)
        self._present = connection.execute(present).scalar_one_or_none()
        self._device_id = device_id

    def check(self) -> None:
        """Hold every key to its name, the present one to the kiosk's, and each later one to the one before it."""
        rows = sorted(self._by_id.values(), key=lambda row: row.since)
        if any(key_id_of(row.public_key) != row.key_id for row in rows):
            raise Wrong(What.KEY_CHANGED)
        present = [row.public_key for row in rows if row.until is None]
        if present != [self._present]:
            raise Wrong(What.KEY_CHANGED)
        for row in rows[1:]:
            if not self._is_handed_in(row):
                raise Wrong(What.KEY_STRANGE)

    def of(self, key_id: int | None, received_us: int, first: int, last: int) -> Key:
        """The key that signed these entries; raises Wrong where it is not there, or was not the kiosk's then."""
        known = self._known.get(key_id or 0)
        if known is None:
            row = self._by_id.get(key_id or 0)
            if row is None:
                raise Wrong(What.KEY_LOST, first=first, last=last)
            known = self._known[row.key_id] = _key(row, first, last)
        if not known.held_at(received_us):
            raise Wrong(What.KEY_CHANGED)
        return known

    def _is_handed_in(self, row: Row[Any]) -> bool:
        """Whether a key that was this kiosk's before signed the request that brought this one, with its proof."""
        if row.request is None or row.signature is None or row.body is None:
            return False
        digest = f"sha-256=:{base64.b64encode(sha256(row.body).digest()).decode()}:"
        if f'"content-digest": {digest}\n' not in row.request:
            return False
        try:
            wanted = msgspec.json.decode(row.body, type=KeyRequest)
            check_key_proof(wanted.public_key, self._device_id, wanted.proof)
        except (msgspec.DecodeError, SignatureInvalid):
            return False
        before = [each for each in self._by_id.values() if each.key_id != row.key_id and each.since <= row.since]
        is_signed = any(PublicKey(each.public_key).signed(row.request, row.signature) for each in before)
        return wanted.public_key == row.public_key and is_signed


def _key(row: Row[Any], first: int, last: int) -> Key:
    try:
        return Key(row)
    except SignatureInvalid as error:
        raise Wrong(What.KEY_LOST, first=first, last=last) from error
