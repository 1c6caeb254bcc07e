"""Proof: at night everything new is recomputed from the stored lines, and people are told when something does not hold.

In small portions, kiosk by kiosk, from where each held the night before; every four weeks a kiosk's journals are read
from their first entry on. A night's work ends with what is shown.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from kiosk.base.texts import Texts, texts
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.people.rights import Right
from sync.collector.proof.device import Rule, check_device
from sync.collector.proof.nightly import (
    Look,
    State,
    keep_look,
    keep_shown,
    kiosks_left,
    marks_of,
    read_state,
)
from sync.collector.proof.run import check_sums, places_of
from sync.collector.proof.wrong import Finding, sentence_of
from sync.collector.services.services import Services
from sync.collector.store.writer import Transact
from sync.collector.transparency.check import check_kiosk, check_rest
from sync.collector.transparency.days import days_ahead, last_over
from sync.collector.transparency.leaves.lacking import check_files

BEGINS = 1
"""The hour at which a night's work begins, by the office's clock."""
PORTION_S = 2.0
"""So long one portion lasts; then others have their turn."""
KIOSKS_AT_ONCE = 50
WHOLE_AFTER = timedelta(days=28)
LEAVES_LOOKED_AT = 7
"""So many of a journal's newest leaves in the public log are held to its lines each night."""
NAMED_MAX = 10
"""So many findings stand in a notice."""
INCIDENT = "proof"


class VerifyNightly:
    """One collector's rounds. Several collectors of one database do the work between them."""

    def __init__(self, services: Services, transact: Transact) -> None:
        self._services, self._transact = services, transact
        self._rule = Rule(services.days, services.config.policy.block_min, services.surveys)

    def run_round(self) -> None:
        """One portion of what is left of this night's work."""
        services, end = self._services, time.monotonic() + PORTION_S
        began = self._began()
        with services.database.reading() as connection:
            left = kiosks_left(connection, began, KIOSKS_AT_ONCE)
            state = read_state(connection)
        for look in left:
            self._check(look)
            if time.monotonic() >= end:
                return
        if not left and (state.looked_at is None or state.looked_at < began):
            self._end()

    def _began(self) -> datetime:
        """When this night's work began, or the last one's."""
        now = self._services.now().astimezone(self._services.config.zone)
        begins = now.replace(hour=BEGINS, minute=0, second=0, microsecond=0)
        return begins if now >= begins else begins - timedelta(days=1)

    def _check(self, look: Look) -> None:
        services, now = self._services, self._services.now()
        is_whole = look.whole_at is None or now - look.whole_at >= WHOLE_AFTER
        with services.database.reading() as connection:
            marks = {} if is_whole else marks_of(connection, look.device_id)
        one = check_device(services.database, look.device_id, self._rule, marks)
        if one.findings and marks:
            # What was read a part of is read whole before anybody is told.
            one, is_whole = check_device(services.database, look.device_id, self._rule, {}), True
        with services.database.reading() as connection:
            one.findings += check_kiosk(
                connection, services.log, look.device_id, None if is_whole else LEAVES_LOOKED_AT
            )
        whole_at = now if is_whole or look.whole_at is None else look.whole_at
        self._transact(partial(keep_look, one=one, now=now, whole_at=whole_at))

    def _end(self) -> None:
        """Hold what is shown of this month and the one before against its blocks, and tell what came of it all."""
        services, now = self._services, self._services.now()
        today = now.astimezone(services.config.zone).date()
        before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        is_whole = today.weekday() == 6
        _, findings = check_sums(services.database, self._rule, None if is_whole else before)
        findings += check_rest(services.database, services.log, whole=is_whole)
        with services.database.reading() as connection:
            findings += check_files(connection, services.config)
        findings += days_ahead(services.database, services.log, last_over(now, services.config.zone))
        state = self._transact(partial(keep_shown, findings=findings, now=now))
        self._transact(partial(self._tell, state=state))

    def _tell(self, connection: Connection, state: State) -> None:
        services, now = self._services, self._services.now()
        t = texts("collector", services.config.language)
        if state.findings:
            places = places_of(connection, {finding.device_id for finding in state.findings})
            services.outbox.open(connection, INCIDENT, _alert(state.findings, places, t), now)
        else:
            words = t("Everything that kiosks sent and what is shown of it holds again.")
            over = Notice(Kind.RECOVERED, t("Proof: everything holds again"), words, right=Right.FLEET)
            services.outbox.close(connection, INCIDENT, over, now)


def _alert(findings: Sequence[Finding], places: Mapping[str, str], t: Texts) -> Notice:
    # A file of the public log is missed wherever it is looked into.
    sentences = list(dict.fromkeys(sentence_of(finding, places, t) for finding in findings))
    named = sentences[:NAMED_MAX]
    more = len(sentences) - len(named)
    lines = [*named, *([t("and {n} others", n=t.number(more))] if more else [])]
    lines.append(t("See them all with: {command}", command="collector verify --all"))
    facts = {"n": len(findings), "what": sorted({finding.code for finding in findings})}
    subject = t("Proof: something was altered, added or left out")
    return Notice(Kind.ALERT, subject, "\n".join(lines), right=Right.FLEET, facts=facts)
