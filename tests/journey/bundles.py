"""Bundles: those of the known month, as its auditor gets them, and what somebody would alter in one."""

import importlib.util
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from kiosk.base.resources import resource
from kiosk.base.texts import texts
from sync.collector.chores.every import transact
from sync.collector.kit.bundle import Wanted, make_bundle
from sync.collector.people.rights import ANYBODY
from sync.collector.services.closed import find_shelf
from sync.collector.services.services import Services
from sync.collector.settings.log import Log
from sync.collector.transparency.keeper import Keeper
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.note import Cosigner, Note
from tests.attack.world import World
from tests.journey.known_month import MONTH, known_month

FILE = resource("config", "audit", "hailong-verify.py")
ORIGIN = "danhgia.example/log"
COSIGNED_AT = 1_795_000_000


def verifier() -> ModuleType:
    """The auditor's file, as a module."""
    spec = importlib.util.spec_from_file_location("hailong_verify", str(FILE))
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


VERIFY = verifier()


@dataclass
class Audited:
    """The known month after it was closed, its log, and the bundles of its units by code."""

    world: World
    services: Services
    vkey: str
    witness: str
    early: str
    """The first checkpoint that was published, before the month's reports were in the log."""
    bundles: dict[str, bytes]
    lines: bytes
    """That of a commune with its lines."""
    since: bytes
    """The same without them, and the proof that the log went on from the early checkpoint."""


@contextmanager
def audited() -> Iterator[Audited]:
    """Logged, closed, logged again and cosigned by a witness."""
    with known_month() as world:
        root = Path(world.folder) / "log"
        config = msgspec.structs.replace(world.centre.services.config, log=Log(directory=root, name=ORIGIN))
        services = replace(world.centre.services, config=config)
        at = [services.now()]
        keeper = Keeper(config, services.database, partial(transact, services), lambda: at[0])
        keeper.run()
        early = (root / "public" / "checkpoint").read_text("utf-8")
        world.centre.close_months()
        at[0] += timedelta(days=1)
        keeper.run()
        witness = Cosigner.generate("nhan-chung.example")
        _cosign(root / "public" / "checkpoint", witness)
        found = {unit or "": _bundle(services, unit) for unit in ("XA", "XB", None)}
        lines = _bundle(services, "XA", lines=True)
        since = _bundle(services, "XA", since=Checkpoint.parse(Note.parse(early).text))
        vkey = keeper.open_keys(keeper.folder).signer.vkey
        yield Audited(world, services, vkey, witness.vkey, early, found, lines, since)


def _cosign(path: Path, witness: Cosigner) -> None:
    note = path.read_text("utf-8")
    path.write_text(note + witness.cosign(Note.parse(note).text, COSIGNED_AT), "utf-8")


def _bundle(services: Services, unit: str | None, **values: Any) -> bytes:
    return make_bundle(services, Wanted(find_shelf(services, ANYBODY, unit, MONTH), texts("collector", "vi"), **values))


class Opened:
    """A bundle's files, to be altered."""

    def __init__(self, body: bytes) -> None:
        with zipfile.ZipFile(BytesIO(body)) as packed:
            self.files = {name: packed.read(name) for name in packed.namelist()}
        self.said: dict[str, Any] = {name: json.loads(one) for name, one in self.files.items()}

    def __getitem__(self, name: str) -> Any:
        return self.said[f"{name}.json"]

    def copy(self) -> "Opened":
        """Another one, to be altered by itself."""
        other = Opened.__new__(Opened)
        other.files, other.said = dict(self.files), deepcopy(self.said)
        return other

    def written(self, path: Path) -> Path:
        """As a zip: what was not altered byte for byte as it was."""
        with zipfile.ZipFile(path, "w") as into:
            for name, body in self.files.items():
                same = json.loads(body) == self.said[name]
                into.writestr(name, body if same else json.dumps(self.said[name]))
        return path
