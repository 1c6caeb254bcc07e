"""Wrong: what does not hold, where, and whose it is, in one sentence that tells no single rating."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from kiosk.base.texts import Texts


class Whose(StrEnum):
    """Where it must have been altered."""

    KIOSK = "kiosk"
    """The kiosk signed it so."""
    COLLECTOR = "collector"
    """In the collector's database: no kiosk can do that."""
    BESIDE = "beside"
    """In the public log's files, which lie beside the database."""
    UNKNOWN = "unknown"
    """Hashes from before signatures were kept do not fit each other, or what was set aside may be read by now."""


class What(StrEnum):
    """By name what programs are told, by value what people are."""

    SEGMENT_MISSING = "entries {first} to {last} are missing"
    SEGMENT_TWICE = "entries {first} to {last} are kept twice"
    LINES_CHANGED = "a line of the entries {first} to {last} was changed, or the hash kept with them"
    END_CHANGED = "the copy is said to end at entry {said}, and its entries end at {last}"
    MARK_LOST = "entry {last} is not what it was when it was last checked"
    SIGNATURE_WRONG = (
        "the signature of the entries {first} to {last} does not hold: it, its key or its time was changed"
    )
    SIGNED_ELSE = "what the kiosk signed with the entries {first} to {last} is about others"
    SIGNATURE_LOST = "what the kiosk signed with the entries {first} to {last} is gone"
    KEY_LOST = "the key that signed the entries {first} to {last} is gone"
    KEY_CHANGED = "a key of the kiosk was changed"
    KEY_STRANGE = "a key of the kiosk was not handed in by the key before it"
    PLACE_WRONG = "entry {first} calls itself another one"
    RATING_CHANGED = "the rating of entry {first} is not kept as its line says: {column}"
    RATING_MISSING = "the rating of entry {first} is not counted, and its line says one"
    RATING_INVENTED = "a rating is counted as entry {first}, and no line says one"
    RECEIPT_CHANGED = "the receipt of the rating of entry {first} is not the one that its line says"
    REASONS_CHANGED = "the reasons of the rating of entry {first} are not those that its lines say"
    UNREAD_MISSING = "entry {first} cannot be read and is not set aside"
    DUPLICATE_WRONG = "entry {first} is passed over as one that was counted elsewhere, and it was not"
    ENTRY_IGNORED = "entry {first} is set aside as unread, and this version reads it: collector reproject counts it"
    TALLY_WRONG = "the tallies of {day} are not the sum of their ratings"
    REASON_TALLY_WRONG = "the tallies of reasons of {day} are not the sum of their ratings"
    UNCUT_WRONG = "what waits for a block on {day} is not what no block holds"
    BLOCK_MISSING = "the block that entry {first} states is not there"
    BLOCK_CHANGED = "the block up to entry {first} is not what its ratings say: {column}"
    CUT_CHANGED = "the block up to entry {first} is not what its kiosk stated in entry {cut}"
    TREE_CHANGED = "what is kept of the tree of cuts is not what its entries say, at entry {first}"
    CUTS_SIGNED_ELSE = "what the kiosk signed of its cuts up to entry {last} is not what its entries say"
    BLOCK_HIDDEN = "the block up to entry {first} holds and is shown nowhere"
    UNION_WRONG = "what was set aside up to entry {first} is not the sum of its blocks"
    UNION_CHANGED = "what was set aside up to entry {first} is not where and when its blocks are: {column}"
    UNDATED_WRONG = "the ratings of {day} whose time nobody knows are not counted as they are kept"
    COUNT_CHANGED = "the transactions of {day} are not kept as the kiosk's entries say"
    CONTINUED_CHANGED = "the journal that this one continues is not the one that its first entry says"
    BEGUN_CHANGED = "what came before there were blocks does not end with entry {last}, as is said"
    DROP_UNDECIDED = "lines of {day} were dropped, and the audit log has nobody who decided it"
    ARCHIVE_CHANGED = "{file} does not hold the lines of {day} as they were when they were dropped"
    DROPPED_CHANGED = "what the entries up to {last} added, which were dropped, is not what it was when they went"
    UNREADABLE = "what is kept of it is of no form that the collector writes ({why})"
    JOURNAL_INVENTED = "there are rows of a journal that is not there: {table}"
    SHOWN_WRONG = "what is shown of counter {place} from {first} to {last} is not the sum of its blocks"
    LOG_DIFFERS = "what the journal was up to entry {last} on {day} is not what the public log has of it"
    LOG_AHEAD = "the public log has entry {last} on {day}, and it is not here: kiosks send again what a backup lacks"
    LOG_LOST = "{n} leaves of the public log belong to nothing that is here, the first of {day} ({kind})"
    LOG_KEY = "the key {subject} that the public log has since {day} was changed or is gone"
    LOG_REPORT = "the closed report {subject} that the public log has since {day} was changed or is gone"
    LOG_DAMAGED = "the public log's own files do not fit each other: {why}"
    LOG_MISSING = "{file} is missing"
    LOG_GONE = (
        "The public log's files are not at {folder}: what is stored was not held to it. "
        "Put the folder back (section 5), or run: collector log rebuild"
    )
    LOG_FUTURE = "{where} says that the public log was kept through {day}, which is not over by this machine's clock"
    LOG_REWRITTEN = "the public log does not begin with the {n} leaves of the checkpoint that was kept elsewhere"
    UNITS_WRONG = "what is shown of unit {place} from {first} to {last} is not the sum of its blocks"
    POOL_WRONG = "a pool of {day} is not what its tails say: {column}"
    RECORDED_WRONG = "of {day} more or less was recorded than is shown or waits: {standing}"
    SERVED_WRONG = "the participation of counter {place} from {day} on is not made of its transactions and visits"
    TYPED_CHANGED = "the transactions of {day} that people typed in are not those that the audit log says"
    DECISION_CHANGED = "a decision about suspicious presses of {day} is not the one that the audit log says"
    STREAM_LOST = "something is shown of {series} that no page looks for"
    VERSION_CHANGED = "the survey {survey} is added up with others than those of its levels"
    REPORT_CHANGED = "report {number} of the closed month {day}, or a file of it, is not what was kept then"
    REPORT_OTHERS = "the report kept as {subject} says itself that it is of {said}: unit, month and number"

    @property
    def code(self) -> str:
        """What programs are told."""
        return self.name.lower()


WHERE = {
    Whose.KIOSK: "Its kiosk signed it so.",
    Whose.COLLECTOR: "It was altered in the collector's database: no kiosk can do that.",
    Whose.BESIDE: "It lies beside the database: a backup without it, or somebody with access to this machine.",
    Whose.UNKNOWN: "Whether it was the kiosk or the collector cannot be told.",
}


class Wrong(Exception):
    """Something does not hold."""

    def __init__(self, what: What, whose: Whose = Whose.COLLECTOR, **values: object) -> None:
        super().__init__(what.value.format(**values))
        self.what, self.whose, self.values_said = what, whose, values


class Finding(NamedTuple):
    """The first thing that does not hold of one journal, kiosk or sum."""

    code: str
    whose: str
    values: dict[str, Any]
    journal_id: str = ""
    device_id: str = ""

    @classmethod
    def of(cls, wrong: Wrong, journal_id: str = "", device_id: str = "") -> "Finding":
        """The same as a plain value, which goes from one process to another."""
        return cls(wrong.what.code, str(wrong.whose), dict(wrong.values_said), journal_id, device_id)

    @property
    def message(self) -> str:
        """The sentence's message id."""
        return What[self.code.upper()].value


def sentence_of(finding: Finding, places: Mapping[str, str], t: Texts) -> str:
    """The finding for a person: where, what, and whose it is; ``places`` are the counters of kiosks."""
    what, whose = t(finding.message, **finding.values), t(WHERE[Whose(finding.whose)])
    if finding.code == What.LOG_GONE.code:
        return what
    if finding.code == What.ARCHIVE_CHANGED.code:
        return t("A file of dropped lines: {what}. {whose}", what=what, whose=whose)
    # A file is of no kiosk, whichever kiosk's journal it was looked up for.
    if finding.code == What.LOG_MISSING.code or (not finding.device_id and finding.code.startswith("log_")):
        return t("The public log: {what}. {whose}", what=what, whose=whose)
    if not finding.device_id:
        return t("What is shown: {what}. {whose}", what=what, whose=whose)
    where = {
        "kiosk": finding.device_id[:8],
        "counter": places.get(finding.device_id, "-"),
        "what": what,
        "whose": whose,
    }
    if not finding.journal_id:
        return t("Kiosk {kiosk} at counter {counter}: {what}. {whose}", **where)
    return t(
        "Journal {journal} of kiosk {kiosk} at counter {counter}: {what}. {whose}", journal=finding.journal_id, **where
    )
