"""Plants of forms: numbers that are in one form alone, each of which must be found through that form."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import Connection, func, select
from starlette.responses import HTMLResponse, Response

from kiosk.domain.visit.rating import Standing
from sync.collector.care.signals import find
from sync.collector.care.signals.words import SignWords
from sync.collector.chores import reports
from sync.collector.export import forms
from sync.collector.export.workbook import xlsx_file
from sync.collector.people import audit
from sync.collector.run import gauges
from sync.collector.store.schema import counter, rating, reason_choice, tally
from sync.collector.web.figures import files_page, report_page
from tests.attack import roles, stories
from tests.attack.names import MARKED, Harvest, Story


@dataclass(frozen=True)
class FormPlant:
    """A fault of one form."""

    name: str
    patches: Mapping[str, Any]
    forms: tuple[str, ...]
    """Where it must be found."""
    story: Story
    harvest: Harvest
    mark: int = MARKED
    """What the marked say."""


def _satisfied(connection: Connection, code: str = "Q1") -> int:
    """How many of a counter's ratings are good by now, whatever block holds them."""
    at = select(counter.c.counter_id).where(counter.c.code == code)
    good = (tally.c.level >= 4) & (tally.c.standing == Standing.COUNTED) & tally.c.counter_id.in_(at)
    return int(connection.execute(select(func.coalesce(func.sum(tally.c.n), 0)).where(good)).scalar_one())


async def _page_of_now(request: Any, services: Any, reader: Any, query: Any) -> Response:
    """A page that says how many are satisfied at this moment."""
    answer = await _PLACE_PAGE(request, services, reader, query)
    with services.database.reading() as connection:
        told = f"<p>Đến lúc này: {_satisfied(connection)} hài lòng.</p></main>"
    return HTMLResponse(bytes(answer.body).decode().replace("</main>", told))


def _crossed(services: Any, reader: Any, query: Any) -> Any:
    """Reasons by level, as they came, beside a book."""
    said = (rating.c.journal_id == reason_choice.c.journal_id) & (rating.c.seq == reason_choice.c.rating_seq)
    cells = select(reason_choice.c.reason, rating.c.level, func.count()).join(rating, said)
    with services.database.reading() as connection:
        rows = connection.execute(cells.group_by(reason_choice.c.reason, rating.c.level)).all()
    return replace(_READ_BOOK(services, reader, query), joined=tuple(rows))


def _workbook(book: Any, p: Any) -> bytes:
    """A workbook with a sheet more."""
    file = io.BytesIO()
    workbook = load_workbook(io.BytesIO(xlsx_file(replace(book, joined=()), p)))
    sheet = workbook.create_sheet("Reasons by level")
    for row in (("Reason", "Level", "n"), *book.joined):
        sheet.append([f"level {cell}" if place == 1 and row[0] != "Reason" else cell for place, cell in enumerate(row)])
    workbook.save(file)
    return file.getvalue()


def _letter(services: Any, wanted: Any, book: Any, now: Any) -> Any:
    """A letter that says how many were satisfied up to now, whole blocks or not."""
    told = _NOTICE(services, wanted, book, now)
    with services.database.reading() as connection:
        return replace(told, body=f"{told.body}\n\nHài lòng: {_satisfied(connection)}")


def _burst(one: Any, quick_s: int) -> Any:
    """A sign that tells how many of the quick ones chose the worst face."""
    finding = _FIND_BURSTS(one, quick_s)
    if finding is None:
        return None
    worst = sum(pressed.quick_levels[1] for pressed in one.half_days.values())
    return replace(finding, evidence={**finding.evidence, "one_face": False, "worst": worst})


def _sentence(words: SignWords, sign: str, evidence: Mapping[str, Any]) -> str:
    return f"{_SENTENCE(words, sign, evidence)} Rất không hài lòng: {evidence.get('worst', 0)}."


def _note(connection: Connection, at: Any, actor: str, action: str, subject: str, details: dict[str, Any]) -> None:
    """An audit log that keeps what there was when somebody read."""
    _NOTE(connection, at, actor, action, subject, {**details, "satisfied": _satisfied(connection)})


def _gauges(connection: Connection, now: Any, zone: Any) -> None:
    """A gauge for whoever likes to watch."""
    _READ_GAUGES(connection, now, zone)
    gauges._devices.labels("satisfied").set(_satisfied(connection))


_PLACE_PAGE, _READ_BOOK, _NOTICE = report_page.place_page, files_page.read_book, reports._notice
_FIND_BURSTS, _SENTENCE, _NOTE, _READ_GAUGES = find.find_bursts, SignWords.sentence, audit.note, gauges._read
_PAGES = "sync.collector.web.figures"
PLANTS_OF_FORMS = (
    FormPlant("a page of the running half day", {f"{_PAGES}.report_page.place_page": _page_of_now}, ("html",),
              stories.four_and_more, roles.few_pages),
    FormPlant("a workbook of reasons by level",
              {f"{_PAGES}.files_page.read_book": _crossed,
               "sync.collector.export.forms.FORMS": {**forms.FORMS, "xlsx": (_workbook, "application/xlsx")}},
              ("xlsx",), stories.four_and_more, roles.few_pages),
    FormPlant("a letter about a part of a block", {"sync.collector.chores.reports._notice": _letter},
              ("mail", "webhook"), stories.rush, roles.letters_and_signs),
    FormPlant("a sign that tells a face of the quick ones",
              {"sync.collector.care.signals.find.find_bursts": _burst,
               "sync.collector.care.signals.words.SignWords.sentence": _sentence}, ("html", "mail", "webhook"),
              stories.rush, roles.letters_and_signs),
    FormPlant("an audit log that keeps levels", {f"{_PAGES}.files_page.note": _note}, ("html",),
              stories.four_and_more, roles.few_pages),
    FormPlant("a gauge of the satisfied", {"sync.collector.run.gauges._read": _gauges}, ("metrics",),
              stories.four_and_more, roles.few_pages),
)  # fmt: skip
