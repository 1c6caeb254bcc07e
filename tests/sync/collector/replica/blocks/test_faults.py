"""What a cut says that does not hold, and what is said too late, changes no block and is told to IT staff."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from kiosk.domain.numbers.blocks import Cut, Invalid, Series, Sums
from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import decode_line, encode_line
from kiosk.journal.uncut import block_line
from sync.collector.care.signals.standing import move
from sync.collector.replica.blocks.filling import fill
from sync.collector.replica.blocks.judging import judge_due
from sync.collector.replica.stretch import Stretch
from sync.collector.store.schema import cut_due, cut_state, micros, uncut_count
from tests.kiosk_in_memory import Kiosk, run
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.replica.blocks.holding import KNOWN, Sender, assert_adds_up, judge, transact_of

SERIES = Series("a", "overall", (1, 2, 3, 4, 5))
SIX = [("rate", 4, "counted", None, 6)]
NIGHT = [("wait", 20 * 3600), ("cut",)]
MONTH = ("wait", 40 * 86400)


def state(
    kiosk: Kiosk, last: int, n: int, *, tail: bool = False, level: int = 4, series: Series = SERIES,
    days: tuple[str, str] | None = None,
) -> None:  # fmt: skip
    """The kiosk states a cut of its own making."""
    one = Cut(("", series), last, tail, {"counted": Sums({level: n}, {})}, days)
    kiosk.write(encode_line(block_line(len(kiosk.lines) + 1, kiosk.clock.now(), one)))


def faults(office: Office) -> list[tuple[object, ...]]:
    return office.rows("block", "last_seq", "fault", "n")


def told(office: Office) -> list[tuple[object, ...]]:
    return office.rows("unread", "seq", "reason", "detail")


def bad(kind: Invalid) -> tuple[Kiosk, bool]:
    """A kiosk whose first cut is invalid in this way; whether it holds ratings all the same."""
    match kind:
        case Invalid.SUMS:
            kiosk = run([*SIX, ("wait", 20 * 3600)])
            state(kiosk, 7, 5)
        case Invalid.DAYS:
            kiosk = run([*SIX, ("wait", 20 * 3600)])
            state(kiosk, 7, 6, days=("2026-11-20 am", "2026-11-20 am"))
        case Invalid.NO_RATING:
            kiosk = run([*SIX, ("wait", 20 * 3600)])
            state(kiosk, 99, 6)
        case Invalid.OVERLAPS:
            kiosk = run([*SIX, *NIGHT])
            state(kiosk, 7, 6)
        case Invalid.FEW:
            kiosk = run([("rate", 4, "counted", None, 4), ("wait", 20 * 3600)])
            state(kiosk, 5, 4)
        case Invalid.OPEN:
            kiosk = run(SIX)
            state(kiosk, 7, 6)
        case Invalid.SPLITS:
            kiosk = run([*SIX, ("wait", 20 * 3600)])
            state(kiosk, 6, 5)
        case Invalid.NO_TAIL:
            kiosk = run([("rate", 4, "counted", None, 4), ("wait", 20 * 3600)])
            state(kiosk, 5, 4, tail=True)
        case Invalid.CROSSES:
            kiosk = run([*SIX, MONTH, *SIX, ("wait", 20 * 3600)])
            state(kiosk, 13, 12)
    return kiosk, kind not in (Invalid.NO_RATING, Invalid.OVERLAPS)


@pytest.mark.parametrize("kind", list(Invalid))
def test_cut_that_its_lines_do_not_bear_out_is_kept_with_its_fault_and_told(office: Office, kind: Invalid) -> None:
    kiosk, holds = bad(kind)
    sender = Sender.of(office, kiosk)
    sender.send()

    judge(office)

    assert told(office) == [(len(kiosk.lines), "bad_cut", str(kind))]
    assert [fault for _, fault, _ in faults(office) if fault] == ([str(kind)] if holds else [])
    assert_adds_up(office)


def test_cut_after_a_bad_one_is_kept_for_itself(office: Office) -> None:
    kiosk, _ = bad(Invalid.SUMS)
    for action in [*SIX, *NIGHT]:
        kiosk.do(*action)
    Sender.of(office, kiosk).send()

    judge(office)

    assert faults(office) == [(7, "sums", 6), (14, None, 6)]


def test_survey_that_has_other_levels_here_is_a_fault(office: Office) -> None:
    kiosk = run([*SIX, *NIGHT])
    Sender.of(office, kiosk).send()

    other = {**KNOWN, "a@1": replace(KNOWN["a@1"], questions=KNOWN["a@3"].questions)}
    judge_due(transact_of(office), other)

    assert faults(office) == [(7, "series", 6)]
    assert told(office) == [(len(kiosk.lines), "bad_cut", "series")]


def test_version_that_is_not_known_here_is_a_series_of_its_own(office: Office) -> None:
    Sender.of(office, run([*SIX, *NIGHT])).send()

    judge_due(transact_of(office), {})

    assert office.rows("block", "series", "fault", "n") == [("a@1", None, 6)]


@pytest.mark.parametrize(("without", "fault"), [(0, None), (1, "differs"), (4, "differs"), (5, None), (11, "few_here")])
def test_block_of_which_the_desk_counts_one_to_four_more_is_not_shown(
    office: Office, without: int, fault: str | None
) -> None:
    kiosk = run([("rate", 4, "counted", "Q2", 14), *NIGHT])
    sender = Sender.of(office, kiosk)
    end = 15 - without  # from there on the kiosk was granted that counter no longer
    ended_us = micros(NOON) - sender.pen.instant().mono_us + decode_line(kiosk.lines[end]).mono
    office.device = replace(office.device, counters={"Q1": 1, "Q2": 2}, ended={2: ended_us})
    sender.send()
    assert len(told(office)) == without

    judge(office)

    assert faults(office) == [(15, fault, 14 - without)]
    assert_adds_up(office)


def test_another_face_after_the_cut_is_set_aside_and_changes_nothing(office: Office) -> None:
    kiosk = run([("rate", 4, "counted", None, 6), ("wait", 700)])
    kiosk.wait(1800)
    state(kiosk, 7, 6)
    kiosk.revised(2, 1)
    kiosk.reasons(3, {"w"})
    sender = Sender.of(office, kiosk)
    sender.send(8)
    sender.send()

    judge(office)

    assert [(seq, reason) for seq, reason, _ in told(office)] == [
        (8, "bad_cut"), (9, "after_cut"), (10, "after_cut"),
    ]  # fmt: skip
    assert [row[2] for row in office.rows("rating", "journal_id", "seq", "level")] == [4] * 6
    assert_adds_up(office)


def test_reasons_that_come_when_an_older_kiosks_ratings_were_cut_are_set_aside(office: Office) -> None:
    kiosk = run([("wait", 3 * 3600 + 3000), *SIX, ("wait", 1800), ("ask", "a@1")], cuts=False)
    sender = Sender.of(office, kiosk)
    sender.send()
    judge(office)
    assert faults(office) == [(7, None, 6)]
    kiosk.reasons(2, {"w"})

    sender.send()

    assert [(seq, reason) for seq, reason, _ in told(office)] == [(9, "after_cut")]
    assert_adds_up(office)


def test_journal_whose_data_fail_waits_alone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    good, poor = (Sender.of(office, run([*SIX, *NIGHT])) for _ in range(2))
    for each in (good, poor):
        each.send()
    with office.database.writing() as connection:
        connection.execute(
            update(cut_state)
            .where(cut_state.c.journal_id == poor.pen.journal_id)
            .values(next_seq=5, state='{"is":"no state"}')
        )

    assert judge(office) == [poor.pen.journal_id]

    assert office.rows("block", "journal_id", "n") == [(good.pen.journal_id, 6)]
    assert office.rows("cut_due") == [(poor.pen.journal_id,)]
    assert judge_due(transact_of(office), KNOWN, apart=[poor.pen.journal_id]) == []


def test_judging_that_breaks_off_writes_nothing_and_is_done_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sender.of(office, run([*SIX, *NIGHT])).send()
    with monkeypatch.context() as patch:
        patch.setattr("sync.collector.replica.blocks.judging._Judging.keep_state", _power_cut)
        with pytest.raises(OSError, match="power"):
            judge(office)
    assert faults(office) == []
    assert_adds_up(office)

    judge(office)

    assert faults(office) == [(7, None, 6)]
    assert_adds_up(office)


def test_long_journal_is_judged_a_few_lines_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.collector.replica.blocks.judging.LINES_AT_ONCE", 4)
    Sender.of(office, run([*SIX, *NIGHT, *SIX, *NIGHT])).send()

    judge(office)

    assert faults(office) == [(7, None, 6), (14, None, 6)]
    assert office.rows("cut_due") == []


def test_decision_moves_the_ratings_of_blocks_and_leaves_those_that_are_uncut(office: Office) -> None:
    kiosk = run([*SIX, ("reasons", 1, {"w"}), *NIGHT, ("rate", 1, "counted", None, 3)])
    Sender.of(office, kiosk).send()
    judge(office)
    days = [row[0] for row in office.rows("tally", "day")]
    whole = Stretch(1, min(days), max(days))

    for to in (Standing.SUSPECT, Standing.COUNTED):
        with office.database.writing() as connection:
            assert move(connection, whole, to) == 6
        assert_adds_up(office)
        assert [n for _, _, n in faults(office)] == [6]


def test_journals_from_before_are_filled_in_from_their_lines_and_a_broken_off_filling_goes_on(office: Office) -> None:
    for survey in ("a@1", "a@2", "b@1"):
        Sender.of(office, run([("ask", survey), *SIX, *NIGHT, *SIX])).send()
    with office.database.writing() as connection:
        connection.execute(uncut_count.delete())
        connection.execute(cut_due.delete())
        connection.execute(cut_state.delete())
    said: list[tuple[int, int]] = []

    def stop(*_: int) -> None:
        raise OSError("stopped")

    with pytest.raises(OSError, match="stopped"):
        fill(transact_of(office), KNOWN, stop)

    assert fill(transact_of(office), KNOWN, lambda done, of: said.append((done, of))) == []
    assert_adds_up(office)
    assert [n for _, _, n in faults(office)] == [6, 6, 6]


def _power_cut(_: object) -> None:
    raise OSError("power")
