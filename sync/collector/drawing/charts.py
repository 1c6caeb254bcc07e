"""Charts: intervals, bars of levels and sparklines as server-drawn SVG."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from kiosk.domain.numbers.disclosure import Shown
from kiosk.domain.numbers.measures import Figure
from sync.collector.drawing import svg
from sync.collector.drawing.drawing import ROOMY_BELOW
from sync.collector.figures.book import Book
from sync.collector.figures.lines import Week
from sync.collector.words.phrases import Phrases

Axis = tuple[int, int]
"""From and to, in percent."""

SPARK = (104, 20)
INTERVAL = (190, 18)


def axis_for(shares: Sequence[Figure | None]) -> Axis:
    """A cut axis in tens on which all the intervals lie; the whole one when there are none."""
    lows = [ends[0] for share in shares if share and (ends := share.interval(1))]
    highs = [ends[1] for share in shares if share and (ends := share.interval(1))]
    if not lows:
        return 0, 100
    low = max(0, min(int(min(lows)) // 10 * 10, 80))
    return low, min(100, max(low + 20, -(-int(max(highs).to_integral_value()) // 10) * 10))


def interval(share: Figure, axis: Axis, p: Phrases, *, reference: Figure | None = None) -> Markup:
    """Dot and whisker; the dot is filled where the interval leaves the reference (dashed) outside."""
    width, height = INTERVAL
    ends, value = share.interval(1), share.percent(2)
    if ends is None or value is None:
        return Markup("")
    marks = [svg.line(0, height / 2, width, height / 2, "hair")]
    level = reference.percent(2) if reference else None
    if level is not None:
        marks.append(svg.line(place_on(level, axis, width), 0, place_on(level, axis, width), height, "refline"))
    apart = level is None or not ends[0] <= level <= ends[1]
    marks.append(
        svg.line(
            place_on(ends[0], axis, width),
            height / 2,
            place_on(ends[1], axis, width),
            height / 2,
            "whisk" if apart else "whisk-soft",
        )
    )
    marks.append(svg.dot(place_on(value, axis, width), height / 2, 4, "dot" if apart else "dot-open"))
    return svg.picture(width, height, marks, f"{p.percent(share)}, {p.interval(share)}", "ci2")


def hero(share: Figure, p: Phrases) -> Markup:
    """A large interval over its own axis, cut so that its width is seen."""
    width, axis = 136, axis_for([share])
    ends, value = share.interval(1), share.percent(2)
    if ends is None or value is None:
        return Markup("")
    low, high = (place_on(end, axis, width) for end in ends)
    marks = [svg.line(0, 10, width, 10, "hair"), svg.line(low, 10, high, 10, "whisk")]
    marks.append(svg.dot(place_on(value, axis, width), 10, 4.5))
    step = 10 if axis[1] - axis[0] <= 30 else 20
    for mark in range(axis[0], axis[1] + 1, step):
        role = "faint end" if mark == axis[1] else "faint mid" if mark > axis[0] else "faint"
        marks.append(
            svg.text(place_on(Decimal(mark), axis, width), 32, f"{mark}%" if mark == axis[1] else str(mark), role)
        )
    return svg.picture(width, 36, marks, f"{p.percent(share)}, {p.interval(share)}", "hero")


def interval_axis(axis: Axis) -> Markup:
    """The axis that stands above a column of intervals."""
    width, marks = INTERVAL[0], []
    step = 10 if axis[1] - axis[0] <= 50 else 20
    for value in range(axis[0], axis[1] + 1, step):
        x = place_on(Decimal(value), axis, width)
        role = "faint end" if value == axis[1] else "faint mid" if value > axis[0] else "faint"
        marks += [svg.line(x, 13, x, 17, "hair"), svg.text(x, 10, str(value), role)]
    return Markup('<svg class="ci2" viewBox="0 0 {0} 16" width="{0}" height="16" aria-hidden="true">{1}</svg>').format(
        width, Markup("").join(marks)
    )


def spark(weeks: Sequence[Week], p: Phrases) -> Markup:
    """A place's 26 weeks; weeks without a share are left blank."""
    width, height = SPARK
    shares = [week.share for week in weeks]
    axis = (40, 100)
    marks: list[Markup] = []
    run: list[tuple[float, float]] = []
    across = width / max(1, len(weeks) - 1)
    heights = [
        height - place_on(100 * share.numerator / share.denominator, axis, height)
        if share and share.denominator
        else None
        for share in shares
    ]
    points = [None if y is None else (index * across, y) for index, y in enumerate(heights)]
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            marks.append(svg.path(run, "spark") if len(run) > 1 else svg.dot(*run[0], 1, "spark-dot"))
            run = []
    if points and points[-1] is not None:
        marks.append(svg.dot(*points[-1], 2.6))
    known = [share for share in shares if share]
    label = p.t("{n} of {of} weeks with a share", n=p.t.number(len(known)), of=p.t.number(len(weeks)))
    return svg.picture(width, height, marks, label, "spark26") if known else Markup("")


def level_bar(book: Book, p: Phrases, shown: Shown, height: int, labelled_from: float) -> Markup:
    """How the ratings divide into levels, as one bar; a part of fewer percent than ``labelled_from`` has no label."""
    told, total = shown.counts, sum(shown.counts.values())
    names = ", ".join(f"{escape(p.level_of(book, value))} {told.get(value, 0)}" for value in book.levels)
    parts, before = "", 0
    for value in book.levels:
        if n := told.get(value, 0):
            role, width = f"l{p.face(book, value)}", 100 * n / total
            at = f'x="{100 * before / total:.2f}%" y="0" width="{width:.2f}%" height="{height}"'
            parts += f'<rect class="{role}" {at}/>\n'
            if width >= labelled_from:
                label = p.share_of(n, total) if shown.percent else p.t.number(n)
                middle = f'x="{100 * (before + n / 2) / total:.2f}%"\n    y="{height / 2 + 4.5}"'
                parts += f'<text class="mid{" roomy" if width < ROOMY_BELOW else ""} on-{role}" {middle}>{label}</text>'
            before += n
    named = f'role="img"\n    aria-label="{names}"'
    return Markup(f'<svg class="bar" height="{height}" {named}>\n{parts}</svg>\n')  # noqa: S704 - numbers, and escaped


def small_line(cells: Sequence[object], name: str, p: Phrases) -> Markup:
    """A row of percentages as a line of its own height; blanks are left out."""
    width, height = SPARK
    known = [(number, cell) for number, cell in enumerate(cells) if isinstance(cell, Decimal)]
    if len(known) < 2:
        return Markup("")
    most, across = max(cell for _, cell in known) or Decimal(1), width / max(1, len(cells) - 1)
    points = [(number * across, height - 1 - float(cell / most) * (height - 3)) for number, cell in known]
    marks = [svg.path(points, "spark"), svg.dot(*points[-1], 2.6)]
    return svg.picture(width, height, marks, p.t("{name}: the numbers stand in the row", name=name), "spark26")


def place_on(value: Decimal | float, axis: Axis, width: float) -> float:
    """Where a percentage stands on an axis of this width."""
    inside = max(axis[0], min(axis[1], float(value)))
    return (inside - axis[0]) / (axis[1] - axis[0]) * width


def percent_of(share: Figure | None) -> Decimal | None:
    """A share to two decimals, where there is one."""
    return share.percent(2) if share else None
