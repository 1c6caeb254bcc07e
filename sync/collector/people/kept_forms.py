"""Kept forms: what somebody had typed when their session was over comes back to them after sign-in, and to nobody else.

A form is kept only for whoever was signed in in the very browser that sends it, sealed with a key that this browser
alone holds, for an hour. It holds no password, no code and no key of a page.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from sync.collector.people.signin import holder_before
from sync.collector.store.schema import account, kept_form

KEPT = timedelta(hours=1)
FORMS_MAX = 5
"""So many forms of one account are kept at once; an older one goes."""
NEVER_KEPT = frozenset({"form_key", "password", "old", "new", "again", "code", "pin", "token", "key"})
"""Fields that are kept nowhere."""
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was sent."""

    way: str
    """The address that it was sent to."""
    fields: Mapping[str, str]


def keep_form(connection: Connection, form: KeptForm, signed_in_by: str, now: datetime) -> str | None:
    """Keep the form for whoever held this token of a session that is over; the key to it.

    None where nobody held the token, or nothing was typed.
    """
    account_id = holder_before(connection, signed_in_by)
    typed = {name: value for name, value in form.fields.items() if name not in NEVER_KEPT}
    if account_id is None or not any(value.strip() for value in typed.values()):
        return None
    connection.execute(delete(kept_form).where(is_over(now)))
    mine = select(kept_form.c.key_hash).where(kept_form.c.account_id == account_id)
    older = connection.execute(mine.order_by(kept_form.c.kept_at.desc()).offset(FORMS_MAX - 1)).scalars().all()
    connection.execute(delete(kept_form).where(kept_form.c.key_hash.in_(older)))
    key = secrets.token_urlsafe(32)
    sealed = _seal(key, KeptForm(form.way, typed), account_id)
    row = {"key_hash": _hash(key), "account_id": account_id, "sealed": sealed, "kept_at": now}
    connection.execute(insert(kept_form).values(row))
    return key


def read_form(connection: Connection, key: str, name: str, now: datetime) -> KeptForm | None:
    """The form that the key opens, if it is this account's and its time is not over."""
    wanted = select(kept_form).join(account, account.c.account_id == kept_form.c.account_id)
    row = connection.execute(
        wanted.where(kept_form.c.key_hash == _hash(key), account.c.name == name, ~is_over(now))
    ).one_or_none()
    if row is None:
        return None
    try:
        plain = AESGCM(_seal_key(key)).decrypt(
            row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:], _about(row.account_id)
        )
    except InvalidTag:
        return None
    return KeptForm(**json.loads(plain))


def forget_form(connection: Connection, key: str) -> None:
    """The form is not needed any more."""
    connection.execute(delete(kept_form).where(kept_form.c.key_hash == _hash(key)))


def is_over(now: datetime) -> ColumnElement[bool]:
    """That a form's time is over."""
    return kept_form.c.kept_at <= now - KEPT


def _seal(key: str, form: KeptForm, account_id: int) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = json.dumps(asdict(form), ensure_ascii=False).encode()
    return nonce + AESGCM(_seal_key(key)).encrypt(nonce, plain, _about(account_id))


def _seal_key(key: str) -> bytes:
    return sha256(b"sealed form " + key.encode()).digest()


def _hash(key: str) -> bytes:
    return sha256(key.encode()).digest()


def _about(account_id: int) -> bytes:
    return str(account_id).encode()
