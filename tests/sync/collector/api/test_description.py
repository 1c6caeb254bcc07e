"""The API description is one, and its examples are true: each fits its schema and is what is really answered."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from sync.collector.api.data.examples import ANSWERS, LISTS, PROBLEMS, example
from tests.sync.collector.api.examples import ASKED, Entitled, answers

DOORS = [f"/v1/{name}" for name in (*LISTS, "closed")]


@pytest.fixture(scope="module")
def described(world: Entitled) -> dict[str, Any]:
    """The description as it is served."""
    found: dict[str, Any] = world.client.get("/openapi.json").json()
    return found


def contents(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every kind of body that an address answers, with where it stands."""
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for media, content in answer.get("content", {}).items():
                    yield f"{method} {path} {status} {media}", content


def test_the_description_is_one(described: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []
    names = [op["operationId"] for path in described["paths"].values() for op in path.values()]
    assert len(set(names)) == len(names)
    assert {"get_counters", "get_tallies", "get_report", "get_fleet"} <= set(names)


def test_every_door_for_programs_is_secured_and_has_an_example_of_each_form(described: dict[str, Any]) -> None:
    told = {at for at, content in contents(described) if "example" in content}

    secured = {path for path, ops in described["paths"].items() if "security" in ops.get("get", {})}
    assert secured == {*DOORS, "/v1/closed/file"}
    for path in secured:
        taken = {one["name"] for one in described["paths"][path]["get"]["parameters"] if one["in"] == "header"}
        assert taken == {"Accept-Language", "If-None-Match"}
    for path in DOORS:
        assert f"get {path} 200 application/json" in told
        assert {f"get {path} {status} application/problem+json" for status in PROBLEMS} <= told
    assert {f"get /v1/{name} 200 text/csv" for name in LISTS} <= told
    assert {"get /log/checkpoint 200 text/plain", "get /log/keys 200 application/json"} <= told


def test_every_example_fits_its_schema(described: dict[str, Any]) -> None:
    fitted = 0
    for at, content in contents(described):
        if "example" in content:
            schema = {**content["schema"], "components": described["components"]}
            Draft202012Validator(schema).validate(content["example"])
            fitted += 1
        else:
            assert "/v1/" not in at or at.split()[1] not in DOORS or at.split()[2] in ("500", "503", "507"), at

    assert fitted > 40


def test_every_example_is_really_answered_so(world: Entitled) -> None:
    found = {name: msgspec.json.decode(body) if name.endswith(".json") else body.decode()
             for name, body in answers(world)}  # fmt: skip

    assert found == {name: example(name) for name in found}
    assert {name for _, name in ANSWERS.values()} | {f"{name}.csv" for name in LISTS} <= found.keys()
    assert ASKED.keys() == {name.partition(".")[0] for _, name in ANSWERS.values()}
