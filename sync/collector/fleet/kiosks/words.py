"""Words: what IT staff read of a kiosk's faults, on the page, in the file and in alerts."""

import re
from collections.abc import Callable

from kiosk.base.texts import Texts
from sync.collector.fleet.kiosks.commands import Kind
from sync.collector.fleet.kiosks.faults import Fault

FAULTS = {
    "im-lang": Fault.SILENT, "ton-cho": Fault.BACKLOG, "dong-ho": Fault.CLOCK, "dia": Fault.DISK,
    "phien-ban": Fault.VERSION, "re-nhanh": Fault.JOURNAL, "cam-ung": Fault.TOUCH, "sqlite": Fault.SQLITE,
    "khong-bam": Fault.DEAD, "bao-loi": Fault.ERROR, "nang-cap": Fault.UPGRADE,
    "vuot-quyen": Fault.BEYOND, "so-cong-khai": Fault.LOG,
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
        Fault.LOG: t("Public log does not hold"),
        Fault.BEYOND: t("Beyond its counters"),
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
        Fault.LOG: t(
            "First: keep the evidence on the kiosk, kiosk log --evidence, and run collector verify --all here."
        ),
        Fault.BEYOND: t("First: see on its page what was set aside. Grant the counter, or look to the kiosk."),
        Fault.TOUCH: t("First: clean the screen and ask for another touch test."),
        Fault.SQLITE: t("First: install the packaged version again; its own SQLite commits safely."),
        Fault.DEAD: t("First: go and see whether the screen stands where citizens pass, and answers."),
        Fault.ERROR: t("First: read what it says, and ask for its log."),
        Fault.UPGRADE: t("First: read why. Unless it says otherwise, the kiosk works on with the version before."),
        Fault.VERSION: t("First: let the update reach it."),
    }[fault]


def log_doubt(t: Texts, code: str) -> str:
    """What of the public log does not hold, as a kiosk says it; a code of a later version is said as it is."""
    return {
        "unreadable": t("What this collector says of the public log cannot be read"),
        "signature": t("The checkpoint that it is shown is not signed by the log's key"),
        "witness": t("A signature of another office on the public log is false"),
        "roots": t("The log's keys are not signed by this collector's own key for the address that the kiosk calls"),
        "older": t("It is shown an older state of the public log than before"),
        "root": t("The public log exists in two versions"),
        "consistency": t("The public log was rewritten: it does not hold what it held before"),
        "leaf": t("The public log does not hold this kiosk's entries as they are on its disk"),
        "restart": t("The new public log does not begin with the end of the old one"),
        "beyond": t("The public log names more entries than this kiosk has made"),
        "left_out": t("The public log goes on without entries that this kiosk has delivered"),
        "lost": t("The public log was begun anew without a part of the old one that this kiosk had seen"),
        "stalled": t("The public log has not held what this kiosk delivered for days"),
        "quiet": t("The public log has not grown for weeks"),
        "unwitnessed": t("Too few other offices have signed the public log that this kiosk is shown, for days"),
    }.get(code, code)


def remedy_of_many(t: Texts, fault: Fault) -> str:
    """What to do first where many have it at once."""
    if fault in (Fault.SILENT, Fault.BACKLOG):
        return t("First: look at what they share: the link, the proxy, the collector and its certificate.")
    return remedy(t, fault)


def why_refused(t: Texts, why: str) -> str:
    """Why a kiosk refused an upgrade; what its script says in other words is said as it is."""
    known: dict[str, Callable[..., str]] = {
        r"the screen was away for (\d+) s": lambda n: t("the screen was away for {n} s", n=n),
        r"the screen fell over (\d+) times": lambda n: t("the screen fell over {n} times", n=n),
        r"the screen or the agent does not run": lambda: t("the screen or the agent does not run"),
        r"the journal does not verify": lambda: t("the journal does not verify"),
        r"there is no way back: the repository has no (\S+)": lambda version: t(
            "there is no way back: the repository has no {version}", version=version
        ),
        r"it was gone back from before": lambda: t("it was gone back from before"),
        r"it cannot be installed: (.*)": lambda said: t("it cannot be installed: {said}", said=said),
        r"its package was altered: (.*)": lambda said: t("its package was altered: {said}", said=said),
        r"its ring cannot be read: (.*)": lambda said: t("its ring cannot be read: {said}", said=said),
        r"(.*); and it could not be gone back to (\S+): (.*)": lambda first, version, said: t(
            "{first}; and it could not be gone back to {version}: {said}",
            first=why_refused(t, first),
            version=version,
            said=said,
        ),
    }
    for pattern, words in known.items():
        if found := re.fullmatch(pattern, why):
            return words(*found.groups())
    return why


def command_name(t: Texts, kind: str) -> str:
    """What is asked of a kiosk."""
    known = {
        Kind.STATUS: t("Send the status again"),
        Kind.TOUCH_TEST: t("Touch test"),
        Kind.CLEANING_OFF: t("End the cleaning mode"),
        Kind.RESTART: t("Restart the screen"),
        Kind.LOG: t("Bring the log (without personal data)"),
        Kind.UPGRADE: t("Try the failed upgrade again"),
        Kind.PICTURE: t("Picture of the screen"),
    }
    return known.get(Kind(kind), kind) if kind in set(Kind) else kind
