"""Bundle: what IT staff send to whoever helps them, in one zip; no person and no secret is in it.

What goes in is chosen piece by piece; what other programs worded, logs and error texts, is filtered besides.
"""

import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.base.errors import SpokenError
from kiosk.doctor.finding import Finding
from kiosk.domain.numbers.blocks import is_over
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LineUnreadable, decode_line

if TYPE_CHECKING:
    from kiosk.journal.reader import Entry

HIDDEN = "[…]"
MOVING = frozenset({"journal", "delivery"})
"""Findings that count entries, and so move with a press; the parts beside them count as of the last half day."""
LINE_CHARS_MAX = 2000
HEAD_DIGITS = 8
"""So much of the chain's hash tells two journals apart. Two whole hashes let whoever has both find the few lines
between them by trying: one bundle of a morning and one of an afternoon would do."""
_SECRETS = (
    re.compile(r"-----BEGIN [^-]+-----.*?(-----END [^-]+-----|\Z)", re.DOTALL),
    re.compile(r"\$argon2\w*\$\S+"),
    # One-time codes, as they are printed and as they are typed.
    re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b"),
    re.compile(r"(?<=//)[^/\s:@]*:[^\s]*(?=@)"),
    # Keys, hashes, tokens: long words without a space.
    re.compile(r"(?<![\w/.-])[A-Za-z0-9+/_=-]{40,}(?![\w/.-])"),
    re.compile(r"(?<![\w:.,+-])\d{6}(?![\w:.,-])"),
)


class BundleNotWritten(SpokenError):
    """The zip cannot be written there: name another place."""


def write_bundle(to: Path, parts: Mapping[str, str], at: datetime) -> Path:
    """Put the parts, by file name, into a new zip at ``to`` or in that folder, for this user alone; the zip.

    Raises BundleNotWritten.
    """
    file = to / f"hailong-support-{at:%Y%m%d-%H%M%S}.zip" if to.is_dir() else to
    if file.exists():
        raise BundleNotWritten("{file} exists already; name a new file", file=file)
    fresh = file.with_name(f".{file.name}.unfinished")
    try:
        handle = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as writing, zipfile.ZipFile(writing, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in parts.items():
                bundle.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), text.encode())
        fresh.replace(file)
    except OSError as error:
        raise BundleNotWritten("{file} cannot be written: {why}", file=file, why=error.strerror) from error
    finally:
        fresh.unlink(missing_ok=True)
    return file


def without_secrets(text: str) -> str:
    """The text without what looks like a key, a hash, a password in an address, a one-time code or a PIN."""
    for pattern in _SECRETS:
        text = pattern.sub(HIDDEN, text)
    return "\n".join(line[:LINE_CHARS_MAX] for line in text.splitlines())


def journal_part(path: Path, now: datetime) -> str:
    """The journal's name, head and how many entries of each kind it has, up to the last half day that is over.

    No entry. Of two bundles of the same morning nobody learns when somebody pressed.
    """
    from kiosk.journal.reader import JournalReader  # only here: the citizen's first frame does not wait for SQLAlchemy

    try:
        with JournalReader(path) as reader:
            anchor = reader.anchor()
            head, kinds = _as_closed(reader.entries(anchor.next_seq), anchor, now)
            touch_test = reader.touch_test()
    except JournalError as error:
        return as_json({"fault": without_secrets(str(error))})
    return as_json(
        {
            "journal": reader.id,
            "first_seq": anchor.next_seq,
            "next_seq": head.next_seq,
            "head": head.head.hex()[:HEAD_DIGITS],
            "kinds": dict(sorted(kinds.items())),
            "touch_test": touch_test,
        }
    )


def _as_closed(entries: "Iterable[Entry]", head: Cursor, now: datetime) -> tuple[Cursor, Counter[str]]:
    """Where the chain stood when the last half day was over, and how many entries of each kind it had."""
    kinds: Counter[str] = Counter()
    later: Counter[str] = Counter()
    for entry in entries:
        kind, at = _kind_of(entry.line)
        later[kind] += 1
        if at is None or is_over(at, now):
            head, kinds, later = entry.end, kinds + later, Counter()
    return head, kinds


def finding_part(finding: Finding) -> dict[str, Any]:
    """A finding without a count that moves with a press."""
    told = finding.as_dict()
    return {**told, "said": re.sub(r"\d+", HIDDEN, finding.said)} if finding.about in MOVING else told


def as_json(content: Any) -> str:
    """As it stands in the bundle."""
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"


def _kind_of(line: bytes) -> tuple[str, str | None]:
    try:
        found = decode_line(line)
    except LineUnreadable:
        return "unreadable", None
    return found.kind, found.at
