"""Codes: the receipts of a story, the same ones in each telling of it."""

from kiosk.domain.visit.receipt import RANDOM_SIGNS, SIGNS, _check_sign, digest_of, in_groups


def code_of(number: int) -> str:
    """The code that whoever said this was shown."""
    drawn = (SIGNS[number // len(SIGNS)] + SIGNS[number % len(SIGNS)]).rjust(RANDOM_SIGNS, SIGNS[0])
    return in_groups(drawn + _check_sign(drawn))


def receipt_of(number: int) -> str:
    """What the journal holds of it."""
    return digest_of(code_of(number))
