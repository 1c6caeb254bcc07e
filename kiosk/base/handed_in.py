"""Handed in: the text of a file that a person wrote with whatever editor they have, from bytes or from the disk.

Notepad and PowerShell put a byte-order mark before the text, and PowerShell's ``>`` writes UTF-16;
neither belongs to the text, and nobody who saved the file can see it.
"""

import codecs
from pathlib import Path

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def handed_in(body: bytes) -> str:
    """The text in ``body``: UTF-8 with or without the mark, or UTF-16 with it.

    Raises UnicodeDecodeError.
    """
    return body.decode("utf-16" if body.startswith(_UTF16) else "utf-8-sig")


def read_handed_in(file: Path) -> str:
    """The text of ``file``, its lines ending in newlines alone.

    Raises OSError or UnicodeDecodeError.
    """
    return handed_in(file.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
