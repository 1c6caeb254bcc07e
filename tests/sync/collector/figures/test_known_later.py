"""A version of a survey that becomes known after it was answered: all that was told or waits goes under its series."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import insert

from kiosk.domain.visit.survey import Survey
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.fleet.surveys.writing import survey_toml
from sync.collector.people.rights import ANYBODY
from sync.collector.proof.run import check_sums
from sync.collector.replica.blocks.judging import judge_due
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import survey_text
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.leaving import CLOSED, LEFT, deliver, pools_of
from tests.sync.collector.proof.proven import not_proven, rule_for
from tests.sync.collector.replica.blocks.holding import KNOWN, Sender, assert_adds_up, transact_of

SIPAS = shipped_surveys()
NIGHT = [("wait", 20 * 3600), ("cut",)]
BOTH = [
    ("rate", 4, "counted", None, 6), ("rate", 2, "repeat", None, 3), ("reasons", 3, {"w"}), *NIGHT,
    ("ask", "a@2"), ("rate", 5, "counted", None, 6), ("rate", 1, "repeat", None, 3), *NIGHT,
    ("rate", 3, "counted", None, 2), ("ask", "a@1"), ("rate", 3, "counted", None, 4), ("rate", 1, "repeat", None, 3),
    *NIGHT, ("rate", 1, "counted", None, 2), ("ask", "a@2"), ("rate", 2, "counted", None, 1),
]  # fmt: skip
"""Presses of two versions by themselves, of both in one half day, and some that no cut holds."""
RECORDED = 12 + 6 + 9 + 3


class Told(NamedTuple):
    """What the page of a month tells of every question together."""

    codes: list[str]
    recorded: int
    shown: int
    levels: dict[int, int]
    with_aside: int
    reasons: int


def told(services: Services, **query: str) -> Told:
    book = read_book(services, ANYBODY, Query("XA", **{"period": "2026-11", **query}))
    parts = [part for part in book.parts if part.me.recorded]
    levels: dict[int, int] = {}
    for part in parts:
        for level, n in part.me.shown.counts.items():
            levels[level] = levels.get(level, 0) + n
    both = sum((part.me.both.n or 0) - (part.me.n or 0) for part in parts if part.me.both)
    reasons = sum(line.n or 0 for line in book.reasons)
    codes = [part.series.asked.code for part in parts]
    return Told(codes, book.recorded, sum(part.me.n or 0 for part in parts), levels, both, reasons)


def knowing(services: Services, *refs: str) -> Services:
    """A collector nine days later that knows these versions too."""
    surveys: dict[str, Survey] = {**SIPAS, **{ref: KNOWN[ref] for ref in refs}}
    return replace(services, surveys=surveys, now=lambda: NOON + timedelta(days=9))  # type: ignore[arg-type]


@pytest.mark.parametrize("learnt", [("a@1", "a@2"), ("a@2", "a@1"), ("a@2 a@1",)])
def test_nothing_that_was_recorded_is_gone_and_all_of_it_is_one_question_in_the_end(
    services: Services, office: Office, learnt: Sequence[str]
) -> None:
    Sender.of(office, run(BOTH)).send()
    knows: list[str] = []
    before = told(knowing(services))
    assert (before.codes, before.recorded, before.shown) == (["a@1:overall", "a@2:overall"], RECORDED, 12)

    for refs in learnt:
        knows += refs.split()
        after = told(knowing(services, *knows))
        assert after.recorded == RECORDED
        assert after.shown >= before.shown
        assert not_proven(office.database, knowing(services, *knows).surveys) == []
        assert_adds_up(office)

    # The half day with both versions could not be believed before.
    assert (after.codes, after.shown, after.levels) == (["a:12345:overall"], 18, {3: 6, 4: 6, 5: 6})
    assert after.with_aside == 6
    assert {name for table in ("shown_count", "shown_unit_count", "shown_stream") for (name,) in office.rows(
        table, "survey")} == {"a:12345"}  # fmt: skip
    assert len([row for row in office.rows("aside_union", "is_told", "n1", "n2") if row[0]]) == 1


def test_each_version_goes_by_itself_and_what_was_told_stays_the_same(services: Services, office: Office) -> None:
    aside = ("rate", 2, "repeat", None, 6)
    Sender.of(office, run([BOTH[0], aside, *BOTH[2:10]])).send()
    before = told(knowing(services))
    assert office.rows("aside_union", "series", "is_told", "n2") == [("a@1", True, 6), ("a@2", False, 0)]

    after = told(knowing(services, "a@1"))

    assert (before.codes, after.codes) == (["a@1:overall", "a@2:overall"], ["a:12345:overall", "a@2:overall"])
    assert replace_codes(before) == replace_codes(after)
    assert told(knowing(services, "a@1", "a@2"))[1:5] == before[1:5]
    assert not_proven(office.database, {**SIPAS, **KNOWN}) == []
    assert office.rows("aside_union", "series", "is_told", "n2") == [("a:12345", True, 6), ("a:12345", False, 0)]


def replace_codes(one: Told) -> Told:
    return one._replace(codes=[], reasons=0)


def test_what_another_process_cuts_without_knowing_it_follows(services: Services, office: Office) -> None:
    kiosk = run([("rate", 4, "counted", None, 6), *NIGHT, ("rate", 5, "counted", None, 6), *NIGHT])
    sender = Sender.of(office, kiosk)
    told(knowing(services, "a@1"))
    sender.send()
    old = knowing(services)
    judge_due(transact_of(office), old.surveys)

    assert set(office.rows("block", "series")) == {("a@1",)}
    assert told(knowing(services, "a@1"))[:3] == (["a:12345:overall"], 12, 12)
    assert not_proven(office.database, {**SIPAS, **KNOWN}) == []


def test_a_demonstration_shows_it_under_its_series_at_once(services: Services, office: Office) -> None:
    Sender.of(office, run(BOTH)).send()
    knowing(services).release()
    demo = {"config": CollectorConfig(demo=True)}
    before = told(replace(knowing(services), **demo))  # type: ignore[arg-type]

    after = told(replace(knowing(services, "a@1", "a@2"), **demo))  # type: ignore[arg-type]

    assert (len(before.codes), after.codes) == (2, ["a:12345:overall"])
    assert (before.recorded, after.recorded, after.with_aside) == (RECORDED, RECORDED, 9)
    assert told(knowing(services, "a@1", "a@2"))[1:3] == (RECORDED, 18)
    assert not_proven(office.database, {**SIPAS, **KNOWN}) == []


def left(office: Office, counter: str, ref: str, n: int, received=LEFT) -> None:
    """So many of October are left at a counter, before a busy morning of November."""
    pen = Pen()
    for _ in range(n):
        pen.rating(2, counter=counter, survey=ref)
    deliver(office, pen, 1, LEFT, received)
    first = len(pen.lines) + 1
    for _ in range(5):
        pen.rating(5, counter=counter, survey=ref)
    november = max(received, LEFT + timedelta(days=5))
    deliver(office, pen, first, november, november)


def test_its_pools_stay_what_they_are_and_its_tails_go_with_those_of_other_versions(
    services: Services, two_units: Office
) -> None:
    own = {ref: replace(SIPAS["sipas-5@1"], id="own", version=int(ref[-1])) for ref in ("own@1", "own@2")}
    left(two_units, "Q1", "own@1", 3)
    left(two_units, "Q2", "own@1", 2)
    left(two_units, "Q3", "own@1", 4)
    left(two_units, "Q3", "own@2", 4)
    services = replace(services, now=lambda: CLOSED)
    before, pools = told(services, period="2026-10"), pools_of(two_units)
    whole = read_book(services, ANYBODY, Query("T", None, "2026-10"))
    assert (before.shown, whole.recorded, sum(part.me.n or 0 for part in whole.parts)) == (5, 13, 5)

    with two_units.database.writing() as connection:
        for ref, survey in own.items():
            values = {"ref": ref, "text": survey_toml(survey), "changed_at": NOON, "published_at": NOON}
            connection.execute(insert(survey_text).values(**values, changed_by="huong"))
    services.surveys.forget()

    after = told(services, period="2026-10")
    assert (after.codes, after.shown, after.levels) == (["own:12345:overall"], 5, before.levels)
    whole = read_book(services, ANYBODY, Query("T", None, "2026-10"))
    assert (whole.recorded, sum(part.me.n or 0 for part in whole.parts)) == (13, 13)
    assert pools.items() <= pools_of(two_units).items()
    assert check_sums(two_units.database, rule_for(two_units.database))[1] == []
