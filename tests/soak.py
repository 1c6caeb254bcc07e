"""Simulated visits without end: the kiosk must not grow. ``python tests/soak.py [visits [minutes]]``; ``make soak``.

Ends after 100,000 visits, or as many as were asked for, or after so many minutes. Prints what it holds as it goes;
exits 1 when any of it grew beyond its limit after the first visits, which fill caches.
"""

import gc
import os
import sys
import tempfile
import threading
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ |= {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}

from tests.citizens import open_kiosk  # noqa: E402 - the path comes first

VISITS = 100_000
WARM_UP_MIN = 60
"""By then every kind of visit was there once; of a long soak a tenth: the heap and the disk's cache take their form."""
REPORTS = 40


@dataclass(frozen=True)
class Held:
    """What the process holds at one moment."""

    own_mb: float
    """Memory of its own: PSS but for mapped files, whose share changes with whatever else runs on the machine."""
    pss_mb: float
    objects: int
    textures: int
    threads: int
    files: int

    def __str__(self) -> str:
        memory = f"{self.own_mb:6.1f} MB own  {self.pss_mb:6.1f} MB PSS"
        return (
            f"{memory}  {self.objects:>7} objects  {self.textures} textures  {self.threads} threads  {self.files} files"
        )


GROWTH_MAX = Held(own_mb=6.0, pss_mb=20.0, objects=2000, textures=20, threads=0, files=0)
"""So much of each may come and go with the moment; nothing may grow with the visits."""


def main(visits: int, minutes: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        citizens = open_kiosk(Path(folder))
        for n in range(max(WARM_UP_MIN, visits // 10)):
            citizens.visit(n)
        began, start = held(), time.monotonic()
        print(f"{'':>8}         {began}", flush=True)
        for n in range(visits):
            if time.monotonic() - start > 60 * minutes:
                break
            citizens.visit(n)
            if (n + 1) % max(100, visits // REPORTS) == 0:
                rate = (n + 1) / (time.monotonic() - start)
                print(f"{n + 1:>8} visits  {held()}  {rate:5.1f} visits/s", flush=True)
        ended = held()
        citizens.close()
        kept = ratings_kept(Path(folder) / "journal.db")
    return judge(began, ended, citizens.thanked, kept)


def judge(began: Held, ended: Held, thanked: int, kept: int) -> int:
    """Tell what grew, and whether the kiosk passes."""
    grown = Held(*(after - before for before, after in zip(astuple(began), astuple(ended), strict=True)))
    print(f"grown by:        {grown}\n{thanked} visits thanked, {kept} ratings in the journal")
    too_much = [name for name, limit in vars(GROWTH_MAX).items() if getattr(grown, name) > limit]
    if too_much:
        print(f"grew too much: {', '.join(too_much)}")
    return 1 if too_much or thanked != kept else 0


def held() -> Held:
    """What this process holds now, garbage collected."""
    gc.collect()
    objects = gc.get_objects()
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return Held(*memory_mb(), len(objects), textures(objects), threading.active_count(), files)


def memory_mb() -> tuple[float, float]:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return (kib["Pss"] - kib["Pss_File"]) / 1024, kib["Pss"] / 1024


def textures(objects: list[Any]) -> int:
    from kivy.graphics.texture import Texture

    return sum(isinstance(each, Texture) for each in objects)


def ratings_kept(path: Path) -> int:
    from kiosk.journal.reader import JournalReader

    with JournalReader(path) as reader:
        return reader.count("rating")


if __name__ == "__main__":
    asked = dict(enumerate(sys.argv))
    sys.exit(main(int(asked.get(1, VISITS)), float(asked.get(2, "inf"))))
