"""Signals page: signs of pressed-up or dead numbers, and what a person decides about each."""

import asyncio
from datetime import date
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from sync.collector.api.depends import MayDecide, TheServices
from sync.collector.care.signals.board import count_open, find_posted, read_board
from sync.collector.care.signals.decide import (
    DAYS_MAX,
    NOTE_CHARS_MAX,
    Chair,
    Decision,
    DecisionWrong,
    PartsBlock,
    find_nothing,
    set_aside,
    version_of,
    withdraw,
)
from sync.collector.care.signals.words import SignWords
from sync.collector.errors import UsageWrong
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services
from sync.collector.web.care.decisions import LOOKED_AT, Sent, keep_decision
from sync.collector.web.shared.depends import DecideForm
from sync.collector.web.shared.rendering import phrases_of, render, words_of

router = APIRouter(include_in_schema=False)

NUMBER_DIGITS_MAX = 12


@router.get("/dau-hieu")
async def show_signals(request: Request, services: TheServices, reader: MayDecide) -> Response:
    """The signs that wait for a person, and what was decided lately."""
    values = await asyncio.to_thread(_read_all, services, reader)
    settings = services.config.signals
    return render(request, "signals.html", w=SignWords(words_of(request)), rule=settings, **values)


@router.get("/dau-hieu/{number}")
async def show_signal(request: Request, services: TheServices, reader: MayDecide, number: str) -> Response:
    """One sign with its evidence, and the forms."""
    return await _show(request, services, reader, number)


@router.post("/dau-hieu/{number}")
async def take_decision(
    request: Request, services: TheServices, reader: MayDecide, form: DecideForm, number: str
) -> Response:
    """What a person decides about a sign."""
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    chair = Chair(reader, now, today, services.config.policy.cell_min, form.get("seen"))
    deciding = partial(_decide, number=_number(number), form=form, chair=chair)
    again = partial(_show, request, services, reader, number)
    address = phrases_of(request).way(f"/dau-hieu/{number}")
    return await keep_decision(services, deciding, form, missing=DecisionWrong, again=again, address=address)


def count_signs(services: Services, reader: Reader, key: str) -> int:
    """How many signs at a place (its key) and below wait for this reader; none where the reader may not decide."""
    if not reader.may(Right.DECIDE):
        return 0
    with services.database.reading() as connection:
        return count_open(connection, key if reader.sees(key) else reader.path)


def _decide(connection: Connection, number: int, form: dict[str, str], chair: Chair) -> None:
    words = form.get("note", "").strip()
    match form.get("what"):
        case "aside":
            set_aside(connection, number, _decision(form, words), chair)
        case "nothing":
            find_nothing(connection, number, words, chair)
        case "withdraw":
            withdraw(connection, number, words, chair)
        case _:
            raise UsageWrong("the form does not say what is decided")


def _decision(form: dict[str, str], words: str) -> Decision:
    try:
        first, last = (date.fromisoformat(form.get(key, "")) for key in ("first", "last"))
    except ValueError as error:
        raise DecisionWrong("take days that are over, the first before the last") from error
    return Decision(first, last, form.get("part", ""), words)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > NUMBER_DIGITS_MAX:
        raise UsageWrong("there is no signal {number}", number=text[:NUMBER_DIGITS_MAX])
    return int(text)


def _read_all(services: Services, reader: Reader) -> dict[str, Any]:
    with services.database.reading() as connection:
        return {
            "waiting": read_board(connection, reader.path, is_open=True),
            "decided": read_board(connection, reader.path, is_open=False),
        }


async def _show(request: Request, services: Services, reader: Reader, number: str, sent: Sent = LOOKED_AT) -> Response:
    found = await asyncio.to_thread(_find, services, reader, _number(number))
    t = words_of(request)
    limits = {"NOTE_CHARS_MAX": NOTE_CHARS_MAX, "DAYS_MAX": DAYS_MAX, "cell_min": services.config.policy.cell_min}
    values = {**sent.values(t), "form": _offered(sent), "seen": version_of(found.row)}
    return render(request, "signal.html", sent.status, w=SignWords(t), one=found, **limits, **values)


def _offered(sent: Sent) -> dict[str, str]:
    """The form as it was sent; with the days to take instead, where those part a block."""
    if not isinstance(sent.fault, PartsBlock):
        return dict(sent.form)
    days = sent.fault.stretch
    return {**sent.form, "first": days.first.isoformat(), "last": days.last.isoformat(), "part": days.part}


def _find(services: Services, reader: Reader, number: int) -> Any:
    with services.database.reading() as connection:
        found = find_posted(connection, number, reader.path)
    if found is None:
        raise UsageWrong("there is no signal {number}", number=number)
    return found
