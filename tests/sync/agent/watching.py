"""A kiosk that watches the log of a collector in memory, through the agent as it runs."""

from datetime import date
from typing import Any

from sync.agent.agent import Agent
from sync.agent.device.enroll import KioskFiles
from sync.agent.device.move import Staying
from sync.agent.transparency.kept import Doubt, KeptLog, Source, begin_log, load_kept
from sync.protocol.own_key import public_text
from tests.builders import FrozenClock, make_rating
from tests.fakes import FakeCollector, InMemoryJournal
from tests.sync.agent.fake_log import FakeLog
from tests.sync.protocol.golden import COLLECTOR, OWN_KEY

DAY = date(2026, 11, 21)


class Guide(Staying):
    """Knows the collector by its key, and asks for no proof of it."""

    key = public_text(OWN_KEY)

    def collector(self) -> tuple[str, str]:
        return self.key, COLLECTOR


class Kiosk:
    """A kiosk, its collector and its collector's log, each day one minute long."""

    def __init__(self, folder, journal: InMemoryJournal, collector: FakeCollector, clock: FrozenClock) -> None:
        self.files, self.journal, self.collector, self.clock = KioskFiles(folder), journal, collector, clock
        self.log = FakeLog()
        self.change: Any = lambda answer: answer
        """What becomes of an honest answer on its way."""
        collector.log = lambda status: self.change(self.log.answer(status))
        path = folder / "journal.db"
        path.write_bytes(b"")
        self.agent = Agent(
            self.files, path, lambda: journal, collector.open, clock, guide=Guide(), start_delay_s_max=0
        )  # fmt: skip

    def begin(self) -> None:
        begin_log(self.files.log, self.log.roots, Source.ENROLMENT, DAY)

    def live(self) -> None:
        """A press, and the next call: the rating is always delivered, whatever is said of the log."""
        self.journal.append(make_rating(self.clock))
        self.clock.advance(100)
        self.agent.upload()
        assert self.collector.copies[self.journal.id] == self.journal.lines

    @property
    def kept(self) -> KeptLog:
        kept = load_kept(self.files.log)
        assert kept is not None
        return kept

    @property
    def doubt(self) -> Doubt | None:
        return None if self.kept.doubt is None else self.kept.doubt.code

    def told_fault(self) -> str | None:
        """What the collector hears with the next status."""
        self.live()
        return self.collector.statuses[-1].log_fault
