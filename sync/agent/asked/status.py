"""Status: what ``kiosk sync --status`` says of the agent, in words and for programs."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kiosk.base.texts import Texts
from kiosk.domain.instant import Clock, Instant
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LineUnreadable, decode_line
from kiosk.journal.reader import JournalReader
from sync.agent.asked.public_log import LogSeen, log_lines, log_seen
from sync.agent.device.enroll import Device, KioskFiles, load_device
from sync.agent.errors import AgentError, AgentRunning
from sync.agent.run import one_agent
from sync.agent.state import Moment, load_state
from sync.agent.troubles import Trouble, trouble_lines
from sync.protocol.messages import BATCH_BYTES_MAX
from sync.protocol.own_key import READY


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """How the agent is; times are RFC 3339, ages whole seconds, None is unknown or does not apply."""

    enrolled: bool
    running: bool
    collector: str | None
    device_id: str | None
    counter: str | None
    counter_name: str | None
    waiting: int | None
    """Entries that the collector does not have yet; None when the journal cannot be read."""
    oldest_waiting_at: str | None
    last_contact_at: str | None
    last_contact_age_s: int | None
    """By the boot clock; None after a restart of the machine."""
    trouble: Trouble | None
    trouble_since: str | None
    trouble_detail: str | None
    next_try_s: int | None
    moves_to: str | None
    """Where the collector said it will be."""
    move: str | None
    """Of that: ``ready``, or why this kiosk cannot follow; None before anybody looked."""
    log: LogSeen | None = None
    """What is known of the collector's public log."""

    def as_dict(self) -> dict[str, Any]:
        """The status for ``--json``."""
        return asdict(self)


def agent_status(directory: Path, journal_path: Path, clock: Clock) -> AgentStatus:
    """How the agent of this kiosk is, read from its files without calling anybody."""
    files = KioskFiles(directory)
    state = load_state(files.state)
    now = clock.now()
    device, fault = _device(files)
    waiting, oldest = _waiting(files, journal_path)
    note = state.trouble
    return AgentStatus(
        enrolled=device is not None,
        running=_is_running(files),
        collector=device.url if device else None,
        device_id=device.device_id if device else None,
        counter=device.counter if device else None,
        counter_name=device.counter_name if device else None,
        waiting=waiting,
        oldest_waiting_at=oldest,
        last_contact_at=state.contact.at if state.contact else None,
        last_contact_age_s=_age_s(state.contact, now),
        trouble=fault.trouble if fault else note.trouble if note else None,
        trouble_since=note.since.at if note and not fault else None,
        trouble_detail=str(fault) if fault else note.detail if note else None,
        next_try_s=-(-state.wait_us(now) // 1_000_000) if note else None,
        moves_to=device.move.url if device and device.move else None,
        move=state.move,
        log=log_seen(files.log),
    )


def status_lines(status: AgentStatus, t: Texts) -> list[str]:
    """The status as a person reads it, one matter a line."""
    lines = []
    if status.enrolled:
        counter = status.counter_name or status.counter
        lines.append(t("Counter: {counter}. Collector: {url}", counter=counter, url=status.collector))
    if not status.running:
        lines.append(t("The sync agent is not running; start it with: kiosk sync"))
    lines += [_contact_line(status, t), _waiting_line(status, t)]
    if status.moves_to is not None:
        lines.append(_move_line(status, t))
    if status.log is not None:
        lines += log_lines(status.log, t)
    if status.trouble is not None:
        lines += trouble_lines(status.trouble, t)
    if status.trouble_since is not None:
        lines.append(t("It began at {time}.", time=_time(status.trouble_since)))
    if status.trouble_detail is not None:
        lines.append(t("In detail: {detail}", detail=status.trouble_detail))
    if status.running and status.next_try_s is not None:
        lines.append(t("The next try is in {n} s.", n=t.number(status.next_try_s)))
    return lines


def _device(files: KioskFiles) -> tuple[Device | None, AgentError | None]:
    try:
        return load_device(files), None
    except AgentError as error:
        return None, error


def _waiting(files: KioskFiles, journal_path: Path) -> tuple[int | None, str | None]:
    state = load_state(files.state)
    try:
        with JournalReader(journal_path) as journal:
            acknowledged = state.acknowledged(journal.id)
            waiting = max(0, journal.head().next_seq - acknowledged.next_seq)
            batch = journal.batch_after(acknowledged, lines_max=1, bytes_max=BATCH_BYTES_MAX)
    except JournalError:
        return None, None
    try:
        return waiting, decode_line(batch.lines[0]).at if batch else None
    except LineUnreadable:
        return waiting, None


def _is_running(files: KioskFiles) -> bool:
    if not files.lock.exists():
        return False
    try:
        with one_agent(files, wait_s=0):
            return False
    except AgentRunning:
        return True


def _age_s(moment: Moment | None, now: Instant) -> int | None:
    if moment is None or moment.boot != now.boot:
        return None
    return max(0, now.mono_us - moment.mono) // 1_000_000


def _contact_line(status: AgentStatus, t: Texts) -> str:
    if status.last_contact_at is None:
        return t("There was no contact with the collector yet.")
    if status.last_contact_age_s is None:
        return t("Last contact: {time}", time=_time(status.last_contact_at))
    ago = _ago(status.last_contact_age_s, t)
    return t("Last contact: {time} ({ago})", time=_time(status.last_contact_at), ago=ago)


def _ago(seconds: int, t: Texts) -> str:
    if seconds < 60:
        return t("less than a minute ago")
    if seconds < 3600:
        return t.several("{n} minute ago", "{n} minutes ago", seconds // 60)
    if seconds < 48 * 3600:
        return t.several("{n} hour ago", "{n} hours ago", seconds // 3600)
    return t.several("{n} day ago", "{n} days ago", seconds // 86400)


def _waiting_line(status: AgentStatus, t: Texts) -> str:
    if status.waiting is None:
        return t("How much is waiting is unknown: the journal cannot be read.")
    if status.waiting == 0:
        return t("Nothing is waiting: the collector has everything.")
    line = t.several("{n} entry is waiting.", "{n} entries are waiting.", status.waiting)
    if status.oldest_waiting_at is None:
        return line
    return f"{line} {t('The oldest is from {time}.', time=_time(status.oldest_waiting_at))}"


def _move_line(status: AgentStatus, t: Texts) -> str:
    line = t("The collector is going to be at {url}.", url=status.moves_to)
    if status.move is None:
        return line
    if status.move == READY:
        return f"{line} {t('This kiosk reaches it there and follows by itself on the day.')}"
    return f"{line} {t('This kiosk cannot follow yet: {why}', why=status.move)}"


def _time(value: str) -> str:
    return datetime.fromisoformat(value).strftime("%H:%M:%S %d/%m/%Y")
