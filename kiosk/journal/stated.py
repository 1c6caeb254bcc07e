"""Stated: which settings are in force, as an entry of the journal, so that its lines can be read by themselves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.domain.visit.survey import Survey
from kiosk.journal.counts.sums import leave_to_centre, note_levels
from kiosk.journal.lines import SettingsLine, head
from kiosk.journal.reader import head_of
from kiosk.journal.uncut import begin_to_cut
from kiosk.journal.writing import write_line


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds for the ratings from here on."""

    survey: str
    """``id@version``."""
    settings: str | None
    """The version of those that the office set; None where the kiosk's own hold."""
    levels: Mapping[str, Sequence[int]]
    """Of each question of the survey."""
    stands: str | None = None
    """The counter at which the kiosk stands; None where the office never said."""

    @classmethod
    def of(cls, survey: Survey, settings: str | None, stands: str | None) -> Self:
        """With that survey on the screen."""
        levels = {each.id: tuple(level.value for level in each.levels) for each in survey.questions}
        return cls(survey.ref, settings, levels, stands)

    def line(self, seq: int, now: Instant) -> SettingsLine:
        """The entry that says so."""
        levels = {question: list(of_question) for question, of_question in self.levels.items()}
        return SettingsLine(
            *head(seq, now, "settings"), survey=self.survey, settings=self.settings, levels=levels, stands=self.stands
        )

    def __str__(self) -> str:
        return json.dumps(
            [self.survey, self.settings, {key: list(each) for key, each in self.levels.items()}, self.stands]
        )


def state_in_force(connection: Connection, journal_id: str, in_force: InForce, now: Instant) -> None:
    """Write it down, within the caller's transaction, unless the last such entry says so already."""
    query = "SELECT value FROM meta WHERE key = 'settings'"
    if connection.exec_driver_sql(query).scalar_one_or_none() == str(in_force):
        return
    end = head_of(connection, journal_id)
    line = in_force.line(end.next_seq, now)
    if begin_to_cut(connection, line):
        leave_to_centre(connection)
    note_levels(connection, line.survey, line.levels)
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES ('settings', ?)", (str(in_force),))
    write_line(connection, end, line)
