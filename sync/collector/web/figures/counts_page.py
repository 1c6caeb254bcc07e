"""Counts page: an administrator hands in the counts of the dossier system; all of a file goes in, or nothing."""

from datetime import date
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import MayHandIn, TheServices
from sync.collector.calendar.periods import Kind, period_of
from sync.collector.people.rights import Reader
from sync.collector.profiles.counts_file import CountsFile, CountsWrong, Fault
from sync.collector.profiles.reading import Source, take_counts
from sync.collector.profiles.sheets import INDEX766
from sync.collector.services.services import Services
from sync.collector.web.figures.sheet_page import show_sheet
from sync.collector.web.shared.forms import Upload, read_upload, require_key
from sync.collector.web.shared.rendering import phrases_of
from sync.protocol.errors import BodyTooLarge

router = APIRouter(include_in_schema=False)

FILE_BYTES_MAX = 1024 * 1024


@router.post("/766")
async def take_file(request: Request, services: TheServices, reader: MayHandIn) -> Response:
    """A file of counts; afterwards the quarter of its newest month is shown, or all that is wrong with it."""
    try:
        found = await _take(request, services, reader)
    except CountsWrong as error:
        return await show_sheet(request, services, reader, INDEX766, None, "", wrong=error)
    newest = period_of(Kind.QUARTER, max(month for _, month in found.counts))
    return RedirectResponse(phrases_of(request).way("/766", ky=newest.code, nhap=str(len(found.counts))), 303)


async def _take(request: Request, services: Services, reader: Reader) -> CountsFile:
    upload = await _read(request, services.config.url)
    require_key(upload.fields, reader.form_key)
    if not upload.file:
        raise CountsWrong([Fault(0, "no file was chosen, or it is empty: choose the CSV file and send it again")])
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    source = Source(upload.file_name, reader.name, reader.path, today, now)
    return await services.write(partial(take_counts, body=upload.file, source=source))


async def _read(request: Request, own_url: str) -> Upload:
    try:
        return await read_upload(request, own_url, FILE_BYTES_MAX)
    except BodyTooLarge as error:
        too_long = Fault(
            0, "the file is larger than {n} kB: hand in fewer months at once", {"n": FILE_BYTES_MAX // 1024}
        )
        raise CountsWrong([too_long]) from error
