"""Licences: what is in each package, under which licence, and what each file's checksum is."""

import csv
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wheels import PROGRAMS, run


def write_parts_list(to: Path, python: Path, interpreter: str, interpreter_version: str) -> dict[str, Any]:
    """The CycloneDX bill of materials of an installed tree, the interpreter included."""
    run(PROGRAMS / "cyclonedx-py", "environment", "--output-reproducible", "--of", "JSON", "--output-file", to, python)
    parts: dict[str, Any] = json.loads(to.read_text("utf-8"))
    parts["components"].append(
        {
            "bom-ref": interpreter,
            "type": "application",
            "name": interpreter,
            "version": interpreter_version,
            "purl": f"pkg:deb/debian/{interpreter}@{interpreter_version}?arch=amd64",
            "licenses": [{"license": {"id": "PSF-2.0"}}],
        }
    )
    to.write_text(json.dumps(parts, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return parts


def write_licences(to: Path, parts: dict[str, Any]) -> None:
    """Name, version and licence of each part, one a line."""
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "version", "licence"])
        for part in sorted(parts["components"], key=lambda part: str(part["name"]).lower()):
            writer.writerow([part["name"], part["version"], " / ".join(_licences(part)) or "not stated"])


def write_checksums(folder: Path) -> None:
    """SHA256SUMS of every file beside it, as ``sha256sum --check`` takes it."""
    sums = folder / "SHA256SUMS"
    files = sorted(path for path in folder.iterdir() if path.is_file() and path != sums)
    sums.write_text("".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files))


def _licences(part: dict[str, Any]) -> Iterable[str]:
    """What the package's own description says; a whole text stands for itself by its first line."""
    for each in part.get("licenses", ()):
        licence = each.get("license", {})
        said = each.get("expression") or licence.get("id") or licence.get("name") or ""
        if said:
            yield said.splitlines()[0][:80]
