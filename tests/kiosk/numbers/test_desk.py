"""Whatever happens at a kiosk, its desk tells whole cuts and what waits: the same as its lines, read slowly."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from kiosk.domain.numbers.blocks import HalfDay, half_day_of, open_at
from kiosk.domain.numbers.desk_numbers import DeskNumbers, Told, Waiting
from kiosk.domain.visit.rating import Rating, Reasons, Revised, Standing
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.judged import judged_cuts
from kiosk.journal.reader import JournalReader
from kiosk.journal.stated import InForce
from kiosk.numbers.days import _Read
from tests.builders import FrozenClock
from tests.kiosk_in_memory import ANYTHING, RATINGS, WAIT
from tests.tallies import terms

FEW = settings(deadline=None, max_examples=12)  # each on a real disk
OWN = ("sipas-5", "overall", (1, 2, 3, 4, 5))
SURVEYS = {"a@1": "sipas-5@1", "a@2": "sipas-5@2", "a@3": "sipas-5@3", "b@1": "tt32-3@1"}
LEVELS = {"sipas-5@1": OWN[2], "sipas-5@2": OWN[2], "sipas-5@3": (1, 2, 3), "tt32-3@1": (1, 2, 3)}
TERMS = terms()


@dataclass
class Kiosk:
    """A kiosk on a disk."""

    path: Path
    clock: FrozenClock = field(default_factory=FrozenClock)
    survey: str = "sipas-5@1"
    stands: str = "03"

    def __post_init__(self) -> None:
        self.journal = self._open()

    def do(self, action: str, *said: Any) -> None:
        getattr(self, action)(*said)

    def rate(self, level: int, standing: Standing, counter: str | None, n: int = 1) -> None:
        for _ in range(n):
            self.journal.append(Rating(self.clock.now(), self.survey, "overall", level, standing, counter))
            self.clock.advance(30)

    def reasons(self, back: int, chosen: set[str]) -> None:
        self.journal.append(Reasons(self.clock.now(), self._seq(back), tuple(chosen)))

    def revised(self, back: int, level: int) -> None:
        self.journal.append(Revised(self.clock.now(), self._seq(back), level))

    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    def ask(self, survey: str) -> None:
        self.survey = SURVEYS[survey]
        self.state()

    def move(self, stands: str) -> None:
        self.stands = stands
        self.state()

    def state(self) -> None:
        in_force = InForce(self.survey, None, {"overall": LEVELS[self.survey]}, self.stands)
        self.journal.state_settings(in_force, self.clock.now())

    def cut(self) -> None:
        while self.journal.cut(self.clock.now()):
            pass

    def restart(self) -> None:
        self.journal.close()
        self.journal = self._open()

    def _seq(self, back: int) -> int:
        with JournalReader(self.path) as reader:
            return max(1, reader.head().next_seq - back)

    def _open(self) -> Journal:
        return Journal.open(self.path, self.clock, "test", allow_any_disk=True)


@contextmanager
def a_kiosk() -> Iterator[Kiosk]:
    with TemporaryDirectory() as folder:
        kiosk = Kiosk(Path(folder) / "journal.db")
        try:
            yield kiosk
        finally:
            kiosk.journal.close()


@dataclass
class Slow:
    """The journal's lines, read from the first one on with nothing but the judge of cuts."""

    shown: list[tuple[dict[HalfDay, int], Counter[int]]] = field(default_factory=list)
    tails: list[dict[HalfDay, int]] = field(default_factory=list)
    uncut: "Counter[HalfDay]" = field(default_factory=Counter)
    centre: "Counter[HalfDay]" = field(default_factory=Counter)

    def told(self, first: HalfDay, last: HalfDay) -> tuple[dict[int, int], int, int, int, int]:
        """Levels, and what waits: uncut, straddling, tail, at the centre."""
        within = lambda pieces: sum(n for at, n in pieces.items() if first <= at <= last)  # noqa: E731
        whole = [pieces.keys() <= {at for at in pieces if first <= at <= last} for pieces, _ in self.shown]
        counts = sum((levels for (_, levels), all_in in zip(self.shown, whole, strict=True) if all_in), Counter[int]())
        straddling = sum(within(pieces) for (pieces, _), all_in in zip(self.shown, whole, strict=True) if not all_in)
        return (
            {level: n for level, n in counts.items() if n},
            within(self.uncut),
            straddling,
            sum(map(within, self.tails)),
            within(self.centre),
        )


def read_slowly(lines: list[bytes], now: datetime) -> Slow:
    slow, waiting = Slow(), dict[int, dict[str, Any]]()
    cuts = {one.seq: one for one in judged_cuts(enumerate(lines, 1), {}) if one.is_kiosks}
    assert all(one.wrong is None for one in cuts.values())
    passed, had_ratings, cuts_itself = None, False, False
    for seq, said in enumerate(map(json.loads, lines), 1):
        if said["kind"] == "settings" and said.get("levels") and not cuts_itself:
            passed, cuts_itself = half_day_of(said["at"]) if had_ratings else None, True
        if said["kind"] == "rating":
            had_ratings = True
            at = half_day_of(said["at"])
            passed = passed if at == passed else None
            is_own = (said["survey"].partition("@")[0], said["question"], LEVELS[said["survey"]]) == OWN
            if (not cuts_itself or passed) and is_own and said["standing"] == "counted":
                slow.centre[at] += 1
            elif cuts_itself and not passed:
                waiting[seq] = {**said, "at": at, "own": is_own}
        if seq in cuts:
            take(slow, waiting, cuts[seq].cut)
    for said in waiting.values():
        if said["own"] and said["standing"] == "counted" and said["at"] not in open_at(now.isoformat()):
            slow.uncut[said["at"]] += 1
    return slow


def take(slow: Slow, waiting: dict[int, dict[str, Any]], one: Any) -> None:
    counter, series = one.stream
    pieces: Counter[HalfDay] = Counter()
    for seq, said in list(waiting.items()):
        stream = said.get("counter") or "", said["survey"].partition("@")[0], LEVELS[said["survey"]]
        if seq <= one.last and stream == (counter, series.survey, series.levels):
            pieces[said["at"]] += said["standing"] == "counted"
            del waiting[seq]
    pieces = +pieces
    if (series.survey, series.question, series.levels) == OWN and pieces:
        if one.is_tail:
            slow.tails.append(pieces)
        else:
            slow.shown.append((pieces, Counter(one.sums["counted"].levels)))


def read(kiosk: Kiosk, first: str, last: str) -> DeskNumbers:
    with JournalReader(kiosk.path) as reader:
        counts = reader.desk(date.fromisoformat(first), date.fromisoformat(last))
    # Not read_tally: clocks jump by years, and each of their days would be told.
    return _Read(counts, kiosk.clock.wall.isoformat(), TERMS).numbers


def lines_of(kiosk: Kiosk) -> list[bytes]:
    with JournalReader(kiosk.path) as reader:
        return [entry.line for entry in reader.entries()]


def periods(lines: list[bytes]) -> list[tuple[HalfDay, HalfDay]]:
    """Half days, days, days together, weeks and months, wherever anybody rated."""
    days = sorted({json.loads(line)["at"][:10] for line in lines})
    found = [((day, part), (day, part)) for day in days for part in ("am", "pm")]
    found += [((day, "am"), (day, "pm")) for day in days]
    for day in map(date.fromisoformat, days):
        monday = day - timedelta(days=day.weekday())
        found.append(((monday.isoformat(), "am"), ((monday + timedelta(days=6)).isoformat(), "pm")))
    found += [((f"{month}-01", "am"), (f"{month}-31", "pm")) for month in {day[:7] for day in days}]
    return [*found, ((days[0], "am"), (days[len(days) // 2], "pm")), ((days[0], "am"), (days[-1], "pm"))]


def compare(kiosk: Kiosk) -> dict[tuple[HalfDay, HalfDay], Told]:
    """What the desk tells of every period, once it is found to be what the lines say."""
    lines = lines_of(kiosk)
    slow, asked = read_slowly(lines, kiosk.clock.wall), periods(lines)
    numbers = read(kiosk, asked[-1][0][0], asked[-1][1][0])
    told = {each: numbers.told(*each) for each in asked}
    for each, found in told.items():
        waits = found.waiting
        expected = slow.told(*each)
        assert (dict(found.counts), waits.uncut, waits.straddling, waits.tail, waits.centre) == expected
        assert found.recorded == sum(expected[0].values()) + sum(expected[1:])
    return told


def nested(one: tuple[HalfDay, HalfDay], other: tuple[HalfDay, HalfDay]) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


@FEW
@given(ANYTHING)
def test_desk_tells_what_the_lines_say_at_every_moment(actions):
    with a_kiosk() as kiosk:
        kiosk.state()
        for action, *said in [*actions, ("wait", 13 * 3600), ("cut",)]:
            kiosk.do(str(action), *said)
            if action in ("cut", "restart", "move"):
                compare(kiosk)


@FEW
@given(st.lists(RATINGS | WAIT, max_size=8), ANYTHING)
def test_what_an_older_kiosk_left_is_at_the_centre_and_nothing_is_lost(before, after):
    with a_kiosk() as kiosk:
        for action, *said in before:
            kiosk.do(str(action), *said)
        for action, *said in [("ask", "a@1"), *after, ("wait", 13 * 3600), ("cut",)]:
            kiosk.do(str(action), *said)
        compare(kiosk)


@FEW
@given(st.lists(RATINGS | RATINGS | WAIT | st.just(("cut",)), min_size=5, max_size=15))
def test_every_difference_of_two_answers_is_a_union_of_blocks(actions):
    with a_kiosk() as kiosk:
        kiosk.state()
        before: dict[tuple[HalfDay, HalfDay], set[int]] = {}
        for action, *said in [*actions, ("wait", 13 * 3600), ("cut",)]:
            kiosk.do(str(action), *said)
            told, blocks = compare(kiosk), blocks_of(kiosk)
            shown = {asked: {seq for seq, (at, _) in blocks.items() if nested(at, asked)} for asked in told}
            for asked, seqs in shown.items():
                assert before.get(asked, set()) <= seqs
                assert told[asked].counts == sum((blocks[seq][1] for seq in seqs), Counter())
            assert all(shown[one] <= shown[other] for one in shown for other in shown if nested(one, other))
            before = shown


def blocks_of(kiosk: Kiosk) -> dict[int, tuple[tuple[HalfDay, HalfDay], "Counter[int]"]]:
    """The first and last half day and the levels of each block, as the lines say, by the seq of its entry."""
    found, ratings = {}, list[tuple[str, HalfDay]]()
    for seq, said in enumerate(map(json.loads, lines_of(kiosk)), 1):
        if said["kind"] == "rating" and said["standing"] == "counted":
            ratings.append((said.get("counter", ""), half_day_of(said["at"])))
        if said["kind"] == "block":
            counter, n = said.get("counter", ""), sum(said["sums"].get("counted", {"levels": {}})["levels"].values())
            held = [each for each in ratings if each[0] == counter][:n]
            ratings = [each for each in ratings if each[0] != counter] + [
                each for each in ratings if each[0] == counter
            ][n:]
            if not said.get("tail"):
                levels = {int(level): many for level, many in said["sums"]["counted"]["levels"].items()}
                found[seq] = ((held[0][1], held[-1][1]), Counter(levels))
    return found


def five_and(kiosk: Kiosk, more: int) -> None:
    """A half day with a block, and a later one of too few."""
    kiosk.state()
    kiosk.rate(4, Standing.COUNTED, None, 5)
    kiosk.wait(5 * 3600)
    kiosk.cut()
    kiosk.rate(2, Standing.COUNTED, None, more)
    kiosk.wait(24 * 3600)
    kiosk.cut()


def day_of(kiosk: Kiosk) -> tuple[int, dict[int, int], Waiting]:
    found = read(kiosk, "2026-11-23", "2026-11-23").told(("2026-11-23", "am"), ("2026-11-23", "pm"))
    return found.recorded, dict(found.counts), found.waiting


def test_what_was_cut_and_pruned_stays_in_the_figures():
    with a_kiosk() as kiosk:
        five_and(kiosk, 5)
        before = day_of(kiosk)
        kiosk.wait(401 * 86400)
        kiosk.rate(5, Standing.COUNTED, None, 5)
        with JournalReader(kiosk.path) as reader:
            assert kiosk.journal.maintain(reader.head(), timedelta(days=400), kiosk.clock.now()) > 10

        assert day_of(kiosk) == before == (10, {4: 5, 2: 5}, Waiting())


@pytest.mark.parametrize("common", [1, 9])
def test_continued_journal_keeps_its_older_figures(common):
    with a_kiosk() as kiosk:
        five_and(kiosk, 2)
        assert day_of(kiosk) == (7, {4: 5}, Waiting(uncut=2))
        parted = {"parted": {"journal_id": kiosk.journal.id, "seq": common}}
        kiosk.path.with_name("agent.json").write_text(json.dumps(parted))

        kiosk.restart()
        kiosk.state()
        kiosk.rate(5, Standing.COUNTED, None, 5)
        kiosk.wait(13 * 3600)
        kiosk.cut()

        # The two that were left are the collector's to cut; the carried ones enter no block of the new journal.
        assert day_of(kiosk) == (7, {4: 5}, Waiting(centre=2))
        assert read(kiosk, "2026-11-24", "2026-11-24").told(("2026-11-24", "am"), ("2026-11-24", "pm")).counts == {5: 5}


def test_journal_that_was_continued_twice_keeps_the_figures_of_both():
    with a_kiosk() as kiosk:
        five_and(kiosk, 5)
        for _ in range(2):
            parted = {"parted": {"journal_id": kiosk.journal.id, "seq": 1}}
            kiosk.path.with_name("agent.json").write_text(json.dumps(parted))
            kiosk.restart()
            kiosk.state()

        assert day_of(kiosk) == (10, {4: 5, 2: 5}, Waiting())


def test_block_is_as_large_as_the_office_wants_it():
    with a_kiosk() as kiosk:
        kiosk.state()
        for levels in (5, 5):
            kiosk.rate(4, Standing.COUNTED, None, levels)
            kiosk.wait(5 * 3600)
            kiosk.journal.cut(kiosk.clock.now(), 10)
        kiosk.wait(13 * 3600)
        kiosk.journal.cut(kiosk.clock.now(), 10)

        assert [sum(levels.values()) for _, levels in blocks_of(kiosk).values()] == [10]
        compare(kiosk)


def test_disk_that_refuses_between_a_cut_and_its_sums_keeps_neither(monkeypatch):
    with a_kiosk() as kiosk:
        kiosk.state()
        kiosk.rate(4, Standing.COUNTED, None, 5)
        kiosk.wait(5 * 3600)

        def refuse(*_: object) -> None:
            raise DatabaseError("INSERT", None, Exception("database or disk is full"))

        monkeypatch.setattr("kiosk.journal.cutting.note_cut", refuse)
        with pytest.raises(JournalUnwritable):
            kiosk.cut()
        assert blocks_of(kiosk) == {}
        monkeypatch.undo()
        kiosk.restart()
        kiosk.cut()

        assert day_of(kiosk) == (5, {4: 5}, Waiting())


def test_figures_of_an_upgrade_that_was_gone_back_from_and_came_again_are_whole():
    with a_kiosk() as kiosk:
        five_and(kiosk, 2)
        # The older version counts on, cuts nothing and knows none of the sums.
        kiosk.rate(1, Standing.COUNTED, None, 4)
        kiosk.wait(13 * 3600)
        kiosk.restart()
        kiosk.state()
        kiosk.cut()

        assert day_of(kiosk) == (7, {4: 5}, Waiting(straddling=2))
        compare(kiosk)
