"""Warm: the first page after a start finds everything ready, and a start never fails for it."""

import pytest
from sqlalchemy import text

from sync.collector.drawing.templates import templates
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.web.warm import warm
from tests.sync.collector.builders import Office, Pen


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_template_is_ready_once_a_collector_with_counters_has_started(services: Services, office: Office) -> None:
    pen = Pen()
    pen.rating(5)
    office.append(pen)
    templates.cache.clear()  # type: ignore[union-attr]

    warm(create_app(services))

    ready = {name for _, name in templates.cache}  # type: ignore[union-attr]
    assert ready >= set(templates.list_templates(extensions=["html"]))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_collector_starts_without_counters_and_with_a_database_that_cannot_be_read(services: Services) -> None:
    app = create_app(services)
    warm(app)
    with services.database.writing() as connection:
        connection.execute(text("DROP TABLE block"))

    warm(app)
