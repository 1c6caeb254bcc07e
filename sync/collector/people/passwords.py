"""Passwords: kept as Argon2id only, checked in the same time whether or not the name exists."""

import secrets
import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

CHARS_MIN = 12
CHARS_MAX = 200
# Without letters and digits that are mistaken for each other on paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """What is stored for a password."""
    return _hasher.hash(_composed(password))


def is_password(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; where none is stored (no such account), the answer no takes as long."""
    try:
        return _hasher.verify(stored or _nobodys(), _composed(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def _nobodys() -> str:
    """What is as much work to check as any of today's, and no password's; made up, since hashing one takes long."""
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    salt, made_up = (
        b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (_hasher.salt_len, _hasher.hash_len)
    )
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${made_up}"


def _composed(password: str) -> str:
    """One spelling: keyboards write ế as one sign or as three, and both must open."""
    return unicodedata.normalize("NFC", password)


def make_password() -> str:
    """A one-time password that can be read over the telephone: four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def is_fit(password: str, name: str) -> bool:
    """Whether a person may choose it: long enough and not made of their name. Length, not odd signs, is what helps."""
    return CHARS_MIN <= len(password) <= CHARS_MAX and name.casefold() not in password.casefold()
