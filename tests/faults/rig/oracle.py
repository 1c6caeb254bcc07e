"""Oracle: whether a journal kept the promise, whatever befell it.

Every press that was thanked for is there exactly once; nothing else is, but presses in
doubt, each once at most; the chain holds; SQLite finds its file sound; and the kiosk
opens it again and takes another press. What it signed and what it saw of the public log
is looked at too (``signed_oracle.py``).

Chain and presses are read here with nothing but ``hashlib``, ``json`` and SQLite, so that
an error of the kiosk's own reading cannot hide itself.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kiosk.journal.errors import JournalError
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep import verify
from tests.builders import FrozenClock, make_rating
from tests.faults.rig.libraries import library
from tests.faults.rig.opening import open_journal
from tests.faults.rig.signed_oracle import broken_log, broken_tree
from tests.faults.rig.told import Press, Told

Whys = tuple[str | None, ...]
BOOT_AFTER = "boot-after-the-fault"


class PromiseBroken(AssertionError):
    """What the journal holds is not what was told."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """The judge of journals of one mode; the process must be set to that mode."""

    mode: str

    def require_kept(self, path: Path, told: Told, in_doubt_max: int = 1, continues: Whys = (None,)) -> None:
        """Do nothing if the journal at ``path`` agrees with what was ``told``; then it has one more press.

        ``continues`` is why it may be a continuation of another journal, None if it need not be one; by default it
        must be none: a fault that loses nothing is no reason to alarm anyone. Raises PromiseBroken.
        """
        try:
            press = press_again(path)
            lines = self.lines(path)
            with JournalReader(path) as reader:
                fault = verify.verify_journal(reader, verify.known_heads(path, reader.id))
                tree = broken_tree(reader, lines, told)
            require(fault is None, f"the kiosk's own check finds a fault: {fault}")
            require(tree is None, str(tree))
        except JournalError as error:
            raise PromiseBroken(f"the journal cannot be used again: {type(error).__name__}: {error}") from error
        require_told(lines, told, in_doubt_max, also=(press,))
        log = broken_log(path.parent, told)
        require(log is None, str(log))
        why = json.loads(lines[0]).get("why")
        require(why in continues, f"the journal is a continuation because the old one was {why}, not {continues}")

    def lines(self, path: Path) -> list[bytes]:
        """All lines of the journal; raises PromiseBroken where its file or its chain is not sound."""
        database = library(self.mode).connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            sound = database.execute("PRAGMA integrity_check").fetchone()[0]
            require(sound == "ok", f"SQLite finds the file damaged: {sound}")
            meta = dict(database.execute("SELECT key, value FROM meta"))
            rows = database.execute("SELECT seq, line, hash FROM entry ORDER BY seq").fetchall()
        finally:
            database.close()
        require_chain(meta, rows)
        return [line for _, line, _ in rows]


def press_again(path: Path) -> Press:
    """Open the journal as the kiosk does after the fault, and press once."""
    clock = FrozenClock(boot=BOOT_AFTER)
    with open_journal(path, clock) as journal:
        rating = make_rating(clock, level=5)
        journal.append(rating)
    return Press(rating.pressed.boot, rating.pressed.mono_us, rating.level)


def require_chain(meta: dict[str, str], rows: Iterable[tuple[int, bytes, bytes]]) -> None:
    """Each entry follows the last one and its hash is that of all before it, from the anchor on where it was pruned."""
    pruned, _, anchor = meta.get("pruned_head", "0 ").partition(" ")
    head = bytes.fromhex(anchor) or hashlib.sha256(meta["journal_id"].encode()).digest()
    for place, (seq, line, stored) in enumerate(rows, int(pruned) + 1):
        head = hashlib.sha256(head + line).digest()
        require((seq, stored) == (place, head), f"the chain breaks at entry {place}")


def require_told(lines: Iterable[bytes], told: Told, in_doubt_max: int, also: tuple[Press, ...] = ()) -> None:
    """The presses in ``lines`` are those thanked for and ``also``, once each, and few of those that were in doubt."""
    held = Counter(presses_in(lines))
    twice = [press for press, times in held.items() if times > 1]
    lost = [press for press in (*told.kept, *also) if press not in held and press not in told.acknowledged]
    doubtful = [press for press in told.doubtful if press in held]
    invented = set(held) - set(told.pressed) - set(also)
    require(not lost, f"thanked for, but not kept: {_list(lost)}")
    require(not twice, f"kept more than once: {_list(twice)}")
    require(not invented, f"never pressed: {_list(invented)}")
    require(len(doubtful) <= in_doubt_max, f"never thanked for, yet kept: {_list(doubtful)}")


def presses_in(lines: Iterable[bytes]) -> list[Press]:
    """The ratings among the lines, in order."""
    entries = map(json.loads, lines)
    return [Press(entry["boot"], entry["mono"], entry["level"]) for entry in entries if entry["kind"] == "rating"]


def require(fulfilled: bool, otherwise: str) -> None:
    """Raise PromiseBroken, saying ``otherwise``, unless ``fulfilled``."""
    if not fulfilled:
        raise PromiseBroken(otherwise)


def _list(presses: Iterable[Press]) -> str:
    return "; ".join(map(str, presses))
