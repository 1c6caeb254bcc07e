"""Accounts pages: an administrator makes, changes, closes and opens the accounts of their own units."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import MayKeepAccounts, TheServices
from sync.collector.errors import ChangedMeanwhile, CollectorError, NotAllowed, UsageWrong
from sync.collector.people import account_care as care
from sync.collector.people.account_care import Wanted
from sync.collector.people.rights import Reader, Role
from sync.collector.services.services import Services
from sync.collector.web.shared.depends import AccountsForm, FormFields
from sync.collector.web.shared.rendering import phrases_of, render, words_of

router = APIRouter(include_in_schema=False)

TEXT_MAX = 120
ACCOUNTS = "/tai-khoan"
_EMPTY = {"name": "", "full_name": "", "role": "viewer", "unit": "", "email": ""}
_CHECKS = asyncio.Semaphore(2)
"""Each new password costs 64 MiB and a processor for a moment."""


@router.get(ACCOUNTS)
async def show_accounts(request: Request, services: TheServices, reader: MayKeepAccounts) -> Response:
    """The accounts in the administrator's units, and a form for a new one."""
    return await _list(request, services, reader)


@router.post(ACCOUNTS)
async def take_account(
    request: Request, services: TheServices, reader: MayKeepAccounts, form: AccountsForm
) -> Response:
    """A new account; its one-time password is shown this once."""
    name = form.get("name", "").strip().lower()[:TEXT_MAX]
    try:
        password = await _do(services, lambda c, now: care.make_account(c, name, _wanted(form), reader, now))
    except (UsageWrong, NotAllowed) as error:
        return await _list(request, services, reader, wrong=error, form=form)
    return render(request, "account_password.html", name=name, password=password)


@router.get(ACCOUNTS + "/{name}")
async def show_account(request: Request, services: TheServices, reader: MayKeepAccounts, name: str) -> Response:
    """One account."""
    return await _one(request, services, reader, name)


@router.post(ACCOUNTS + "/{name}")
async def take_change(
    request: Request, services: TheServices, reader: MayKeepAccounts, form: AccountsForm, name: str
) -> Response:
    """Another name, role, unit or mail address."""
    return await _changed(
        request,
        services,
        reader,
        name,
        lambda c, now: care.change_account(c, name, _wanted(form), reader, now, form.get("seen")),
        form,
    )


@router.post(ACCOUNTS + "/{name}/mat-khau")
async def take_reset(
    request: Request, services: TheServices, reader: MayKeepAccounts, _form: AccountsForm, name: str
) -> Response:
    """A new one-time password, shown this once."""
    try:
        password = await _do(services, lambda c, now: care.give_password(c, name, reader, now))
    except NotAllowed as error:
        return await _one(request, services, reader, name, wrong=error)
    return render(request, "account_password.html", name=name, password=password)


@router.post(ACCOUNTS + "/{name}/dong")
async def take_closing(
    request: Request, services: TheServices, reader: MayKeepAccounts, _form: AccountsForm, name: str
) -> Response:
    """The account is closed."""
    return await _changed(request, services, reader, name, lambda c, now: care.close_account(c, name, reader, now))


@router.post(ACCOUNTS + "/{name}/mo")
async def take_opening(
    request: Request, services: TheServices, reader: MayKeepAccounts, _form: AccountsForm, name: str
) -> Response:
    """The account is open again."""
    return await _changed(request, services, reader, name, lambda c, now: care.open_account(c, name, reader, now))


async def _do(services: Services, work: Callable[[Connection, Any], Any]) -> Any:
    now = services.now()
    async with _CHECKS:
        return await services.write(lambda connection: work(connection, now))


async def _changed(
    request: Request,
    services: Services,
    reader: Reader,
    name: str,
    work: Callable[[Connection, Any], Any],
    form: FormFields | None = None,
) -> Response:
    await asyncio.to_thread(_find, services, reader, name)
    try:
        await _do(services, work)
    except (UsageWrong, NotAllowed, ChangedMeanwhile) as error:
        return await _one(request, services, reader, name, error, form)
    # An administrator who moved their own account to another unit may not see it any more: back to the list.
    return RedirectResponse(phrases_of(request).way(ACCOUNTS, da=name), 303)


async def _list(
    request: Request,
    services: Services,
    reader: Reader,
    wrong: CollectorError | None = None,
    form: FormFields | None = None,
) -> Response:
    sought = request.query_params.get("tim", "").strip()[:TEXT_MAX]

    accounts, units = await asyncio.to_thread(_read_list, services, reader, sought)
    said = {"wrong": wrong.sentence(words_of(request)) if wrong else "", "form": {**_EMPTY, **(form or {})}}
    done = request.query_params.get("da", "")[:TEXT_MAX]
    done = done if any(one.name == done for one in accounts) else ""
    found = {"accounts": accounts, "units": units, "sought": sought, "done": done}
    return render(request, "accounts.html", 400 if wrong else 200, roles=care.roles_of(reader), **found, **said)


def _read_list(services: Services, reader: Reader, sought: str) -> tuple[Any, Any]:
    with services.database.reading() as connection:
        return care.accounts_of(connection, reader, sought), care.units_of(connection, reader)


async def _one(
    request: Request,
    services: Services,
    reader: Reader,
    name: str,
    wrong: CollectorError | None = None,
    form: FormFields | None = None,
) -> Response:
    found = await asyncio.to_thread(_find, services, reader, name)
    units = await asyncio.to_thread(partial(_units, services, reader))
    said = wrong.sentence(words_of(request)) if wrong else ""
    is_conflict = isinstance(wrong, ChangedMeanwhile)
    return render(
        request,
        "account.html",
        409 if is_conflict else 400 if wrong else 200,
        one=found,
        said={key: getattr(found, key) for key in _EMPTY} | (form or {}),
        seen=found.version if form is None or is_conflict else form.get("seen", found.version),
        conflict=is_conflict,
        units=units,
        roles=care.roles_of(reader),
        wrong=said,
    )


def _find(services: Services, reader: Reader, name: str) -> care.Account:
    with services.database.reading() as connection:
        return care.find_account(connection, name, reader)


def _units(services: Services, reader: Reader) -> Any:
    with services.database.reading() as connection:
        return care.units_of(connection, reader)


def _wanted(form: dict[str, str]) -> Wanted:
    """The account that the form describes.

    Raises NotAllowed for a role that does not exist.
    """
    said = {
        key: form.get(key, "").replace("\0", "").strip()[:TEXT_MAX] for key in ("full_name", "role", "unit", "email")
    }
    try:
        role = Role(said["role"])
    except ValueError as error:
        raise NotAllowed("choose one of the roles") from error
    return Wanted(said["full_name"], role, said["unit"], said["email"])
