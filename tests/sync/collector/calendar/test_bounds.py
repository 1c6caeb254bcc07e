"""Bounds: what a dead clock says is held by what is known, and placing one rating never moves another boot's."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journal.lines import OpenedLine, RatingLine, encode_line
from sync.collector.calendar.bounds import Floor, Walls
from sync.collector.calendar.presstime import MEASURED, PressClock, TimeQuality
from sync.collector.store.schema import micros

RECEIVED = micros(datetime(2026, 11, 20, 5, 0, tzinfo=UTC))
SECOND, HOUR = 1_000_000, 3_600_000_000
DAY = 24 * HOUR
FLOOR = Floor(RECEIVED - 10 * DAY, RECEIVED - 300 * DAY)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HEARD = {"heard": RECEIVED - 5 * DAY, "later": RECEIVED - 2 * DAY}
"""Our clock minus these boots' clocks."""
Entry = tuple[str, int, int]
"""A boot, its clock, and the wall clock."""


def at(wall_us: int) -> str:
    return (EPOCH + timedelta(seconds=wall_us // SECOND)).isoformat()


def line_of(seq: int, entry: Entry) -> bytes:
    boot, mono, wall = entry
    words = {"survey": "sipas-5@1", "question": "overall", "level": 3, "standing": "counted"}
    return encode_line(RatingLine(seq=seq, at=at(wall), mono=mono, boot=boot, kind="rating", **words))


def place(entries: list[Entry], before_us: int | None = None) -> list[tuple[int, TimeQuality]]:
    """When each of them was made."""
    lines = [line_of(seq, entry) for seq, entry in enumerate(entries, 1)]
    clock = PressClock(RECEIVED, "now", 9 * HOUR, HEARD.get, Walls(lines, FLOOR, before_us))
    return [clock.date(at(wall), mono, boot) for boot, mono, wall in entries]


_BOOTS = st.sampled_from(["heard", "later", "now", "dead", "deader", "deadest"])
_WALLS = st.one_of(
    st.integers(0, 400 * DAY),
    st.integers(RECEIVED - 12 * DAY, RECEIVED + DAY),
    st.just(micros(datetime(2044, 1, 1, tzinfo=UTC))),
)
_ENTRIES = st.lists(st.tuples(_BOOTS, st.integers(0, 2 * DAY), _WALLS), max_size=12)


@given(_ENTRIES, st.none() | st.integers(RECEIVED - 11 * DAY, RECEIVED))
def test_nothing_is_ever_placed_outside_its_bounds(entries: list[Entry], before: int | None) -> None:
    placed = place(entries, before)

    for number, (found, quality) in enumerate(placed):
        assert FLOOR.place_us <= found <= RECEIVED
        if quality is TimeQuality.RECEIVED:
            assert found == RECEIVED
        if quality is TimeQuality.UNCERTAIN:
            measured_before = [time for time, known in placed[:number] if known in MEASURED]
            measured_after = [time for time, known in placed[number:] if known in MEASURED]
            boot = [n for n, entry in enumerate(entries) if entry[0] == entries[number][0]]
            earlier = [time for n, (time, known) in enumerate(placed) if known in MEASURED and n < boot[0]]
            later = [time for n, (time, known) in enumerate(placed) if known in MEASURED and n > boot[-1]]
            assert max([FLOOR.kiosk_us, before or 0, *earlier]) <= found <= min([RECEIVED, *later])
            assert set(earlier) <= set(measured_before)
            assert set(later) <= set(measured_after)


@given(_ENTRIES)
def test_within_a_boot_what_was_pressed_later_stands_later(entries: list[Entry]) -> None:
    placed = place(entries)

    for boot in ("dead", "deader", "deadest"):
        times = sorted((mono, time) for (name, mono, _), (time, _) in zip(entries, placed, strict=True) if name == boot)
        assert [time for _, time in times] == sorted(time for _, time in times)


@given(_ENTRIES, st.sampled_from(["dead", "deader", "deadest"]))
def test_what_a_boot_never_heard_says_moves_nothing_of_another(entries: list[Entry], gone: str) -> None:
    with_it = [found for entry, found in zip(entries, place(entries), strict=True) if entry[0] != gone]

    assert place([entry for entry in entries if entry[0] != gone]) == with_it


@given(st.lists(st.integers(0, 8 * HOUR), min_size=1, max_size=6), st.integers(0, 8 * HOUR), st.data())
def test_another_reading_among_good_ones_moves_none_of_them(monos: list[int], mono: int, data: st.DataObject) -> None:
    began = RECEIVED - 3 * DAY
    good: list[Entry] = [("dead", one, began + one) for one in sorted(monos)]
    whole = [("dead", 0, began), *good, ("dead", 8 * HOUR, began + 8 * HOUR)]
    spot = data.draw(st.integers(1, len(whole)))
    odd: Entry = ("dead", mono, data.draw(_WALLS))

    placed = place([*whole[:spot], odd, *whole[spot:]])

    for (found, quality), (alone, known) in zip(placed[:spot] + placed[spot + 1 :], place(whole), strict=True):
        assert (abs(found - alone) <= SECOND, quality) == (True, known)
    assert placed[spot][1] is TimeQuality.UNCERTAIN


@pytest.mark.parametrize("wall", [0, micros(datetime(2044, 6, 1, tzinfo=UTC)), FLOOR.kiosk_us - DAY, RECEIVED + HOUR])
def test_a_clock_that_cannot_be_right_says_nothing(wall: int) -> None:
    assert place([("dead", 5, wall)]) == [(RECEIVED, TimeQuality.RECEIVED)]


def test_a_clock_that_nothing_contradicts_is_taken() -> None:
    assert place([("dead", HOUR, RECEIVED - 3 * DAY)]) == [(RECEIVED - 3 * DAY, TimeQuality.UNCERTAIN)]


def test_entries_before_and_after_bound_it() -> None:
    heard, later = ("heard", 0, 0), ("later", 0, 0)

    between = place([heard, ("dead", 7, RECEIVED - 3 * DAY), later])
    too_early = place([heard, ("dead", 7, RECEIVED - 6 * DAY), later])
    too_late = place([heard, ("dead", 7, RECEIVED - DAY), later])

    assert [found[1][1] for found in (between, too_early, too_late)] == ["uncertain", "received", "received"]


def test_what_was_measured_before_the_batch_bounds_it() -> None:
    entries: list[Entry] = [("dead", 7, RECEIVED - 3 * DAY)]

    assert place(entries, RECEIVED - 4 * DAY)[0][1] is TimeQuality.UNCERTAIN
    assert place(entries, RECEIVED - 2 * DAY)[0][1] is TimeQuality.RECEIVED


def test_a_clock_that_was_set_right_dates_what_came_before_it_in_that_boot() -> None:
    set_at = RECEIVED - 3 * DAY

    placed = place([("dead", 0, 5 * SECOND), ("dead", HOUR, set_at)])

    assert placed == [(set_at - HOUR, TimeQuality.UNCERTAIN), (set_at, TimeQuality.UNCERTAIN)]


def test_what_was_carried_over_may_be_older_than_the_kiosk_but_not_than_its_counter() -> None:
    opened = OpenedLine(seq=1, at=at(0), mono=8 * HOUR, boot="now", kind="opened", software="1", continues="x" * 36)

    def carried(wall: int) -> tuple[int, TimeQuality]:
        line = line_of(2, ("dead", 5, wall))[:-1] + b',"from":["a",1,"b"]}'
        clock = PressClock(RECEIVED, "now", 9 * HOUR, HEARD.get, Walls([encode_line(opened), line], FLOOR))
        return clock.date(at(wall), 5, "dead")

    assert carried(FLOOR.kiosk_us - DAY) == (FLOOR.kiosk_us - DAY, TimeQuality.UNCERTAIN)
    assert carried(FLOOR.place_us - DAY) == (RECEIVED, TimeQuality.RECEIVED)


def test_what_was_measured_stands_before_the_enrolment_but_not_before_the_counter() -> None:
    sent = 299 * DAY

    def measured(mono: int) -> TimeQuality:
        return PressClock(RECEIVED, "now", sent + 2 * DAY, HEARD.get, Walls((), FLOOR)).date(at(0), mono, "now")[1]

    assert [measured(2 * DAY), measured(0)] == [TimeQuality.EXACT, TimeQuality.RECEIVED]


@given(st.lists(st.binary(max_size=200), max_size=4), _WALLS)
def test_bytes_that_are_no_line_bound_nothing(lines: list[bytes], wall: int) -> None:
    clock = PressClock(RECEIVED, "now", 9 * HOUR, HEARD.get, Walls(lines, FLOOR))

    assert clock.date(at(wall), 5, "dead")[0] in (wall // SECOND * SECOND, RECEIVED)


def test_a_clock_under_which_one_entry_of_the_boot_cannot_be_is_believed_for_none() -> None:
    ahead: list[Entry] = [("dead", 0, RECEIVED - HOUR), ("dead", 2 * HOUR, RECEIVED + HOUR)]
    begins = RECEIVED - 5 * DAY - HOUR
    behind: list[Entry] = [("heard", 0, 0), ("dead", 0, begins), ("dead", DAY, begins + DAY)]

    assert {quality for _, quality in place(ahead)} == {TimeQuality.RECEIVED}
    assert {quality for _, quality in place(behind)[1:]} == {TimeQuality.RECEIVED}
