"""What is free goes back to the system."""

import subprocess
import sys

GROW_AND_SHRINK = """
from pathlib import Path
from kiosk.base.memory import give_back, keep_one_heap

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

keep_one_heap()
before = resident_mb()
wanted = [bytearray(1000) for _ in range(60_000)]
last = bytearray(1000)  # above them: the heap cannot shrink from its end
circle = [wanted]
circle.append(circle)
full = resident_mb()
del wanted, circle
give_back()
print(full - before > 40, resident_mb() - before < 10)
"""


def test_memory_that_was_needed_once_is_given_back():
    told = subprocess.run([sys.executable, "-c", GROW_AND_SHRINK], capture_output=True, text=True, timeout=60)

    assert told.stdout == "True True\n", told.stderr
