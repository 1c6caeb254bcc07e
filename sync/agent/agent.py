"""Agent: one kiosk's carrier. It decides when to call, and what an outcome means for the next call."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import msgspec
import structlog

from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import Diverged, JournalError
from kiosk.office.upgrade import Refusal, read_refusal
from sync.agent import backoff
from sync.agent.commands import Commands
from sync.agent.device.enroll import KioskFiles
from sync.agent.device.move import Guide, Staying
from sync.agent.earlier_journals import EarlierOf, offer_earlier
from sync.agent.errors import AgentError, DeliveryError, JournalTaken
from sync.agent.heartbeat import Heart
from sync.agent.office import OfficeSettingsRefused, keep_settings, kept_version
from sync.agent.own_log import read_own_log
from sync.agent.pictures import Pictures
from sync.agent.state import AgentState, keep_state, load_state
from sync.agent.transparency.watch import LogWatch
from sync.agent.troubles import Trouble
from sync.agent.upload import Collector, Journal, RecognisedCollector, ReportedCollector, last_common, upload_all
from sync.agent.wake import FileWatch

PERIOD_S = 60.0
NEWS_S = 2.0

_log = structlog.get_logger("agent")


class Agent:
    """Carries one kiosk's journal to its collector, cycle by cycle; it waits, remembers and never gives up."""

    def __init__(
        self,
        files: KioskFiles,
        journal_path: Path,
        open_journal: Callable[[], AbstractContextManager[Journal]],
        open_collector: Callable[[], AbstractContextManager[ReportedCollector]],
        clock: Clock,
        *,
        earlier_of: EarlierOf = lambda _: nullcontext(None),
        mend: Callable[[Exception], bool] = lambda _: False,
        guide: Guide | None = None,
        chance: Callable[[], float] = random.random,
        period_s: float = PERIOD_S,
        start_delay_s_max: float = backoff.START_DELAY_S_MAX,
        read_log: Callable[[], str] = read_own_log,
        read_refusal: Callable[[], Refusal | None] = read_refusal,
    ) -> None:
        """Take up where the last agent stopped, its back-off included.

        ``mend`` does away with a trouble that needs no person, and says whether it has: then the agent calls again.
        ``guide`` knows the collector by its key, and where it moves.
        """
        self._files = files
        self._state_path = files.state
        self._open_journal = open_journal
        self._open_collector = open_collector
        self._earlier_of = earlier_of
        self._mend = mend
        self._guide = guide or Staying()
        self._clock = clock
        self._chance = chance
        self._period_s = period_s
        self._journal_watch = FileWatch(journal_path)
        self._device_watch = FileWatch(files.device)
        self._pictures = Pictures(files.directory, clock)
        commands = Commands(files.directory, read_log, self._pictures.note_asked)
        log = LogWatch(files.log, clock, self._guide.collector)
        self._heart = Heart(files.directory, clock, commands, read_refusal, self._guide.address, log)
        self._has_news = False
        self._asks_anew = self._guide.asks_anew()
        self._state = load_state(files.state)
        delay_s = backoff.wait_at_start(chance(), start_delay_s_max)
        self._call_at_us = clock.now().mono_us
        self._call_after(max(delay_s, self._state.wait_us(clock.now()) / 1_000_000))

    def due(self) -> bool:
        """Whether to call now: the wait is over, the kiosk was enrolled, or all is well and a press is waiting."""
        if self._clock.now().mono_us >= self._call_at_us or self._device_watch.changed():
            return True
        return self._wakes_for_presses() and self._journal_watch.changed() and self._has_waiting()

    def run_cycle(self, alive: Callable[[], None] = lambda: None) -> None:
        """Bring the collector up to date, or note what is wrong; either way settle when to call next.

        ``alive`` hears of each acknowledged batch. A cycle that a press brought on tells no status and moves no call:
        whoever watches at the office when a kiosk was heard would know by a status that came early, or late, when
        somebody pressed.
        """
        is_between = self._state.trouble is None and self._clock.now().mono_us < self._call_at_us
        try:
            cursor = self.upload(alive, tells_status=not is_between)
        except (AgentError, JournalError) as error:
            self.note_trouble(error)
            if self.mend(error) or self.follow():
                self._call_after(0)
        else:
            _log.debug("up_to_date", next=cursor.next_seq)
            if self.follow(urgent=False):
                self._call_after(0)
                return
            if self._has_news:
                # Somebody at the office waits for what came of a command.
                self._call_after(NEWS_S)
            elif not is_between:
                self._call_after(backoff.wait_between(self._period_s, self._chance()))

    def follow(self, *, urgent: bool = True) -> bool:
        """Go where the collector is by now, if it moved; whether the kiosk went."""
        went = self._guide.follow(urgent=urgent)
        self._note_move()
        return went

    @property
    def told_of_trouble(self) -> bool:
        """Whether the last status told of a trouble."""
        return self._heart.told_of_trouble

    def tell_soon(self) -> None:
        """Tell the status with the next upload, however short ago it was told."""
        self._heart.beat_soon()

    def _note_move(self) -> None:
        if self._state.move != self._guide.fault:
            self._remember(msgspec.structs.replace(self._state, move=self._guide.fault))

    def upload(self, alive: Callable[[], None] = lambda: None, *, tells_status: bool = True) -> Cursor:
        """Bring the collector up to date and remember how far it reaches; raises AgentError or JournalError."""
        with self._open_journal() as journal, self._open_collector() as collector:
            beating = self._heart.beating(journal, collector, self._state, may_tell=tells_status)
            try:
                cursor = self._upload(journal, beating, alive, lambda: self._guide.recognise(collector))
                self._note_news(beating.has_news)
                self._pull_settings(collector, beating.settings)
                if tells_status:
                    self._pictures.bring(collector)
                return cursor
            except Diverged:
                common = last_common(journal, collector)
                if common == 0:
                    # Our own collector's copy began as ours did; a stranger must not make us begin anew.
                    self._guide.recognise(collector)
                self._remember(self._state.with_parting(journal.id, common))
                raise
            except JournalTaken:
                known = self._state.acknowledged(journal.id).next_seq - 1
                self._remember(self._state.with_parting(journal.id, known))
                raise

    def _note_news(self, has_news: bool) -> None:
        self._has_news = has_news
        if has_news:
            self._heart.beat_soon()

    def _pull_settings(self, collector: ReportedCollector, version: str | None) -> None:
        """Bring the office's settings if they are others than those kept or last refused."""
        known = None if self._asks_anew else kept_version(self._files.directory)
        if version is None or version in (known, None if self._asks_anew else self._state.settings_refused):
            return
        try:
            brought = collector.settings(known)
        except DeliveryError as error:
            # The ratings are there, which is what counts; the settings come with a later cycle.
            _log.warning("settings_not_brought", detail=str(error))
            return
        if brought is None:
            return
        body, version = brought
        self._asks_anew = False
        self._guide.note(body)
        self._note_move()
        try:
            keep_settings(self._files.directory, body, version)
        except OfficeSettingsRefused as refusal:
            _log.warning("settings_refused", detail=str(refusal))
            self._remember(self._state.with_settings(version, str(refusal)))
        else:
            self._remember(self._state.with_settings())

    def mend(self, trouble: Exception) -> bool:
        """Try to do away with the trouble; whether that was done."""
        try:
            return self._mend(trouble)
        except (AgentError, JournalError, OSError) as error:
            _log.warning("not_mended", detail=str(error))
            return False

    def note_trouble(self, error: Exception) -> None:
        """Remember what is wrong and wait as it deserves."""
        trouble = trouble_of(error)
        wait_s = self._wait_after(error)
        _log.warning("cycle_without_success", trouble=str(trouble), detail=str(error), wait_s=round(wait_s))
        self._remember(self._state.with_trouble(trouble, str(error), self._clock.now(), wait_s))
        self._call_after(wait_s)

    def _upload(
        self, journal: Journal, beating: Collector, alive: Callable[[], None], recognise: Callable[[], None]
    ) -> Cursor:
        """Upload with the collector in its wrappers.

        ``upload_all`` calls a ``RecognisedCollector``, that a ``BeatingCollector``, that the client.
        """

        def acknowledged(cursor: Cursor) -> None:
            self._remember(self._state.with_contact(journal.id, cursor, self._clock.now()))
            alive()

        recognised = RecognisedCollector(beating, recognise)
        earlier = partial(offer_earlier, journal, recognised, self._earlier_of, alive)
        return upload_all(journal, recognised, acknowledged, earlier)

    def _wait_after(self, error: Exception) -> float:
        if isinstance(error, DeliveryError) and error.retry_after_s is not None:
            return backoff.wait_as_asked(error.retry_after_s, self._chance())
        if isinstance(error, DeliveryError) and error.slow:
            return backoff.wait_for_people(self._chance())
        return backoff.wait_after_failures(self._state.failures + 1, self._chance())

    def _call_after(self, wait_s: float) -> None:
        self._call_at_us = self._clock.now().mono_us + round(wait_s * 1_000_000)

    def _wakes_for_presses(self) -> bool:
        # While the collector is in trouble, presses do not wake the agent: they would undo its back-off.
        note = self._state.trouble
        return note is None or note.trouble in (Trouble.JOURNAL, Trouble.DIVERGED)

    def _has_waiting(self) -> bool:
        try:
            with self._open_journal() as journal:
                if self._state.parted is not None and self._state.parted.journal_id == journal.id:
                    return False
                return journal.head() != self._state.acknowledged(journal.id)
        except JournalError:
            return False

    def _remember(self, state: AgentState) -> None:
        self._state = state
        try:
            keep_state(self._state_path, state)
        except OSError as error:
            # A full disk must not stop the delivery of what is on it.
            _log.warning("state_not_kept", why=error.strerror)


def trouble_of(error: Exception) -> Trouble:
    """The name under which status, log and heartbeat show this error."""
    if isinstance(error, AgentError):
        return error.trouble
    if isinstance(error, Diverged):
        return Trouble.DIVERGED
    return Trouble.JOURNAL if isinstance(error, JournalError) else Trouble.FAULT
