"""Closed files: the files of a kept report, made of its numbers alone, the same bytes whenever and wherever.

They are made in a process of their own, at a low priority: laying out the paper of hundreds of units computes for
minutes, and whoever reads pages or delivers ratings meanwhile must not notice.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from kiosk.base.texts import texts
from sync.collector.closed.frozen import thaw
from sync.collector.export.forms import FORMS, phrases_for

WAIT_S_MAX = 90.0
"""So long one unit's files may take."""
NICE = 10


class NoFiles(Exception):
    """The files of this report cannot be made; the report itself is kept."""


def closed_files(numbers: bytes, language: str, zone: ZoneInfo, address: str = "") -> dict[str, bytes]:
    """Every file of a kept report, by form; they tell no other time than that of the report.

    Paper carries the hash of the numbers and ``address``, where it can be looked up: it is made before the hash is in
    the public log, and stays as it was made.
    """
    # The reasons of other months are kept for their page and stand in no file of the month.
    book = replace(thaw(numbers), reason_months=(), address=address)
    p = phrases_for(book, texts("collector", language), zone, book.made_at)
    return {form: make(book, p) for form, (make, _) in FORMS.items()}


def files_apart(
    reports: Sequence[bytes], language: str, zone: ZoneInfo, address: str = ""
) -> list[dict[str, bytes] | NoFiles]:
    """The same of some reports, in another process; as far as it came, each that could not be made by itself.

    Raises OSError where no process can be started.
    """
    same = {"language": language, "zone": zone.key, "address": address}
    asked = [json.dumps({"numbers": one.decode(), **same}) for one in reports]
    command = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(
            command, input="\n".join(asked).encode(), capture_output=True, timeout=WAIT_S_MAX * len(asked), check=False
        )
        said, why = done.stdout, done.stderr.decode(errors="replace")[-300:]
    except subprocess.TimeoutExpired as error:
        said, why = error.stdout or b"", "it took too long"
    found = [_read(line) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]
    # Whatever ended the process, it was at the first that has no answer; those behind it were not tried.
    return found if len(found) == len(reports) else [*found, NoFiles(why.strip() or "the process ended")]


def _read(line: bytes) -> dict[str, bytes] | NoFiles:
    answer = json.loads(line)
    if "fault" in answer:
        return NoFiles(answer["fault"])
    return {form: base64.b64decode(body) for form, body in answer["files"].items()}


def _answer(line: str) -> str:
    asked = json.loads(line)
    try:
        zone = ZoneInfo(asked["zone"])
        files = closed_files(asked["numbers"].encode(), asked["language"], zone, asked.get("address", ""))
    except Exception as error:  # noqa: BLE001 - the edge of this process: one report's fault must not end the others
        return json.dumps({"fault": f"{type(error).__name__}: {error}"[:300]})
    return json.dumps({"files": {form: base64.b64encode(body).decode() for form, body in files.items()}})


def main() -> None:
    """Answer each line of the standard input by one line."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    for line in sys.stdin:
        sys.stdout.write(_answer(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
