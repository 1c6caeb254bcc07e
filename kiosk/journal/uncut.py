"""Uncut: the ratings that no cut holds yet, read from the journal's lines one after the other.

Whoever reads the same lines finds the same: the kiosk, which cuts, and the collector, which checks.
Carried lines keep the place that they had in the older journal and are in no cut of this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import msgspec
from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.domain.numbers.blocks import Cut, HalfDay, Rated, Series, Stream, Sums, cut, half_day_of, open_at
from kiosk.journal.lines import (
    BlockLine,
    Line,
    LineUnreadable,
    RatingLine,
    ReasonsLine,
    RevisedLine,
    SettingsLine,
    SumsSaid,
    decode_line,
    head,
    is_carried,
)
from kiosk.journal.sound import has_nul, is_sound
from kiosk.journal.visits import Asked, Visits

_KEY, _ANCHOR = "uncut", "settings at anchor"


@dataclass(frozen=True, slots=True)
class Setting:
    """What earlier lines say about those that follow."""

    levels: Mapping[str, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)
    """By survey (``id@version``) and question."""
    stands: str | None = None
    moves: int = 0
    """How often the kiosk was moved."""
    passed_over: HalfDay | None = None
    """The half day in which an older kiosk became one that cuts: it is cut for it, as those before it are."""

    def after(self, line: SettingsLine) -> Self:
        """What is known once these settings were stated."""
        levels = {**self.levels, line.survey: {key: tuple(each) for key, each in line.levels.items()}}
        if line.stands is None:
            return replace(self, levels=levels if line.levels else self.levels)
        is_move = self.stands is not None and self.stands != line.stands
        return replace(self, levels=levels, stands=line.stands, moves=self.moves + is_move)

    def series(self, survey: str, question: str) -> Series:
        """To which one a rating belongs."""
        return Series(survey.partition("@")[0], question, self.levels.get(survey, {}).get(question, ()))


class Noted(msgspec.Struct, frozen=True):
    """Where the next reading may begin, and what the lines before that say; kept beside the entries."""

    first: int
    setting: Setting


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What of the lines read so far a later reading needs, so that it can go on behind them."""

    next_seq: int
    setting: Setting
    had_ratings: bool
    streams: list[Stream]
    rated: list[tuple[int, str, int, int, str, tuple[str, ...] | None, int]]
    """As the fields of Rated, the stream by its place."""
    asked: list[Asked]


class Uncut:
    """What the lines read so far leave for the next cut."""

    def __init__(self, noted: Noted) -> None:
        self.next_seq = noted.first
        """The first line that was not read."""
        self._settings = [(noted.first, noted.setting)]
        self._rated: dict[int, Rated] = {}
        self.had_ratings = False
        """Whether any rating was among the lines."""
        self.passed: list[RatingLine] = []
        """Those that another cuts, in the order of the lines; whoever notes them clears it."""
        self._visits = Visits()

    @classmethod
    def of(cls, kept: Kept) -> Self:
        """As it was when this was kept."""
        uncut = cls(Noted(kept.next_seq, kept.setting))
        for seq, at, stream, level, standing, reasons, moves in kept.rated:
            uncut._rated[seq] = Rated(seq, at, kept.streams[stream], level, standing, reasons, moves)
        uncut.had_ratings = kept.had_ratings
        uncut._visits = Visits(kept.asked)
        return uncut

    @property
    def kept(self) -> Kept:
        """What a later reading needs."""
        streams = list(dict.fromkeys(each.stream for each in self._rated.values()))
        place = {stream: at for at, stream in enumerate(streams)}
        rated = [
            (each.seq, each.at, place[each.stream], each.level, each.standing, each.reasons, each.moves)
            for each in self._rated.values()
        ]
        return Kept(self.next_seq, self.setting, self.had_ratings, streams, rated, self._visits.near(self.next_seq))

    @property
    def rated(self) -> list[Rated]:
        """The ratings, in order, as they stand by now."""
        return list(self._rated.values())

    @property
    def setting(self) -> Setting:
        """What holds for the next line."""
        return self._settings[-1][1]

    @property
    def noted(self) -> Noted:
        """From where on whoever begins anew must read."""
        first = next(iter(self._rated), self.next_seq)
        return Noted(first, next(setting for since, setting in reversed(self._settings) if since <= first))

    def read(self, seq: int, encoded: bytes) -> None:
        """Take the next line in; one that cannot be read says nothing of a rating."""
        self.read_decoded(seq, encoded, readable(encoded))

    def read_decoded(self, seq: int, encoded: bytes, line: Line | None) -> None:
        """Take the next line in, which is decoded by ``readable`` already."""
        self.next_seq = seq + 1
        if line is not None and line.seq == seq and not is_carried(encoded) and is_sound(line):
            self._take(line)
        self._visits.see(seq, encoded)

    def pass_over(self, seq: int, encoded: bytes) -> None:
        """See that a line is there which is not about ratings that are cut here."""
        self.next_seq = seq + 1
        self._visits.see(seq, encoded)

    def holds(self, seq: int) -> bool:
        """Whether this is a rating that waits for a cut."""
        return seq in self._rated

    def held(self, one: Cut) -> list[Rated]:
        """The ratings in this cut."""
        return [each for each in self.rated if each.stream == one.stream and each.seq <= one.last]

    def take(self, one: Cut) -> tuple[int, ...]:
        """From here on the ratings in this cut are spent; which these are."""
        taken = tuple(each.seq for each in self.held(one))
        for seq in taken:
            del self._rated[seq]
        return taken

    def due(self, at: str, least: int = 0) -> list[Cut]:
        """What is to be cut at this moment; ``least`` raises the five."""
        return cut(self.rated, at, self.setting.moves, least=least)

    def _take(self, line: Line) -> None:
        match line:
            case RatingLine():
                self._rate(line)
            case RevisedLine() if self._may_say(line):
                self._rated[line.rating] = replace(self._rated[line.rating], level=line.level)
            case ReasonsLine() if self._may_say(line):
                self._give_reasons(line)
            case SettingsLine():
                self._settings.append((line.seq + 1, self.setting.after(line)))
            case BlockLine():
                self.take(cut_in(line))

    def _may_say(self, line: RevisedLine | ReasonsLine) -> bool:
        is_here = line.rating_journal is None and line.rating in self._rated
        return is_here and self._visits.late(line.rating, line) is None

    def _rate(self, line: RatingLine) -> None:
        self.had_ratings = True
        if self.setting.passed_over is not None:
            if half_day_of(line.at) == self.setting.passed_over:
                self.passed.append(line)
                return
            self._settings.append((line.seq, replace(self.setting, passed_over=None)))
        stream = (line.counter or "", self.setting.series(line.survey, line.question))
        self._rated[line.seq] = Rated(
            line.seq, line.at, stream, line.level, line.standing, moves=self.setting.moves, version=line.survey
        )

    def _give_reasons(self, line: ReasonsLine) -> None:
        rated = self._rated[line.rating]
        if not rated.reasons:
            self._rated[line.rating] = replace(rated, reasons=tuple(dict.fromkeys(line.reasons)))


def readable(encoded: bytes) -> Line | None:
    """The line, if it can be read and says when it was written; at the collector a stranger may have written it."""
    if has_nul(encoded):
        return None
    try:
        line = decode_line(encoded)
        open_at(line.at)
    except (LineUnreadable, ValueError, OverflowError, RecursionError):
        return None
    return line


def cut_in(line: BlockLine) -> Cut:
    """The cut that an entry states."""
    stream = (line.counter or "", Series(line.survey, line.question, tuple(line.levels)))
    sums = {standing: Sums(said.levels, said.reasons) for standing, said in line.sums.items()}
    return Cut(stream, line.last, line.tail, sums, line.days)


def block_line(seq: int, now: Instant, one: Cut) -> BlockLine:
    """The entry that states a cut."""
    counter, series = one.stream
    sums = {
        standing: SumsSaid(dict(sorted(sums.levels.items())), dict(sorted(sums.reasons.items())))
        for standing, sums in one.sums.items()
    }
    return BlockLine(
        *head(seq, now, "block"), series.survey, series.question, list(series.levels), one.last, sums,
        counter or None, one.is_tail, one.days,
    )  # fmt: skip


def begin_to_cut(connection: Connection, line: SettingsLine) -> bool:
    """Cut from this entry on, which tells the levels, unless that has begun; within its transaction.

    What an older version wrote before it is cut by the collector, up to the end of that half day. Whether it begins.
    """
    if not line.levels or noted_in(connection) is not None:
        return False
    query = """SELECT 1 FROM entry WHERE instr(line, CAST('"kind":"rating"' AS BLOB)) > 0
        AND instr(line, CAST('"from":[' AS BLOB)) = 0 LIMIT 1"""
    has_ratings = connection.exec_driver_sql(query).scalar_one_or_none() is not None
    note(connection, Noted(line.seq, Setting(passed_over=half_day_of(line.at) if has_ratings else None)))
    return True


def noted_in(connection: Connection) -> Noted | None:
    """What was noted last; None where this journal is not cut."""
    return _noted(connection, _KEY)


def note(connection: Connection, noted: Noted) -> None:
    """Keep it, within the caller's transaction."""
    _note(connection, _KEY, noted)


def noted_at_anchor(connection: Connection) -> Noted | None:
    """What the pruned lines say about those that are left; None where no cut can have been among them."""
    return _noted(connection, _ANCHOR)


def note_pruned(connection: Connection, through: int) -> None:
    """Keep what the lines up to ``through`` say of those behind them, before they go."""
    noted = noted_at_anchor(connection)
    query = """SELECT line FROM entry
        WHERE seq <= ? AND instr(line, CAST('"kind":"settings"' AS BLOB)) > 0 ORDER BY seq"""
    for (encoded,) in connection.exec_driver_sql(query, (through,)):
        line = readable(encoded)
        if isinstance(line, SettingsLine) and (noted is not None or line.levels):
            noted = Noted(line.seq + 1, (noted.setting if noted else Setting()).after(line))
    if noted is not None:
        _note(connection, _ANCHOR, Noted(through + 1, noted.setting))


def first_uncut(connection: Connection) -> int:
    """The first entry that a later cut may need; beyond all entries where this journal is not cut."""
    noted = noted_in(connection)
    return 2**63 - 1 if noted is None else noted.first


def _noted(connection: Connection, key: str) -> Noted | None:
    query = "SELECT value FROM meta WHERE key = ?"
    found = connection.exec_driver_sql(query, (key,)).scalar_one_or_none()
    return None if found is None else msgspec.json.decode(str(found), type=Noted)


def _note(connection: Connection, key: str, noted: Noted) -> None:
    value = (key, msgspec.json.encode(noted).decode())
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", value)
