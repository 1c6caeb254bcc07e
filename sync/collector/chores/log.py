"""Log: keeps the transparency log, and tells people when it stands still and when it goes on."""

from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from kiosk.base.texts import texts
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.people.rights import Right
from sync.collector.services.services import Services
from sync.collector.store.writer import Transact
from sync.collector.transparency.errors import LogStopped, LogUnwitnessed
from sync.collector.transparency.keeper import Keeper
from sync.collector.transparency.leaves.index import State, keep_state, read_state

_log = structlog.get_logger("collector.log")

INCIDENT = "log"
UNWITNESSED_AFTER = timedelta(days=2)
"""So long a checkpoint may wait for its witnesses before people are told."""


class KeepLog:
    """One collector's rounds."""

    def __init__(self, services: Services, transact: Transact) -> None:
        self._services, self._transact = services, transact
        self._keeper = Keeper(services.config, services.database, transact, services.now)

    def run_round(self) -> None:
        """Do what is due, and tell what keeps the log from going on."""
        self._warn_of_name()
        try:
            self._keeper.run()
            self._require_witnessed()
        except LogStopped as stopped:
            self._transact(partial(self._stopped, why=stopped, now=self._services.now()))
        else:
            self._transact(partial(self._goes_on, now=self._services.now()))

    def _warn_of_name(self) -> None:
        """Say of what a log is about to be called for good where nobody chose it."""
        config = self._services.config
        if config.log_is_named_locally and self._state() is None:
            todo = "set public_url or log.name before a log begins that others are to know"
            _log.warning("the log is named by a loopback address", name=config.log_name, todo=todo)

    def _state(self) -> State | None:
        with self._services.database.reading() as connection:
            return read_state(connection)

    def _require_witnessed(self) -> None:
        state = self._state()
        if state is None or state.published_size == state.size:
            return
        since = state.published_at
        if since is None or self._services.now() - since >= UNWITNESSED_AFTER:
            raise LogUnwitnessed(
                "too few witnesses cosigned since {day}: nothing newer is published", day="-" if since is None else
                since.astimezone(self._services.config.zone).date(),
            )  # fmt: skip

    def _stopped(self, connection: Connection, why: LogStopped, now: datetime) -> None:
        state = read_state(connection)
        if state is not None and state.fault != why.code:
            keep_state(connection, fault=why.code, fault_at=now)
        t = texts("collector", self._services.config.language)
        subject = t("The public log stands still")
        words = f"{t(why.message, **why.values)}\n{t('See how it is with: {command}', command='collector log status')}"
        told = Notice(Kind.ALERT, subject, words, right=Right.FLEET, facts={"fault": why.code})
        self._services.outbox.open(connection, INCIDENT, told, now)

    def _goes_on(self, connection: Connection, now: datetime) -> None:
        state = read_state(connection)
        if state is None or state.fault is None:
            return
        keep_state(connection, fault=None, fault_at=None)
        t = texts("collector", self._services.config.language)
        subject = t("The public log goes on")
        over = Notice(Kind.RECOVERED, subject, subject, right=Right.FLEET)
        self._services.outbox.close(connection, INCIDENT, over, now)
