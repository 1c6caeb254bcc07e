"""Closed: the agent's status as it leaves the kiosk, for metrics and bundles: by half days that are over.

What waits and the last contact move with each press: whoever asks for them every minute would know when somebody
pressed. On the kiosk itself ``kiosk sync --status`` tells them as they are.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

from kiosk.domain.instant import part_of_day
from kiosk.domain.numbers.blocks import is_over
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LineUnreadable, decode_line
from kiosk.journal.reader import JournalReader
from sync.agent.asked.status import AgentStatus
from sync.agent.device.enroll import KioskFiles
from sync.agent.state import load_state

CONTACT_MINUTES = 15
"""As finely as the last contact is told: a press is delivered within a second."""
_NOON = time(12)


def closed_status(status: AgentStatus, directory: Path, journal_path: Path, now: datetime) -> AgentStatus:
    """The same, with what waits of half days that are over, and the contact by the quarter of an hour."""
    waiting, oldest = _waiting(directory, journal_path, now)
    age, at = status.last_contact_age_s, status.last_contact_at
    return replace(
        status,
        waiting=waiting,
        oldest_waiting_at=oldest,
        last_contact_at=None if at is None else quarter_of(datetime.fromisoformat(at)).isoformat(),
        last_contact_age_s=None if age is None else age - age % (CONTACT_MINUTES * 60),
    )


def quarter_of(moment: datetime) -> datetime:
    """The quarter of an hour that a moment lies in."""
    return moment.replace(minute=moment.minute - moment.minute % CONTACT_MINUTES, second=0, microsecond=0)


def _waiting(directory: Path, journal_path: Path, now: datetime) -> tuple[int | None, str | None]:
    """How many entries of half days that are over wait, and when the half day of the oldest ended."""
    state, n, oldest = load_state(KioskFiles(directory).state), 0, None
    try:
        with JournalReader(journal_path) as journal:
            for entry in journal.entries(state.acknowledged(journal.id).next_seq):
                at = _at(entry.line)
                if at is not None and not is_over(at, now):
                    break
                n, oldest = n + 1, oldest or at
    except JournalError:
        return None, None
    return n, _end_of(oldest) if oldest else None


def _at(line: bytes) -> str | None:
    try:
        return decode_line(line).at
    except LineUnreadable:
        return None


def _end_of(at: str) -> str:
    moment = datetime.fromisoformat(at)
    if part_of_day(moment.hour) == "am":
        return datetime.combine(moment.date(), _NOON, moment.tzinfo).isoformat()
    return datetime.combine(moment.date() + timedelta(days=1), time(), moment.tzinfo).isoformat()
