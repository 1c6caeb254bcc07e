"""Visits: what citizens press, choose and write at one counter."""

import random
from datetime import datetime, timedelta

from kiosk.journal.lines import ReasonsLine
from sync.collector.run.demo_data.desk import Desk
from sync.collector.run.demo_data.words import word_for

_WRITES, _WRITES_CONTENT = 0.05, 0.006
"""Which part of the citizens writes something: of those who are not satisfied, and of those who are."""


def visit(desk: Desk, at: datetime) -> int:
    """One citizen: a press, perhaps a reason, perhaps a sentence, perhaps a second press; how many count."""
    chance, temper = desk.chance, desk.temper
    worse = temper.worse is not None and temper.worse[0] <= at.date() <= temper.worse[1]
    level = _level(chance, temper.worse_satisfied if worse else temper.satisfied, worse=worse)
    seq = desk.press(at, level)
    chosen: list[str] = []
    if chance.random() < (0.68 if level < 4 else 0.22):
        chosen = _reasons(chance, temper.worse_reason if worse and level < 4 else "")
        desk.journal.add(ReasonsLine, at + timedelta(seconds=5), "reasons", rating=seq, reasons=chosen)
    if chance.random() < (_WRITES if level < 4 else _WRITES_CONTENT):
        desk.write(at + timedelta(seconds=chance.randrange(20, 60)), seq, word_for(chance, level, chosen))
    if chance.random() < 0.045:
        desk.press(at + timedelta(seconds=chance.randrange(6, 18)), level, "repeat")
    return 1


def _level(chance: random.Random, satisfied: float, *, worse: bool) -> int:
    if chance.random() < satisfied:
        return 5 if chance.random() < 0.52 else 4
    return chance.choices((1, 2, 3), (3, 4, 3) if worse else (1.3, 3, 5.7))[0]


_USUAL = {
    "wait": 24,
    "deadline": 17,
    "guidance": 18,
    "trips": 12,
    "attitude": 11,
    "papers": 8,
    "place": 8,
    "result": 6,
    "fee": 2,
    "other": 5,
}


def _reasons(chance: random.Random, mostly: str) -> list[str]:
    weights = {**_USUAL, mostly: 90} if mostly else _USUAL
    chosen = chance.choices(list(weights), list(weights.values()), k=chance.choice((1, 1, 1, 2)))
    return list(dict.fromkeys(chosen))
