"""Real disks that fill up, turn read-only, rot or are locked: honest at once, well again by itself, never silent."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from kiosk.journal.disk import engine
from kiosk.journal.errors import JournalError, JournalUnusable, JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep import verify
from tests.builders import FrozenClock, make_rating
from tests.faults.conftest import LONG
from tests.faults.rig.libraries import library
from tests.faults.rig.mounts import break_down, ext4_disk, fill, memory_disk, mount_anew, remount
from tests.faults.rig.mutants import MUTANTS
from tests.faults.rig.opening import open_journal
from tests.faults.rig.oracle import Oracle, PromiseBroken, presses_in, require
from tests.faults.rig.told import Press, Told

pytestmark = pytest.mark.timeout(1800 if LONG else 120)

PAGE = 4096
PRESSES_MAX = 20_000
"""More than a small disk can hold: a fault that never comes is an error of the test."""


class Citizens:
    """Press on one journal and remember what they were told."""

    def __init__(self, journal: Journal, clock: FrozenClock) -> None:
        self._journal = journal
        self._clock = clock
        self.pressed: list[Press] = []
        self.kept: list[Press] = []
        self.refused: list[Press] = []

    def press(self) -> bool:
        """Press once; whether the citizen was thanked."""
        rating = make_rating(self._clock, level=1 + len(self.pressed) % 5)
        press = Press(rating.pressed.boot, rating.pressed.mono_us, rating.level)
        self.pressed.append(press)
        try:
            self._journal.append(rating)
        except JournalUnwritable:
            self.refused.append(press)
            return False
        self.kept.append(press)
        return True

    def press_until_refused(self) -> None:
        """Press until one of them is refused."""
        assert any(not self.press() for _ in range(PRESSES_MAX)), "the fault never came"

    @property
    def told(self) -> Told:
        return Told(tuple(self.pressed), tuple(self.kept), tuple(self.refused))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with memory_disk(tmp_path / "small", "1m") as disk:
        yield disk


@pytest.fixture
def real_disk(tmp_path: Path) -> Iterator[Path]:
    with ext4_disk(tmp_path / "real", 24) as disk:
        yield disk


def test_full_disk_is_told_and_forgotten_once_there_is_room_again(small_disk, oracle, clock):
    filler = small_disk / "filler"
    filler.write_bytes(bytes(1 << 19))
    path = small_disk / "kiosk" / "journal.db"
    with open_journal(path, clock) as journal:
        citizens = Citizens(journal, clock)
        for _ in range(2):
            citizens.press_until_refused()
            assert not any(citizens.press() for _ in range(5))
            filler.write_bytes(bytes(filler.stat().st_size // 2))
            assert all(citizens.press() for _ in range(5))

    oracle.require_kept(path, citizens.told)


def test_reserve_gives_room_for_the_last_presses_of_a_full_disk(real_disk, oracle, clock, monkeypatch):
    monkeypatch.setattr("kiosk.journal.disk.reserve.LOW_BYTES", 1 << 20)
    path = real_disk / "kiosk" / "journal.db"
    with open_journal(path, clock) as journal:
        citizens = Citizens(journal, clock)
        assert citizens.press()
        fill(real_disk)

        assert all(citizens.press() for _ in range(200))

    oracle.require_kept(path, citizens.told)


def test_disk_that_turns_read_only_under_the_kiosk_is_told_and_loses_nothing(real_disk, oracle, clock):
    path = real_disk / "kiosk" / "journal.db"
    with open_journal(path, clock) as journal:
        citizens = Citizens(journal, clock)
        assert all(citizens.press() for _ in range(5))
        break_down(real_disk)
        assert not any(citizens.press() for _ in range(5))

    mount_anew(real_disk)

    oracle.require_kept(path, citizens.told)


def test_disk_that_is_read_only_at_the_start_is_named_and_starts_once_it_is_writable(real_disk, oracle, clock):
    path = real_disk / "kiosk" / "journal.db"
    with open_journal(path, clock) as journal:
        citizens = Citizens(journal, clock)
        assert citizens.press()
    remount(real_disk, "ro")

    with pytest.raises(JournalError, match=r"[Rr]ead-?only"):
        open_journal(path, clock)

    remount(real_disk, "rw")
    oracle.require_kept(path, citizens.told)


def test_database_locked_by_a_stranger_is_waited_for_and_never_thanked_for_when_absent(
    oracle, clock, tmp_path, monkeypatch
):
    held_s, patience_ms = (10, engine.BUSY_TIMEOUT_MS) if LONG else (1, 500)
    be_patient_for(patience_ms, monkeypatch)
    path = tmp_path / "kiosk" / "journal.db"
    with open_journal(path, clock) as journal:
        citizens = Citizens(journal, clock)
        assert citizens.press()
        with locked_by_a_stranger(oracle.mode, path, held_s):
            started = monotonic()

            # Three tries together outlast the stranger.
            assert citizens.press()

            assert monotonic() - started > held_s / 2
        assert citizens.press()

    oracle.require_kept(path, citizens.told)


def test_database_that_stays_locked_is_told(oracle, clock, tmp_path, monkeypatch):
    be_patient_for(100, monkeypatch)
    path = tmp_path / "kiosk" / "journal.db"
    with open_journal(path, clock) as journal:
        citizens = Citizens(journal, clock)
        with locked_by_a_stranger(oracle.mode, path, 60):
            assert not citizens.press()
        assert citizens.press()

    oracle.require_kept(path, citizens.told)


@pytest.mark.parametrize("seed", range(20 if LONG else 1))
def test_byte_flipped_in_any_page_is_noticed_or_changes_nothing(oracle, sound, place, seed):
    for page in range(len(sound.file) // PAGE):
        random = Random(f"{seed} {page}")
        at = page * PAGE + random.randrange(PAGE)
        damaged = bytearray(sound.file)
        damaged[at] ^= random.randrange(1, 256)

        with named(f"the flip at byte {at}"):
            require_noticed(oracle, sound, bytes(damaged), place / str(page))


def test_bit_flipped_in_what_the_journal_says_of_itself_is_noticed(oracle, sound, place):
    """Its schema and its id, where a flip must not end in an error that nobody thought of."""
    schema = range(100, PAGE, 1 if LONG else 64)
    start = sound.file.index(b"journal_id")
    for at in (*schema, *range(start - 4, start + 46)):
        damaged = bytearray(sound.file)
        damaged[at] ^= 0x80

        with named(f"the flip at byte {at}"):
            require_noticed(oracle, sound, bytes(damaged), place / str(at))


def test_kiosk_that_does_not_check_the_chain_is_found_out(oracle, sound, place, monkeypatch):
    MUTANTS["chain unchecked"](monkeypatch.setattr)
    forged = sound.file.replace(b'"level":2', b'"level":5')

    with pytest.raises(PromiseBroken, match="in silence"):
        require_noticed(oracle, sound, forged, place)


@dataclass(frozen=True, slots=True)
class Sound:
    """A closed journal as it was written."""

    file: bytes
    head_file: bytes
    lines: list[bytes]


@pytest.fixture
def sound(oracle, clock, place) -> Sound:
    """A journal with more entries than are looked at in every start."""
    path = place / "sound" / "journal.db"
    with open_journal(path, clock) as journal:
        citizens = Citizens(journal, clock)
        assert all(citizens.press() for _ in range(260))
    return Sound(path.read_bytes(), path.with_suffix(".head").read_bytes(), oracle.lines(path))


def require_noticed(oracle: Oracle, sound: Sound, damaged: bytes, folder: Path) -> None:
    """Do nothing if the kiosk names the damage, or nothing is lost; raises PromiseBroken."""
    path = folder / "journal.db"
    folder.mkdir(exist_ok=True)
    path.write_bytes(damaged)
    path.with_suffix(".head").write_bytes(sound.head_file)
    try:
        open_journal(path, FrozenClock()).close()
    except JournalUnusable:
        require(path.read_bytes() == damaged, "the file was refused, and yet written")
        return
    with JournalReader(path) as reader:
        if verify.verify_journal(reader, verify.known_heads(path, reader.id)) is not None:
            return
        lines = [entry.line for entry in reader.entries()]
    opened = json.loads(lines[0])
    if opened.get("why") is None:
        require(lines == sound.lines, "entries were altered in silence")
        return
    asides = [file.read_bytes() for file in folder.glob("aside/*/journal.db")]
    require(asides == [damaged], "the damaged file was not put aside whole")
    was, held = presses_in(sound.lines), presses_in(lines)
    require(len(held) == len(set(held)) and set(held) <= set(was), "ratings were carried over twice, or altered")
    missing = len(was) - len(held)
    require(missing <= opened.get("lost", 0), f"{missing} ratings are gone, {opened.get('lost', 0)} are said to be")


def be_patient_for(milliseconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a lock no longer than this, at each try."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", milliseconds)
    monkeypatch.setitem(engine._SETTINGS, "busy_timeout", milliseconds)


@contextmanager
def named(what: str) -> Iterator[None]:
    """A broken promise says what broke it."""
    try:
        yield
    except PromiseBroken as broken:
        raise PromiseBroken(f"{what}: {broken}") from broken


@contextmanager
def locked_by_a_stranger(mode: str, path: Path, seconds: float) -> Iterator[None]:
    """Another program holds the database's lock, for at most ``seconds``."""
    program = (
        f"import sys, time; from {library(mode).__name__} import connect\n"
        "stranger = connect(sys.argv[1], isolation_level=None); stranger.execute('BEGIN EXCLUSIVE')\n"
        "print('locked', flush=True); time.sleep(float(sys.argv[2]))"
    )
    stranger = subprocess.Popen(
        [sys.executable, "-c", program, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert stranger.stdout is not None
    try:
        assert stranger.stdout.readline() == "locked\n"
        yield
    finally:
        stranger.kill()
        stranger.communicate(timeout=60)
