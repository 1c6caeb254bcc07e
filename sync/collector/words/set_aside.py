"""Set aside: why an entry was kept and not counted, and what to do about it, in words."""

from kiosk.base.texts import Texts
from sync.collector.replica.projection_rows import UnreadReason

_GRANTED = frozenset({UnreadReason.UNKNOWN_COUNTER})
_KIOSKS = frozenset({UnreadReason.BAD_CUT, UnreadReason.BAD_TREE})
_FOR_GOOD = frozenset({UnreadReason.AFTER_CUT, UnreadReason.NOT_IN_VISIT, UnreadReason.BAD_COUNT})


def why_aside(t: Texts, reason: str, code: str, name: str) -> str:
    """Why entries were set aside; ``code`` and ``name`` are of the counter that they are for, where that is why."""
    if reason == UnreadReason.UNKNOWN_COUNTER:
        if name:
            return t("for counter {counter} ({name}), which it was not granted", counter=code, name=name)
        return t("for counter {counter}, which is not there or not granted", counter=code)
    known = {
        UnreadReason.NOT_IN_VISIT: t("a change, reasons or words for a rating of another visit"),
        UnreadReason.BAD_COUNT: t("transactions of a day, or in a number, that cannot be"),
        UnreadReason.NO_RATING: t("reasons, words or a change for a rating that is not there"),
        UnreadReason.AFTER_CUT: t("a change or reasons for a rating that was counted up before"),
        UnreadReason.BAD_CUT: t("a sum of ratings that its own ratings do not bear out"),
        UnreadReason.BAD_TREE: t("what it signed of its sums, which is not what its entries say"),
        UnreadReason.BAD_TIME: t("an entry whose clocks cannot be read"),
    }
    return {str(each): words for each, words in known.items()}.get(reason, t("entries that this version cannot read"))


def what_to_do(t: Texts, reason: str) -> str:
    """What a person may do so that such entries are counted, or why nothing need be done."""
    if reason in _GRANTED:
        return t(
            "If the kiosk should speak for that counter: collector device grant, and then {command}",
            command="collector reproject",
        )
    if reason in _KIOSKS:
        return t("Ask at the kiosk itself: {command}", command="kiosk verify")
    if reason in _FOR_GOOD:
        return t("It stays so: what was counted is not changed by it.")
    return t(
        "Install the newest version of the collector, and read it anew with: {command}", command="collector reproject"
    )
