"""PIN: kept as an argon2 hash, so that whoever reads the settings does not know it."""

from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from kiosk.base.errors import SpokenError
from kiosk.base.private_file import write_private
from kiosk.domain.visit.door import PIN_DIGITS

# OWASP's smallest: six digits are guessed from a stolen hash in any case, and a kiosk has little memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PinUnfit(SpokenError):
    """The PIN cannot be taken: choose another one."""

    exit_code = 2


class PinNotKept(SpokenError):
    """The hash could not be written: run the command as the kiosk's own account."""


def hash_pin(pin: str) -> str:
    """The hash that stands in the settings for this PIN.

    Raises PinUnfit unless it has six digits, not all alike.
    """
    if not (pin.isascii() and pin.isdigit() and len(pin) == PIN_DIGITS):
        raise PinUnfit("a PIN has exactly {n} digits", n=PIN_DIGITS)
    if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        raise PinUnfit("this PIN is guessed first: do not take the same digit six times, or digits in a row")
    return _hasher.hash(pin)


def keep_hash(path: Path, hashed: str) -> None:
    """Put the hash where the kiosk reads it, readable for its own account alone.

    Raises PinNotKept.
    """
    try:
        write_private(path, f"{hashed}\n".encode(), durable=True)
    except OSError as error:
        raise PinNotKept("{file} cannot be written: {why}", file=path, why=error.strerror) from error


def pin_matches(hashed: str, pin: str) -> bool:
    """Whether this is the PIN behind the hash; with a hash that nobody made, no PIN is."""
    try:
        return _hasher.verify(hashed, pin)
    except (VerifyMismatchError, InvalidHashError):
        return False
