"""A kiosk at the wire: signs as the real agent does, through the protocol's own code."""

import base64
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import update
from starlette.testclient import TestClient

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor, chain_over
from kiosk.journal.tree import Tree, states_cut
from sync.collector.fleet.devices.keys import keep_key
from sync.collector.store.database import Database
from sync.collector.store.schema import device
from sync.protocol.batch import pack_batch
from sync.protocol.cuts import SignedCuts
from sync.protocol.messages import BATCH_MEDIA_TYPE
from sync.protocol.signature import sign_request
from sync.protocol.vouched import append_target
from tests.sync.collector.builders import ENROLLED, Pen

URL = "http://127.0.0.1:8600"


@dataclass
class WireRequest:
    """One request, ready to be sent as it is or after a test has spoilt it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class KioskKey:
    """A key pair, and the id it signs with."""

    keyid: str = ""
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    url: str = URL

    @property
    def public(self) -> str:
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        clock: Instant | None = None,
    ) -> WireRequest:
        """A signed request."""
        headers = headers or {}
        added = sign_request(
            method=method, url=self.url + path, headers=headers, body=body, keyid=self.keyid or self.public,
            private_key=self.private, clock=clock or Pen().instant(),
        )  # fmt: skip
        return WireRequest(method, path, {**headers, **added}, body)

    def entries(self, pen: Pen, first: int = 1, last: int | None = None) -> WireRequest:
        """The signed upload of what ``pen`` wrote."""
        batch = pen.batch(first, last)
        said = self.cuts(pen, first + len(batch.lines) - 1) if states_cut(batch.lines) else None
        return self.upload(pen, first, batch.start.head, batch.lines, said)

    def cuts(self, pen: Pen, through: int) -> str | None:
        """What it signs of the cuts in what ``pen`` wrote up to a line."""
        tree, end = Tree(), Cursor.start(pen.journal_id)
        for seq, line in enumerate(pen.lines[:through], start=1):
            end = end.after([line])
            tree.read(seq, line, end.head)
        return SignedCuts.sign(self.private, pen.journal_id, tree.root).member if tree.root[0] else None

    def upload(
        self, pen: Pen, first: int, prev: bytes, lines: tuple[bytes, ...], cuts: str | None = None
    ) -> WireRequest:
        """The signed upload of ``lines`` after ``prev``."""
        path = append_target(pen.journal_id, Cursor(first, prev), chain_over(prev, lines), cuts)
        headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}
        return self.request("POST", path, pack_batch(lines), headers, pen.instant())


def enrolled_key(database: Database, device_id: str) -> KioskKey:
    """A fresh key that the collector knows as this device's."""
    key = KioskKey(device_id)
    with database.writing() as connection:
        keep_key(connection, device_id, key.public, ENROLLED)
        connection.execute(update(device).where(device.c.device_id == device_id).values(public_key=key.public))
    return key


def send(client: TestClient, request: WireRequest) -> Any:
    """The answer to a request, sent byte for byte."""
    return client.request(request.method, request.path, content=request.body, headers=request.headers)
