"""Recorded: how many ratings a report tells of, how they divide, and what waits and why."""

from sync.collector.figures.book import Book, Part
from sync.collector.figures.lines import Line
from sync.collector.figures.series import Change, Series
from sync.collector.words.when import When


class Recorded(When):
    """The sentences that stand at the head of every report."""

    def versions(self, series: Series) -> str:
        """``sipas-5@1, sipas-5@2``: what was asked, as ratings name it."""
        return ", ".join(survey.ref for survey in series.versions) or series.asked.survey

    def question(self, part: Part) -> str:
        """A question in its own words; its code where its survey is not known."""
        text = part.question.text if part.question else {}
        return text.get(self.t.language) or text.get("vi") or part.series.asked.code

    def sum_of(self, line: Line) -> str:
        """What was counted and what was set aside, and both together; empty where the counted are hidden."""
        if line.n is None:
            return ""
        return self.t(
            "counted {counted} + set aside {aside} = {recorded} ratings recorded",
            counted=self.t.number(line.n), aside=self.t.number(line.aside_n), recorded=self.t.number(line.recorded),
        )  # fmt: skip

    def recorded(self, book: Book) -> str:
        """How many ratings were recorded in all, and how they divide between the questions."""
        if not book.others:
            said = self.sum_of(book.me)
            return f"{said[:1].upper()}{said[1:]}." if said else ""
        parts = "; ".join(self._divided(part, book.policy.cell_min) for part in book.parts)
        return self.t("{n} ratings recorded in all: {parts}.", n=self.t.number(book.recorded), parts=parts)

    def _divided(self, part: Part, cell_min: int) -> str:
        few = self.t("fewer than {n} counted, which wait", n=self.t.number(cell_min))
        return f"{self.question(part)} ({self.versions(part.series)}): {self.sum_of(part.me) or few}"

    def waits(self, book: Book) -> str:
        """What of the period waits and why, in one sentence."""
        t = self.t
        if book.coming and book.few:
            return t(
                "Some ratings wait: those of a half day until it is over, and fewer than {n} at a counter for the next "
                "ones there, so that nobody's single press can be read.",
                n=t.number(book.policy.block_min),
            )
        if book.coming:
            return t("The ratings of a half day wait until it is over, so that nobody's single press can be read.")
        if book.few:
            return t(
                "Fewer than {n} ratings at a counter wait for the next ones there, so that nobody's single press can "
                "be read.",
                n=t.number(book.policy.block_min),
            )
        return t("No rating that has arrived waits.")

    def both_n(self, line: Line) -> str:
        """How many ratings the figure with what was set aside rests on, and which are not in it."""
        t = self.t
        n = t.number(line.both.n or 0) if line.both else "–"
        if not line.untold:
            return f"n = {n}"
        return t("n = {n}, without {m} set aside that wait to be enough", n=n, m=t.number(line.untold))

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
