"""Run: the agent as the command line starts it, one at a time on a kiosk."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kiosk.__about__ import SOFTWARE
from kiosk.base.notify import ServiceManager
from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import Diverged, JournalError
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.parting import continue_unwatched
from sync.agent.agent import PERIOD_S, Agent
from sync.agent.backoff import START_DELAY_S_MAX
from sync.agent.device.enroll import KioskFiles, connect
from sync.agent.device.move import Mover
from sync.agent.device.rotate import settle_key
from sync.agent.earlier_journals import earlier_beside
from sync.agent.errors import AgentError, AgentRunning, DeviceNotRecognised, JournalTaken
from sync.agent.schedule import Schedule
from sync.agent.state import load_state

LOCK_WAIT_S_MAX = 2.0
"""``kiosk sync --status`` holds the lock for an instant; a starting agent waits that out."""


def run_agent(
    directory: Path,
    journal_path: Path,
    clock: Clock,
    *,
    url: str | None = None,
    proxy: str | None = None,
    ca_file: Path | None = None,
    period_s: float = PERIOD_S,
    start_delay_s_max: float = START_DELAY_S_MAX,
    after_cycle: Callable[[], None] = lambda: None,
) -> None:
    """Carry the journal to the collector until SIGTERM or Ctrl-C; call from the main thread.

    ``directory`` holds the device's files, ``url`` overrides the collector it enrolled
    with. A kiosk that is not enrolled yet, or has no journal yet, is waited for. ``after_cycle``
    is called after each, whatever came of it. Raises AgentRunning.
    """
    files = KioskFiles(directory)
    with one_agent(files):
        agent = _agent(
            files, journal_path, clock, url, proxy, ca_file, period_s=period_s, start_delay_s_max=start_delay_s_max
        )
        manager = ServiceManager()

        def cycle() -> None:
            agent.run_cycle(schedule.alive)
            after_cycle()

        schedule = Schedule(agent.due, cycle, agent.note_trouble, beat=manager.beat)
        with _stopping_on_signals(schedule.stop):
            manager.ready()
            schedule.run()
        if schedule.busy:
            # Python would wait for the cycle's request, up to a minute; it can be cut anywhere.
            os._exit(0)


def sync_once(
    directory: Path,
    journal_path: Path,
    clock: Clock,
    *,
    url: str | None = None,
    proxy: str | None = None,
    ca_file: Path | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Cursor:
    """Bring the collector up to date now; ``progress`` hears of each acknowledged batch.

    Raises AgentRunning, NotEnrolled, DeviceUnusable, SettingInvalid, DeliveryError or JournalError.
    """
    files = KioskFiles(directory)
    with one_agent(files):
        agent = _agent(files, journal_path, clock, url, proxy, ca_file)
        try:
            cursor = agent.upload(progress)
        except (AgentError, JournalError) as error:
            agent.note_trouble(error)
            if not agent.mend(error) and not agent.follow():
                raise
        else:
            if not agent.follow() and not agent.told_of_trouble:
                return cursor
        # Told anew: what was told first of a trouble that is over would stand at the office until the next call.
        agent.tell_soon()
        return agent.upload(progress)


def _agent(
    files: KioskFiles,
    journal_path: Path,
    clock: Clock,
    url: str | None,
    proxy: str | None,
    ca_file: Path | None,
    *,
    period_s: float = PERIOD_S,
    start_delay_s_max: float = START_DELAY_S_MAX,
) -> Agent:
    def mend(trouble: Exception) -> bool:
        match trouble:
            case Diverged() | JournalTaken():
                return continue_unwatched(journal_path, clock.now(), SOFTWARE)
            case DeviceNotRecognised():
                return settle_key(files, clock, url=url, proxy=proxy, ca_file=ca_file)
            case _:
                return False

    return Agent(
        files,
        journal_path,
        lambda: JournalReader(journal_path),
        lambda: connect(files, clock, url=url, proxy=proxy, ca_file=ca_file),
        clock,
        earlier_of=earlier_beside(journal_path),
        mend=mend,
        guide=Mover(files, journal_path, clock, url, proxy, ca_file, fault=load_state(files.state).move),
        period_s=period_s,
        start_delay_s_max=start_delay_s_max,
    )


@contextmanager
def one_agent(files: KioskFiles, wait_s: float = LOCK_WAIT_S_MAX) -> Iterator[None]:
    """Be the one agent of this kiosk for the block; a killed agent's lock is free at once. Raises AgentRunning."""
    files.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(files.lock, timeout=wait_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise AgentRunning("the sync agent of this kiosk is already running; it uploads by itself") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
