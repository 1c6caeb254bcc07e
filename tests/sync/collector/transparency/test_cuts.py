"""A journal's leaf commits to the tree of its cuts up to that entry, whether they were judged by then or not."""

import pytest
from sqlalchemy import text

from kiosk.domain.merkle import EMPTY_ROOT
from sync.collector.transparency.check import check_log
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.proof.test_verify import VISITS
from tests.sync.collector.replica.blocks.holding import judge
from tests.sync.collector.transparency.logs import Kept
from tests.trees import tree_of


@pytest.fixture
def pen(office: Office) -> Pen:
    written = run([*VISITS, *VISITS])
    return Pen(boot=written.clock.boot, lines=written.lines, mono_us=written.clock.mono_us)


@pytest.mark.parametrize("is_judged", [False, True])
def test_a_leaf_commits_to_the_cuts_that_are_stated_by_then(
    kept: Kept, office: Office, pen: Pen, is_judged: bool
) -> None:
    first_cut = next(seq for seq, line in enumerate(pen.lines, 1) if b'"block"' in line)
    for first, last in ((1, first_cut - 1), (first_cut, len(pen.lines))):
        office.append(pen, pen.batch(first, last))
        if is_judged:
            judge(office)
        kept.run()

    found = [(source.cuts_size, source.cuts_root) for source in kept.sources()]

    whole = tree_of(pen.journal_id, pen.lines)
    assert found == [(0, EMPTY_ROOT), whole]
    assert whole[0] > 1
    assert list(check_log(office.database, kept.public)) == []


def test_a_tree_of_cuts_that_was_changed_is_named(kept: Kept, office: Office, pen: Pen) -> None:
    office.append(pen)
    judge(office)
    kept.run()
    with office.database.writing() as connection:
        connection.execute(text("UPDATE cut_tree SET nodes = zeroblob(length(nodes))"))

    assert [one.code for one in check_log(office.database, kept.public)] == ["log_differs"]
