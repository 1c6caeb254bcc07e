"""Warm: makes one page when the collector has started and throws it away, so that the first reader need not wait.

Templates are compiled, catalogues and surveys read, statements and connections prepared by making the overview
once and throwing it away: then nothing that a page needs can be forgotten here.
"""

import asyncio

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from sync.collector.drawing.templates import templates
from sync.collector.errors import CollectorError
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query
from sync.collector.web.figures.report_page import place_page


def warm(app: FastAPI) -> None:
    """Make the overview and every template ready; what cannot be made now is made when somebody asks for it."""
    scope = {"type": "http", "method": "GET", "path": "/t", "query_string": b"", "headers": [], "app": app}
    request = Request(scope)
    request.state.reader = ANYBODY
    try:
        asyncio.run(place_page(request, app.state.services, ANYBODY, Query()))
    except (CollectorError, SQLAlchemyError) as error:
        # Nothing depends on warming, and whoever asks for the page is told what is wrong.
        structlog.get_logger("collector").info("not warmed", why=str(error))
        return
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)
