"""Questions: what a program asks is what it is answered, in the language it asks for; the rest is refused and named."""

import json
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from sync.collector.api.data import counters
from tests.sync.collector.api.examples import ASKED, Entitled

DOORS = [*(ASKED[name] for name in ASKED if ASKED[name].startswith("/v1/")),
         "/v1/closed/file?unit=XA&period=2026-11&form=csv"]  # fmt: skip


def refused(world: Entitled, address: str, language: str = "en") -> str:
    """Why a question is not taken, in that language."""
    status, body, headers = world.ask(address, **{"Accept-Language": language})
    assert (status, headers["content-type"], headers["content-language"]) == (400, "application/problem+json", language)
    said: dict[str, Any] = json.loads(body)
    return str(said["detail"])


@pytest.mark.parametrize("address", DOORS)
def test_no_door_drops_a_parameter_that_it_does_not_read(world: Entitled, address: str) -> None:
    mark = "&" if "?" in address else "?"

    assert refused(world, f"{address}{mark}untis=XA").startswith("untis: there is no such parameter here; there are: ")
    assert refused(world, f"{address}{mark}untis=XA", "vi").startswith("untis: ở đây không có tham số này; ")


@pytest.mark.parametrize("address", DOORS)
@pytest.mark.parametrize("wrong", ["untis=XA", "unit=", "unit=%20", "form=xml"])
def test_a_stranger_is_told_nothing_of_what_may_be_asked(world: Entitled, address: str, wrong: str) -> None:
    said = address + ("&" if "?" in address else "?") + wrong

    status, body, _ = world.ask(said, "hailong_0", **{"Accept-Language": "en"})

    assert (status, json.loads(body)["detail"]) == (401, "this token opens nothing here")
    if "/v1/fleet" not in address:
        assert world.ask(said, world.fleet_only)[0] == 403


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("unit=", "unit says nothing: leave it out, or write for example 06040"),
        ("from=", "from says nothing: leave it out, or write for example 2026-11-20"),
        ("unit=XA&unit=XB", "unit stands there twice: write it once"),
        ("limit=many", "limit: 'many' is not taken; write for example 1 … 5000"),
        ("from=20-11", "from: '20-11' is not taken; write for example 2026-11-20"),
        ("form=xml", "form: 'xml' is not taken; write for example json, csv"),
        ("from=2026-11-21&to=2026-11-20", "from 2026-11-21 is after to 2026-11-20: exchange them"),
        ("from=2026-12-20&to=2026-12-21", "2026-12-20 is still to come"),
        ("after=x", "after is no cursor of this collector: begin again without it"),
    ],
)
def test_what_is_wrongly_written_is_named_with_how_it_is_written(world: Entitled, query: str, said: str) -> None:
    assert refused(world, f"/v1/tallies?{query}") == said


def test_nothing_is_taken_where_the_description_has_it_as_the_default(world: Entitled) -> None:
    assert world.ask("/v1/counters?unit=XA&after=")[1] == world.ask("/v1/counters?unit=XA")[1]
    every = "&compare=&question=&measure=&versus="
    assert world.ask(ASKED["report"] + every)[1] == world.ask(ASKED["report"])[1]


def test_days_that_reach_into_the_future_are_told_as_far_as_they_are(world: Entitled) -> None:
    status, body, _ = world.ask("/v1/tallies?from=2026-11-16&to=2026-12-31")

    assert (status, json.loads(body)["to"]) == (200, "2026-12-31")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("period=2026-13", "'2026-13' is no period: "),
        ("period=2027-01", "2027-01 has not begun yet"),
        ("measure=median", "'median' is no measure: "),
        ("question=nobody-asked", "question: there is no nobody-asked; /v1/series has those that were answered"),
    ],
)
def test_a_report_is_of_what_was_asked_or_it_is_refused(world: Entitled, query: str, said: str) -> None:
    assert refused(world, f"/v1/report?unit=XA&{query}").startswith(said)


def test_a_counter_alone_is_its_own_report_and_an_unknown_one_none(world: Entitled) -> None:
    alone = json.loads(world.ask("/v1/report?counter=Q1&period=2026-11")[1])
    named = json.loads(world.ask("/v1/report?unit=XA&counter=Q1&period=2026-11")[1])

    assert alone["place"] == "Q1"
    assert alone["tables"] == named["tables"]
    assert world.ask("/v1/report?counter=Q9&period=2026-11")[0] == 404
    assert world.ask("/v1/report?unit=XA&counter=Q9&period=2026-11")[0] == 404


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("", "vi"), ("en", "en"), ("en-GB, vi;q=0.5", "en"), ("vi;q=0.4, en;q=0.6", "en"), ("fr, de", "vi"),
        ("en;q=0", "vi"), ("vi, en", "vi"), ("en;q=x", "vi"), ("*", "vi"),
    ],
)  # fmt: skip
def test_words_come_in_the_language_that_is_wanted_most(world: Entitled, wanted: str, got: str) -> None:
    _, body, headers = world.ask(ASKED["report"], **{"Accept-Language": wanted})

    assert (headers["content-language"], "Accept-Language" in headers["vary"]) == (got, True)
    level = json.loads(body)["tables"]["levels"][0]["level"]
    assert level == {"vi": "Rất không hài lòng", "en": "Very dissatisfied"}[got]


@pytest.mark.parametrize("address", DOORS[:-1])
def test_words_have_plain_blanks_whatever_the_form(world: Entitled, address: str) -> None:
    mark = "&" if "?" in address else "?"
    for form in ("json", "csv") if "/v1/closed" not in address else ("",):
        body = world.ask(f"{address}{mark}form={form}" if form else address)[1].decode()
        assert not {"\N{NO-BREAK SPACE}", "\N{WORD JOINER}", "\N{NON-BREAKING HYPHEN}"} & set(body)


def test_a_database_that_is_away_is_told_in_the_language_that_is_wanted(
    world: Entitled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(counters, "_places", away)

    for language, said in (("vi", "cơ sở dữ liệu"), ("en", "the database does not answer")):
        status, body, headers = world.ask("/v1/counters", **{"Accept-Language": language})
        assert (status, headers["content-language"]) == (503, language)
        assert said in json.loads(body)["detail"]
        assert headers["retry-after"]


def test_a_tag_is_of_one_language(world: Entitled) -> None:
    tag = world.ask(ASKED["report"], **{"Accept-Language": "en"})[2]["etag"]

    assert world.ask(ASKED["report"], **{"Accept-Language": "en", "If-None-Match": tag})[0] == 304
    assert world.ask(ASKED["report"], **{"Accept-Language": "vi", "If-None-Match": tag})[0] == 200
