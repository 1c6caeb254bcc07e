"""Noted: who read which numbers by the API, in the audit log beside the files and mails."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from sync.collector.people.audit import is_noted, note
from sync.collector.people.rights import Reader
from sync.collector.services.readings import NOTED_S
from sync.collector.services.services import Services


async def note_reading(
    services: Services, reader: Reader, address: str, subject: str, asked: Mapping[str, str | None]
) -> None:
    """Write down that somebody read this, unless the same was noted within the hour (``services.readings``).

    Only what was found: a question that found nothing may name a foreign unit.
    """
    details = {name: value for name, value in asked.items() if value}
    if not services.readings.is_new(reader.name, address, subject, *map("=".join, details.items())):
        return
    noting = partial(_note, services=services, reader=reader, subject=subject, details={"api": address, **details})
    await services.write(noting)


def _note(connection: Connection, services: Services, reader: Reader, subject: str, details: dict[str, str]) -> None:
    now = services.now()
    if not is_noted(connection, reader.name, "reading", subject, details, now - timedelta(seconds=NOTED_S)):
        note(connection, now, reader.name, "reading", subject, details)
