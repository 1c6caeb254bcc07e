"""Closings: that a month was closed, and what was corrected of it since."""

from abc import abstractmethod
from collections.abc import Callable

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.numbers.measures import Method, Share
from sync.collector.figures.book import Book, Cause, Changed, Correction, Part, Sums
from sync.collector.words.when import When


class Closings(When):
    """The sentences of a closed month."""

    def closing(self, book: Book) -> list[str]:
        """That the month was closed and corrected, and whether more waits; nothing where it was not."""
        if (closing := book.closing) is None:
            return []
        t, day = self.t, self.t.day(self.day_of(closing.made_at))
        if closing.is_live:
            said = [
                t(
                    "The report of this month was closed on {day}. What stands here was computed now and may hold what "
                    "came later.",
                    day=day,
                )
            ]
        else:
            said = [t("The report of this month was closed on {day} and stays as it is.", day=day)]
            said += [self.correction(one) for one in closing.corrections]
        return [*said, *([self.more_waits()] if closing.waits else [])]

    def correction(self, correction: Correction) -> str:
        """Which correction it is, why it was made, and what it changed of the place as a whole."""
        t = self.t
        parts = [self._changed(one, named=len(correction.changed) > 1) for one in correction.changed]
        return t(
            "Correction {n} of {day} ({causes}): {changes}.",
            n=t.number(correction.number),
            day=t.day(self.day_of(correction.made_at)),
            causes=self.causes(correction),
            changes="; ".join(parts) or t("the place as a whole is as before, places below it are not"),
        )

    def last_correction(self, book: Book) -> str:
        """The newest correction, with what it changed of the question that the report is about."""
        t = self.t
        assert book.closing is not None  # noqa: S101 - asked of what was corrected
        one = book.closing.corrections[-1]
        of_it = next((changed for changed in one.changed if changed.code == book.asked.code), None)
        said = self._changed(of_it, named=False) if of_it else t("it is about other questions or places below")
        return t(
            "Correction {n} of {day}: {said}.", n=t.number(one.number), day=t.day(self.day_of(one.made_at)), said=said
        )

    def causes(self, correction: Correction) -> str:
        """Why it was made, as far as that is known."""
        return ", ".join(self._cause(cause) for cause in correction.causes) or self.t("cause not known")

    def more_waits(self) -> str:
        """That something changed that is too little to be published."""
        least = self.t.number(COUNTED_MIN)
        return self.t(
            "Changes of fewer than {n} ratings came since; they wait until they are enough for a correction.", n=least
        )

    def size(self, n: int) -> str:
        """How large a file is, in kilobytes."""
        return f"{self.t.number(-(-n // 1000))} kB"

    def sums(self, changed: Changed) -> list[tuple[str, str, str]]:
        """What each figure is called, what it was and what it is."""
        t, told = self.t, (changed.before, changed.after)
        counts: list[tuple[str, Callable[[Sums], str]]] = [
            (t("Ratings counted"), lambda one: t.number(one.n)),
            (t("Share of satisfied"), self._share),
            (t("Set aside"), lambda one: t.number(one.aside)),
            (t("Not shown yet"), lambda one: t.number(one.waiting)),
            (t("Ratings recorded"), lambda one: t.number(one.recorded)),
            (t("Transactions"), lambda one: self._known(one.transactions)),
            (t("Transactions rated"), lambda one: self._known(one.rated)),
        ]
        return [(name, say(told[0]), say(told[1])) for name, say in counts]

    def question_in(self, book: Book, code: str) -> str:
        """A question of the report in its own words."""
        return next((self.question(part) for part in book.parts if part.series.asked.code == code), code)

    @abstractmethod
    def question(self, part: Part) -> str:
        """A question in its own words; its code where its survey is not known."""

    def _changed(self, changed: Changed, *, named: bool) -> str:
        rows = [
            f"{name[:1].lower()}{name[1:]} {before} → {after}"
            for name, before, after in self.sums(changed)
            if before != after
        ]
        said = ", ".join(rows) or self.t("other levels or reasons")
        return f"{changed.code}: {said}" if named else said

    def _share(self, sums: Sums) -> str:
        value = Share(Method.TOP2BOX, sums.satisfied, sums.n).percent(1) if sums.percent else None
        return "–" if value is None else self.t.percent(value)

    def _known(self, n: int | None) -> str:
        return self.t("unknown") if n is None else self.t.number(n)

    def _cause(self, cause: Cause) -> str:
        t = self.t
        return {
            Cause.LATE: t("ratings that came late"),
            Cause.AWAY: t("ratings that belong to another unit since a move"),
            Cause.SHOWN: t("ratings that had waited"),
            Cause.DECIDED: t("a decision about suspicious ratings"),
            Cause.SERVED: t("transactions typed in"),
        }[cause]
