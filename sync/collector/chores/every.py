"""Chores: what the collector does by itself, put together in one place."""

from functools import partial

from kiosk.base.texts import texts
from sync.collector.chores.blocks import JudgeJournals
from sync.collector.chores.cases import run_case_round
from sync.collector.chores.comments import open_sealed, run_comment_round
from sync.collector.chores.kiosks import watch_fleet
from sync.collector.chores.log import KeepLog
from sync.collector.chores.months import CloseMonths
from sync.collector.chores.proof import VerifyNightly
from sync.collector.chores.reports import mail_reports
from sync.collector.chores.retention import keep_upkeep
from sync.collector.chores.rollouts import tend_rollouts
from sync.collector.chores.settle import settle_moves
from sync.collector.chores.signals import watch_signs
from sync.collector.chores.upkeep import Chore
from sync.collector.notices.letter import Road
from sync.collector.notices.mail import MailRoad
from sync.collector.notices.outbox import MAIL, WEBHOOK
from sync.collector.notices.sender import Sender
from sync.collector.notices.webhook import WebhookRoad
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.writer import T, Work

SEND_EVERY_S = 20.0
COMMENTS_EVERY_S = 60.0
CASES_EVERY_S = 900.0
ROLLOUTS_EVERY_S = 30.0
FLEET_EVERY_S = 60.0
SHOW_EVERY_S = 20.0
REPORTS_EVERY_S = 300.0
SIGNS_EVERY_S = 600.0
MOVES_EVERY_S = 60.0
JUDGE_EVERY_S = 60.0
LOG_EVERY_S = 300.0
LOG_FIRST_S = 600.0
"""By then every kiosk has said which checkpoint it keeps: a restored collector hears of it before it signs."""
MONTHS_EVERY_S = 30.0
MONTHS_FIRST_S = 120.0
VERIFY_EVERY_S = 30.0
UPKEEP_EVERY_S = 600.0
UPKEEP_FIRST_S = 180.0
VERIFY_FIRST_S = 300.0
WRITE_S_MAX = 60.0


def chores_of(services: Services) -> list[Chore]:
    """Every chore of one collector; one whose settings leave it nothing to do is left out."""
    rollouts = partial(tend_rollouts, services.config, partial(transact, services), services.now, services.rollouts)
    found = [Chore("tend rollouts", ROLLOUTS_EVERY_S, rollouts)]
    # Before anybody looks: whoever reads first after a half day would wait for it.
    found.append(Chore("show numbers", SHOW_EVERY_S, services.release, first_s=1.0))
    at_once = partial(transact, services)
    found.append(
        Chore("judge journals", JUDGE_EVERY_S, JudgeJournals(services.surveys, at_once).run_round, first_s=2.0)
    )
    found.append(Chore("settle moves", MOVES_EVERY_S, partial(settle_moves, services, at_once)))
    opening = partial(open_sealed, services, at_once)
    found.append(Chore("open words", COMMENTS_EVERY_S, opening, is_of_machine=True))
    found.append(Chore("look after comments", COMMENTS_EVERY_S, partial(run_comment_round, services, at_once)))
    found.append(Chore("look after cases", CASES_EVERY_S, partial(run_case_round, services, at_once)))
    if services.config.signals.watch:
        found.append(Chore("look for signs", SIGNS_EVERY_S, partial(watch_signs, services, at_once), first_s=60))
    if services.config.reports.mail and services.config.notices.mail.host:
        found.append(Chore("mail reports", REPORTS_EVERY_S, partial(mail_reports, services, at_once), first_s=30))
    # Each machine its part: not every one can see the public log's files.
    verifying = VerifyNightly(services, at_once).run_round
    found.append(Chore("verify", VERIFY_EVERY_S, verifying, first_s=VERIFY_FIRST_S, is_of_machine=True))
    found.append(Chore("watch kiosks", FLEET_EVERY_S, partial(watch_fleet, services, at_once)))
    roads = roads_of(services.config)
    if roads:
        sender = Sender(services.config.notices, roads, partial(transact, services), services.now)
        found.append(Chore("send notices", SEND_EVERY_S, sender.run_round))
    return found


def slow_chores_of(services: Services) -> list[Chore]:
    """What takes so long that it has a thread of its own; others must not wait for it."""
    at_once = partial(transact, services)
    found = [Chore("upkeep", UPKEEP_EVERY_S, partial(keep_upkeep, services, at_once), first_s=UPKEEP_FIRST_S)]
    if services.config.demo:
        # A demonstration shows single presses: nothing of it may be kept for good.
        return found
    found.append(Chore("close months", MONTHS_EVERY_S, CloseMonths(services, at_once).run_round, MONTHS_FIRST_S))
    if services.config.log.keep:
        keeping = KeepLog(services, at_once).run_round
        found.append(Chore("keep log", LOG_EVERY_S, keeping, first_s=LOG_FIRST_S, is_of_machine=True))
    return found


def roads_of(config: CollectorConfig) -> dict[str, Road]:
    """The roads that the settings open."""
    settings = config.notices
    roads: dict[str, Road] = {}
    if settings.mail.host:
        roads[MAIL] = MailRoad(settings, texts("collector", config.language), config.url)
    if settings.webhook.url:
        roads[WEBHOOK] = WebhookRoad(settings)
    return roads


def transact(services: Services, work: Work[T], /) -> T:
    """What ``work`` returns, once its transaction is committed."""
    return services.writer.submit(work).result(WRITE_S_MAX)
