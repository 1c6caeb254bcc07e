"""The public log as code that is not ours reads it: Go's golang.org/x/mod/sumdb. Run by ``make interop``.

Needs Go and that package (Debian: golang-go, golang-golang-x-mod-dev); elsewhere it says that it was not run.
"""

import base64
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

from sync.collector.store.database import open_database
from sync.collector.store.migrate import migrate
from sync.collector.transparency.public import Published
from tests.sync.collector.builders import Pen, open_office
from tests.sync.collector.transparency.logs import Kept

GO_PATH = Path("/usr/share/gocode")
JOURNALS = 300
"""More than one tile holds."""


def main() -> int:
    """Make a log of two days and have Go check it; the exit code."""
    if which("go") is None or not (GO_PATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        print("not run: Go and golang.org/x/mod are not installed (Debian: golang-go, golang-golang-x-mod-dev)")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        return _checked_by_go(Path(scratch))


def _checked_by_go(scratch: Path) -> int:
    database = open_database(f"sqlite:///{scratch / 'collector.db'}", create=True)
    migrate(database)
    kept = Kept(open_office(database), scratch / "log")
    pens = [Pen() for _ in range(JOURNALS)]
    earlier = _day(kept, pens)
    _day(kept, pens)
    database.close()
    root = base64.b64encode(earlier.checkpoint.root).decode()
    vkey = kept.folder.key_files.read().signer.vkey
    of_go = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOCACHE": str(scratch / "go"), "GOFLAGS": "-buildvcs=false"}
    program = Path(__file__).with_name("verify_log.go")
    given = [str(kept.folder.public), vkey, str(earlier.checkpoint.size), root]
    return subprocess.run(["go", "run", str(program), *given], env=os.environ | of_go, check=False).returncode


def _day(kept: Kept, pens: list[Pen]) -> Published:
    """A line more in every journal, and what is published after that day."""
    for pen in pens:
        pen.opened()
        kept.office.append(pen, pen.batch(len(pen.lines)))
    return kept.run()


if __name__ == "__main__":
    sys.exit(main())
