"""Bundle: what IT staff send to whoever helps them, in one zip; no person and no secret is in it.

What goes in is chosen piece by piece; what other programs worded, logs and error texts, is filtered besides.
"""

import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kiosk.base.errors import SpokenError
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LineUnreadable, decode_line

HIDDEN = "[…]"
LINE_CHARS_MAX = 2000
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


def journal_part(path: Path) -> str:
    """The journal's name, head and how many entries of each kind it has; no entry."""
    from kiosk.journal.reader import JournalReader  # only here: the citizen's first frame does not wait for SQLAlchemy

    try:
        with JournalReader(path) as reader:
            head, anchor = reader.head(), reader.anchor()
            kinds = Counter(map(_kind_of, (entry.line for entry in reader.entries(anchor.next_seq))))
            touch_test = reader.touch_test()
    except JournalError as error:
        return as_json({"fault": without_secrets(str(error))})
    return as_json(
        {
            "journal": reader.id,
            "first_seq": anchor.next_seq,
            "next_seq": head.next_seq,
            "head": head.head.hex(),
            "kinds": dict(sorted(kinds.items())),
            "touch_test": touch_test,
        }
    )


def as_json(content: Any) -> str:
    """As it stands in the bundle."""
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"


def _kind_of(line: bytes) -> str:
    try:
        return decode_line(line).kind
    except LineUnreadable:
        return "unreadable"
