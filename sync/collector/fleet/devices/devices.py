"""Devices: one-time codes turn a kiosk's own key into a credential."""

import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import scrypt
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sync.collector.errors import CodeRefused, TriesExhausted, UsageWrong
from sync.collector.fleet.devices.credentials import place_device
from sync.collector.fleet.devices.grants import grant_of_code, ids_of
from sync.collector.fleet.devices.keys import keep_key
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.people.audit import note
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import counter, device, enrolment_code, enrolment_failure, micros, unit
from sync.protocol.messages import EnrolmentAnswer, EnrolmentRequest
from sync.protocol.own_key import public_text

CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""RFC 8628, 6.1: no vowels, so no words, and no letters that look alike."""
CODE_LENGTH = 8
_HOUR = timedelta(hours=1)


def new_code(
    connection: Connection, counter_code: str, survey: str | None, valid: timedelta, now: datetime, actor: str,
    also: Collection[str] = (),
) -> str:  # fmt: skip
    """A one-time code for a kiosk at the counter, which may speak for those of ``also`` too; only its hash is kept.

    Raises UsageWrong for a counter that is not there.
    """
    found = connection.execute(select(counter.c.counter_id).where(counter.c.code == counter_code)).scalar_one_or_none()
    if found is None:
        raise UsageWrong(
            "there is no counter {code}; make it with: collector counter new, or give --create-counter",
            code=counter_code,
        )
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    connection.execute(
        insert(enrolment_code).values(
            code_hash=hash_code(code), counter_id=found, survey=survey, created_at=now, expires_at=now + valid,
            grants=ids_of(connection, also) or None,
        )
    )  # fmt: skip
    said = {"counters": ", ".join(dict.fromkeys(also))} if also else {}
    note(connection, now, actor, "device.code", counter_code, {"valid_hours": valid / _HOUR, **said})
    return f"{code[:4]}-{code[4:]}"


def hash_code(code: str) -> bytes:
    """What is stored of a code, however it was typed.

    Slow on purpose: a stolen table of hashes of eight letters would otherwise be read in minutes.
    """
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return scrypt(plain.encode(), salt=b"hailong enrolment code", n=2**14, r=8, p=1, dklen=32)


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code was not taken, and the failure is counted."""


def require_tries_left(connection: Connection, failures_max: int, now: datetime) -> None:
    """Raise TriesExhausted when too many wrong codes came in this hour."""
    hour = _hour_of(now)
    failures = connection.execute(
        select(enrolment_failure.c.failures).where(enrolment_failure.c.hour == hour)
    ).scalar_one_or_none()
    if (failures or 0) >= failures_max:
        wait = -((now - hour - _HOUR) // timedelta(seconds=1))
        raise TriesExhausted("too many wrong enrolment codes came in this hour; wait", retry_after_s=wait)


def enrol(
    connection: Connection, request: EnrolmentRequest, code_hash: bytes, now: datetime
) -> EnrolmentAnswer | WrongCode:
    """Make the key's holder a kiosk of the code's counter; the same code and key always get the same answer."""
    code = connection.execute(
        select(enrolment_code).where(enrolment_code.c.code_hash == code_hash).with_for_update()
    ).one_or_none()
    if code is not None and code.device_id is not None:
        holder = connection.execute(select(device).where(device.c.device_id == code.device_id)).one()
        if holder.public_key == request.public_key and holder.revoked_at is None:
            return answer_for(connection, holder.device_id, holder.counter_id)
    elif code is not None and now < code.expires_at:
        known = connection.execute(select(device).where(device.c.public_key == request.public_key)).one_or_none()
        if known is None or known.revoked_at is None:
            return _place_device(connection, request, code, None if known is None else known.device_id, now)
    insert_rows(
        connection,
        enrolment_failure,
        {},
        ("hour", "failures"),
        [(micros(_hour_of(now)), 1)],
        then="ON CONFLICT (hour) DO UPDATE SET failures = enrolment_failure.failures + 1",
    )
    return WrongCode()


def require_enrolled(outcome: EnrolmentAnswer | WrongCode) -> EnrolmentAnswer:
    """The answer, or CodeRefused: after the failure was committed, so that it stays counted."""
    if isinstance(outcome, WrongCode):
        raise CodeRefused("the enrolment code is wrong, used up or expired")
    return outcome


def _place_device(
    connection: Connection, request: EnrolmentRequest, code: Row[Any], device_id: str | None, now: datetime
) -> EnrolmentAnswer:
    # A key that is known already comes from a kiosk that was enrolled before: it keeps its id and moves.
    place = {"survey": code.survey, "info": request.info}
    if device_id is None:
        device_id = str(uuid.uuid4())
        row = {"device_id": device_id, "public_key": request.public_key, "enrolled_at": now, **place}
        connection.execute(insert(device).values(**row, counter_id=code.counter_id))
        keep_key(connection, device_id, request.public_key, now)
    else:
        place_device(connection, device_id, code.counter_id, now)
        connection.execute(update(device).where(device.c.device_id == device_id).values(place))
    used = {"used_at": now, "device_id": device_id}
    connection.execute(update(enrolment_code).where(enrolment_code.c.code_hash == code.code_hash).values(used))
    grant_of_code(connection, device_id, code, now)
    answer = answer_for(connection, device_id, code.counter_id)
    note(connection, now, f"device {device_id}", "device.enrolled", answer.counter, {"journal_id": request.journal_id})
    return answer


def answer_for(connection: Connection, device_id: str, counter_id: int) -> EnrolmentAnswer:
    """What a kiosk is told of itself."""
    row = connection.execute(
        select(counter.c.code, counter.c.name, unit.c.name.label("unit_name"))
        .join(unit)
        .where(counter.c.counter_id == counter_id)
    ).one()
    key = public_text(read_own_key(connection))
    return EnrolmentAnswer(device_id, row.code, row.name, row.unit_name, key)


def _hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
