"""Audit words: what the audit log's actions are called on the page; files keep the log's own words."""

from collections.abc import Mapping

from kiosk.base.texts import Texts
from sync.collector.people.audit_log import AuditLine
from sync.collector.web.people.audit_details import OF_FILES
from sync.collector.words.phrases import Phrases


def action_in(t: Texts, action: str) -> str:
    """An action of the log in words of the language; an unknown action keeps its name in the log."""
    return _words(t).get(action, action)


def subject_in(p: Phrases, line: AuditLine, units: Mapping[str, str]) -> str:
    """What a line is about: a unit's name where ``units`` has it by its path, else the log's own words."""
    if line.what in OF_FILES and line.subject == "*":
        return p.t("All units")
    return units.get(line.subject, line.subject)


def _words(t: Texts) -> dict[str, str]:
    return {
        "sign-in": t("signed in"),
        "sign-in refused": t("could not sign in"),
        "sign-out": t("signed out"),
        "sign-out everywhere": t("signed out everywhere"),
        "password change": t("changed the password"),
        "account new": t("made an account"),
        "account change": t("changed an account"),
        "account email": t("changed an account's mail address"),
        "account reset": t("gave a one-time password"),
        "account disable": t("closed an account"),
        "account enable": t("opened an account again"),
        "token new": t("made a token for a program"),
        "token use": t("a program read for the first time that day"),
        "token withdraw": t("withdrew a token"),
        "export": t("took numbers out as a file"),
        "audit bundle": t("took a bundle for an audit"),
        "audit lines": t("took a bundle with whole lines for an audit"),
        "export lines": t("took single ratings out as files"),
        "reading": t("read numbers by the API"),
        "counts.imported": t("handed in counts"),
        "served.imported": t("took transactions served from a file"),
        "served.typed": t("typed in transactions served"),
        "case open": t("opened a case"),
        "case take": t("took a case on"),
        "case keep": t("wrote something down on a case"),
        "case close": t("closed a case"),
        "case add": t("added to a closed case"),
        "case reopen": t("opened a case again"),
        "comment keep": t("wrote something down on a comment"),
        "comment done": t("handled a comment"),
        "comment spam": t("set a comment aside as spam"),
        "comment back": t("took a comment up again"),
        "comment link": t("put a comment to a case"),
        "comments forget": t("deleted comments whose time was over"),
        "audit forget": t("deleted lines of this log whose time was over"),
        "lines archive": t("wrote lines whose time is over to a file"),
        "lines withdraw": t("let a file of lines be void"),
        "lines drop": t("let lines go whose time was over"),
        "signal closed": t("found nothing wrong behind a sign"),
        "suspect set aside": t("set ratings aside as suspect"),
        "suspect withdrawn": t("withdrew a suspicion"),
        **_words_of_places(t),
        "settings.plan": t("planned a change of settings"),
        "settings.stage": t("a change of settings reached more kiosks"),
        "settings.hold": t("held a change of settings"),
        "settings.done": t("a change of settings reached every kiosk"),
        "settings.stop": t("a change of settings was stopped"),
        "settings.undo": t("took a change of settings back"),
        "survey.draft": t("drafted a survey"),
        "survey.publish": t("published a survey"),
        "survey.delete": t("deleted a survey's draft"),
        "notices test": t("sent a notice to try it"),
        **_of_kiosks(t),
    }


def _of_kiosks(t: Texts) -> dict[str, str]:
    return {
        "device.code": t("made a one-time code for a kiosk"),
        "device.enrolled": t("a kiosk enrolled"),
        "device.command": t("asked a kiosk for something"),
        "device.done": t("a kiosk answered"),
        "device.key": t("a kiosk changed its key"),
        "device.upgrade": t("a kiosk refused an upgrade"),
        "device.moved": t("moved a kiosk to another counter"),
        "device.granted": t("let a kiosk speak for a counter"),
        "device.ungranted": t("ended that a kiosk speaks for a counter"),
        "device.revoked": t("withdrew a kiosk's key"),
        "device.known": t("wrote that a kiosk's fault is known"),
        "device.unknown": t("took back that a kiosk's fault is known"),
        "collector.move": t("announced the collector's next address"),
        "collector.stay": t("took the announcement of a next address back"),
        "log.rebuild": t("fetched the public log back from a mirror"),
        "log.restart": t("began another public log in place of one that was lost"),
        "log.restart.whole": t("began another public log although the one before was whole"),
        "log.key": t("gave the public log another key"),
        "journal.continued": t("a kiosk began a new journal"),
        "journal.reprojected": t("read entries anew that had been kept unread"),
    }


def _words_of_places(t: Texts) -> dict[str, str]:
    return {
        "counter.new": t("made a counter"),
        "counter.moved": t("moved a counter to another unit"),
        "counter.renamed": t("named a counter anew"),
        "unit.new": t("made a unit"),
        "unit.renamed": t("named a unit anew"),
        "unit.ended": t("ended a unit"),
        "unit.reopened": t("took the end of a unit back"),
        "unit.list.renamed": t("the State's list named a unit anew"),
        "unit.list.moved": t("the State's list put a unit below another"),
        "unit.list.doubled": t("the State's list brought a unit of the same name"),
        "unit.list.dropped": t("a unit is in the State's list no more"),
    }
