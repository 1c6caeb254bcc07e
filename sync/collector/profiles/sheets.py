"""Sheets: a profile's tables and all that explains them; page, CSV, XLSX and PDF show the same object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kiosk.base.table import Cell, Column, Form, Mark, Table
from kiosk.domain.numbers.disclosure import Policy, Shown
from sync.collector.calendar.periods import Period
from sync.collector.figures.kiosks import Freshness
from sync.collector.figures.places import Place
from sync.collector.profiles.index766 import Counts, ratios
from sync.collector.profiles.reading import Months, Scored
from sync.collector.profiles.tt01 import INDICATORS, POINTS_MAX, Profile, points_of, score
from sync.collector.words.phrases import Phrases

TT01, INDEX766 = "tt01", "766"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a profile."""

    key: str
    title: str
    label: str
    """By which rule, always printed."""
    place: Place
    period: Period
    tables: tuple[Table, ...]
    explained: tuple[tuple[str, tuple[str, ...]], ...]
    """Heads and sentences: how it was computed, how sure it is, and so on."""
    today: date
    made_at: datetime
    waits: str = ""
    """What is not shown yet and why, in one sentence; empty where nothing of it is of ratings."""


def sheet_tt01(
    scored: list[Scored], profile: Profile, place: Place, period: Period, today: date, policy: Policy,
    kiosks: tuple[tuple[Place, Freshness], ...], made_at: datetime, p: Phrases,
) -> Sheet:  # fmt: skip
    """The three indicators that a kiosk can give."""
    t, me = p.t, scored[-1]
    label = p.words(profile.label)
    tables = (_indicators(me, profile, policy, p), _scores(scored, profile, policy, p))
    explained = (
        (t("How it was computed"), _how_tt01(me, policy, p)),
        (
            t("How sure it is"),
            (t("The circular knows no interval. It speaks of those who answered, not of every dossier."),),
        ),
        (
            t("What was set aside"),
            (t("{n} ratings of this survey were set aside and give no points.", n=t.number(me.aside)),),
        ),
        (t("How fresh it is"), tuple(_freshness(kiosks, p))),
        (t("What it is not"), (p.notice,)),
    )
    waits = p.not_shown(me.waits, policy.block_min, is_running=me.is_running)
    return Sheet(TT01, t("Three indicators"), label, place, period, tables, explained, today, made_at, waits)


def sheet_766(months: Months, place: Place, period: Period, today: date, made_at: datetime, p: Phrases) -> Sheet:
    """The satisfaction ratios of Decision 766."""
    t = p.t
    imported = t(
        "Nothing was handed in for this period yet: an administrator does it here, IT staff by collector counts import."
    )
    if months.imported_at:
        imported = t("Imported {time} by {who}.", time=p.moment(months.imported_at), who=months.imported_by)
    explained = (
        (t("How it was computed"), _how_766(p)),
        (t("How sure it is"), (t("A full count by the system that keeps the dossiers; there is no interval."),)),
        (t("What was set aside"), (t("Nothing: what that system counted is shown as it was imported."),)),
        (t("How fresh it is"), (imported,)),
        (t("What it is not"), (p.notice,)),
    )
    by_month = {p.period_month(month): counts for month, counts in months.by_month.items()}
    tables = [_ratios(t("Month by month"), "months", t("Month"), by_month, months.total, p)]
    if set(months.by_unit) - {place.name}:
        tables.append(_ratios(t("By unit"), "units", t("Unit"), months.by_unit, months.total, p))
    label = t("after Decision 766/QĐ-TTg, from imported counts")
    title = t("Satisfaction ratios of Decision 766")
    return Sheet(INDEX766, title, label, place, period, tuple(tables), explained, today, made_at)


def _how_tt01(me: Scored, policy: Policy, p: Phrases) -> tuple[str, ...]:
    t = p.t
    return (
        t("Each dossier gives 2, 1 or 0 points for an indicator; the indicator is their mean, rounded to one decimal."),
        t(
            "Of nine indicators a kiosk can give 1, 3 and 4; scored: {n} of {of}.",
            n=t.number(_scored(me, policy)),
            of=t.number(INDICATORS),
        ),
        t("Without all nine there is no classification: the circular does not rescale its bands."),
        t("Fewer than {n} ratings: no share, no rank", n=t.number(policy.percent_min)) + ".",
    )


def _how_766(p: Phrases) -> tuple[str, ...]:
    t = p.t
    return (
        t("Satisfied dossiers = (all − rated badly, with a petition, or late) / all × 100%; each dossier counts once."),
        t("Petitions on time = handled on time / all petitions."),
        t("Petitions satisfied = (all − late or not to satisfaction) / all petitions."),
        t("Who says nothing is counted as satisfied there; at a counter only those count who pressed."),
    )


def _indicators(me: Scored, profile: Profile, policy: Policy, p: Phrases) -> Table:
    t = p.t
    columns = (
        Column("id", t("No."), Form.TEXT),
        Column("name", t("Indicator"), Form.TEXT),
        Column("two", t("{n} points", n="2"), Form.COUNT),
        Column("one", t("{n} points", n="1"), Form.COUNT),
        Column("none", t("{n} points", n="0"), Form.COUNT),
        Column("points", t("Points together"), Form.COUNT),
        Column("n", t("Dossiers, n"), Form.COUNT),
        Column("score", t("Score (0–2)"), Form.SCORE),
    )
    rows = []
    for indicator in profile.indicator:
        shown = me.shown[indicator.id]
        blank = Mark.FEW if shown.hidden else None
        counts: list[Cell] = [blank or shown.counts.get(level, 0) for level in (3, 2, 1)]
        scored_as = (blank or points_of(shown.counts), blank or (shown.n or 0), _score(shown, policy))
        rows.append((str(indicator.id), p.words(indicator.name), *counts, *scored_as))
    return Table("indicators", t("Indicators 1, 3 and 4"), columns, tuple(rows))


def _scores(scored: list[Scored], profile: Profile, policy: Policy, p: Phrases) -> Table:
    t = p.t
    columns = [Column("place", t("Place"), Form.TEXT)]
    for one in profile.indicator:
        columns.append(Column(f"n{one.id}", t("Indicator {id}: n", id=str(one.id)), Form.COUNT))
        columns.append(Column(f"score{one.id}", t("Score {id}", id=str(one.id)), Form.SCORE))
    columns.append(Column("sum", t("Sum (0–{n})", n=str(POINTS_MAX * len(profile.indicator))), Form.SCORE))
    columns.append(Column("scored", t("Indicators scored, of 9"), Form.COUNT))
    rows: list[tuple[Cell, ...]] = []
    # Most places do not ask this survey; the last line is the whole.
    for line in (each for each in scored if each is scored[-1] or _was_asked(each)):
        cells: list[Cell] = [p.place(line.place)]
        for one in profile.indicator:
            shown = line.shown[one.id]
            cells += [Mark.FEW if shown.n is None else shown.n, _score(shown, policy)]
        found = [cell for cell in cells if isinstance(cell, Decimal)]
        cells += [sum(found, Decimal(0)) if len(found) == len(profile.indicator) else Mark.NONE, _scored(line, policy)]
        rows.append(tuple(cells))
    table = Table("scores", t("By unit"), tuple(columns), tuple(rows), has_total=True)
    return p.pooled(table, [f"n{one.id}" for one in profile.indicator], scored[-1].place)


def _was_asked(line: Scored) -> bool:
    return bool(line.aside or line.waits) or any(shown.n or shown.hidden for shown in line.shown.values())


def _score(shown: Shown, policy: Policy) -> Cell:
    if shown.hidden:
        return Mark.FEW
    value = score(points_of(shown.counts), shown.n or 0) if (shown.n or 0) >= policy.percent_min else None
    return (Mark.NO_PERCENT if shown.n else Mark.NONE) if value is None else value


def _scored(line: Scored, policy: Policy) -> int:
    return sum(isinstance(_score(shown, policy), Decimal) for shown in line.shown.values())


def _ratios(title: str, key: str, head: str, rows: Mapping[str, Counts], total: Counts, p: Phrases) -> Table:
    t = p.t
    columns = (
        Column("name", head, Form.TEXT),
        Column("tthc_satisfied", t("Satisfied dossiers") + ", %", Form.PERCENT),
        Column("not_satisfied", t("Not satisfied, each once"), Form.COUNT),
        Column("dossiers", t("Dossiers"), Form.COUNT),
        Column("dissatisfied", t("Rated badly"), Form.COUNT),
        Column("complained", t("With a petition"), Form.COUNT),
        Column("overdue", t("Late"), Form.COUNT),
        Column("pakn_on_time", t("Petitions on time") + ", %", Form.PERCENT),
        Column("pakn_satisfied", t("Petitions satisfied") + ", %", Form.PERCENT),
        Column("petitions", t("Petitions"), Form.COUNT),
    )
    lines = [(name, counts) for name, counts in rows.items()] + ([(t("All"), total)] if rows else [])
    return Table(key, title, columns, tuple(_ratio_cells(name, counts) for name, counts in lines), has_total=bool(rows))


def _ratio_cells(name: str, counts: Counts) -> tuple[Cell, ...]:
    found = {key: ratio.percent() for key, ratio in ratios(counts).items()}
    percent: dict[str, Cell] = {key: Mark.NONE if value is None else value for key, value in found.items()}
    return (
        name, percent["tthc_satisfied"], counts.not_satisfied, counts.dossiers, counts.dissatisfied, counts.complained,
        counts.overdue, percent["pakn_on_time"], percent["pakn_satisfied"], counts.petitions,
    )  # fmt: skip


def _freshness(kiosks: tuple[tuple[Place, Freshness], ...], p: Phrases) -> list[str]:
    t = p.t
    silent = [(place, kiosk) for place, kiosk in kiosks if kiosk.silent]
    said = [f"{len(kiosks) - len(silent)}/{len(kiosks)} {t('kiosks')} {t('heard as expected in opening hours')}."]
    said += [f"{p.full_place(place)}: {p.contact(kiosk)}." for place, kiosk in silent[:8]]
    return said
