"""Enclosing: what a citizen wrote lies beside the chain, which holds its hash alone; so it can be deleted one day."""

import secrets
import unicodedata
from hashlib import sha256
from typing import NamedTuple

from kiosk.base.sealed_box import key_id_of, seal
from kiosk.domain.visit.rating import Comment


class Enclosed(NamedTuple):
    """What lies beside the chain of a comment."""

    salt: bytes
    payload: bytes
    sealed: str | None
    """For which key; None where the payload is plain text."""

    @property
    def commitment(self) -> str:
        """What the entry holds of it."""
        return sha256(self.salt + self.payload).hexdigest()


def enclose(comment: Comment, words_key: bytes | None) -> Enclosed:
    """The comment's text as it lies beside the chain: UTF-8, NFC; sealed where there is a key to seal it for."""
    text, salt = unicodedata.normalize("NFC", comment.text).encode(), secrets.token_bytes(16)
    if words_key is None:
        return Enclosed(salt, text, None)
    return Enclosed(salt, seal(words_key, text), key_id_of(words_key))
