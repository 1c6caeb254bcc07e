"""Kiosk: one with a real journal on disk, whose clock is in the test's hands."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.rating import Fact
from kiosk.journal.chain import Cursor
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Entry
from kiosk.journal.stated import InForce
from tests.builders import BOOT, FrozenClock
from tests.sync.collector.kiosk_client import KioskKey

SURVEY = load_survey(resource("config", "surveys", "sipas-5.toml"))


@dataclass
class Kiosk:
    """A kiosk with a journal on disk."""

    name: str
    path: Path
    clock: FrozenClock
    key: KioskKey
    stands: str
    hall: tuple[str, ...] = ()
    journal: Journal | None = None
    boots: int = 0
    is_online: bool = True
    """Whether its agent reaches the collector."""
    is_used: bool = False
    delivered: tuple[str, Cursor] | None = None
    """Which journal its agent last brought, and up to where."""

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self.journal is not None

    @property
    def has_news(self) -> bool:
        """Whether anything stands in its journal that its agent did not bring yet."""
        return HeadFile(self.path).read() != self.delivered

    @property
    def id(self) -> str:
        """Its journal's."""
        assert self.journal is not None
        return self.journal.id

    def start(self) -> None:
        """Power on: what was left uncut is cut before the first press."""
        self.boots += 1
        self.clock.boot = f"{BOOT[:-4]}{self.boots:04x}"
        self.clock.mono_us = 1_000_000
        self.journal = Journal.open(self.path, self.clock, "0.2.0", allow_any_disk=True)
        self.journal.state_settings(InForce.of(SURVEY, None, self.stands), self.clock.now())
        self.cut()

    def wake(self) -> None:
        """Power on, where it never had any: before anything is said, for with it a clock begins."""
        if not self.boots:
            self.start()

    def append(self, fact: Fact) -> Entry:
        """A fact goes into its journal."""
        assert self.journal is not None
        return self.journal.append(fact)

    def stop(self) -> None:
        """Power off."""
        if self.journal is not None:
            self.journal.close()
        self.journal = None

    def cut(self) -> None:
        """As it does at rest."""
        while self.journal is not None and self.journal.cut(self.clock.now()):
            pass
