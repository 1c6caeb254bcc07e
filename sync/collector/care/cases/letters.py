"""Letters: what people are told of cases, by the roads that the office has set up."""

from typing import Any

from sqlalchemy import Row

from kiosk.base.texts import Texts
from kiosk.domain.numbers.measures import Method, Share
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.people.rights import Right


def tell_opened(t: Texts, url: str, case: Row[Any]) -> Notice:
    """A case was opened."""
    subject = t("Case {number} opened: {place}", number=case.number, place=place_name(case))
    return _notice(t, url, case, "opened", subject)


def tell_overdue(t: Texts, url: str, case: Row[Any]) -> Notice:
    """The day until which a case was to be closed is over."""
    subject = t("Case {number} is overdue: {place}", number=case.number, place=place_name(case))
    return _notice(t, url, case, "overdue", subject)


def place_name(case: Row[Any]) -> str:
    """``Phường Kỳ Lừa, Quầy 2``."""
    return f"{case.unit}, {case.counter}" if case.counter else str(case.unit)


def share_of(case: Row[Any]) -> Share:
    """The numbers that opened it."""
    return Share(Method.TOP2BOX, case.bad, case.n)


def _notice(t: Texts, url: str, case: Row[Any], what: str, subject: str) -> Notice:
    share = share_of(case)
    percent, (low, high) = share.percent(1), share.interval(1) or (None, None)
    said = [
        t(
            "Dissatisfied: {bad} of {n} ratings ({share}), {first} to {last}; 95% interval (Wilson) {low} to {high}.",
            bad=t.number(case.bad),
            n=t.number(case.n),
            share=t.percent(percent) if percent is not None else "–",
            first=t.day(case.first),
            last=t.day(case.last),
            low=t.percent(low) if low is not None else "–",
            high=t.percent(high) if high is not None else "–",
        ),
        t("To be closed by {day}, with what was done.", day=t.day(case.due_on)),
        f"{url}/vu-viec/{case.number}",
    ]
    facts = {
        "case": case.number, "what": what, "place": case.place, "period": case.period, "bad": case.bad, "n": case.n,
        "due": case.due_on.isoformat(),
    }  # fmt: skip
    return Notice(Kind.CASE, subject, "\n".join(said), Right.DECIDE, case.path, facts=facts)
