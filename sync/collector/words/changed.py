"""Changed: in one sentence, which reasons and half days of a counter plainly changed, and where nothing stands out."""

from collections.abc import Iterator

from babel.dates import get_day_names

from kiosk.domain.numbers.measures import Share, points_between
from sync.collector.figures.attention import has_fallen, has_risen
from sync.collector.figures.book import Book
from sync.collector.figures.changes import Changes, changes_of
from sync.collector.figures.lines import WeekdayHalf
from sync.collector.words.phrases import Phrases

NAMED_MAX = 4
"""So many reasons and half days are named, the plainest first: a sentence of more is not read."""


def why_of(book: Book, p: Phrases) -> str:
    """What plainly changed at a counter against the other period; that nothing did, or that it cannot be told."""
    changes = changes_of(book)
    if changes is None:
        few = p.t.number(book.policy.percent_min)
        return p.t("Why cannot be told: one of the two periods has fewer than {n} ratings.", n=few)
    named = list(_named(changes, p))
    if not changes.looked_at:
        return f"{_result(book, p)} {p.t('No reason and no half day has ratings enough to be compared.')}"
    if not named:
        n = p.t.number(changes.looked_at)
        return (
            _result(book, p) + " " + p.t("No reason and no half day plainly changed, of {n} looked at together.", n=n)
        )
    more = len(named) - NAMED_MAX
    if more > 0:
        named[NAMED_MAX:] = [p.t("and {n} others", n=p.t.number(more))]
    return _result(book, p) + " " + p.t("At the same time plainly changed: {what}.", what="; ".join(named))


def _result(book: Book, p: Phrases) -> str:
    """How the place's figure stands against the other period."""
    points = p.points(book.me.points) if book.me.points is not None else "–"
    days = p.days(book.before.first, book.before.last)
    if has_fallen(book.me):
        return p.t("Plainly lower than the figure of {days} ({points} points).", days=days, points=points)
    if has_risen(book.me):
        return p.t("Plainly higher than the figure of {days} ({points} points).", days=days, points=points)
    return p.t("Not plainly different from the figure of {days} ({points} points).", days=days, points=points)


def _named(changes: Changes, p: Phrases) -> Iterator[str]:
    for line in changes.reasons:
        assert line.share and line.share_before  # noqa: S101, PT018 - changes_of looks at no others
        yield p.t("“{reason}” chosen in {share} of the ratings, {change}", reason=p.reason(line),
                  share=p.percent(line.share), change=_change(line.share, line.share_before, p))  # fmt: skip
    for half in changes.halves:
        yield p.t("{half}: {share} satisfied, {change}", half=_half(half, p), share=p.percent(half.now),
                  change=_change(half.now, half.before, p))  # fmt: skip


def _change(now: Share, before: Share, p: Phrases) -> str:
    points = points_between(now, before)
    assert points is not None  # noqa: S101 - both have ratings
    return p.t("before {share} ({points} points)", share=p.percent(before), points=p.points(points))


def _half(half: WeekdayHalf, p: Phrases) -> str:
    if half.weekday is None:
        return p.t("all mornings") if half.part == "am" else p.t("all afternoons")
    day = str(get_day_names("wide", "stand-alone", p.t.language)[half.weekday])
    return p.t("{day} morning", day=day) if half.part == "am" else p.t("{day} afternoon", day=day)
