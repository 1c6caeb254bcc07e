"""Journal: whether it can be read, where it began, and what the last full check and the last touch test said."""

from collections.abc import Iterator
from pathlib import Path

from kiosk.base.texts import Texts
from kiosk.doctor.finding import Finding, doubtful, failing, fine
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LineUnreadable, OpenedLine, decode_line
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.upkeep import last_check
from kiosk.office.settings import KioskSettings


def look_at_journal(settings: KioskSettings, t: Texts) -> Iterator[Finding]:
    """The journal itself, and its past."""
    if not settings.journal_path.exists():
        yield doubtful("journal", t("No journal yet"), t("start the kiosk once"))
        return
    try:
        with JournalReader(settings.journal_path) as reader:
            yield fine("journal", t("{n} entries", n=t.number(reader.head().next_seq - 1)))
            yield _continuation(reader, t)
    except JournalError as error:
        yield failing("journal", error.said(t), t("start the kiosk: it continues a damaged journal by itself"))
    yield _check(settings.journal_path, t)


def _continuation(reader: JournalReader, t: Texts) -> Finding:
    first = next(iter(reader.entries(reader.anchor().next_seq)), None)
    try:
        opened = decode_line(first.line) if first else None
    except LineUnreadable:
        return failing("continuation", t("The first entry cannot be read"), t("run: kiosk verify"))
    if not isinstance(opened, OpenedLine) or opened.why is None:
        return fine("continuation", t("The journal goes back to its own beginning"))
    said = t(
        "Continues journal {journal} ({why}): {carried} entries carried over, {lost} could not be read",
        journal=opened.continues or "?",
        why=t(opened.why),
        carried=t.number(opened.carried or 0),
        lost=t.number(opened.lost or 0),
    )
    return doubtful("continuation", said, t("find out what happened; the old file is kept in aside"))


def _check(path: Path, t: Texts) -> Finding:
    check = last_check(path)
    if not check:
        return fine("check", t("Not checked in full yet; that happens by itself within a week"))
    if check["fault"]:
        return failing("check", t("Full check: {fault}", fault=check["fault"]), t("run: kiosk verify"))
    return fine("check", t("Checked in full on {day}", day=check["at"][:10]))
