"""Proof: the demo's past months are closed as they would have been, and all of it is committed to a log of its own.

No witness cosigns that log: one on this machine would vouch for nothing, and pages say that one story is not proven.
"""

from dataclasses import replace
from datetime import datetime, time
from functools import partial

from sqlalchemy import func, select

from sync.collector.chores.months import CloseMonths
from sync.collector.closed.closing import begin, closed_from, months_closed
from sync.collector.services.services import Services
from sync.collector.store.database import Database
from sync.collector.store.schema import device
from sync.collector.transparency.keeper import Keeper

CLOSED_AT = time(1, 20)
"""When the collector closes a month on the day that is due, local time."""
LOG_NAME = "demo.invalid/log"
"""A log is called by its name for good; this one says what it is."""


def close_months(database: Database, services: Services) -> int:
    """Close every month that is over by now, each at its time, without files; how many reports were kept.

    Files are made from the reports as soon as a collector serves them.
    """
    zone, after = services.config.zone, services.config.reports.closed_after_days
    with database.writing() as connection:
        began = connection.execute(select(func.min(device.c.enrolled_at))).scalar_one().astimezone(zone)
        begin(connection, began.date())
        months = months_closed(connection, services.now().astimezone(zone).date(), after)
    kept = 0
    for month in reversed(months):
        then = datetime.combine(closed_from(month, after), CLOSED_AT, zone)
        kept += CloseMonths(replace(services, now=partial(_same, min(then, services.now()))), database.transact).close(
            month
        )
    return kept


def begin_log(database: Database, services: Services) -> str:
    """Commit everything up to yesterday to the log, which begins with it; the key by which it is checked."""
    keeper = Keeper(services.config, database, database.transact, services.now)
    keeper.run()
    return keeper.open_keys(keeper.folder).signer.vkey


def _same(moment: datetime) -> datetime:
    return moment
