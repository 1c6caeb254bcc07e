"""Survey pages: surveys side by side in their languages, written in drafts, seen as citizens see them, published."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from kiosk.base.texts import capital
from kiosk.domain.visit.survey import Survey, SurveyInvalid
from sync.collector.api.depends import MaySet, TheServices
from sync.collector.api.signed import AccessDenied
from sync.collector.drawing.theme_css import theme_css
from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.fleet.rollouts.store import Rollout, read_rollouts
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.fleet.surveys.store import (
    OwnSurvey,
    begin_draft,
    delete_draft,
    find_own,
    publish,
    read_own,
    require_seen,
    save_draft,
    used_in,
)
from sync.collector.fleet.surveys.writing import differing, gaps, survey_toml
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services
from sync.collector.web.fleet.settings_form import Fields
from sync.collector.web.fleet.settings_words import SettingsWords
from sync.collector.web.fleet.surveys_form import FIELDS_MAX, icons_of, languages_of, read_survey_form, rearranged
from sync.collector.web.shared.depends import FormFields, SettingsForm, form_with
from sync.collector.web.shared.rendering import phrases_of, render

router = APIRouter(include_in_schema=False)

THEMES = ("light", "dark", "high-contrast")
LongForm = Annotated[FormFields, form_with(Right.SETTINGS, FIELDS_MAX)]


async def _writer(reader: MaySet) -> Reader:
    """Whoever may write surveys: they are for the whole office."""
    if reader.path:
        raise AccessDenied("surveys are written by an administrator of the whole office")
    return reader


Writer = Annotated[Reader, Depends(_writer)]


@router.get("/phieu-hoi")
async def show_surveys(request: Request, services: TheServices, reader: MaySet) -> Response:
    """Every survey, shipped and own."""
    return await _list_page(request, services, reader, {}, "")


@router.post("/phieu-hoi")
async def take_new(request: Request, services: TheServices, reader: Writer, form: SettingsForm) -> Response:
    """A new draft with the words of a survey that is there."""
    services.surveys.forget()
    try:
        # Looked up before the writing connection is taken: the look-up may need a connection of its own.
        base = await asyncio.to_thread(services.surveys.get, form.get("base", ""))
        draft = await services.write(partial(_begin, base=base, reader=reader, form=form, now=services.now()))
    except SurveyInvalid as error:
        return await _list_page(request, services, reader, form, capital(error.faults[0].said(phrases_of(request).t)))
    except UsageWrong as error:
        return await _list_page(request, services, reader, form, error.sentence(phrases_of(request).t))
    return RedirectResponse(phrases_of(request).way(f"/phieu-hoi/{draft.ref}"), 303)


@router.get("/phieu-hoi/giao-dien.css")
async def theme_sheet(_reader: MaySet) -> Response:
    """The kiosk's themes, for the pictures of its screens."""
    return Response(theme_css(THEMES), media_type="text/css", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/phieu-hoi/{ref}")
async def show_survey(request: Request, services: TheServices, reader: MaySet, ref: str) -> Response:
    """One survey as citizens see it; a draft with the form that changes it."""
    return await _survey_page(request, services, reader, ref, None, ())


@router.post("/phieu-hoi/{ref}")
async def take_words(request: Request, services: TheServices, reader: Writer, form: LongForm, ref: str) -> Response:
    """What was written, or what is to become of the draft."""
    what, p = form.get("what", "save"), phrases_of(request)
    with services.database.reading() as connection:
        draft = find_own(connection, ref)
    written = rearranged(read_survey_form(form, draft.survey), what)
    keeping = partial(_keep, survey=written, what=what, seen=form.get("seen"), actor=reader.name, now=services.now())
    try:
        await services.write(keeping)
    except ChangedMeanwhile as error:
        said = (error.sentence(p.t),)
        return await _survey_page(request, services, reader, ref, written, said, is_conflict=True)
    except SurveyInvalid as error:
        return await _survey_page(
            request, services, reader, ref, written, tuple(capital(each.said(p.t)) for each in error.faults)
        )
    services.surveys.forget()
    if what == "delete":
        return RedirectResponse(p.way("/phieu-hoi"), 303)
    added = form.get("new_language", "") if what == "add-language" else ""
    return RedirectResponse(p.way(f"/phieu-hoi/{ref}", them=added, xem=form.get("xem", "")), 303)


def _begin(
    connection: Connection, *, base: Survey | None, reader: Reader, form: Mapping[str, str], now: datetime
) -> Survey:
    if base is None:
        raise UsageWrong("there is no survey {ref}", ref=form.get("base", ""))
    return begin_draft(connection, base, form.get("id", "").strip(), shipped_surveys(), reader.name, now)


def _keep(connection: Connection, *, survey: Survey, what: str, seen: str | None, actor: str, now: datetime) -> None:
    require_seen(connection, survey.ref, seen)
    if what == "delete":
        delete_draft(connection, survey.ref, actor, now)
        return
    save_draft(connection, survey.ref, survey_toml(survey), actor, now)
    if what == "publish":
        publish(connection, survey.ref, actor, now)


async def _list_page(
    request: Request, services: Services, reader: Reader, form: Mapping[str, str], wrong: str
) -> Response:
    services.surveys.forget()

    def read() -> tuple[list[Any], dict[str, int]]:
        with services.database.reading() as connection:
            own = read_own(connection)
            refs = [*services.surveys, *(each.survey.ref for each in own)]
            return own, {ref: used_in(connection, ref, reader.path) for ref in refs}

    own, used = await asyncio.to_thread(read)
    return render(
        request,
        "surveys.html",
        400 if wrong else 200,
        own=own,
        shipped=shipped_surveys(),
        used=used,
        gaps=gaps,
        form=Fields(form),
        wrong=wrong,
        surveys=services.surveys,
    )


async def _survey_page(
    request: Request,
    services: Services,
    reader: Reader,
    ref: str,
    written: Survey | None,
    faults: tuple[str, ...],
    *,
    is_conflict: bool = False,
) -> Response:
    own, survey, schedule = await asyncio.to_thread(_find, services, ref, reader.path)
    versions = differing(survey, written) if is_conflict and written else []
    survey = written or survey
    query = request.query_params
    theme = query.get("xem", "") if query.get("xem", "") in THEMES else THEMES[0]
    return render(
        request,
        "survey.html",
        409 if is_conflict else 400 if faults else 200,
        survey=survey,
        own=own,
        versions=versions,
        faults=faults,
        languages=languages_of(survey, query.get("them", "")),
        gaps=gaps(survey),
        theme=theme,
        THEMES=THEMES,
        icons=icons_of(shipped_surveys().values()),
        schedule=schedule,
        w=SettingsWords(phrases_of(request)),
    )


def _find(services: Services, ref: str, path: str) -> tuple[OwnSurvey | None, Survey, list[Rollout]]:
    """A survey of the office, or a shipped one, which has nothing else to tell; and where and when it is set."""
    with services.database.reading() as connection:
        schedule = [one for one in read_rollouts(connection, path) if one.change.survey == ref]
        if (shipped := shipped_surveys().get(ref)) is not None:
            return None, shipped, schedule
        own = find_own(connection, ref)
    return own, own.survey, schedule
