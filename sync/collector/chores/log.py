"""Log: keeps the transparency log, and tells people when it stands still and when it goes on."""

from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from kiosk.base.texts import texts
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.people.rights import Right
from sync.collector.services.services import Services
from sync.collector.store.writer import Transact
from sync.collector.transparency.errors import LogDoubtful, LogStopped
from sync.collector.transparency.keeper import Keeper

_log = structlog.get_logger("collector.log")

INCIDENT = "log"


class KeepLog:
    """One collector's rounds."""

    def __init__(self, services: Services, transact: Transact) -> None:
        self._services, self._transact = services, transact
        self._keeper = Keeper(services.config, services.database, transact, services.now)

    def run_round(self) -> None:
        """Do what is due, and tell what keeps the log from going on."""
        self._warn_of_name()
        try:
            why = self._keeper.run()
        except LogStopped as stopped:
            why = stopped
        told = self._goes_on if why is None else partial(self._stopped, why=why)
        self._transact(partial(told, now=self._services.now()))

    def _warn_of_name(self) -> None:
        """Say of what a log is about to be called for good where nobody chose it."""
        config = self._services.config
        if config.log_is_named_locally and self._keeper.state() is None:
            todo = "set public_url or log.name before a log begins that others are to know"
            _log.warning("the log is named by a loopback address", name=config.log_name, todo=todo)

    def _stopped(self, connection: Connection, why: LogStopped, now: datetime) -> None:
        t = texts("collector", self._services.config.language)
        subject = t("The public log needs a look") if why.code == LogDoubtful.code else t("The public log stands still")
        words = f"{t(why.message, **why.values)}\n{t('See how it is with: {command}', command='collector log status')}"
        told = Notice(Kind.ALERT, subject, words, right=Right.FLEET, facts={"fault": why.code})
        self._services.outbox.open(connection, INCIDENT, told, now)

    def _goes_on(self, connection: Connection, now: datetime) -> None:
        t = texts("collector", self._services.config.language)
        subject = t("The public log goes on")
        over = Notice(Kind.RECOVERED, subject, subject, right=Right.FLEET)
        self._services.outbox.close(connection, INCIDENT, over, now)
