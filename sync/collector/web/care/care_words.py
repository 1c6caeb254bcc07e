"""Care words: what pages say of comments and cases."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from kiosk.base.texts import Texts
from kiosk.domain.visit.words import MASK
from sync.collector.care.cases.docket import Case, Which
from sync.collector.care.comments.inbox import CommentState, Written
from sync.collector.drawing.svg import line, picture, rect
from sync.collector.replica.comment_words import found_in
from sync.collector.services.services import Services
from sync.collector.words.phrases import Phrases

WEEK_DAYS = 7
EXCERPT_CHARS = 110


@dataclass(frozen=True, slots=True)
class CareWords:
    """One language's words for comments and cases."""

    p: Phrases
    services: Services

    @property
    def t(self) -> Texts:
        """The catalogue."""
        return self.p.t

    def place(self, written: Written) -> str:
        """``Phường Kỳ Lừa, Quầy 2``; the unit alone where no more may be said."""
        return f"{written.unit}, {written.counter}" if written.counter else written.unit

    def short_place(self, written: Written) -> str:
        """The place without what its counter is for, as a list has little room."""
        return f"{written.unit}, {written.counter.partition(' – ')[0]}" if written.counter else written.unit

    def span(self, written: Written) -> str:
        """``tuần 16–22/11/2026``, ``tháng 11/2026``."""
        first, last = written.first, written.last
        if first is None or last is None:
            return self.t("time not told")
        if (last - first).days < WEEK_DAYS:
            return self.t("week {days}", days=self.p.days(first, last))
        return self.t("month {month}/{year}", month=f"{first.month:02d}", year=str(first.year))

    def state(self, state: CommentState) -> str:
        """How far a comment is."""
        return {
            CommentState.NEW: self.t("New"),
            CommentState.DOING: self.t("In progress"),
            CommentState.DONE: self.t("Handled"),
            CommentState.SPAM: self.t("Spam"),
        }[state]

    def text(self, text: str, wanted: str = "") -> Markup:
        """A text with its masked digits and the words that were searched for marked."""
        pieces = found_in(text, wanted) if wanted else [(text, False)]
        return Markup("").join(
            Markup("<mark>{}</mark>").format(_masked(piece)) if found else _masked(piece) for piece, found in pieces
        )

    def excerpt(self, text: str, wanted: str = "") -> Markup:
        """The beginning of a text, cut between words."""
        if len(text) <= EXCERPT_CHARS:
            return self.text(text, wanted)
        return self.text(text[:EXCERPT_CHARS].rpartition(" ")[0] or text[:EXCERPT_CHARS], wanted) + " …"

    def minute(self, moment: datetime) -> str:
        """``20/11/2026 08:10``."""
        local = moment.astimezone(self.services.config.zone)
        return f"{self.t.day(local.date())} {local:%H:%M}"

    def comment_step(self, what: str) -> str:
        """What was done about a comment."""
        return {
            "keep": self.t("written down"),
            "done": self.t("marked as handled"),
            "spam": self.t("set aside as spam"),
            "back": self.t("taken up again"),
            "link": self.t("put to case"),
        }.get(what, what)

    def comment_step_of(self, step: Any) -> str:
        """What was done in one step about a comment."""
        return self.comment_step(step.what)

    def comment_deed(self, what: str) -> str:
        """What somebody wanted to do about a comment, as its button says it."""
        return {
            "keep": self.t("Save note and owner"),
            "done": self.t("Mark as handled"),
            "spam": self.t("Spam (can be taken back)"),
            "back": self.t("Take it up again"),
            "link": self.t("Put to this case"),
        }.get(what, what)

    def which(self, which: Which) -> str:
        """Which cases."""
        return {
            Which.OPEN: self.t("Open"),
            Which.OVERDUE: self.t("Overdue"),
            Which.SOON: self.t("Due within 2 days"),
            Which.UNOWNED: self.t("Without owner"),
            Which.CLOSED: self.t("Closed"),
        }[which]

    def case_place(self, row: Any) -> str:
        """``Phường Kỳ Lừa, Quầy 2 – Đất đai``."""
        return f"{row.unit}, {row.counter}" if row.counter else str(row.unit)

    def case_state(self, state: str) -> str:
        """How far a case is."""
        return {
            "new": self.t("just opened"),
            "taken": self.t("taken on"),
            "doing": self.t("in progress"),
            "closed": self.t("closed"),
        }.get(state, state)

    def case_step(self, what: str, actor: str) -> str:
        """What was done about a case, by a person or, without a name, by the collector."""
        return {
            "opened": self.t("opened by hand") if actor else self.t("opened by the collector"),
            "keep": self.t("written down"),
            "take": self.t("taken on"),
            "close": self.t("closed with its result"),
            "add": self.t("added to it"),
            "reopen": self.t("opened again"),
        }.get(what, what)

    def case_step_of(self, step: Any) -> str:
        """What was done in one step about a case."""
        return self.case_step(step.what, step.actor)

    def case_deed(self, what: str) -> str:
        """What somebody wanted to do about a case, as its button says it."""
        return {
            "keep": self.t("Save"),
            "take": self.t("I take it on"),
            "close": self.t("Close with this result"),
            "add": self.t("Add to the closed case"),
            "reopen": self.t("Open it again"),
        }.get(what, what)

    def left(self, case: Case) -> str:
        """``quá hạn 2 ngày``, ``còn 1 ngày``, ``đúng hạn``."""
        t, left = self.t, case.left
        if case.is_closed:
            return t("in time") if left >= 0 else t.several("{n} day late", "{n} days late", -left)
        if case.is_overdue:
            # Today is a day off after the last day: the case is overdue, but not yet by a working day.
            return t.several("overdue by {n} day", "overdue by {n} days", -left) if left else t("overdue")
        return t.several("{n} day left", "{n} days left", left) if left else t("due today")

    def urgency(self, case: Case) -> str:
        """The tag's role: alert, warn or none."""
        if case.is_closed:
            return ""
        return "alert" if case.is_overdue else "warn" if case.left <= 2 else ""

    def helped(self, case: Case) -> tuple[str, str]:
        """Whether fewer are dissatisfied since the case was closed: words and the tag's role."""
        if case.after is None:
            return self.t("not enough ratings yet"), ""
        if case.helped is None:
            return self.t("not plain"), ""
        return (self.t("plainly fewer"), "ok") if case.helped else (self.t("plainly more"), "alert")

    def reasons(self, row: Any) -> str:
        """The reasons chosen most, each with how often."""
        survey = self.services.surveys.get(row.survey)
        known = {reason.id: self.p.words(reason.text) for reason in survey.reasons} if survey else {}
        return "; ".join(f"{known.get(name, name)} {self.t.number(n)}" for name, n in row.reasons)

    def question(self, row: Any) -> str:
        """What was asked, with the levels that count as dissatisfied."""
        survey = self.services.surveys.get(row.survey)
        asked = next((one for one in survey.questions if one.id == row.question), None) if survey else None
        return self.p.words(asked.text) if asked else f"{row.survey}:{row.question}"

    def dissatisfied(self, row: Any) -> str:
        """The names of the levels that count as dissatisfied."""
        survey = self.services.surveys.get(row.survey)
        asked = next((one for one in survey.questions if one.id == row.question), None) if survey else None
        levels = asked.levels if asked else ()
        return " + ".join(self.p.words(level.text) for level in levels if level.value in row.levels)

    def days(self, case: Case) -> Markup:
        """The working days that were granted and used, as blocks; the line is the last day granted."""
        granted, used = max(case.granted, 1), max(case.used, 0)
        over = min(max(used - granted, 0), 3)
        step, wide = 24 if granted <= 6 else 144 / granted, 2
        marks = []
        for number in range(granted + over):
            role = "sunk" if number >= used else "k-bad" if case.is_overdue else "bar-f"
            marks.append(rect(step * number + (4 if number >= granted else 0), 4, step - wide, 12, role))
        marks.append(line(step * granted + 0.5, 0, step * granted + 0.5, 20, "whisk"))
        label = self.t(
            "{used} of {granted} working days used", used=self.t.number(used), granted=self.t.number(granted)
        )
        return picture(step * (granted + over) + 6, 20, marks, label, "days")

    def working_day(self, first: date, last: date) -> str:
        """``11/11 đến 18/11``."""
        return f"{self.p.day_month(first)} – {self.p.day_month(last)}"


def _masked(text: str) -> Markup:
    """The text with each masked run in a frame of its own."""
    found, run = Markup(""), ""
    for sign in text:
        if sign == MASK or (run and sign in " .-–/"):
            run += sign
            continue
        found += _framed(run) + escape(sign)
        run = ""
    return found + _framed(run)


def _framed(run: str) -> Markup:
    digits = run.rstrip(" .-–/")
    return Markup('<span class="mask">{}</span>{}').format(digits, run[len(digits) :]) if digits else escape(run)
