"""Retention: a serving collector does by itself what ``collector maintain`` does."""

import os
import socket

import structlog

from sync.collector.retention.lease import Lease, last_done
from sync.collector.retention.maintain import EVERY, Site, maintain
from sync.collector.retention.steps import Pace
from sync.collector.services.services import Services
from sync.collector.store.writer import Transact

_log = structlog.get_logger("collector.upkeep")


def keep_upkeep(services: Services, transact: Transact) -> int:
    """Do what is due where nobody did for a day; how many pieces had anything to do."""
    now = services.now()
    with services.database.reading() as connection:
        done_at = last_done(connection)
    if done_at is not None and done_at <= now < done_at + EVERY:
        return 0
    lease = Lease(transact, holder())
    if not lease.take(now):
        return 0
    site = Site(services.config, services.database, transact, services.now, Pace())
    done = [told for told in maintain(site, lease) if told.n]
    if done:
        _log.info("upkeep done", **{told.piece.work.code: told.n for told in done})
    return len(done)


def holder() -> str:
    """This program, among all that may do upkeep."""
    return f"{socket.gethostname()[:40]} {os.getpid()}"
