"""Another office's witness on a loopback port: the program's own, which knows of the log what it is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sync.collector.settings.log import Witness as Setting
from sync.collector.witness.asked import Answer
from sync.collector.witness.kept import WitnessFiles
from sync.collector.witness.witness import Witness
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.note import Cosigner, Note, Verifier


@dataclass
class FakeWitness:
    """Cosigns one log, where it knows its key."""

    server: HTTPServer
    files: WitnessFiles
    log: Verifier | None = None
    time: int = 1_700_000_000
    is_down: bool = False
    is_refusing: bool = False
    name: str = "other-office.example/witness"
    asked: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Status and words of what was not cosigned."""
    cosigner: Cosigner = field(init=False)

    def __post_init__(self) -> None:
        self.cosigner = self.files.make(self.name)
        self.server.expect_request("/add-checkpoint", method="POST").respond_with_handler(self._add)
        for origin in ("danhgia.example/log", "danhgia.example/log/2"):
            place = sha256(origin.encode()).hexdigest()
            self.server.expect_request(f"/{place}/checkpoint").respond_with_handler(
                lambda _, place=place: self._answered(self._witness.checkpoint(place))
            )

    @property
    def setting(self) -> Setting:
        return Setting(self.cosigner.vkey, self.server.url_for("").rstrip("/"))

    @property
    def latest(self) -> Note | None:
        return None if self.log is None else self.files.note(self.log.name)

    @property
    def size(self) -> int:
        return 0 if self.latest is None else Checkpoint.parse(self.latest.text).size

    def forget(self) -> None:
        """Lose everything that was ever cosigned."""
        rmtree(self.files.folder / "logs", ignore_errors=True)

    @property
    def _witness(self) -> Witness:
        return Witness(self.files, self._now)

    def _now(self) -> int:
        self.time += 1
        return self.time

    def _add(self, request: Request) -> Response:
        self.asked += 1
        if self.is_refusing:
            return Response(status=403)
        if self.log is not None:
            self.files.add_log(self.log.name, self.log)
        answer = self._witness.add_checkpoint(request.get_data())
        # 409 only says from which size on a proof is asked for.
        self.refused += [] if answer.status in (200, 409) else [(answer.status, answer.body.strip())]
        return self._answered(answer)

    def _answered(self, answer: Answer) -> Response:
        if self.is_down:
            return Response(status=503)
        return Response(answer.body, answer.status, content_type=answer.media_type)


@contextmanager
def witness(name: str = "other-office.example/witness") -> Iterator[FakeWitness]:
    folder = Path(mkdtemp())
    with HTTPServer("127.0.0.1") as server:
        yield FakeWitness(server, WitnessFiles(folder), name=name)
    rmtree(folder)
