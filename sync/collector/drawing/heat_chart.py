"""Heat chart: a counter's last weeks by half day; never a percentage, never an hour."""

from datetime import date, timedelta

from markupsafe import Markup

from kiosk.domain.numbers.disclosure import Policy
from sync.collector.drawing import svg
from sync.collector.figures.book import Book
from sync.collector.figures.half_days import HEAT_WEEKS
from sync.collector.figures.lines import HalfDay
from sync.collector.words.phrases import Phrases

HEAT_CELL = (46, 28)
_HEAT_STEPS = (1, 2, 4, 6)


def draw(book: Book, p: Phrases) -> Markup:
    """Half days of the last weeks: how many of the ratings were dissatisfied; never a percentage, never an hour."""
    halves = {(half.day, half.part): half for half in book.half_days}
    if not halves:
        return Markup("")
    last = max(day for day, _ in halves)
    first = last - timedelta(days=last.weekday() + 7 * (HEAT_WEEKS - 1))
    wide, tall = HEAT_CELL
    marks: list[Markup] = [svg.text(0, 48 + 17, p.t("Morning")), svg.text(0, 48 + tall + 17, p.t("Afternoon"))]
    workdays = max(5, 1 + max(day.weekday() for day, _ in halves))
    for week in range(HEAT_WEEKS):
        monday = first + timedelta(days=7 * week)
        x0 = 78 + week * (workdays * wide + 16)
        marks.append(svg.text(x0, 14, p.t("Week {day}", day=p.day_month(monday)), "strong"))
        for weekday in range(workdays):
            day = monday + timedelta(days=weekday)
            x = x0 + weekday * wide
            marks.append(svg.text(x + wide / 2 - 1, 34, p.weekday(day), "faint mid"))
            for row, part in enumerate(("am", "pm")):
                marks += _heat_cell(halves.get((day, part)), book.policy, x, 48 + row * tall)
    width = 78 + HEAT_WEEKS * (workdays * wide + 16)
    label = p.t("Dissatisfied of all ratings by half day; the numbers are in the table below")
    return svg.picture(width, 48 + 2 * tall + 6, marks, label, "heat")


def heat_step(half: HalfDay, percent_min: int) -> int:
    """Which of five shades a half day has; the lightest where it has too few ratings to stand beside others."""
    return sum(half.bad >= step for step in _HEAT_STEPS) if (half.n or 0) >= percent_min else 0


def _heat_cell(half: HalfDay | None, policy: Policy, x: float, y: float) -> list[Markup]:
    wide, tall = HEAT_CELL
    if half is None:
        return [svg.text(x + wide / 2 - 1, y + tall / 2 + 4, "·", "mid faint")]
    if half.n is None:
        hatch = [svg.line(x + at, y + tall - 2, x + at + 10, y, "hatchline") for at in range(0, wide - 10, 7)]
        return [
            svg.rect(x, y, wide - 2, tall - 2, "sunk"),
            *hatch,
            svg.text(x + wide / 2 - 1, y + tall / 2 + 3, f"<{policy.block_min}", "mid faint"),
        ]
    step = heat_step(half, policy.percent_min)
    role = {3: "mid on-l2", 4: "mid onhi"}.get(step, "mid")
    return [
        svg.rect(x, y, wide - 2, tall - 2, f"h{step}"),
        svg.text(x + wide / 2 - 1, y + tall / 2 + 3, f"{half.bad}/{half.n}", role),
    ]


def heat_days(book: Book) -> list[tuple[date, HalfDay | None, HalfDay | None]]:
    """The map's days with both halves, for the table beneath it."""
    halves = {(half.day, half.part): half for half in book.half_days}
    return [(day, halves.get((day, "am")), halves.get((day, "pm"))) for day in sorted({day for day, _ in halves})]
