"""What a route asks for in its signature is what opens it: the right of its readers, and the key of its forms."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant

from sync.collector.api.depends import HasRight
from sync.collector.people.rights import RIGHTS, Right
from sync.collector.run.app import PAGES
from sync.collector.web.shared import depends
from tests.sync.collector.people.test_rights import OPEN, OWN_RULES, right_for

ROUTES = [(method, route) for part in PAGES for route in part.router.routes for method in sorted(route.methods)]
NAMES = [f"{method} {route.path}" for method, route in ROUTES]
CHECKS_BY_HAND = {"/dang-nhap", "/766", "/bien-nhan"}
"""The form before anybody is signed in has a key of its own; a file's form is not read as other forms are; whoever
looks a receipt up changes nothing and is nobody."""


def asked_for(dependant: Dependant) -> Iterator[Any]:
    """Everything that a route's signature depends on, at any depth."""
    for one in dependant.dependencies:
        yield one.call
        yield from asked_for(one)


def calls(route: Any) -> list[Any]:
    return list(asked_for(get_dependant(path=route.path, call=route.endpoint)))


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=NAMES)
def test_page_asks_for_the_right_that_opens_it(method: str, route: Any) -> None:
    rights = {call.right for call in calls(route) if isinstance(call, HasRight)}

    assert rights == ({right_for(method, route.path)} if route.path not in OPEN | OWN_RULES else set())


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=NAMES)
def test_page_takes_a_form_only_with_its_key(method: str, route: Any) -> None:
    forms = [call for call in calls(route) if getattr(call, "__module__", "") == depends.__name__]

    assert bool(forms) is (method == "POST" and route.path not in CHECKS_BY_HAND)


def test_whoever_sends_a_form_may_see_the_page_that_shows_it_again() -> None:
    for rights in RIGHTS.values():
        assert Right.DECIDE not in rights or Right.FOLLOW in rights
        assert Right.COUNTS not in rights or Right.READ in rights
        assert Right.SERVED not in rights or Right.READ in rights
