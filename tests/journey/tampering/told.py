"""Told: who names a tampering, in which words, and how many hours after it.

Three may: the collector's own night (``verify`` and the log, in the notice that people get), each kiosk by its screen
and its status, and the other office's witness, which does not cosign.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from kiosk.base.texts import texts
from sync.agent.asked.public_log import doubt_words, log_seen, reach_line, restart_line, witness_line
from sync.agent.state import load_state
from sync.agent.transparency.kept import PROOFS_FAILED, load_kept
from sync.agent.troubles import trouble_lines
from sync.collector.store.schema import notice

if TYPE_CHECKING:
    from tests.journey.tampering.town import Station, Town

VERIFY, LOG, WITNESS = "verify", "log", "witness"
IN_ORDER = "in order"


@dataclass(frozen=True)
class Word:
    """What one of them said."""

    who: str
    code: str
    """As programs are told it."""
    words: str
    hours: int


@dataclass
class Told:
    """Listens to a town, hour by hour, from a moment on."""

    town: "Town"
    words: list[Word] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._since = self.town.now
        self._notices, self._witnessed = 0, len(self.town.kept.witness.refused)
        self._t = texts("collector", self.town.kept.language)
        self._kiosk_t = texts("kiosk", self.town.kept.language)

    def listen(self) -> None:
        """Hear what is new."""
        self._of_the_collector()
        for station in self.town.stations:
            self._of_a_kiosk(station)
        refused = self.town.kept.witness.refused
        for status, words in refused[self._witnessed :]:
            self._say(WITNESS, str(status), words)
        self._witnessed = len(refused)

    def ask_kiosks(self) -> None:
        """What each kiosk says of the log as it is now, once it found itself in it with a witness's signature."""
        for station in self.town.stations:
            seen = log_seen(station.files.log)
            if seen is not None and seen.seq and seen.witnesses >= seen.quorum:
                lines = reach_line(seen, self._kiosk_t), witness_line(seen, self._kiosk_t)
                self._say(f"kiosk {station.number}", IN_ORDER, " ".join(lines))

    def _say(self, who: str, code: str, words: str) -> None:
        if not any(one.who == who and one.code == code for one in self.words):
            hours = round((self.town.now - self._since).total_seconds() / 3600)
            self.words.append(Word(who, code, words, hours))

    def _of_the_collector(self) -> None:
        c = notice.c
        wanted = select(c.notice_id, c.kind, c.facts, c.body).where(c.notice_id > self._notices).order_by(c.notice_id)
        with self.town.database.reading() as connection:
            found = connection.execute(wanted).all()
        for row in found:
            self._notices = row.notice_id
            if row.kind == "alert":
                is_proof = "what" in row.facts
                code = ", ".join(row.facts["what"]) if is_proof else str(row.facts.get("fault"))
                self._say(VERIFY if is_proof else LOG, code, row.body.split("\n")[0])

    def _of_a_kiosk(self, station: "Station") -> None:
        who = f"kiosk {station.number}"
        kept, note = load_kept(station.files.log), load_state(station.files.state).trouble
        if kept is not None and kept.doubt is not None:
            where = "on its resting screen" if kept.doubt.code in PROOFS_FAILED else "to staff and office"
            self._say(who, str(kept.doubt.code), f"{doubt_words(kept.doubt.code, self._kiosk_t)[0]} ({where})")
        if kept is not None and kept.restarted is not None:
            line = restart_line(kept.restarted.at, self._kiosk_t, was_whole=False)
            self._say(who, "restarted", line)
        if note is not None:
            self._say(who, str(note.trouble), trouble_lines(note.trouble, self._kiosk_t)[0])
