"""What verify finds in a database that nobody altered: nothing; of offices whose kiosks sign nothing, no key either."""

from collections.abc import Iterator

from sync.collector.fleet.surveys.library import Library
from sync.collector.proof.device import Rule, check_device
from sync.collector.proof.run import check_sums, kiosks_of
from sync.collector.proof.wrong import Finding, What
from sync.collector.replica.blocks.judging import Surveys
from sync.collector.store.database import Database
from tests.sync.collector.builders import DAYS


def not_proven(database: Database, surveys: Surveys | None = None, *, signed: bool = False) -> list[str]:
    """What does not hold of any kiosk, and of what is shown; ``surveys`` are those that are known.

    Of offices whose kiosks are not ``signed`` a key that is missing is no finding.
    """
    found = findings(database, surveys)
    return [str(one) for one in found if signed or one.code != What.KEY_CHANGED.code]


def findings(database: Database, surveys: Surveys | None = None) -> Iterator[Finding]:
    """The same one after another, so that whoever needs the first one looks no further."""
    rule = rule_for(database, surveys)
    yield from check_sums(database, rule)[1]
    with database.reading() as connection:
        kiosks = [kiosk for kiosk, _ in kiosks_of(connection, None, None)]
    for kiosk in kiosks:
        yield from check_device(database, kiosk, rule, {}).findings


def rule_for(database: Database, surveys: Surveys | None = None) -> Rule:
    """By which everything is counted and shown in tests."""
    return Rule(DAYS, 5, Library(database) if surveys is None else surveys)
