"""Rollouts: begins what is planned, brings what goes well to more kiosks, and takes back what kiosks refuse."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from kiosk.base.texts import Texts, texts
from sync.collector.fleet.rollouts.effective import InForce, InForceCache, read_in_force
from sync.collector.fleet.rollouts.stage import RolloutState, Step, is_due, next_step
from sync.collector.fleet.rollouts.store import Rollout, finish, go_on, heard_of, read_rollout, read_unfinished, stop
from sync.collector.notices.outbox import Kind, Notice, Outbox
from sync.collector.people.rights import Right
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.writer import Transact

ACTOR = "collector"
FAULTS_TOLD_MAX = 3


def tend_rollouts(
    config: CollectorConfig, transact: Transact, clock: Callable[[], datetime], cache: InForceCache
) -> None:
    """Take every step that is due, and tell those who set things of each that was taken back."""
    outbox = Outbox(config.notices, config.zone)
    t = texts("collector", config.language)
    stage_time = timedelta(hours=config.rollouts.stage_hours)

    def work(connection: Connection) -> bool:
        now = clock()
        in_force = partial(read_in_force, office_days=config.calendar.told)
        steps = watch_rollouts(connection, now, stage_time, config.rollouts.faults_percent_max, in_force)
        for one, step in steps:
            if step is Step.STOP:
                outbox.put(connection, _stopped(read_rollout(connection, one.rollout_id), t), now)
        return bool(steps)

    if transact(work):
        cache.forget()


def watch_rollouts(
    connection: Connection,
    now: datetime,
    stage_time: timedelta,
    faults_percent_max: int,
    in_force: Callable[[Connection], InForce] = read_in_force,
) -> list[tuple[Rollout, Step]]:
    """Take every step that is due, in one transaction; which were taken."""
    taken: list[tuple[Rollout, Step]] = []
    for one in read_unfinished(connection):
        step = _step(connection, one, now, stage_time, faults_percent_max, in_force)
        if step is not Step.WAIT:
            taken.append((one, step))
    return taken


def _step(
    connection: Connection,
    one: Rollout,
    now: datetime,
    stage_time: timedelta,
    faults_percent_max: int,
    in_force: Callable[[Connection], InForce],
) -> Step:
    if one.state is RolloutState.PLANNED:
        if not is_due(one.begins_at, now):
            return Step.WAIT
        go_on(connection, one, ACTOR, now)
        return Step.GO_ON
    heard, faults = heard_of(connection, one, in_force(connection))
    step = next_step(heard, one.percent, now - (one.stage_at or now), stage_time, faults_percent_max)
    match step:
        case Step.STOP:
            stop(connection, one, "; ".join(sorted(set(faults))[:FAULTS_TOLD_MAX]), ACTOR, now)
        case Step.GO_ON:
            go_on(connection, one, ACTOR, now)
        case Step.FINISH:
            finish(connection, one, ACTOR, now)
    return step


def _stopped(one: Rollout, t: Texts) -> Notice:
    body = t(
        "Kiosks refused the settings “{title}”, so they were taken back everywhere. They said: {why}",
        title=one.title,
        why=one.why,
    )
    subject = t("Settings taken back: {title}", title=one.title)
    return Notice(Kind.ALERT, subject, body, Right.SETTINGS, one.path)
