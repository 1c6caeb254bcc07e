"""What verify finds in a database that nobody altered: nothing; of offices whose kiosks sign nothing, no key either."""

from sync.collector.fleet.surveys.library import Library
from sync.collector.proof.device import Rule, check_device
from sync.collector.proof.run import check_sums, kiosks_of
from sync.collector.proof.wrong import What
from sync.collector.replica.blocks.judging import Surveys
from sync.collector.store.database import Database
from tests.sync.collector.builders import DAYS


def not_proven(database: Database, surveys: Surveys | None = None) -> list[str]:
    """What does not hold of any kiosk, and of what is shown; ``surveys`` are those that are known."""
    rule = rule_for(database, surveys)
    with database.reading() as connection:
        kiosks = [kiosk for kiosk, _ in kiosks_of(connection, None, None)]
    of_kiosks = [one for kiosk in kiosks for one in check_device(database, kiosk, rule, {}).findings]
    _, of_sums = check_sums(database, rule)
    return [str(one) for one in (*of_kiosks, *of_sums) if one.code != What.KEY_CHANGED.code]


def rule_for(database: Database, surveys: Surveys | None = None) -> Rule:
    """By which everything is counted and shown in tests."""
    return Rule(DAYS, 5, Library(database) if surveys is None else surveys)
