"""Status: what ``kiosk sync --status`` says of the agent, in words and for programs."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from kiosk.domain.instant import Clock, Instant
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LineUnreadable, decode_line
from kiosk.journal.reader import JournalReader
from kiosk.texts import Texts
from sync.agent.enroll import Device, KioskFiles, load_device
from sync.agent.errors import AgentError, AgentRunning, DeliveryError, Trouble
from sync.agent.run import one_agent
from sync.agent.state import Moment, load_state
from sync.protocol.messages import BATCH_BYTES_MAX

_WORDS: dict[Trouble, tuple[str, str]] = {
    Trouble.NO_NETWORK: (
        "The collector cannot be reached.",
        "Check the network cable or Wi-Fi of this kiosk, and that the collector is switched on.",
    ),
    Trouble.NO_ANSWER: (
        "The collector was reached but gave no complete answer.",
        "The network is slow or breaks off; the kiosk keeps trying. If this goes on, tell IT staff.",
    ),
    Trouble.PROXY: (
        "The network's proxy does not let the kiosk through.",
        "Check the proxy in the kiosk's configuration.",
    ),
    Trouble.CERTIFICATE: (
        "The collector's certificate is not accepted, so nothing is sent.",
        "Check the collector's address and certificate, and the CA file in the kiosk's configuration.",
    ),
    Trouble.CLOCK: (
        "The collector's certificate is not valid yet by this kiosk's clock, so nothing is sent.",
        "Set the date and time of this kiosk.",
    ),
    Trouble.PORTAL: (
        "The network answers with a page of its own instead of the collector (a sign-in page, a filter).",
        "Sign this kiosk in to the network, or have IT staff let it through.",
    ),
    Trouble.BUSY: (
        "The collector is busy or being maintained.",
        "Nothing needs to be done; the kiosk tries again by itself.",
    ),
    Trouble.FULL: (
        "The collector has no room left.",
        "Tell IT staff to make room on the collector; the kiosk keeps all ratings.",
    ),
    Trouble.WRONG_ANSWER: (
        "What answers at the collector's address does not answer as the collector would.",
        "Check the collector's address; something between kiosk and collector may be changing answers.",
    ),
    Trouble.REFUSED: (
        "The collector refuses what this kiosk sends.",
        "Tell IT staff; kiosk and collector may need the same software version.",
    ),
    Trouble.DEVICE_UNKNOWN: (
        "The collector does not know this kiosk, or its access was withdrawn.",
        "Tell IT staff; enrol this kiosk again with a new code: kiosk enroll URL CODE",
    ),
    Trouble.NOT_ENROLLED: (
        "This kiosk is not enrolled yet.",
        "Ask IT staff for a one-time code, then run: kiosk enroll URL CODE",
    ),
    Trouble.SETTING: (
        "A setting or a file of this kiosk's connection is wrong.",
        "Correct what is named below.",
    ),
    Trouble.DIVERGED: (
        "The collector holds another continuation of this journal: the disk was restored or copied.",
        "Tell IT staff; the ratings of both are kept.",
    ),
    Trouble.JOURNAL: (
        "The kiosk's journal cannot be read.",
        "Start the kiosk once; if it was running, check its disk.",
    ),
    Trouble.FAULT: (
        "The sync agent itself failed.",
        "Tell IT staff; the log says more. The kiosk tries again by itself.",
    ),
}


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

    def as_dict(self) -> dict[str, str | int | bool | None]:
        """The status for ``--json``."""
        return asdict(self)


def agent_status(directory: Path, journal_path: Path, clock: Clock) -> AgentStatus:
    """How the agent of this kiosk is, read from its files without calling anybody."""
    files = KioskFiles(directory)
    state = load_state(files.state)
    now = clock.now()
    device, trouble = _device(files)
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
        trouble=trouble or (note.trouble if note else None),
        trouble_since=note.since.at if note and trouble is None else None,
        trouble_detail=note.detail if note and trouble is None else None,
        next_try_s=-(-state.wait_us(now) // 1_000_000) if note else None,
    )


def status_lines(status: AgentStatus, t: Texts) -> list[str]:
    """The status as a person reads it, one sentence a line."""
    lines = [_device_line(status, t)]
    if not status.running:
        lines.append(t("The sync agent is not running; start it with: kiosk sync"))
    lines.append(_contact_line(status, t))
    lines.append(_waiting_line(status, t))
    if status.trouble is not None:
        lines += trouble_lines(status.trouble, t)
        if status.trouble_since is not None:
            lines.append(
                t("Since {time}. In detail: {detail}", time=_time(status.trouble_since), detail=status.trouble_detail)
            )
    return lines


def trouble_lines(trouble: Trouble, t: Texts) -> list[str]:
    """What is wrong and what to do, in two sentences."""
    what, remedy = _WORDS[trouble]
    return [t(what), t(remedy)]


def explain(error: AgentError | JournalError, t: Texts) -> str:
    """An error of this package or of the journal as one text for stderr: what is wrong, and what to do."""
    if isinstance(error, DeliveryError):
        return " ".join([*trouble_lines(error.trouble, t), f"({error.detail})"])
    return t(error.message, **error.values)


def _device(files: KioskFiles) -> tuple[Device | None, Trouble | None]:
    try:
        return load_device(files), None
    except AgentError as error:
        return None, error.trouble


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


def _device_line(status: AgentStatus, t: Texts) -> str:
    if not status.enrolled:
        return t("This kiosk is not enrolled yet.")
    counter = status.counter_name or status.counter
    return t("Counter: {counter}. Collector: {url}", counter=counter, url=status.collector)


def _contact_line(status: AgentStatus, t: Texts) -> str:
    if status.last_contact_at is None:
        return t("There was no contact with the collector yet.")
    if status.last_contact_age_s is None:
        return t("Last contact: {time}", time=_time(status.last_contact_at))
    minutes = status.last_contact_age_s // 60
    ago = t("less than a minute ago") if minutes == 0 else t.several("{n} minute ago", "{n} minutes ago", minutes)
    return t("Last contact: {time} ({ago})", time=_time(status.last_contact_at), ago=ago)


def _waiting_line(status: AgentStatus, t: Texts) -> str:
    if status.waiting is None:
        return t("How much is waiting is unknown: the journal cannot be read.")
    if status.waiting == 0:
        return t("Nothing is waiting: the collector has everything.")
    line = t.several("{n} entry is waiting.", "{n} entries are waiting.", status.waiting)
    if status.oldest_waiting_at is None:
        return line
    return f"{line} {t('The oldest is from {time}.', time=_time(status.oldest_waiting_at))}"


def _time(value: str) -> str:
    return datetime.fromisoformat(value).strftime("%H:%M:%S %d/%m/%Y")
