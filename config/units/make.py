#!/usr/bin/env python3
"""Make the table of provinces and communes from a package's list: ``make.py nested-divisions.json >vietnam.csv``.

Names get single blanks, NFC and a capital at their beginning; nothing else of them changes.
"""

import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HEAD = ("code", "parent", "name")


def lines(divisions: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Each province, and then its communes by their code."""
    for province in sorted(divisions, key=lambda entry: int(entry["code"])):
        code = f"{province['code']:02d}"
        yield code, "", tidy(province["name"])
        for commune in sorted(province["wards"], key=lambda entry: int(entry["code"])):
            yield f"{commune['code']:05d}", code, tidy(commune["name"])


def tidy(name: str) -> str:
    """The name with single blanks, composed, its first letter a capital."""
    plain = unicodedata.normalize("NFC", " ".join(name.split()))
    return plain[:1].upper() + plain[1:]


def main() -> None:
    """Write the table to the standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows([HEAD, *lines(json.loads(Path(sys.argv[1]).read_text("utf-8")))])


if __name__ == "__main__":
    main()
