"""Journal: whether it can be read, where it began, and what the last full check and the last touch test said."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kiosk.base.texts import Texts
from kiosk.doctor.finding import Finding, doubtful, failing, fine
from kiosk.domain.numbers.blocks import Invalid
from kiosk.journal.errors import JournalError
from kiosk.journal.judged import Judged
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
    if bad := check.get("bad_cuts"):
        said = t("{n} blocks do not hold what their entries say", n=t.number(len(bad)))
        return doubtful("check", said, t("run: kiosk verify"))
    if "bad_tree" in check:
        said = t("What this kiosk signs of its blocks is not what its entries say")
        return doubtful("check", said, t("run: kiosk verify"))
    blocks = t.number(check.get("cuts", 0))
    return fine("check", t("Checked in full on {day}, {n} blocks hold", day=check["at"][:10], n=blocks))


def bad_cut_words(one: Judged, t: Texts) -> str:
    """Which cut does not hold, what is wrong with it, and what is to be done."""
    return t(
        "The block in entry {seq} (counter {counter}, up to entry {last}) does not hold: {why}. The ratings are kept; "
        "the collector sets this block aside and names it. "
        "Keep the file, install the newest version, and tell IT staff.",
        seq=one.seq,
        counter=one.cut.stream[0] or "–",
        last=one.cut.last,
        why=_why_invalid(t)[one.wrong or Invalid.SUMS],
    )


def bad_tree_words(seq: int, t: Texts) -> str:
    """From which entry on the tree of cuts that is kept, and signed, is another than that of the entries."""
    return t(
        "What this kiosk signs of its blocks is not what its entries say, from entry {seq} on. The ratings are kept; "
        "the collector believes the entries and names it. Keep the file, install the newest version, and tell IT "
        "staff.",
        seq=seq,
    )


def _why_invalid(t: Texts) -> Mapping[Invalid, str]:
    return {
        Invalid.OVERLAPS: t("an earlier block holds its last rating already"),
        Invalid.NO_RATING: t("its last rating is not there"),
        Invalid.CROSSES: t("it goes beyond the end of a month, or a move of the kiosk"),
        Invalid.SPLITS: t("it splits a half day"),
        Invalid.OPEN: t("one of its half days was not over"),
        Invalid.FEW: t("it has fewer than five counted ratings"),
        Invalid.NO_TAIL: t("it is told as the rest of a month or place, and more followed"),
        Invalid.DAYS: t("its half days are others than those of its entries"),
        Invalid.SUMS: t("its sums are others than those of its entries"),
    }
