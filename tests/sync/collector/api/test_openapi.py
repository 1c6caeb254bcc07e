"""The API description is true: whatever is thrown at it, no answer is a crash or undescribed."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient

from sync.collector.api.middleware import DEVICE_PATHS
from sync.collector.run.app import create_app
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig, Guarded, Reports
from sync.collector.store.database import open_database
from sync.protocol.messages import BATCH_MEDIA_TYPE
from tests.sync.collector.builders import NOON, open_office
from tests.sync.collector.conftest import postgres_database
from tests.sync.collector.kiosk_client import URL, KioskKey, enrolled_key
from tests.sync.collector.sharing import migrated_copy

_KIOSK = KioskKey()


@pytest.fixture
def kiosk() -> KioskKey:
    """Overrides the office's kiosk: the one of this module's own collector."""
    return _KIOSK


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def api(request: pytest.FixtureRequest) -> Iterator[schemathesis.BaseSchema]:
    """A collector's description, once over each kind of database."""
    with ExitStack() as open_till_the_end:
        if request.param == "sqlite":
            made = migrated_copy()
        else:
            made = postgres_database(request.getfixturevalue("postgres"), "template_hailong")
        database = open_database(open_till_the_end.enter_context(made))
        open_till_the_end.callback(database.close)
        office = open_office(database)
        _KIOSK.keyid = office.device.device_id
        _KIOSK.private = enrolled_key(database, office.device.device_id).private
        config = CollectorConfig(public_url=URL, demo=True, reports=Reports("open"), metrics=Guarded("open"))
        app = create_app(make_services(config, database, lambda: NOON))
        with TestClient(app):
            yield schemathesis.openapi.from_asgi("/openapi.json", app)


def test_every_answer_is_described_and_none_is_a_crash(api: schemathesis.BaseSchema, kiosk: KioskKey) -> None:
    tried = []
    for operation in (found.ok() for found in api.get_all_operations()):
        _throw_at(operation, kiosk)
        tried.append(operation.label)

    assert len(tried) >= 9


@schemathesis.serializer(BATCH_MEDIA_TYPE)
def as_it_is(_context: object, value: object) -> bytes:
    """A batch travels as the bytes it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def _throw_at(operation: schemathesis.APIOperation, kiosk: KioskKey) -> None:
    # Whoever only reads says little; what kiosks send is many things in one.
    most = 25 if operation.path.startswith(DEVICE_PATHS) else 12

    @settings(
        max_examples=most, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(operation.as_strategy())
    def answers_as_described(case: schemathesis.Case) -> None:
        # Signed as a real kiosk would, so that what is thrown gets past the signature and into the doors.
        sent = requests.Request(**case.as_transport_kwargs(base_url=URL)).prepare()
        path = str(sent.url).removeprefix(URL)
        body = sent.body if isinstance(sent.body, bytes) else (sent.body or "").encode()
        content = {"Content-Type": sent.headers["Content-Type"]} if "Content-Type" in sent.headers else {}
        signed = kiosk.request(case.method, path, body, content) if path.startswith(DEVICE_PATHS) else None
        answer = case.call(headers=dict(signed.headers) if signed else {})
        case.validate_response(
            answer, checks=[not_a_server_error, status_code_conformance, response_schema_conformance]
        )

    answers_as_described()
