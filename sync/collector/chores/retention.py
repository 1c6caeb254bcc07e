"""Retention: a serving collector does by itself what ``collector maintain`` does."""

import structlog

from sync.collector.errors import TurnTaken
from sync.collector.retention.maintain import EVERY, TURN, Site, Told, maintain
from sync.collector.retention.steps import Pace
from sync.collector.services.services import Services
from sync.collector.store.turns import read_done
from sync.collector.store.writer import Transact

_log = structlog.get_logger("collector.upkeep")


def keep_upkeep(services: Services, transact: Transact) -> int:
    """Do what is due where nobody did for a day; how many pieces had anything to do."""
    now = services.now()
    with services.database.reading() as connection:
        done_at = read_done(connection, TURN)
    if done_at is not None and done_at <= now < done_at + EVERY:
        return 0
    done = _work(Site(services.config, services.database, transact, services.now, Pace()))
    if done:
        _log.info("upkeep done", **{told.piece.work.code: told.n for told in done})
    return len(done)


def _work(site: Site) -> list[Told]:
    try:
        return [told for told in maintain(site) if told.n]
    except TurnTaken:
        # Somebody gave the command just now: what that one does not come to is due the next time.
        return []
