"""Phrases: numbers, levels and reasons as a reader of the page meets them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from kiosk.base.table import Cell, Form, write_cell
from kiosk.domain.numbers.measures import Figure, Method, Score, Share, differs, points_between
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Words
from sync.collector.figures.book import Book, Joined, Part
from sync.collector.figures.cells import Titles
from sync.collector.figures.kiosks import Freshness
from sync.collector.figures.lines import PlaceLine, ReasonLine
from sync.collector.figures.places import Place
from sync.collector.figures.points import Points
from sync.collector.figures.queries.waits import SET_ASIDE
from sync.collector.figures.ranks import Rank
from sync.collector.people.rights import Role
from sync.collector.words.recorded import Recorded

JOINED_MAX = 6
"""So many moved counters are named."""
UNDATED_NAMED_MAX = 5


class Phrases(Recorded):
    """One language's phrases at one moment."""

    def role(self, role: Role) -> str:
        """What an account is for."""
        t = self.t
        return {
            Role.VIEWER: t("Viewer"),
            Role.SUPERVISOR: t("Supervisor"),
            Role.ADMINISTRATOR: t("Unit administrator"),
            Role.IT: t("IT staff"),
            Role.AUDITOR: t("Auditor"),
        }[role]

    def percent(self, share: Figure) -> str:
        """A share to one decimal; a dash where there is nothing to divide by."""
        value = share.percent(1)
        return "–" if value is None else self.t.percent(value)

    def number_of(self, share: Figure) -> str:
        """A share to one decimal without its sign, for a column whose head has it."""
        return self.percent(share).removesuffix("%")

    def interval(self, share: Figure) -> str:
        """``66,9–74,4%``."""
        low_high = share.interval(1)
        if low_high is None:
            return "–"
        low, high = (self.t.percent(end) for end in low_high)
        return f"{low.removesuffix('%')}–{high}"

    def share_of(self, n: int, total: int) -> str:
        """``n`` of ``total`` in percent, to one decimal."""
        return self.percent(Share(Method.TOP2BOX, n, total))

    def method(self, method: Method = Method.TOP2BOX) -> str:
        """How a figure is computed."""
        return {
            Method.MEAN5: self.t("Mean in percent of five = mean / 5 × 100%"),
            Method.PARTICIPATION: self.t(
                "Participation = visits rated / transactions served; a visit counts once, whichever survey asked"
            ),
        }.get(method, self.t("Share of satisfied = (Satisfied + Very satisfied) / all ratings counted"))

    def measure(self, method: Method) -> str:
        """What a figure is called."""
        return self.t("Converted mean") if method is Method.MEAN5 else self.t("Share of satisfied")

    def group(self, rank: Rank) -> str:
        """Where a place stands beside all together, in a few words."""
        t = self.t
        return {
            Rank.LOW: t("plainly lower"), Rank.SAME: t("not plainly different"), Rank.HIGH: t("plainly higher"),
        }.get(rank, t("unranked"))  # fmt: skip

    def points_title(self, points: Points) -> str:
        """Of which weeks a chart is."""
        weeks = self.t("The last {n} finished weeks", n=str(points.of_weeks))
        return weeks if points.each == 1 else self.t("{weeks}, four weeks a point", weeks=weeks)

    def satisfied_in_words(self, line: PlaceLine) -> str:
        """``22 trong 26 hài lòng``; nothing where that is not known."""
        parts = line.parts
        if parts is None or not parts.denominator or line.method is not Method.TOP2BOX:
            return ""
        return self.t("satisfied: {n} of {of}", n=self.t.number(parts.numerator), of=self.t.number(parts.denominator))

    def interval_name(self, method: Method) -> str:
        """By which method its interval is found."""
        t = self.t
        return t("95% interval (mean ± 1.96 standard errors)") if method is Method.MEAN5 else t("95% interval (Wilson)")

    def n_of(self, figure: Figure) -> str:
        """How many ratings a figure rests on."""
        return self.t.number(figure.count if isinstance(figure, Score) else figure.denominator)

    def gap(self, book: Book) -> str:
        """How far the place lies above the other one, and whether that is more than chance."""
        one, two = book.me.figure, book.versus.figure if book.versus else None
        waits = self._both_wait(book.me, book.versus) if book.versus else ""
        points = points_between(one, two) if one and two else None
        if one is None or two is None or points is None:
            few = self.t.number(book.policy.percent_min)
            return self.t("no comparison: fewer than {n} ratings in one of the places", n=few) + (waits and f".{waits}")
        clear = self.t("plainly different") if differs(one, two) else self.t("not plain enough")
        return self.t("Difference: {points} points – {clear}.", points=self.points(points), clear=clear) + waits

    def _both_wait(self, one: PlaceLine, two: PlaceLine) -> str:
        """How many ratings wait in each of two places; nothing where none does."""
        if not one.waiting_n + two.waiting_n:
            return ""
        numbers = {"n": self.t.number(one.waiting_n), "m": self.t.number(two.waiting_n)}
        return " " + self.t("Not shown yet: {n} here, {m} there.", **numbers)

    def parts_of(self, book: Book, figure: Figure) -> str:
        """``1.820 / 2.179`` and of what."""
        fraction = f"{self.t.number(figure.numerator)} / {self.t.number(figure.denominator)}"
        if isinstance(figure, Score):
            n = self.t.number(figure.count)
            return self.t("{fraction} points: the levels of {n} ratings added up, of 5 each", fraction=fraction, n=n)
        return f"{fraction} {self.t('ratings')}: {self.satisfied_of(book)}"

    def words(self, words: Words) -> str:
        """A survey's text in this language, else in Vietnamese."""
        return words.get(self.t.language) or words.get("vi", "")

    def level(self, part: Part, value: int) -> str:
        """What a level is called."""
        level = part.level(value)
        return self.words(level.text) if level else self.t("Level {value}", value=value)

    def satisfied(self, part: Part) -> str:
        """The names of the levels that count as satisfied."""
        levels = part.question.levels if part.question else ()
        return " + ".join(self.words(level.text) for level in levels if level.satisfied)

    def standing(self, standing: Standing) -> str:
        """Why ratings were set aside, in two words."""
        t = self.t
        return {
            Standing.REPEAT: t("Repeated press"),
            Standing.OUT_OF_HOURS: t("Out of hours"),
            Standing.TEST: t("Test press"),
            Standing.SUSPECT: t("Suspect"),
        }.get(standing, str(standing))

    def by_standing(self, aside: Mapping[Standing, int]) -> list[tuple[Standing, int]]:
        """What was set aside, in the order in which the reasons are always told."""
        return [(standing, aside.get(standing, 0)) for standing in SET_ASIDE]

    def rule(self, standing: Standing) -> str:
        """The rule by which ratings were set aside."""
        t = self.t
        return {
            Standing.REPEAT: t("pressed again within the repeat window, with no sign of a new visitor"),
            Standing.OUT_OF_HOURS: t("pressed outside the office hours of the counter"),
            Standing.TEST: t("test mode or maintenance of the kiosk"),
            Standing.SUSPECT: t("a signal of the system that a person has confirmed"),
        }.get(standing, "")

    def why_no_percent(self, line: PlaceLine, percent_min: int) -> str:
        """Why a line has counts but no percentage."""
        if line.parts is None:
            return self.t("the scale of this survey is not known here")
        return self.t("fewer than {n} ratings: counts only", n=self.t.number(percent_min))

    def contact(self, kiosk: Freshness) -> str:
        """When a kiosk was last heard."""
        if kiosk.last_contact is None:
            return self.t("never heard yet")
        if kiosk.silent:
            return self.t("silent since {time}", time=self.time(kiosk.last_contact))
        return self.time(kiosk.last_contact)

    def place(self, place: Place) -> str:
        """A place's name, with its last day where it has one; the root has none of its own."""
        name = place.name or self.t("All units")
        if place.until is None:
            return name
        return self.t("{name} (until {day})", name=name, day=self.t.day(place.until - timedelta(days=1)))

    def full_place(self, place: Place) -> str:
        """A counter with its unit: the names of counters alone are alike everywhere."""
        return f"{place.unit}, {self.place(place)}" if place.unit else self.place(place)

    def joined(self, book: Book) -> str:
        """What the comparison takes in, or cannot, of counters that were moved; nothing where none was."""
        said = []
        if within := [one for one in book.joined if one.compares]:
            said.append(
                self.t(
                    "Compared as the counters stand now, also before they were moved: {counters}.",
                    counters=self._came(within),
                )
            )
        if across := [one for one in book.joined if not one.compares]:
            said.append(
                self.t(
                    "Moved within the period, so the two periods are not of the same counters: {counters}.",
                    counters=self._came(across),
                )
            )
        return " ".join(said)

    def _came(self, joined: Sequence[Joined]) -> str:
        shown = [
            self.t(
                "{counter} from {unit} to {other} on {day}",
                counter=one.now.name,
                unit=one.left.unit,
                other=one.now.unit,
                day=self.t.day(one.day),
            )
            for one in joined[:JOINED_MAX]
        ]
        return "; ".join(shown) + (" …" if len(joined) > JOINED_MAX else "")

    def undated(self, book: Book) -> str:
        """Which counters' ratings stand on the day of their arrival; empty where none do."""
        return self.undated_at([self.full_place(place) for place in book.undated])

    def undated_at(self, places: Sequence[str]) -> str:
        """That ratings of these places stand on the day of their arrival; empty for none."""
        if not places:
            return ""
        names = "; ".join(places[:UNDATED_NAMED_MAX])
        if (more := len(places) - UNDATED_NAMED_MAX) > 0:
            names += "; " + self.t("and {n} others", n=self.t.number(more))
        return self.t(
            "Some ratings stand on the day on which they came: the kiosk's clock had failed and nobody knows when they "
            "were pressed. Counters: {names}.",
            names=names,
        )

    def level_of(self, book: Book, value: int) -> str:
        """What a level of a report is called."""
        return self.level(book.main, value)

    def face(self, book: Book, value: int) -> int:
        """Which face stands for a level; 3 where the scale is not known."""
        level = book.main.level(value)
        return level.face if level else 3

    def satisfied_of(self, book: Book) -> str:
        """The names of the levels that count as satisfied."""
        return self.satisfied(book.main)

    def reason(self, line: ReasonLine) -> str:
        """What a reason is called."""
        return self.words(line.reason.text) if line.reason else line.id

    def factor(self, code: str | None) -> str:
        """The SIPAS factor that a reason is nearest to."""
        t = self.t
        return {
            "A": t("Access to the service"),
            "B": t("Administrative procedures"),
            "C": t("Civil servants"),
            "D": t("Result of the service"),
            "E": t("Receiving and handling feedback"),
        }.get((code or "")[:1], t("Something else"))

    def points(self, points: Decimal) -> str:
        """``−2,0``, ``+0,6``."""
        return write_cell(points, Form.POINTS, self.t)

    def change(self, line: PlaceLine) -> str:
        """Against the other period, and whether that is more than chance."""
        if line.points is None or line.figure_before is None:
            return self.t("no comparison: fewer than {n} ratings in one of the periods", n=self.t.number(30))
        clear = self.t("plainly different") if line.is_clear else self.t("not plain enough")
        return self.t(
            "{points} points against the period before ({share}) – {clear}",
            points=self.points(line.points),
            share=self.percent(line.figure_before),
            clear=clear,
        )

    def cell(self, cell: Cell, form: Form) -> str:
        """A table's value."""
        return write_cell(cell, form, self.t)

    @property
    def titles(self) -> Titles:
        """The words that tables need besides the catalogue's, but for those of a report's levels."""
        return Titles(
            self.t, str, self.standing, self.rule, self.reason, self.full_place, self.measure, self.group,
            self.question, self.level, self.survey, self.why, self.left_out, self.pooled,
        )  # fmt: skip

    def titles_of(self, book: Book) -> Titles:
        """The words that a report's tables need."""
        return replace(self.titles, level=lambda value: self.level_of(book, value))
