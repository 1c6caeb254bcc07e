"""Stage: when a rollout goes on to more kiosks, and when it stops by itself. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STAGES = (5, 25, 100)
"""Of a hundred kiosks, how many have it; the last is every one, also those that are enrolled later."""
TAKEN_PERCENT_MIN = 50
"""A stage goes on when at least so many of its kiosks have taken the settings."""


class RolloutState(StrEnum):
    """Where a rollout stands."""

    PLANNED = "planned"
    """It begins by itself at its time."""
    RUNNING = "running"
    HELD = "held"
    """In force where it is; a person decides when it goes on."""
    DONE = "done"
    """In force on every kiosk of its unit."""
    STOPPED = "stopped"
    """Kiosks reported faults: it was taken back by itself."""
    UNDONE = "undone"
    """A person took it back."""


IN_FORCE = (RolloutState.RUNNING, RolloutState.HELD, RolloutState.DONE)


class Step(StrEnum):
    """What becomes of a rollout next."""

    WAIT = "wait"
    GO_ON = "go_on"
    FINISH = "finish"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the kiosks of a stage said of it so far."""

    kiosks: int
    taken: int
    refused: int

    @property
    def unheard(self) -> int:
        """How many said nothing yet."""
        return self.kiosks - self.taken - self.refused


def first_kiosks(count: int, percent: int) -> int:
    """How many of ``count`` kiosks a stage holds: rounded up, so that the first stage is never empty."""
    return -(-count * percent // 100)


def next_percent(percent: int) -> int:
    """The stage after one that holds so many."""
    return next((stage for stage in STAGES if stage > percent), STAGES[-1])


def next_step(heard: Heard, percent: int, since: timedelta, stage_time: timedelta, faults_percent_max: int) -> Step:
    """What is due for a running rollout.

    One kiosk that refuses its settings stops a small stage; a large one is stopped when more than the
    allowed share of its kiosks do. Nothing goes on before its time, nor before half the kiosks have it.
    """
    if heard.refused and heard.refused * 100 > heard.kiosks * faults_percent_max:
        return Step.STOP
    if since < stage_time or heard.taken * 100 < heard.kiosks * TAKEN_PERCENT_MIN:
        return Step.WAIT
    return Step.FINISH if percent >= STAGES[-1] else Step.GO_ON


def is_due(begins_at: datetime, now: datetime) -> bool:
    """Whether a planned rollout begins."""
    return now >= begins_at
