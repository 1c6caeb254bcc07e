"""What must hold of the tables of blocks at any time, and kiosks that bring their lines to an office."""

from collections import Counter
from dataclasses import dataclass, replace

from kiosk.domain.visit.survey import Survey
from kiosk.journal.judged import Judged, judged_cuts
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.replica.blocks.judging import judge_due
from sync.collector.replica.held import held_seqs
from sync.collector.store.writer import Transact
from tests.kiosk_in_memory import SURVEYS, Kiosk
from tests.sync.collector.builders import NOON, Office, Pen

SIPAS = shipped_surveys()["sipas-5@1"]


def survey(ref: str, levels: int) -> Survey:
    question = SIPAS.questions[0]
    survey_id, _, version = ref.partition("@")
    return replace(
        SIPAS, id=survey_id, version=int(version), questions=(replace(question, levels=question.levels[:levels]),)
    )


KNOWN = {ref: survey(ref, len(levels["overall"])) for ref, levels in SURVEYS.items()} | {SIPAS.ref: SIPAS}
LEVELS = {ref: {each.id: tuple(one.value for one in each.levels) for each in s.questions} for ref, s in KNOWN.items()}


@dataclass
class Sender:
    """A kiosk's journal on its way to the office."""

    office: Office
    pen: Pen
    sent: int = 0

    @classmethod
    def of(cls, office: Office, kiosk: Kiosk) -> "Sender":
        return cls(office, Pen(boot=kiosk.clock.boot, lines=kiosk.lines, mono_us=kiosk.clock.mono_us))

    def send(self, through: int | None = None) -> None:
        """Bring the lines up to this one, or all."""
        last = len(self.pen.lines) if through is None else min(through, len(self.pen.lines))
        if last > self.sent:
            self.office.append(self.pen, self.pen.batch(self.sent + 1, last), received_at=NOON)
            self.sent = last


def transact_of(office: Office) -> Transact:
    return office.database.transact


def judge(office: Office) -> list[str]:
    return judge_due(transact_of(office), KNOWN)


def assert_adds_up(office: Office) -> None:
    """Each rating is in one block or uncut: by where, when and as what it counts, and in the blocks by level."""
    keys = ("counter_id", "day", "part", "standing")
    tally: Counter[tuple[object, ...]] = Counter()
    for *key, n in office.rows("tally", *keys, "n"):
        tally[tuple(key)] += n
    parts: Counter[tuple[object, ...]] = Counter()
    for *key, n in office.rows("uncut_count", *keys, "n"):
        parts[tuple(key)] += n
    names = [f"n{level}" for level in range(1, 6)]
    for row in office.rows("block_piece", *keys, *names):
        parts[row[:4]] += sum(row[4:])
    assert +parts == +tally
    assert all(n > 0 for n in parts.values())
    _assert_rows(office)


def _assert_rows(office: Office) -> None:
    """Every block's sums are those of its ratings' rows, and no rating is in two."""
    rows = {
        (j, seq): rest
        for j, seq, *rest in office.rows("rating", "journal_id", "seq", "counter_id", "standing", "level")
    }
    reasons: dict[tuple[object, ...], list[str]] = {}
    for journal_id, seq, reason in office.rows("reason_choice", "journal_id", "rating_seq", "reason"):
        reasons.setdefault((journal_id, seq), []).append(reason)
    seen: set[tuple[str, int]] = set()
    for journal_id, last, held, n in office.rows("block", "journal_id", "last_seq", "held", "n"):
        places = {(each, seq) for each, seqs in held_seqs(held).items() for seq in seqs}
        assert not places & seen
        seen |= places
        counted = [at for at in places if rows[at][1] == "counted"]
        assert n == sum(rows[at][1] in ("counted", "suspect") for at in places)
        named = Counter(reason for at in counted for reason in reasons.get(at, ()))
        kept = {r: n for j, s, r, n in office.rows("block_reason") if (j, s) == (journal_id, last)}
        assert kept == named
        levels = Counter(rows[at][2] for at in places)
        pieces = [row for row in office.rows("block_piece") if row[:2] == (journal_id, last)]
        assert {level: sum(row[5 + level] for row in pieces) for level in levels} == levels
    uncut = sum(n for (n,) in office.rows("uncut_count", "n"))
    assert uncut == len(set(rows) - seen)


def found_in(lines: list[bytes], *, ended: bool = False) -> list[Judged]:
    """The cuts of a whole journal that hold anything."""
    return [one for one in judged_cuts(enumerate(lines, 1), LEVELS, ended=ended) if one.held]


def assert_blocks_are(office: Office, journal_id: str, cuts: list[Judged]) -> None:
    """The blocks kept of a journal are these cuts, with all their ratings."""
    names = ("journal_id", "last_seq", "cut_seq", "is_kiosks", "is_tail", "fault", "held")
    kept = [row[1:] for row in office.rows("block", *names) if row[0] == journal_id]
    assert [(*row[:4], row[4], held_seqs(str(row[5]))) for row in kept] == [
        (
            one.cut.last,
            one.seq,
            one.is_kiosks,
            one.cut.is_tail,
            one.wrong and str(one.wrong),
            {journal_id: set(one.held)},
        )
        for one in sorted(cuts, key=lambda one: one.cut.last)
    ]
