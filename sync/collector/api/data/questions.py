"""Questions: what an address asks is what is answered: whatever of it is not understood is refused, and said which."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from sync.collector.api.depends import Entitled
from sync.collector.errors import QuestionWrong
from sync.collector.people.rights import Right

WRITTEN = {
    "from": "2026-11-20",
    "to": "2026-11-20",
    "unit": "06040",
    "counter": "Q1",
    "limit": "1 … 5000",
    "number": "0 … 100000",
    "after": "next",
    "period": "2026-11",
    "compare": "2026-10",
    "question": "sipas-5:12345:overall",
    "measure": "top2box, mean5",
    "versus": "UNIT, UNIT:COUNTER",
}
"""How each parameter is written, by an example or its bounds, where its faults do not say it."""
_GIVEN_CHARS_MAX = 40


def door_router(tag: str, right: Right) -> APIRouter:
    """The router of a door for programs: who asks is known, and may read here, before what they ask is judged."""
    return APIRouter(tags=[tag], dependencies=[Depends(Entitled(right)), Depends(_plain_question)])


async def _plain_question(request: Request) -> None:
    """Raise QuestionWrong for a parameter that this door does not know, that stands twice, or says nothing.

    Nothing may be said where nothing is the default: clients that are generated from the description send it.
    """
    defaults = defaults_of(request.scope["route"])
    asked = [(name[:_GIVEN_CHARS_MAX], value) for name, value in request.query_params.multi_items()]
    for name, value in asked:
        if name not in defaults:
            known = ", ".join(sorted(defaults))
            raise QuestionWrong("{name}: there is no such parameter here; there are: {known}", name=name, known=known)
        if not value and defaults[name] != "":
            raise QuestionWrong("{name} says nothing: leave it out, or write for example {how}", **_named(name))
    for name in (name for name, _ in asked if len(request.query_params.getlist(name)) > 1):
        raise QuestionWrong("{name} stands there twice: write it once", name=name)


def parameter_wrong(faults: Sequence[Any]) -> QuestionWrong:
    """What is wrong with the first parameter that is not written as it should be."""
    fault = faults[0]
    name = str(fault["loc"][-1])[:_GIVEN_CHARS_MAX]
    how = str(fault.get("ctx", {}).get("expected", "")).replace(" or ", ", ").replace("'", "") or WRITTEN.get(name, "")
    if fault["type"] == "missing":
        return QuestionWrong("{name} is missing: write for example {how}", name=name, how=how)
    given = str(fault.get("input", ""))[:_GIVEN_CHARS_MAX]
    return QuestionWrong("{name}: {given!r} is not taken; write for example {how}", name=name, given=given, how=how)


def defaults_of(route: APIRoute) -> dict[str, Any]:
    """What may stand in the query of an address, and what is taken for it where it does not."""
    return dict(_defaults(route.dependant))


def _defaults(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    yield from ((field.alias, field.default) for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from _defaults(other)


def _named(name: str) -> dict[str, str]:
    return {"name": name, "how": WRITTEN.get(name, "json, csv")}
