"""Told: what a kiosk told its citizens, in order, and how those words look on its standard error.

``PRESS boot mono level`` before the press is handed over, then ``KEPT boot mono level``
once the future is fulfilled (the thank-you), or ``REFUSED boot mono level Error: why``
(the honest screen). ``ACKNOWLEDGED boot mono level`` is a press that the collector has, so
that it may be pruned. ``SIGNED journal seq size root`` is the tree of cuts that the agent
signed; ``SAW``, ``FAULT``, ``SEEING`` and ``SEEN`` are what it keeps of the public log
(``watched_log.py``). ``UNOPENED Error: why`` and ``UNPRUNED Error: why`` are said by a
program that goes on; ``CRASHED …`` by one that stopped, with an error that nobody had
thought of.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Press:
    """One press: its identity ``(boot, mono)`` and what was pressed."""

    boot: str
    mono: int
    level: int

    def __str__(self) -> str:
        return f"{self.boot} {self.mono} {self.level}"


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was told, up to some moment."""

    pressed: tuple[Press, ...] = ()
    kept: tuple[Press, ...] = ()
    refused: tuple[Press, ...] = ()
    acknowledged: tuple[Press, ...] = ()
    troubles: tuple[str, ...] = ()
    """Errors, with their words."""
    signed: tuple[tuple[str, int, int, str], ...] = ()
    """Journal, entry, how many cuts up to there, and their root in hex."""
    log: tuple[str, ...] = ()
    """What is kept of the public log, in order."""

    @classmethod
    def heard(cls, words: Iterable[str]) -> "Told":
        """What these lines of standard error told."""
        presses: dict[str, list[Press]] = {"PRESS": [], "KEPT": [], "REFUSED": [], "ACKNOWLEDGED": []}
        troubles, signed, log = [], [], []
        for line in words:
            verb, _, rest = line.partition(" ")
            if verb in presses:
                boot, mono, level, *why = rest.split(" ", 3)
                presses[verb].append(Press(boot, int(mono), int(level)))
                troubles += [" ".join(["REFUSED", *why])] if why else []
            elif verb in {"UNOPENED", "UNPRUNED", "CRASHED"}:
                troubles.append(line)
            elif verb == "SIGNED":
                journal_id, seq, size, root = rest.split(" ")
                signed.append((journal_id, int(seq), int(size), root))
            elif verb in {"SAW", "FAULT", "SEEING", "SEEN"}:
                log.append(line)
        return cls(*map(tuple, presses.values()), troubles=tuple(troubles), signed=tuple(signed), log=tuple(log))

    def and_then(self, later: "Told") -> "Told":
        """Both, this one first."""
        return Told(
            self.pressed + later.pressed,
            self.kept + later.kept,
            self.refused + later.refused,
            self.acknowledged + later.acknowledged,
            self.troubles + later.troubles,
            self.signed + later.signed,
            self.log + later.log,
        )

    def without(self, press: Press) -> "Told":
        """As if nothing had been promised for ``press``."""
        return replace(self, kept=tuple(kept for kept in self.kept if kept != press))

    @property
    def doubtful(self) -> tuple[Press, ...]:
        """Pressed, but never thanked for: on disk or not, nobody was promised anything."""
        return tuple(press for press in self.pressed if press not in self.kept)
