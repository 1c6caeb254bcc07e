"""Writes ``schema-N.db`` for the schema of this version; refuses to replace one."""

import sys
import tempfile
from pathlib import Path

from kiosk.domain.visit.rating import Comment, Reasons, Revised
from kiosk.journal.disk.schema import STEPS
from kiosk.journal.journal import Journal
from kiosk.journal.upkeep.backup import back_up
from tests.builders import FrozenClock, make_rating


def main() -> None:
    clock = FrozenClock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kiosk" / "journal.db"
        with Journal.open(path, clock, "golden", allow_any_disk=True) as journal:
            first, *_ = [journal.append(make_rating(clock, level)) for level in (1, 3, 5)]
            journal.append(Reasons(clock.now(), first.seq, ("wait", "fee")))
            journal.append(Comment(clock.now(), first.seq, "Chờ lâu"))
            journal.append(Revised(clock.now(), first.seq, 2))
        entries = back_up(path, Path(__file__).with_name(f"schema-{len(STEPS)}.db"))
    print(f"{entries} entries")


if __name__ == "__main__":
    sys.exit(main())
