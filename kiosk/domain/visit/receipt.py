"""Receipt: a code by which a citizen can look up later that the rating is still there, and nothing else about it.

The journal holds a hash of the code alone: who has the journal cannot make the code, and who has the code can ask
whether its hash is in the journal.
"""

import secrets
from hashlib import sha256

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 of them, none that looks like another: no 0, 1, I or O."""
RANDOM_SIGNS = 16
"""80 bits: nobody guesses a code that was given out."""
_GROUP = 4
_DOMAIN = b"hailong-receipt/1\n"


def draw_code() -> str:
    """A new code as it is shown: ``7K3M-9QRT-2HXC-W8ABD``; its last sign checks the others."""
    drawn = "".join(secrets.choice(SIGNS) for _ in range(RANDOM_SIGNS))
    return in_groups(drawn + _check_sign(drawn))


def in_groups(signs: str) -> str:
    """The signs in groups of four, the last one of five."""
    groups = [signs[at : at + _GROUP] for at in range(0, RANDOM_SIGNS, _GROUP)]
    return "-".join([*groups[:-1], groups[-1] + signs[RANDOM_SIGNS:]])


def read_code(typed: str) -> str | None:
    """The code that somebody typed, in groups; None where a sign is missing or wrong.

    Capitals, blanks and dashes do not matter.
    """
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    if len(signs) != RANDOM_SIGNS + 1 or not set(signs) <= set(SIGNS):
        return None
    return in_groups(signs) if _check_sign(signs[:-1]) == signs[-1] else None


def digest_of(code: str) -> str:
    """What the journal holds of a code: 64 hex digits."""
    signs = code.replace("-", "")
    return sha256(_DOMAIN + signs[:RANDOM_SIGNS].encode()).hexdigest()


def _check_sign(drawn: str) -> str:
    """A wrong sign, or two that changed places, is noticed in 31 of 32 cases."""
    return SIGNS[sha256(_DOMAIN + b"check\n" + drawn.encode()).digest()[0] % len(SIGNS)]
