"""A decision about a sign: set aside, withdrawn, true of what comes later; tallies always equal a recount."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from kiosk.domain.visit.rating import Standing
from sync.collector.care.signals.board import find_posted, read_board
from sync.collector.care.signals.decide import (
    Chair,
    Decision,
    DecisionWrong,
    PartsBlock,
    apply_again,
    find_nothing,
    set_aside,
    withdraw,
)
from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.standing import lock_journals
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.people.rights import ANYBODY, RIGHTS, Reader, Role
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.proof.proven import not_proven
from tests.sync.collector.recount import check_numbers, days_of
from tests.sync.collector.replica.test_continued import continued
from tests.sync.collector.replica.test_tally import (
    recounted_ratings,
    recounted_reasons,
    tallied_ratings,
    tallied_reasons,
)

PERIODS = [days_of("2026-11-01", "2026-11-30"), days_of("2026-11-18", "2026-11-18")]
HUONG = Reader("huong", "Nông Thị Hương", Role.SUPERVISOR, RIGHTS[Role.SUPERVISOR], "XA/")
CHAIR = Chair(HUONG, NOON, NOON.date(), 5)
BAD_DAY, OTHER_DAY = NOON - timedelta(days=2, hours=2), NOON - timedelta(days=3, hours=2)
"""Mornings."""
THAT_DAY = Decision(BAD_DAY.date(), BAD_DAY.date(), "am", "Không có ai ở quầy.")


@dataclass
class Affair:
    """An office with a bad morning, and the sign that speaks of it."""

    office: Office
    pen: Pen
    signal_id: int

    def aside(self, decision: Decision = THAT_DAY, chair: Chair = CHAIR) -> int:
        with self.office.database.writing() as connection:
            return set_aside(connection, self.signal_id, decision, chair)

    def back(self, words: str = "Đã hỏi lại.") -> int:
        with self.office.database.writing() as connection:
            return withdraw(connection, self.signal_id, words, CHAIR)

    def standings(self) -> "Counter[object]":
        """How many stand how in the tallies, which equal a recount."""
        assert recounted_ratings(self.office) == tallied_ratings(self.office)
        assert recounted_reasons(self.office) == tallied_reasons(self.office)
        found: Counter[object] = Counter()
        for standing, n in self.office.rows("tally", "standing", "n"):
            found[standing] += n  # type: ignore[operator]
        return +found

    def state(self) -> tuple[object, ...]:
        ((state,),) = self.office.rows("signal", "state")
        return (state, *[(n, lifted is not None) for n, lifted in self.office.rows("suspicion", "n", "lifted_at")])


@pytest.fixture
def affair(office: Office) -> Affair:
    pen = Pen()
    for level in (5, 4, 3, 2, 1, 5):
        pen.rating(level)
    office.append(pen, received_at=OTHER_DAY)
    for number in range(10):
        seq = pen.rating(5)
        if number < 4:
            pen.reasons(seq, "wait", "deadline")
    pen.rating(5, "repeat")
    office.append(pen, received_at=BAD_DAY)
    day = BAD_DAY.date().isoformat()
    with office.database.writing() as connection:
        (signal_id,) = keep_findings(connection, [FoundSign(1, Sign.BURST, day, day, "am", {"quick": 9})], NOON)
    return Affair(office, pen, signal_id)


def test_what_counts_in_these_half_days_is_set_aside_and_nothing_else(affair: Affair) -> None:
    assert affair.aside() == 10

    assert affair.standings() == {"counted": 6, "suspect": 10, "repeat": 1}
    assert affair.state() == ("aside", (10, False))


def test_the_other_half_of_the_day_goes_on_counting(affair: Affair) -> None:
    with pytest.raises(DecisionWrong, match="fewer than 5"):
        affair.aside(replace(THAT_DAY, part="pm"))

    assert affair.standings()["counted"] == 16


def test_withdrawing_gives_back_exactly_what_was_taken(affair: Affair) -> None:
    before = _counted(affair)
    affair.aside()

    assert affair.back() == 10

    assert _counted(affair) == before
    assert affair.state() == ("open", (10, True))


def _counted(affair: Affair) -> dict[str, list[tuple[object, ...]]]:
    """The ratings, and what counts at all of them and of their reasons."""
    office, places = affair.office, [c.name for c in schema.tally.c if c.name != "served_due"]
    found = {"tally": office.rows("tally", *places), "reason_tally": office.rows("reason_tally")}
    return {name: [row for row in rows if row[-1]] for name, rows in found.items()} | {"rating": office.rows("rating")}


def test_reports_show_the_result_without_and_with_what_is_suspect(affair: Affair, services: Services) -> None:
    affair.aside()

    me = read_book(services, ANYBODY, Query(period="2026-11")).me

    assert me.n == 6
    assert me.aside == {Standing.SUSPECT: 10, Standing.REPEAT: 1}


def test_reports_show_everything_again_after_a_withdrawal(affair: Affair, services: Services) -> None:
    affair.aside()
    read_book(services, ANYBODY, Query(period="2026-11"))
    affair.back()

    me = read_book(services, ANYBODY, Query(period="2026-11")).me

    assert (me.n, me.aside) == (16, {Standing.REPEAT: 1})


def come_late(affair: Affair, services: Services, n: int, hour: str = "09") -> Pen:
    """Ratings of that day from a kiosk that brings them later, in a block of their own where they are enough."""
    late = Pen(boot="0b4e28ba-2fa1-41d2-883f-0016d3cca111")
    for _ in range(n):
        late.rating(5, at=f"2026-11-18T{hour}:30:00+07:00")
    affair.office.append(late, received_at=NOON, clock=Pen().instant())
    affair.office.cut()
    services.release()
    return late


def test_a_block_that_comes_late_into_these_days_is_set_aside_too(affair: Affair, services: Services) -> None:
    affair.aside()

    come_late(affair, services, 5)
    come_late(affair, services, 6, "15")

    assert affair.standings() == {"counted": 12, "suspect": 15, "repeat": 1}
    with affair.office.database.reading() as connection:
        check_numbers(services, connection, PERIODS)
    assert not_proven(affair.office.database) == []
    affair.back()
    assert not_proven(affair.office.database) == []


def test_what_is_in_no_block_yet_waits_and_follows_with_it(affair: Affair, services: Services) -> None:
    affair.aside()
    come_late(affair, services, 3)

    assert affair.standings() == {"counted": 9, "suspect": 10, "repeat": 1}


@pytest.mark.parametrize("first_back", [2, 3])
def test_days_that_part_a_block_are_refused_with_those_that_hold_it(
    affair: Affair, services: Services, first_back: int
) -> None:
    """A block of two mornings: three presses of each."""
    pen = Pen()
    for back in (3, 2):
        first = len(pen.lines) + 1
        for _ in range(3):
            pen.rating(1)
        received = NOON - timedelta(days=back, hours=2)
        affair.office.append(pen, pen.batch(first), received_at=received, clock=pen.instant())
    services.release()
    day = (NOON - timedelta(days=first_back)).date()

    with pytest.raises(PartsBlock) as refused:
        affair.aside(replace(THAT_DAY, first=day, last=day))

    wider = refused.value.stretch
    assert (wider.first, wider.last, wider.part) == (OTHER_DAY.date(), BAD_DAY.date(), "am")
    assert affair.standings() == {"counted": 22, "repeat": 1}
    assert affair.aside(replace(THAT_DAY, first=wider.first, last=wider.last, part=wider.part)) == 22


def test_what_two_decisions_leave_differs_by_whole_blocks(affair: Affair, services: Services) -> None:
    """Set aside, widened, withdrawn, in any order: whatever is shown in between are sums of whole blocks."""
    services.release()
    come_late(affair, services, 5)
    states = []
    for decide in (affair.aside, affair.back, affair.aside):
        decide()
        services.release()
        with affair.office.database.reading() as connection:
            check_numbers(services, connection, PERIODS)
        states.append(read_book(services, ANYBODY, Query(period="2026-11")).me)

    assert [me.n for me in states] == [6, 21, 6]
    assert [me.aside for me in states] == [{Standing.SUSPECT: 15, Standing.REPEAT: 1}, {Standing.REPEAT: 1},
                                           {Standing.SUSPECT: 15, Standing.REPEAT: 1}]  # fmt: skip
    assert states[0].with_aside is None or states[0].with_aside != states[1].figure


def test_it_counts_when_it_comes_after_the_withdrawal(affair: Affair, services: Services) -> None:
    affair.aside()
    affair.back()
    come_late(affair, services, 5)

    assert affair.standings()["counted"] == 21


def test_late_ones_are_counted_again_with_the_rest(affair: Affair, services: Services) -> None:
    affair.aside()
    come_late(affair, services, 5)

    assert affair.back() == 15
    assert affair.standings() == {"counted": 21, "repeat": 1}


def test_reasons_and_another_face_that_come_later_follow_their_rating(affair: Affair) -> None:
    affair.aside()
    suspect = 12
    affair.pen.revised(suspect + 5, 2)
    affair.pen.reasons(suspect + 6, "attitude")
    affair.office.append(affair.pen, received_at=NOON)

    assert affair.standings() == {"counted": 6, "suspect": 10, "repeat": 1}
    affair.back()
    assert affair.standings() == {"counted": 16, "repeat": 1}


def test_a_continued_journal_brings_nothing_past_the_decision(affair: Affair) -> None:
    affair.aside()
    new = continued(affair.pen, after=10)
    affair.office.append(new, received_at=NOON)

    assert affair.standings() == {"counted": 6, "suspect": 10, "repeat": 1}


def test_ratings_carried_over_that_were_never_here_are_set_aside(affair: Affair, services: Services) -> None:
    affair.aside()
    for _ in range(5):
        affair.pen.rating(5, at="2026-11-18T10:10:00+07:00", boot="0b4e28ba-2fa1-41d2-883f-0016d3cca222")
    new = continued(affair.pen, after=len(affair.pen.lines) - 5)
    affair.office.append(new, received_at=NOON)
    affair.office.cut()
    services.release()

    assert affair.standings() == {"counted": 6, "suspect": 15, "repeat": 1}


def test_what_slipped_past_is_found_by_the_nightly_look(affair: Affair, services: Services) -> None:
    affair.aside()
    services.release()
    with affair.office.database.writing() as connection:
        counted = connection.execute(select(schema.suspicion)).one()
        connection.execute(schema.suspicion.update().values(lifted_at=NOON))
    come_late(affair, services, 5)
    with affair.office.database.writing() as connection:
        connection.execute(schema.suspicion.update().values(lifted_at=counted.lifted_at))

        assert (apply_again(connection), apply_again(connection)) == (5, 0)

    assert affair.standings() == {"counted": 6, "suspect": 15, "repeat": 1}
    with affair.office.database.reading() as connection:
        check_numbers(services, connection, PERIODS)


def test_two_decisions_that_overlap_are_withdrawn_one_by_one(affair: Affair) -> None:
    affair.aside()
    day = OTHER_DAY.date().isoformat()
    with affair.office.database.writing() as connection:
        (other,) = keep_findings(connection, [FoundSign(1, Sign.CLOSING, day, day, "am", {})], NOON)
        n = set_aside(connection, other, Decision(OTHER_DAY.date(), BAD_DAY.date(), "", "Cả hai ngày."), CHAIR)

    first = affair.back()

    assert (n, first) == (6, 0)
    assert affair.standings() == {"suspect": 16, "repeat": 1}


def test_fewer_than_the_minimum_are_never_moved(affair: Affair) -> None:
    affair.aside()
    affair.back()
    with pytest.raises(DecisionWrong, match="fewer than 11"):
        affair.aside(chair=replace(CHAIR, cell_min=11))

    assert affair.standings()["counted"] == 16


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (replace(THAT_DAY, note="  "), "write down why"),
        (replace(THAT_DAY, note="x" * 2001), "longer than"),
        (replace(THAT_DAY, last=NOON.date()), "days that are over"),
        (replace(THAT_DAY, first=NOON.date()), "days that are over"),
        (replace(THAT_DAY, part="night"), "days that are over"),
        (replace(THAT_DAY, first=date(2025, 11, 1)), "186 days at most"),
    ],
)
def test_a_form_that_cannot_be_is_told_and_changes_nothing(affair: Affair, wrong: Decision, words: str) -> None:
    with pytest.raises(DecisionWrong, match=words):
        affair.aside(wrong)

    assert affair.state() == ("open",)


def test_nothing_wrong_closes_the_sign_and_everything_goes_on_counting(affair: Affair) -> None:
    with affair.office.database.writing() as connection:
        find_nothing(connection, affair.signal_id, "Đoàn xã viên đến cùng lúc.", CHAIR)

    assert (affair.standings()["counted"], affair.state()) == (16, ("nothing",))
    with pytest.raises(ChangedMeanwhile):
        affair.aside()


def test_a_silent_counter_has_nothing_to_set_aside(affair: Affair) -> None:
    with affair.office.database.writing() as connection:
        (silent,) = keep_findings(connection, [FoundSign(2, Sign.UNPRESSED, "2026-11-18", "2026-11-19", "", {})], NOON)
        with pytest.raises(DecisionWrong, match="nothing that counts"):
            set_aside(connection, silent, THAT_DAY, CHAIR)


def test_a_sign_of_another_unit_is_as_one_that_is_not_there(affair: Affair) -> None:
    stranger = replace(CHAIR, reader=replace(HUONG, path="XB/"))

    for number, chair in ((affair.signal_id, stranger), (999, CHAIR)):
        with affair.office.database.writing() as connection, pytest.raises(UsageWrong, match=f"no signal {number}"):
            set_aside(connection, number, THAT_DAY, chair)


def test_other_signs_of_the_same_presses_are_settled_with_it(affair: Affair) -> None:
    day = BAD_DAY.date().isoformat()
    with affair.office.database.writing() as connection:
        findings = [FoundSign(1, sign, day, day, "am", {}) for sign in (Sign.CLOSING, Sign.BURST, Sign.OUTSIDE)]
        keep_findings(connection, findings, NOON)
    affair.aside()

    assert dict(affair.office.rows("signal", "sign", "state")) == {  # type: ignore[arg-type]
        "burst": "aside", "closing": "aside", "outside": "open",
    }  # fmt: skip


def test_every_decision_is_in_the_audit_log_with_its_note(affair: Affair) -> None:
    affair.aside()
    affair.back()

    said = [
        (actor, action, subject) for actor, action, subject in affair.office.rows("audit", "actor", "action", "subject")
    ]
    assert said == [("huong", "suspect set aside", "Q1"), ("huong", "suspect withdrawn", "Q1")]
    (first, _) = affair.office.rows("audit", "details")
    assert first[0]["note"] == "Không có ai ở quầy."  # type: ignore[index]
    assert first[0]["n"] == 10  # type: ignore[index]


def test_the_board_shows_what_is_set_aside_now(affair: Affair, services: Services) -> None:
    affair.aside()
    come_late(affair, services, 5)

    with affair.office.database.reading() as connection:
        posted = find_posted(connection, affair.signal_id, "XA/")
        waiting, decided = (read_board(connection, "XA/", is_open=is_open) for is_open in (True, False))
        foreign = find_posted(connection, affair.signal_id, "XB/")

    assert posted is not None
    assert [(aside.row.n, aside.now) for aside in posted.standing] == [(10, 15)]
    assert (len(waiting), len(decided), foreign) == (0, 1, None)


def test_a_decision_waits_for_the_journals_that_may_bring_more(affair: Affair) -> None:
    """Whoever holds a journal's row appends; the decision sees what they bring, or they see the decision."""
    if affair.office.database.is_sqlite:
        assert affair.office.database.writer.pool.size() == 1  # type: ignore[attr-defined]
        return
    with affair.office.database.writing() as one, affair.office.database.writing() as two:
        lock_journals(one, 1)
        free = select(schema.journal.c.journal_id).with_for_update(skip_locked=True)
        for (journal_id,) in affair.office.rows("journal", "journal_id"):
            assert two.execute(free.where(schema.journal.c.journal_id == journal_id)).all() == []


def test_a_sign_that_goes_on_grows_and_does_not_come_again(affair: Affair) -> None:
    with affair.office.database.writing() as connection:
        more = FoundSign(1, Sign.BURST, "2026-11-17", "2026-11-19", "pm", {"quick": 20})
        new = keep_findings(connection, [more], NOON + timedelta(days=1))

    assert new == []
    ((first, last, part, evidence),) = affair.office.rows("signal", "first_day", "last_day", "part", "evidence")
    assert (first, last, part, evidence) == (
        date(2026, 11, 17), date(2026, 11, 19), "", {"quick": 20, "first": "2026-11-17"},
    )  # fmt: skip


def test_a_silence_that_ended_by_itself_is_over(office: Office) -> None:
    with office.database.writing() as connection:
        silent = FoundSign(1, Sign.UNPRESSED, "2026-11-18", "2026-11-19", "", {})
        keep_findings(connection, [silent], NOON)
        keep_findings(connection, [], NOON)

    assert office.rows("signal", "state") == [("over",)]


def test_signals_need_their_counter(office: Office) -> None:
    with office.database.writing() as connection, pytest.raises(Exception, match=r"(?i)foreign key"):
        connection.execute(insert(schema.suspicion).values(
            signal_id=77, counter_id=1, first_day=NOON.date(), last_day=NOON.date(), part="", n=1, set_at=NOON,
            set_by="x",
        ))  # fmt: skip


def tell_before(affair: Affair) -> None:
    """As after an update from before blocks: what had come is in no block, and waits for none."""
    with affair.office.database.writing() as connection:
        for table in (schema.block_piece, schema.block_reason, schema.block, schema.uncut_count):
            connection.execute(table.delete())


def test_days_from_before_blocks_are_refused_with_the_first_that_can_be_decided(affair: Affair) -> None:
    tell_before(affair)
    before = affair.standings()

    with pytest.raises(DecisionWrong) as refused:
        affair.aside(replace(THAT_DAY, first=OTHER_DAY.date()))

    assert refused.value.values == {"told": "18/11/2026", "first": "19/11/2026"}
    assert (affair.standings(), affair.state()) == (before, ("open",))


def test_days_with_ratings_of_before_and_of_blocks_are_refused_and_later_ones_are_not(
    affair: Affair, services: Services
) -> None:
    tell_before(affair)
    pen = Pen()
    for _ in range(6):
        pen.rating(5)
    affair.office.append(pen, received_at=BAD_DAY + timedelta(days=1))
    services.release()
    later = BAD_DAY.date() + timedelta(days=1)

    with pytest.raises(DecisionWrong, match="stay as they were told"):
        affair.aside(replace(THAT_DAY, last=later))
    assert affair.aside(replace(THAT_DAY, first=later, last=later)) == 6


def test_withdrawing_a_decision_of_before_moves_nothing_and_says_what_stays(affair: Affair) -> None:
    affair.aside()
    tell_before(affair)
    before = affair.standings()

    assert affair.back() == 0

    assert affair.standings() == before
    with affair.office.database.reading() as connection:
        posted = find_posted(connection, affair.signal_id, "XA/")
        details = connection.execute(select(schema.audit.c.details).order_by(schema.audit.c.audit_id.desc())).scalars()
        assert next(iter(details))["told_until"] == "2026-11-18"
    assert posted is not None
    assert (posted.told_until, posted.is_open) == (BAD_DAY.date(), True)
