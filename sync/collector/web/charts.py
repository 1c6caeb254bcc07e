"""Charts: a report's trend, sparklines, intervals and half-day map as server-drawn SVG."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup

from kiosk.domain.measures import Share
from sync.collector.figures.book import HEAT_WEEKS, Book, HalfDay, Week
from sync.collector.web import svg
from sync.collector.web.phrases import Phrases

Axis = tuple[int, int]
"""From and to, in percent."""

SPARK = (104, 20)
INTERVAL = (190, 18)
HEAT_CELL = (46, 28)
_HEAT_STEPS = (1, 2, 4, 6)


def axis_for(shares: Sequence[Share | None]) -> Axis:
    """A cut axis in tens on which all the intervals lie; the whole one when there are none."""
    lows = [ends[0] for share in shares if share and (ends := share.interval(1))]
    highs = [ends[1] for share in shares if share and (ends := share.interval(1))]
    if not lows:
        return 0, 100
    low = max(0, min(int(min(lows)) // 10 * 10, 80))
    return low, min(100, max(low + 20, -(-int(max(highs).to_integral_value()) // 10) * 10))


def interval(share: Share, axis: Axis, p: Phrases, *, reference: Share | None = None) -> Markup:
    """Dot and whisker; the dot is filled where the interval leaves the reference (dashed) outside."""
    width, height = INTERVAL
    ends, value = share.interval(1), share.percent(2)
    if ends is None or value is None:
        return Markup("")
    marks = [svg.line(0, height / 2, width, height / 2, "hair")]
    level = reference.percent(2) if reference else None
    if level is not None:
        marks.append(svg.line(_x(level, axis, width), 0, _x(level, axis, width), height, "refline"))
    apart = level is None or not ends[0] <= level <= ends[1]
    marks.append(
        svg.line(
            _x(ends[0], axis, width),
            height / 2,
            _x(ends[1], axis, width),
            height / 2,
            "whisk" if apart else "whisk-soft",
        )
    )
    marks.append(svg.dot(_x(value, axis, width), height / 2, 4, "dot" if apart else "dot-open"))
    return svg.picture(width, height, marks, f"{p.percent(share)}, {p.interval(share)}", "ci2")


def hero(share: Share, p: Phrases) -> Markup:
    """A large interval over its own axis, cut so that its width is seen."""
    width, axis = 136, axis_for([share])
    ends, value = share.interval(1), share.percent(2)
    if ends is None or value is None:
        return Markup("")
    low, high = (_x(end, axis, width) for end in ends)
    marks = [svg.line(0, 10, width, 10, "hair"), svg.line(low, 10, high, 10, "whisk")]
    marks.append(svg.dot(_x(value, axis, width), 10, 4.5))
    step = 10 if axis[1] - axis[0] <= 30 else 20
    for mark in range(axis[0], axis[1] + 1, step):
        role = "faint end" if mark == axis[1] else "faint mid" if mark > axis[0] else "faint"
        marks.append(svg.text(_x(Decimal(mark), axis, width), 32, f"{mark}%" if mark == axis[1] else str(mark), role))
    return svg.picture(width, 36, marks, f"{p.percent(share)}, {p.interval(share)}", "hero")


def interval_axis(axis: Axis) -> Markup:
    """The axis that stands above a column of intervals."""
    width, marks = INTERVAL[0], []
    step = 10 if axis[1] - axis[0] <= 50 else 20
    for value in range(axis[0], axis[1] + 1, step):
        x = _x(Decimal(value), axis, width)
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
    heights = [None if (value := _percent(share)) is None else height - _x(value, axis, height) for share in shares]
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


def trend(book: Book, p: Phrases, *, wide: bool) -> Markup:
    """Three panels over one axis of weeks: share with its interval, ratings with what was set aside, levels."""
    return _Trend(book, p, wide=wide).draw()


class _Trend:
    def __init__(self, book: Book, p: Phrases, *, wide: bool) -> None:
        self.book, self.p, self.wide = book, p, wide
        self.weeks = book.weeks
        self.width = 900 if wide else 358
        self.left, self.right = (40, 150) if wide else (34, 6)
        self.step = (self.width - self.left - self.right) / max(1, len(self.weeks))
        self.top = 250 if wide else 130
        self.axis = _trend_axis(self.weeks)
        self.bars = (58, 84) if wide else (38, 60)
        self.stack = 200 if wide else 80

    def draw(self) -> Markup:
        """The whole drawing."""
        base = self.top + self.bars[1]
        height = base + 16 + self.stack + 20
        marks = [
            *self._periods(height - 18),
            *self._share(),
            *self._ratings(base),
            *self._levels(base + 16),
            *self._months(base + 16),
        ]
        label = self.p.t("Share of satisfied, ratings and levels week by week; the numbers are in the table below")
        return svg.picture(self.width, height, marks, label, "trend wide-only" if self.wide else "trend phone-only")

    def _x(self, index: int) -> float:
        return self.left + self.step * (index + 0.5)

    def _y(self, value: Decimal) -> float:
        return 18 + (self.top - 18) * (1 - _x(value, self.axis, 1))

    def _periods(self, bottom: float) -> list[Markup]:
        days, marks = self.book.days, []
        inside = [i for i, week in enumerate(self.weeks) if days.first <= week.first + timedelta(days=3) <= days.last]
        if inside:
            x, right = self._x(inside[0]) - self.step / 2, self._x(inside[-1]) + self.step / 2
            marks += [
                svg.rect(x, 0, right - x, bottom, "period"),
                svg.text(right - 4, 12, self.p.t("This period"), "end strong"),
            ]
        return marks

    def _share(self) -> list[Markup]:
        end, marks = self.width - self.right, []
        for value in range(self.axis[0], self.axis[1] + 1, 5 if self.axis[1] - self.axis[0] <= 30 else 10):
            y = self._y(Decimal(value))
            words = f"{value}%" if value == self.axis[1] else str(value)
            marks += [svg.line(self.left, y, end, y, "hair"), svg.text(self.left - 8, y + 4, words, "end faint")]
        for run in _runs([week.share for week in self.weeks]):
            ends = {i: share.interval(1) or (Decimal(0), Decimal(0)) for i, share in run}
            upper = [(self._x(i), self._y(ends[i][1])) for i, _ in run]
            lower = [(self._x(i), self._y(ends[i][0])) for i, _ in reversed(run)]
            marks.append(svg.path([*upper, *lower], "band", closed=True))
            marks.append(svg.path([(self._x(i), self._y(_percent(share) or Decimal(0))) for i, share in run], "line"))
        return [*marks, *self._last_share()]

    def _last_share(self) -> list[Markup]:
        known = [(i, week.share) for i, week in enumerate(self.weeks) if week.share]
        if not known:
            return []
        index, share = known[-1]
        y = self._y(share.percent(1) or Decimal(0))
        marks = [svg.dot(self._x(index), y, 3.5)]
        if self.wide:
            beside = self.width - self.right + 8
            marks.append(svg.text(beside, y - 1, self.p.percent(share), "strong"))
            marks.append(svg.text(beside, y + 14, f"({self.p.interval(share)})", "faint"))
        return marks

    def _ratings(self, base: float) -> list[Markup]:
        most = max([(week.shown.n or 0) + week.aside for week in self.weeks] or [0]) or 1
        room, end = self.bars[0], self.width - self.right
        marks = [svg.line(self.left, base, end, base, "hair"), svg.text(self.left - 8, base, "0", "end faint")]
        marks.append(svg.text(self.left - 8, base - room + 10, self.p.t.number(most), "end faint"))
        for i, week in enumerate(self.weeks):
            x, tall = self._x(i) - self.step / 2 + 1.5, room * (week.shown.n or 0) / most
            marks.append(svg.rect(x, base - tall, self.step - 3, tall, "bar-soft"))
            aside = room * week.aside / most
            marks.append(svg.rect(x, base - tall - aside - 1, self.step - 3, aside, "aside-f"))
        if self.wide and self.weeks:
            last = self.weeks[-1]
            aside_words = f"{self.p.t('Set aside')} {self.p.t.number(last.aside)}"
            marks.append(svg.text(end + 8, base - room + 8, aside_words, "asidetx"))
            if last.shown.n is not None:
                marks.append(svg.text(end + 8, base - 6, f"{self.p.t('counted')} {self.p.t.number(last.shown.n)}"))
        return marks

    def _levels(self, top: float) -> list[Markup]:
        marks, labels = [], []
        for i, week in enumerate(self.weeks):
            if not week.shown.percent or not week.shown.n:
                continue
            y = top
            for value in reversed(self.book.levels):
                tall = self.stack * week.shown.counts.get(value, 0) / week.shown.n
                role = f"l{face}" if (face := self.p.face(self.book, value)) else "l3"
                marks.append(svg.rect(self._x(i) - self.step / 2 + 1, y, self.step - 2, max(tall - 0.8, 0), role))
                if self.wide and i == len(self.weeks) - 1:
                    share = self.p.share_of(week.shown.counts.get(value, 0), week.shown.n)
                    labels.append((y + tall / 2 + 4, f"{self.p.level_of(self.book, value)} {share}"))
                y += tall
        end = self.width - self.right + 8
        return marks + [svg.text(end, y, words) for y, words in _spread(labels, 14, top + self.stack + 4)]

    def _months(self, top: float) -> list[Markup]:
        marks: list[Markup] = []
        for i, week in enumerate(self.weeks):
            if i and week.first.month != self.weeks[i - 1].first.month:
                x = self._x(i) - self.step / 2
                marks.append(svg.line(x, top, x, top + self.stack + 4, "hair"))
                marks.append(svg.text(x, top + self.stack + 15, self.p.month(week.first, short=not self.wide), "faint"))
        return marks


def heat(book: Book, p: Phrases) -> Markup:
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
                marks += _heat_cell(halves.get((day, part)), x, 48 + row * tall, p)
    width = 78 + HEAT_WEEKS * (workdays * wide + 16)
    label = p.t("Dissatisfied of all ratings by half day; the numbers are in the table below")
    return svg.picture(width, 48 + 2 * tall + 6, marks, label, "heat")


def heat_step(half: HalfDay) -> int:
    """Which of five shades a half day has."""
    return sum(half.bad >= step for step in _HEAT_STEPS)


def _heat_cell(half: HalfDay | None, x: float, y: float, p: Phrases) -> list[Markup]:
    wide, tall = HEAT_CELL
    if half is None:
        return [svg.text(x + wide / 2 - 1, y + tall / 2 + 4, "·", "mid faint")]
    if half.n is None:
        words = "‹5" if half.few else p.t("hidden")
        hatch = [svg.line(x + at, y + tall - 2, x + at + 10, y, "hatchline") for at in range(0, wide - 10, 7)]
        return [
            svg.rect(x, y, wide - 2, tall - 2, "sunk"),
            *hatch,
            svg.text(x + wide / 2 - 1, y + tall / 2 + 3, words, "mid faint"),
        ]
    step = heat_step(half)
    role = {3: "mid on-l2", 4: "mid onhi"}.get(step, "mid")
    return [
        svg.rect(x, y, wide - 2, tall - 2, f"h{step}"),
        svg.text(x + wide / 2 - 1, y + tall / 2 + 3, f"{half.bad}/{half.n}", role),
    ]


def _x(value: Decimal, axis: Axis, width: float) -> float:
    inside = max(Decimal(axis[0]), min(Decimal(axis[1]), value))
    return float((inside - axis[0]) / (axis[1] - axis[0])) * width


def _percent(share: Share | None) -> Decimal | None:
    return share.percent(2) if share else None


def _trend_axis(weeks: Sequence[Week]) -> Axis:
    low, high = axis_for([week.share for week in weeks])
    return (low, high) if high > low else (0, 100)


def _runs(shares: Sequence[Share | None]) -> list[list[tuple[int, Share]]]:
    runs: list[list[tuple[int, Share]]] = [[]]
    for index, share in enumerate(shares):
        if share:
            runs[-1].append((index, share))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _spread(labels: list[tuple[float, str]], apart: float, bottom: float) -> list[tuple[float, str]]:
    """Labels moved apart, so that no two lie on each other and none below the drawing."""
    places = [y for y, _ in labels]
    for upper, lower in pairwise(range(len(places))):
        places[lower] = max(places[lower], places[upper] + apart)
    floor = bottom
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], floor)
        floor = places[index] - apart
    return [(y, words) for y, (_, words) in zip(places, labels, strict=True)]


def heat_days(book: Book) -> list[tuple[date, HalfDay | None, HalfDay | None]]:
    """The map's days with both halves, for the table beneath it."""
    halves = {(half.day, half.part): half for half in book.half_days}
    return [(day, halves.get((day, "am")), halves.get((day, "pm"))) for day in sorted({day for day, _ in halves})]
