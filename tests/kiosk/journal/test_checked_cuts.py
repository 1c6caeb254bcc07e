"""Every cut of a journal is held against its lines, and one that does not hold is named."""

import json
from datetime import timedelta

import pytest

from kiosk.base.texts import texts
from kiosk.doctor.journal import bad_cut_words
from kiosk.domain.numbers.blocks import Invalid, Sums
from kiosk.domain.visit.rating import Revised
from kiosk.journal import cutting, uncut
from kiosk.journal.stated import InForce
from kiosk.journal.upkeep.cuts import Checked
from kiosk.journal.upkeep.upkeep import check_whole, last_check
from kiosk.journal.upkeep.verify import verify_journal
from kiosk.journal.upkeep.whole import verify_whole
from tests.builders import make_rating

IN_FORCE = InForce("sipas-5@1", None, {"overall": (1, 2, 3, 4, 5)}, "03")
HALF_DAY_S, NIGHT_S, DAY_S = 5 * 3600, 19 * 3600, 86400


@pytest.fixture
def journal(journal, clock):
    """One whose kiosk cuts."""
    journal.state_settings(IN_FORCE, clock.now())
    return journal


def half_day(journal, clock, n: int = 5) -> list[int]:
    seqs = [journal.append(make_rating(clock)).seq for _ in range(n)]
    clock.advance(HALF_DAY_S)
    while journal.cut(clock.now()):
        pass
    clock.advance(NIGHT_S)
    return seqs


def lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the kiosk's cuts say other levels than its lines."""

    def lying(seq, now, one):
        counter = {"counted": Sums({1: one.counted}, {})}
        return uncut.block_line(seq, now, type(one)(one.stream, one.last, one.is_tail, counter))

    monkeypatch.setattr(cutting, "block_line", lying)


def test_sound_journal_says_how_many_cuts_were_checked(journal, reader, clock):
    for _ in range(3):
        half_day(journal, clock)

    assert verify_whole(reader).cuts == Checked(3, ())


def test_cut_that_says_something_else_is_named_with_where_and_what_to_do(journal, reader, clock, monkeypatch):
    half_day(journal, clock)
    lie(monkeypatch)
    half_day(journal, clock)
    monkeypatch.undo()
    half_day(journal, clock)

    checked = verify_whole(reader).cuts

    assert [(one.seq, one.wrong) for one in checked.faults] == [(14, Invalid.SUMS)]
    assert checked.n == 2
    assert verify_journal(reader) is None
    said = bad_cut_words(checked.faults[0], texts("kiosk", "vi"))
    assert "Khối ở mục 14 (quầy –, đến mục 13) không đúng: các tổng của khối khác với các mục" in said
    assert "báo bộ phận CNTT" in said


def test_full_check_keeps_what_became_of_the_cuts(journal, reader, path, clock, monkeypatch):
    half_day(journal, clock)
    lie(monkeypatch)
    half_day(journal, clock)

    check_whole(path, clock.wall)

    assert (last_check(path)["fault"], last_check(path)["cuts"], last_check(path)["bad_cuts"]) == (None, 1, [14])


def test_cuts_behind_pruned_lines_are_checked_and_none_is_called_wrong_for_them(journal, reader, clock, monkeypatch):
    seqs = half_day(journal, clock)
    journal.state_settings(InForce("sipas-5@1", "7", IN_FORCE.levels, "04"), clock.now())
    half_day(journal, clock, 7)
    clock.advance(400 * DAY_S)
    half_day(journal, clock)
    lie(monkeypatch)
    half_day(journal, clock)
    # Up to within the second cut: what it was made of is not there any more.
    monkeypatch.setattr("kiosk.journal.prune.CHUNK_MAX", seqs[-1] + 4)
    assert journal.maintain(reader.head(), timedelta(days=400), clock.now()) == seqs[-1] + 4

    checked = verify_whole(reader).cuts

    assert (checked.n, checked.unknown) == (1, 1)
    assert [one.wrong for one in checked.faults] == [Invalid.SUMS]


def test_follow_up_on_a_rating_that_a_cut_holds_is_kept_and_counted_nowhere(journal, reader, clock):
    seqs = half_day(journal, clock)
    day = clock.wall.date() - timedelta(days=1)
    before = reader.desk(day, day)

    journal.append(Revised(clock.now(), seqs[0], 1))
    while journal.cut(clock.now()):
        pass

    assert reader.desk(day, day) == before
    assert json.loads(list(reader.entries())[-1].line)["kind"] == "revised"
    assert verify_whole(reader).cuts == Checked(1, ())
