"""A witness as c2sp.org/tlog-witness describes it, in a few lines of its own, on a loopback port."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sync.collector.settings.log import Witness
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import LogWrong
from sync.protocol.tlog.merkle import check_consistency
from sync.protocol.tlog.note import Cosigner, Note, Verifier


@dataclass
class FakeWitness:
    """Cosigns one log."""

    server: HTTPServer
    log: Verifier | None = None
    cosigner: Cosigner = field(default_factory=lambda: Cosigner.generate("other-office.example/witness"))
    time: int = 1_700_000_000
    latest: Note | None = None
    is_down: bool = False
    asked: int = 0

    def __post_init__(self) -> None:
        self.server.expect_request("/add-checkpoint", method="POST").respond_with_handler(self._add)
        for origin in ("danhgia.example/log", "danhgia.example/log/2"):
            path = f"/{sha256(origin.encode()).hexdigest()}/checkpoint"
            self.server.expect_request(path).respond_with_handler(lambda _, origin=origin: self._show(origin))

    @property
    def setting(self) -> Witness:
        return Witness(self.cosigner.vkey, self.server.url_for("").rstrip("/"))

    @property
    def size(self) -> int:
        return 0 if self.latest is None else Checkpoint.parse(self.latest.text).size

    def _show(self, origin: str) -> Response:
        if self.is_down:
            return Response(status=503)
        if self.latest is None or Checkpoint.parse(self.latest.text).origin != origin:
            return Response(status=404)
        return Response(self.latest.format())

    def _add(self, request: Request) -> Response:
        self.asked += 1
        head, _, text = request.get_data(as_text=True).partition("\n\n")
        old, *proof = head.split("\n")
        note = Note.parse(text)
        said = Checkpoint.parse(note.text)
        if self.is_down:
            return Response(status=503)
        if self.log is None or not note.verified_by([self.log]):
            return Response(status=403)
        known = None if self.latest is None else Checkpoint.parse(self.latest.text)
        if int(old.removeprefix("old ")) != self.size:
            return Response(f"{self.size}\n", status=409, content_type="text/x.tlog.size")
        if known is not None:
            try:
                hashes = [base64.b64decode(one) for one in proof]
                check_consistency(known.size, known.root, said.size, said.root, hashes)
            except LogWrong:
                return Response(status=422)
        self.time += 1
        line = self.cosigner.cosign(note.text, self.time)
        self.latest = Note.of(note.text, *(one.line for one in note.signatures), line)
        return Response(line)


@contextmanager
def witness() -> Iterator[FakeWitness]:
    with HTTPServer("127.0.0.1") as server:
        yield FakeWitness(server)
