"""Trend chart: share with its interval, ratings with what was set aside, and levels, week by week."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from kiosk.domain.numbers.measures import Figure
from sync.collector.drawing import svg
from sync.collector.drawing.charts import Axis, axis_for, percent_of, place_on
from sync.collector.figures.book import Book
from sync.collector.figures.lines import Week
from sync.collector.figures.points import points_of
from sync.collector.words.phrases import Phrases


class _Size(NamedTuple):
    """How large a chart is, in pixels: its words are as large on every one."""

    width: int
    left: int
    right: int
    """Room for words beside the last point."""
    top: int
    """How high the shares stand."""
    bars: tuple[int, int]
    """The highest bar, and where the bars stand below the shares."""
    stack: int
    role: str
    labels: bool = True
    """Whether there is room for words beside the last point."""


_SIZES = {
    "wide": _Size(900, 40, 150, 250, (58, 84), 200, "trend wide-only"),
    "phone": _Size(358, 34, 6, 130, (38, 60), 80, "trend phone-only", labels=False),
    # As wide as the text of a page in A4, so that 12 pixels are 9 points there.
    "paper": _Size(620, 34, 142, 88, (26, 38), 66, "trend paper"),
}
_MONTH_WIDTH = 60
_STEP_MAX = 72
"""A point of a few has no more room than this."""


def draw(book: Book, p: Phrases, size: str) -> Markup:
    """Three panels over one axis of weeks: share with its interval, ratings with what was set aside, levels."""
    return _Drawing(book, p, _SIZES[size]).draw()


class _Drawing:
    def __init__(self, book: Book, p: Phrases, size: _Size) -> None:
        self.book, self.p, self.wide, self.role = book, p, size.labels, size.role
        self.weeks, self.each = points_of(book)
        self.width, self.left, self.right, self.top, self.bars, self.stack = size[:6]
        self.step = min(_STEP_MAX, (self.width - self.left - self.right) / max(1, len(self.weeks)))
        self.axis = _trend_axis(self.weeks)

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
            *self._versions(height - 18),
        ]
        label = self.p.t("Share of satisfied, ratings and levels week by week; the numbers are in the table below")
        return svg.picture(self.width, height, marks, label, self.role)

    def _x(self, index: int) -> float:
        return self.width - self.right - self.step * (len(self.weeks) - index - 0.5)

    def _y(self, value: Decimal) -> float:
        return 18 + (self.top - 18) * (1 - place_on(value, self.axis, 1))

    def _periods(self, bottom: float) -> list[Markup]:
        days, marks = self.book.days, []
        middle = timedelta(days=7 * self.each // 2)
        inside = [i for i, week in enumerate(self.weeks) if days.first <= week.first + middle <= days.last]
        if inside:
            x, right = self._x(inside[0]) - self.step / 2, self._x(inside[-1]) + self.step / 2
            marks += [
                svg.rect(x, 0, right - x, bottom, "period"),
                svg.text(right - 4, 12, self.p.t("This period"), "end strong"),
            ]
        return marks

    def _versions(self, bottom: float) -> list[Markup]:
        """A line where a version of the survey came that did something otherwise than the one before."""
        marks: list[Markup] = []
        for ref, at in self.book.published.items():
            day = self.p.day_of(at)
            for i, week in enumerate(self.weeks):
                if week.first <= day < week.first + timedelta(days=7 * self.each):
                    x = self._x(i) - self.step / 2
                    marks += [svg.line(x, 0, x, bottom, "whisk"), svg.text(x - 4, 26, ref, "end faint")]
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
            marks.append(svg.path([(self._x(i), self._y(percent_of(share) or Decimal(0))) for i, share in run], "line"))
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
            if self._begins_month(i):
                x = self._x(i) - self.step / 2
                marks.append(svg.line(x, top, x, top + self.stack + 4, "hair"))
                marks.append(svg.text(x, top + self.stack + 15, self.p.month(week.first, short=not self.wide), "faint"))
        return marks

    def _begins_month(self, index: int) -> bool:
        """Whether a month is named at a point: the first one's too, where the next name does not stand on it."""
        months = [week.first.month for week in self.weeks]
        if index:
            return months[index] != months[index - 1]
        same = next((i for i, month in enumerate(months) if month != months[0]), len(months))
        return same * self.step >= _MONTH_WIDTH


def _trend_axis(weeks: Sequence[Week]) -> Axis:
    low, high = axis_for([week.share for week in weeks])
    return (low, high) if high > low else (0, 100)


def _runs(shares: Sequence[Figure | None]) -> list[list[tuple[int, Figure]]]:
    runs: list[list[tuple[int, Figure]]] = [[]]
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
