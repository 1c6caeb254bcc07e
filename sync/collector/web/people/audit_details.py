"""Audit details: what a line of the audit log tells beside its action, each by a name and as people write it."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kiosk.base.texts import Texts
from sync.collector.calendar.periods import parse_period
from sync.collector.errors import UsageWrong
from sync.collector.people.audit_log import AuditLine
from sync.collector.people.rights import Role
from sync.collector.words.phrases import Phrases

OF_FILES = frozenset({"audit bundle", "audit lines", "export", "export lines"})
"""Actions whose details are of a file."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def parts_in(p: Phrases, line: AuditLine) -> list[tuple[str, str]]:
    """A line's details, each with its name; the name is empty where the words say what it is."""
    details: Mapping[str, Any] = json.loads(line.details) if line.details else {}
    said = [(name, value) for name, value in details.items() if value not in (None, "")]
    return [_part(p, line.what, name, value) for name, value in said]


def _part(p: Phrases, action: str, name: str, value: Any) -> tuple[str, str]:
    if action in OF_FILES and name in ("form", "period", "closed"):
        return "", _of_file(p, name, str(value))
    return _names(p.t).get(name, name), _value(p, name, value)


def _of_file(p: Phrases, name: str, value: str) -> str:
    match name:
        case "form":
            return p.t("{form} file", form=value)
        case "period":
            return _within(p.period(parse_period(value)))
    return _within(p.t("Correction {n}", n=value) if int(value) else p.t("First report"))


def _value(p: Phrases, name: str, value: Any) -> str:
    t = p.t
    match value:
        case bool():
            return t("yes") if value else t("no")
        case int() | float() if name == "valid_hours":
            return t.several("{n} hour", "{n} hours", round(value))
        case int() | float():
            return p.hours(value)
        case list():
            return ", ".join(_value(p, name, one) for one in value)
        case str():
            return _text(p, name, value)
    return json.dumps(value, ensure_ascii=False)


def _text(p: Phrases, name: str, value: str) -> str:
    if name == "period":
        try:
            return _within(p.period(parse_period(value)))
        except UsageWrong:
            return value
    if name in ("role", "was") and value in set(Role):
        return p.role(Role(value))
    if name in ("from", "to", "was"):
        return _states(p.t).get(value, value)
    if _MOMENT.fullmatch(value):
        return p.moment(datetime.fromisoformat(value))
    return p.t.day(date.fromisoformat(value)) if _DAY.fullmatch(value) else value


def _within(words: str) -> str:
    """Words as they stand within a line."""
    return words[:1].lower() + words[1:]


def _states(t: Texts) -> Mapping[str, str]:
    return {
        "new": t("new"),
        "taken": t("taken on"),
        "doing": t("in progress"),
        "closed": t("closed"),
        "done": t("handled"),
        "spam": t("spam"),
    }


def _names(t: Texts) -> Mapping[str, str]:
    return {
        "above": t("unit above"),
        "at": t("from when"),
        "bad": t("dissatisfied"),
        "by": t("by"),
        "counter": t("counter"),
        "counters": t("counters"),
        "due": t("due"),
        "email": t("with a mail address"),
        "expires": t("good until"),
        "fault": t("fault"),
        "form": t("form"),
        "from": t("from before"),
        "journal_id": t("journal"),
        "kind": t("kind"),
        "lines": t("lines"),
        "may": t("may read"),
        "n": t("ratings"),
        "name": t("name"),
        "note": t("note"),
        "owner": t("owner"),
        "period": t("period"),
        "place": t("place"),
        "purpose": t("purpose"),
        "role": t("role"),
        "second": t("second person"),
        "to": t("to now"),
        "unit": t("unit"),
        "valid_hours": t("good for"),
        "was": t("before"),
        "why": t("why"),
        "words": t("note"),
    }
