"""Words: what IT staff read of a kiosk's faults, on the page, in the file and in alerts."""

from kiosk.texts import Texts
from sync.collector.kiosks.commands import Kind
from sync.collector.kiosks.faults import Fault

FAULTS = {
    "im-lang": Fault.SILENT, "ton-cho": Fault.BACKLOG, "dong-ho": Fault.CLOCK, "dia": Fault.DISK,
    "phien-ban": Fault.VERSION, "re-nhanh": Fault.JOURNAL, "cam-ung": Fault.TOUCH, "sqlite": Fault.SQLITE,
    "khong-bam": Fault.DEAD, "bao-loi": Fault.ERROR, "nang-cap": Fault.UPGRADE,
}  # fmt: skip
"""As an address writes them, in the order of the page."""


def fault_name(t: Texts, fault: Fault) -> str:
    """A fault in a word or two."""
    return {
        Fault.SILENT: t("Silent"),
        Fault.DISK: t("Disk low"),
        Fault.BACKLOG: t("Backlog"),
        Fault.CLOCK: t("Clock wrong"),
        Fault.JOURNAL: t("Forked or damaged"),
        Fault.TOUCH: t("Touch"),
        Fault.SQLITE: t("SQLite"),
        Fault.DEAD: t("No presses"),
        Fault.ERROR: t("Reports a fault"),
        Fault.UPGRADE: t("Upgrade failed"),
        Fault.VERSION: t("Old version"),
    }[fault]


def remedy(t: Texts, fault: Fault) -> str:
    """What to do first."""
    return {
        Fault.SILENT: t("First: ask the counter whether it has power and a network. Ratings are kept on the kiosk."),
        Fault.DISK: t("First: make room on the machine. A full disk makes the screen say that it cannot record."),
        Fault.BACKLOG: t("First: look at what it says is wrong. Nothing is lost while it waits."),
        Fault.CLOCK: t("First: set its clock or its time server. Ratings are dated rightly by its boot clock."),
        Fault.JOURNAL: t("First: make sure that the old card or disk is not in use in another machine."),
        Fault.TOUCH: t("First: clean the screen and ask for another touch test."),
        Fault.SQLITE: t("First: install the packaged version again; its own SQLite commits safely."),
        Fault.DEAD: t("First: go and see whether the screen stands where citizens pass, and answers."),
        Fault.ERROR: t("First: read what it says, and ask for its log."),
        Fault.UPGRADE: t("First: publish a mended build. The kiosk works on with the version before."),
        Fault.VERSION: t("First: let the update reach it."),
    }[fault]


def remedy_of_many(t: Texts, fault: Fault) -> str:
    """What to do first where many have it at once."""
    if fault in (Fault.SILENT, Fault.BACKLOG):
        return t("First: look at what they share: the link, the proxy, the collector and its certificate.")
    return remedy(t, fault)


def command_name(t: Texts, kind: str) -> str:
    """What is asked of a kiosk."""
    known = {
        Kind.STATUS: t("Send the status again"),
        Kind.TOUCH_TEST: t("Touch test"),
        Kind.CLEANING_OFF: t("End the cleaning mode"),
        Kind.RESTART: t("Restart the screen"),
        Kind.LOG: t("Bring the log (without personal data)"),
        Kind.UPGRADE: t("Try the failed upgrade again"),
    }
    return known.get(Kind(kind), kind) if kind in set(Kind) else kind
