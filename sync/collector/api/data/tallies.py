"""Tallies: the counts of the page Today for any days, for programs."""

import asyncio
from typing import Any

from fastapi import Request
from starlette.responses import Response

from kiosk.base.texts import Texts
from kiosk.domain.numbers.measures import Share
from sync.collector.api.data import shapes
from sync.collector.api.data.asked import AskedSpan, as_of, days_of, subject_of
from sync.collector.api.data.described import SECURED, described
from sync.collector.api.data.paging import Page, ThePage, link_to
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.sending import Column, Format, csv_answer, json_answer
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.language import words_asked
from sync.collector.api.noted import note_reading
from sync.collector.figures.book import Book, Part
from sync.collector.figures.lines import Answered, PlaceLine
from sync.collector.figures.queries.waits import SET_ASIDE, Why
from sync.collector.people.rights import Right
from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.services.reports import read_span
from sync.collector.services.services import Services
from sync.collector.words.notice import NOTICE
from sync.collector.words.phrases import Phrases

router = door_router("numbers", Right.EXPORT)
Row = tuple[Part, PlaceLine]
SHARE = ("method", "numerator", "denominator", "percent", "wilson_95.0", "wilson_95.1")
"""How a share stands in a line of CSV."""
TOOK_PART = (*SHARE, "counter_days_known", "counter_days")


@router.get("/v1/tallies", responses=described("Tallies"), openapi_extra=SECURED)
async def get_tallies(
    request: Request, services: TheServices, reader: MayTake, span: AskedSpan, page: ThePage, form: Format = "json"
) -> Response:
    """Counts and measures per survey, question and counter, from one local day to another (today by default).

    Pages are of counters, one question after another; totals are of all of them on every page.
    """
    book = await asyncio.to_thread(read_span, services, reader, span)
    await note_reading(services, reader, "/v1/tallies", subject_of(span, reader), days_of(span))
    answer = await asyncio.to_thread(tallies_of, services, book, page, words_asked(request))
    if form == "json":
        return json_answer(request, answer, link_to(request, answer.next))
    lines = [{"all": answer, "table": table, "line": line} for table in answer.tables for line in table.counters]
    return csv_answer(request, lines, _COLUMNS, link_to(request, answer.next))


def tallies_of(services: Services, book: Book, page: Page, t: Texts) -> shapes.Tallies:
    """A page of the counts; percentages are decimals as text, so that none is rounded twice."""
    policy, zone = book.policy, services.config.zone
    every = [(part, line) for part in book.parts for line in part.counters]
    rows, cursor = page.of(every, lambda row: (row[0].series.asked.code, row[1].place.key))
    is_now = book.period.last >= book.today
    found = [(part, [line for other, line in rows if other is part]) for part in book.parts]
    tables = [_table(part, lines, is_now=is_now) for part, lines in found if lines or not part.counters]
    return shapes.Tallies(
        book.period.first.isoformat(), book.period.last.isoformat(), services.config.time_zone,
        as_of(book, zone).isoformat(), NOTICE,
        shapes.Disclosure(policy.cell_min, policy.percent_min, policy.step, policy.delay),
        book.recorded, Phrases(t, zone, book.made_at).waits(book),
        [place.code for place in book.undated], tables, cursor,
    )  # fmt: skip


def _table(part: Part, lines: list[PlaceLine], *, is_now: bool) -> shapes.Table:
    asked = part.series.asked
    return shapes.Table(
        part.series.ref, asked.question, asked.survey, [survey.ref for survey in part.series.versions],
        [shapes.LevelWords(value, dict(level.text) if (level := part.level(value)) else {}) for value in part.levels],
        [_counter(line, is_now=is_now) for line in lines], shapes.Numbers(**_numbers(part.me)),
    )  # fmt: skip


def _counter(line: PlaceLine, *, is_now: bool) -> shapes.CounterNumbers:
    """A counter's numbers, and how its kiosks are where the days reach to now: of past days they tell nothing."""
    place, kiosks = line.place, line.place.kiosks if is_now else ()
    return shapes.CounterNumbers(
        **_numbers(line),
        counter=place.code,
        name=place.name,
        unit=place.unit,
        unit_code=unit_code_of(place.key),
        last_contact=[at.isoformat() if (at := kiosk.last_contact) else None for kiosk in kiosks],
        silent=[kiosk.silent for kiosk in kiosks],
    )


def unit_code_of(key: str) -> str:
    """The code of the unit of a counter's place."""
    return key.rpartition(":")[0].rstrip("/").rpartition("/")[2]


def _numbers(line: PlaceLine) -> dict[str, Any]:
    return {
        "counted": line.shown.n,
        "by_level": {str(level): n for level, n in sorted(line.shown.counts.items())},
        "hidden": line.shown.hidden,
        "waiting": line.shown.waiting,
        "recorded": line.recorded,
        "waits": dict(sorted(line.waits.items())),
        "measure": share_of(line.parts, percent=line.shown.percent),
        "set_aside": {str(standing): n for standing, n in sorted(line.aside.items())},
        "measure_with_set_aside": share_of(line.parts_with_aside, percent=line.shown.percent),
        "participation": participation_of(line.answered),
    }


def participation_of(answered: Answered | None) -> shapes.Participation | None:
    """Who took part on the days that are over and whose transactions are known; None where none is."""
    if answered is None:
        return None
    return shapes.Participation(*_made_of(answered.share, percent=True), answered.known, answered.of)


def share_of(share: Share | None, *, percent: bool) -> shapes.Share | None:
    """A share with all it was made of; without a percentage where the base is too small for one."""
    return None if share is None else shapes.Share(*_made_of(share, percent=percent))


def _made_of(share: Share, *, percent: bool) -> tuple[str, int, int, str | None, list[str] | None]:
    value, interval = (share.percent(), share.interval()) if percent else (None, None)
    ends = None if interval is None else [str(end) for end in interval]
    return str(share.method), share.numerator, share.denominator, None if value is None else str(value), ends


_COLUMNS: tuple[Column, ...] = (
    *((name, f"all.{name}") for name in ("from", "to")),
    *((name, f"table.{name}") for name in ("series", "survey", "question")),
    *((name, f"line.{name}") for name in ("unit_code", "unit", "counter", "name", "counted")),
    *((f"level_{level}", f"line.by_level.{level}") for level in range(1, 1 + len(LEVEL_NAMES))),
    *((name, f"line.{name}") for name in ("hidden", "waiting", "recorded")),
    *((f"waits_{why}", f"line.waits.{why}") for why in Why),
    *((f"measure_{name.replace('.', '_')}", f"line.measure.{name}") for name in SHARE),
    *((f"set_aside_{standing}", f"line.set_aside.{standing}") for standing in SET_ASIDE),
    *((f"with_set_aside_{name.replace('.', '_')}", f"line.measure_with_set_aside.{name}") for name in SHARE),
    *((f"participation_{name.replace('.', '_')}", f"line.participation.{name}") for name in TOOK_PART),
)
