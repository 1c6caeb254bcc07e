"""Depends: what a page's route asks of its request besides a reader: a form that came from a page of ours.

A form is handed over only when its sender has the right and it carries the key that our page gave to this
person: a route that asks for one cannot forget the check.
"""

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from sync.collector.api.depends import Anyone, HasRight, TheServices
from sync.collector.people.rights import Reader, Right
from sync.collector.web.shared.forms import FIELDS_MAX, read_form, require_key

FormFields = dict[str, str]


def form_with(right: Right, fields_max: int = FIELDS_MAX) -> Any:
    """The form of somebody who has the right."""

    async def read(
        request: Request, services: TheServices, reader: Annotated[Reader, Depends(HasRight(right))]
    ) -> FormFields:
        return await _read(request, services, reader, fields_max)

    return Depends(read)


async def _of_anyone(request: Request, services: TheServices, reader: Anyone) -> FormFields:
    return await _read(request, services, reader, FIELDS_MAX)


async def _read(request: Request, services: TheServices, reader: Reader, fields_max: int) -> FormFields:
    form = await read_form(request, services.config.url, fields_max)
    require_key(form, reader.form_key)
    return form


AnyForm = Annotated[FormFields, Depends(_of_anyone)]
"""The form of whoever asks, whatever they may do."""
ServedForm = Annotated[FormFields, form_with(Right.SERVED)]
DecideForm = Annotated[FormFields, form_with(Right.DECIDE)]
AccountsForm = Annotated[FormFields, form_with(Right.ACCOUNTS)]
SettingsForm = Annotated[FormFields, form_with(Right.SETTINGS)]
KiosksForm = Annotated[FormFields, form_with(Right.FLEET)]
