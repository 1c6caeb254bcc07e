"""Recorded: how many ratings a report tells of, how they divide, and what waits and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kiosk.base.table import Table
from sync.collector.figures.book import Book, Part
from sync.collector.figures.lines import PlaceLine
from sync.collector.figures.places import Place
from sync.collector.figures.queries.waits import Why
from sync.collector.figures.series import Change, Series
from sync.collector.words.closings import Closings


class Recorded(Closings):
    """The sentences that stand at the head of every report."""

    def versions(self, series: Series) -> str:
        """``sipas-5@1, sipas-5@2``: what was asked, as ratings name it."""
        return ", ".join(survey.ref for survey in series.versions) or series.asked.survey

    def question(self, part: Part) -> str:
        """A question in its own words; its code where its survey is not known."""
        text = part.question.text if part.question else {}
        return text.get(self.t.language) or text.get("vi") or part.series.asked.code

    def sum_of(self, line: PlaceLine) -> str:
        """What is shown, what waits and what was set aside, and all of it together."""
        t = self.t
        numbers = {
            "counted": t.number(line.n or 0),
            "aside": t.number(line.aside_n),
            "recorded": t.number(line.recorded),
            "waiting": t.number(line.waiting_n),
        }
        if line.waiting_n:
            return t(
                "counted {counted} + not shown yet {waiting} + set aside {aside} = {recorded} ratings recorded",
                **numbers,
            )
        return t("counted {counted} + set aside {aside} = {recorded} ratings recorded", **numbers)

    def survey(self, part: Part) -> str:
        """What the survey of a question is called; its code where it is not known."""
        name = part.series.survey.name if part.series.survey else {}
        return name.get(self.t.language) or name.get("vi") or part.series.ref

    def recorded(self, book: Book) -> str:
        """How many ratings were recorded and how they divide; of several questions the table says how."""
        said = self.sum_of(book.me)
        if not (book.recorded or book.is_running):
            return self.t("No rating is recorded of this period.")
        if not book.others:
            return f"{said[:1].upper()}{said[1:]}."
        return self.t(
            "{n} ratings recorded in all, of {m} questions; of this one: {sum}.",
            n=self.t.number(book.recorded),
            m=self.t.number(len(book.parts)),
            sum=said,
        )

    def why(self, part: Part) -> str:
        """Why ratings of a question are not shown, in a few words; empty where it is for several reasons, or none."""
        t = self.t
        named = {
            Why.OPEN: t("half day not cut into blocks by the kiosk"),
            Why.FEW: t("too few at a counter so far"),
            Why.TAIL: t("left over"),
            Why.FAULT: t("does not agree with the kiosk's journal"),
        }
        elsewhere = t("told in the longer period or larger place")
        found = [named.get(why, elsewhere) for why, n in part.me.waits.items() if n]
        return found[0] if len(found) == 1 else ""

    def left_out(self, part: Part) -> str:
        """At how many places nobody answered a question: it was not asked there, or nobody pressed."""
        if not part.left_out:
            return ""
        return self.t.several(
            "At {n} other place it was not asked, or nobody answered it.",
            "At {n} other places it was not asked, or nobody answered it.",
            part.left_out,
        )

    def pooled(self, table: Table, keys: Sequence[str], place: Place) -> Table:
        """The table with a sentence for each column whose rows have less than their total: leavings of a month's end.

        They are put together at the place of the total and counted there alone, so no row can have them.
        """
        heads = {column.key: column.head for column in table.columns}
        found = {heads[key]: table.sum_and_rest(key) for key in keys}
        said = [self._pooled(head, *both, place) for head, both in found.items() if both and both[1] > 0]
        return replace(table, note=" ".join(filter(None, [table.note, *said])))

    def _pooled(self, head: str, rows: int, rest: int, place: Place) -> str:
        return self.t(
            "{column}: the rows add up to {sum}; {rest} more are left over, put together at {place} and counted only "
            "in the whole of it.",
            column=head,
            sum=self.t.number(rows),
            rest=self.t.number(rest),
            place=place.name or self.t("All units"),
        )

    def waits(self, book: Book, part: Part | None = None) -> str:
        """What of the period waits and why, in one sentence: of every question, or of one; empty without a rating."""
        told = part.me if part else book
        said = ""
        if told.recorded or told.is_running:
            said = self.not_shown(told.waits, book.policy.block_min, is_running=told.is_running)
        return said if part else " ".join(filter(None, (said, self.told_later(book), self.told_before(book))))

    def told_later(self, book: Book) -> str:
        """How many ratings are told in a later month than they came in, by the rule before blocks; empty for none."""
        if book.told_later:
            return self.t.several(
                "{n} rating from the end of this period is counted in the next one, by the former way of counting, "
                "and is not in these numbers.",
                "{n} ratings from the end of this period are counted in the next one, by the former way of counting, "
                "and are not in these numbers.",
                book.told_later,
            )
        return ""

    def told_before(self, book: Book) -> str:
        """How many ratings of the period before are told in this one, by the same rule; empty for none."""
        if book.told_before:
            return self.t.several(
                "{n} rating from the end of the period before is counted in this one, by the former way of counting.",
                "{n} ratings from the end of the period before are counted in this one, by the former way of counting.",
                book.told_before,
            )
        return ""

    def not_shown(self, waits: Mapping[Why, int], block_min: int, *, is_running: bool) -> str:
        """How many ratings are not shown and why, in one sentence."""
        t, least = self.t, self.t.number(block_min)
        named = {
            Why.OPEN: t("of half days that the kiosk has not cut into blocks yet"),
            Why.FEW: t("fewer than {n} at a counter, which wait for the next half day", n=least),
            Why.STRADDLES: t("of blocks that do not lie wholly in this period and place; they count in the longer one"),
            Why.TAIL: t(
                "left over at a month's end or a kiosk's move, until they are {n} with those of other kiosks", n=least
            ),
            Why.POOLED: t("left over at a month's end, counted in the whole month of their unit or one above"),
            Why.FAULT: t("of blocks that do not agree with the kiosk's journal; IT staff are told"),
        }
        parts = [f"{t.number(n)} {named[why]}" for why, n in sorted(waits.items()) if n]
        if is_running:
            parts.append(t("those of a half day until it is over"))
        if not parts:
            return t("No rating that has arrived waits.")
        return t("Not shown yet: {parts}. So nobody's single press can be read.", parts="; ".join(parts))

    def both_n(self, line: PlaceLine) -> str:
        """How many ratings the figure with what was set aside rests on, and which are not in it."""
        t = self.t
        n = t.number(line.both.n or 0) if line.both else "–"
        if not line.untold:
            return f"n = {n}"
        return t("n = {n}; of {m} set aside only the count is shown, too few for a block", n=n, m=t.number(line.untold))

    def rank_method(self) -> str:
        """By which test reasons are ranked."""
        return self.t(
            "Reasons are ranked by a paired test: McNemar's in its conservative form from sums, (a − b)² / (a + b), "
            "with nobody taken to have chosen both; Holm over all pairs listed, 5%. Where ranks overlap, the order "
            "means nothing."
        )

    def changed(self, series: Series) -> list[str]:
        """What each version of a survey did otherwise than the one before."""
        return [self._change(change) for change in series.changes]

    def _change(self, change: Change) -> str:
        t, versions = self.t, {"new": change.after.ref, "old": change.before.ref}
        if change.satisfied:
            return t(
                "{new} counts other levels as satisfied than {old}; shares here follow {new} throughout.", **versions
            )
        return t("{new} is worded otherwise than {old}; both are counted together.", **versions)
