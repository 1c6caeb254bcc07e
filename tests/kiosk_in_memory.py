"""A kiosk in memory: it writes the lines of a journal and cuts them, without a disk; and what may happen at it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from kiosk.domain.numbers.blocks import Cut, cut
from kiosk.domain.visit.rating import Rating, Reasons, Revised, Standing
from kiosk.journal.lines import encode_line, line_of
from kiosk.journal.stated import InForce
from kiosk.journal.uncut import Noted, Setting, Uncut, block_line
from tests.builders import FrozenClock

LEVELS = {"overall": (1, 2, 3, 4, 5)}
SURVEYS = {"a@1": LEVELS, "a@2": LEVELS, "a@3": {"overall": (1, 2, 3)}, "b@1": LEVELS}

RATINGS = st.tuples(
    st.just("rate"), st.integers(1, 5), st.sampled_from(list(Standing)[:4] + [Standing.COUNTED] * 6),
    st.sampled_from([None, None, None, "Q1"]), st.integers(1, 6),
)  # fmt: skip
SAID = st.tuples(st.just("reasons"), st.integers(1, 9), st.sets(st.sampled_from(["w", "p", "f"]), max_size=3))
REVISED = st.tuples(st.just("revised"), st.integers(1, 9), st.integers(1, 5))
WAIT = st.tuples(st.just("wait"), st.sampled_from([60, 900, 4 * 3600, 5 * 3600, 11 * 3600, 3 * 86400]))
SURVEY = st.tuples(st.just("ask"), st.sampled_from(sorted(SURVEYS)))
MOVE = st.tuples(st.just("move"), st.sampled_from(["03", "04"]))
STEP = st.tuples(st.just("wait"), st.sampled_from([-60, -900, -13 * 3600, -9 * 86400, 40 * 86400, 9 * 365 * 86400]))
CUT, RESTART = st.just(("cut",)), st.just(("restart",))
ORDINARY = st.lists(
    RATINGS | RATINGS | RATINGS | SAID | REVISED | WAIT | WAIT | SURVEY | CUT | CUT, min_size=5, max_size=40
)
ANYTHING = st.lists(
    RATINGS | RATINGS | SAID | REVISED | WAIT | SURVEY | MOVE | STEP | CUT | RESTART, min_size=5, max_size=40
)


@dataclass
class Kiosk:
    """A kiosk in memory: the lines of a journal and what is uncut of them."""

    clock: FrozenClock = field(default_factory=FrozenClock)
    lines: list[bytes] = field(default_factory=list)
    uncut: Uncut = field(default_factory=lambda: Uncut(Noted(1, Setting())))
    survey: str = "a@1"
    stands: str = "03"
    cuts: bool = True
    """Whether it is of a version that cuts."""

    def __post_init__(self) -> None:
        self.state()

    @property
    def at(self) -> str:
        return self.clock.wall.replace(microsecond=0).isoformat()

    def write(self, line: bytes) -> None:
        self.lines.append(line)
        self.uncut.read(len(self.lines), line)

    def state(self) -> None:
        stated = (
            InForce(self.survey, None, SURVEYS[self.survey], self.stands)
            if self.cuts
            else InForce(self.survey, None, {})
        )
        self.write(encode_line(stated.line(len(self.lines) + 1, self.clock.now())))

    def do(self, action: str, *said: object) -> None:
        getattr(self, action)(*said)

    def rate(self, level: int, standing: Standing, counter: str | None, n: int = 1) -> None:
        for _ in range(n):
            rating = Rating(self.clock.now(), self.survey, "overall", level, standing, counter)
            self.write(encode_line(line_of(len(self.lines) + 1, rating)))
            self.clock.advance(30)

    def reasons(self, back: int, chosen: set[str]) -> None:
        seq = len(self.lines) + 1
        self.write(encode_line(line_of(seq, Reasons(self.clock.now(), max(1, seq - back), tuple(chosen)))))

    def revised(self, back: int, level: int) -> None:
        seq = len(self.lines) + 1
        self.write(encode_line(line_of(seq, Revised(self.clock.now(), max(1, seq - back), level))))

    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    def ask(self, survey: str) -> None:
        self.survey = survey
        self.state()

    def move(self, stands: str) -> None:
        self.stands = stands
        self.state()

    def cut(self) -> None:
        for due in self.uncut.due(self.at) if self.cuts else ():
            self.write(encode_line(block_line(len(self.lines) + 1, self.clock.now(), due)))

    def restart(self) -> None:
        noted = self.uncut.noted
        self.uncut = Uncut(noted)
        for seq, line in enumerate(self.lines[noted.first - 1 :], noted.first):
            self.uncut.read(seq, line)

    def leave(self) -> list[Cut]:
        """What is cut at last, when no line comes any more."""
        return cut(self.uncut.rated, self.at, self.uncut.setting.moves, ended=True)


def run(actions: Iterable[tuple[object, ...]], without: str = "", **others: object) -> Kiosk:
    kiosk = Kiosk(**others)  # type: ignore[arg-type]
    for action, *said in actions:
        if action != without:
            kiosk.do(str(action), *said)
    return kiosk
