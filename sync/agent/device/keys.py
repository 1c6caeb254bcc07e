"""Keys: the kiosk's Ed25519 key, made here and never leaving this machine."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.base.private_file import sync_directory, write_private
from sync.agent.errors import DeviceUnusable, NotEnrolled


def obtain_key(path: Path) -> Ed25519PrivateKey:
    """The key at ``path``; a new one is made and kept durably if there is none.

    Enrolling again with the same key gets the same answer, so a lost one costs nothing.
    Raises DeviceUnusable.
    """
    try:
        return load_key(path)
    except NotEnrolled:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(path, pem, durable=True)
        return key


def load_key(path: Path) -> Ed25519PrivateKey:
    """The key at ``path``; raises NotEnrolled if there is none, DeviceUnusable if it cannot be trusted."""
    try:
        pem = path.read_bytes()
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError as error:
        raise NotEnrolled("this kiosk is not enrolled yet; run: kiosk enroll URL CODE") from error
    except OSError as error:
        raise DeviceUnusable("{path} cannot be read: {why}", path=path, why=error.strerror) from error
    if os.name == "posix" and mode & 0o077:
        raise DeviceUnusable("others may read the key {path}; run: chmod 600 {path}", path=path)
    try:
        key = load_pem_private_key(pem, None)
    except ValueError as error:
        raise DeviceUnusable("the key {path} is damaged; move it away and enrol again", path=path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DeviceUnusable("the key {path} is damaged; move it away and enrol again", path=path)
    return key


def adopt_key(new: Path, path: Path) -> None:
    """Put the key at ``new`` in the place of the one at ``path``, durably."""
    os.replace(new, path)  # noqa: PTH105 - the same call, said plainly
    sync_directory(path.parent)
