"""Sealed box: words that only the holder of a private key can read again (X25519, of libsodium).

Whoever seals cannot open: a kiosk has the public key alone. The padding hides how long a text is, to 64 bytes.
The library is loaded with the first words: the first face need not wait for it.
"""

from hashlib import sha256

KEY_BYTES = 32
PAD_BYTES = 64
"""Texts of up to 63, 127, … bytes look alike."""


class NotOpened(ValueError):
    """The sealed bytes are not for this key, or not what was sealed."""


def key_id_of(public_key: bytes) -> str:
    """What a key is called: the first 16 hex digits of its SHA-256."""
    return sha256(public_key).hexdigest()[:16]


def make_key() -> tuple[bytes, bytes]:
    """A new private key and its public one, 32 bytes each."""
    from nacl.public import PrivateKey

    key = PrivateKey.generate()
    return bytes(key), bytes(key.public_key)


def seal(public_key: bytes, text: bytes) -> bytes:
    """``text`` for the holder of the private key; other bytes each time. ``public_key`` has 32 bytes."""
    from nacl.bindings import sodium_pad
    from nacl.public import PublicKey, SealedBox

    return bytes(SealedBox(PublicKey(public_key)).encrypt(sodium_pad(text, PAD_BYTES)))


def unseal(private_key: bytes, sealed: bytes) -> bytes:
    """What was sealed; raises NotOpened where this key opens nothing in it."""
    from nacl.bindings import sodium_unpad
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey, SealedBox

    try:
        return bytes(sodium_unpad(SealedBox(PrivateKey(private_key)).decrypt(sealed), PAD_BYTES))
    except CryptoError as error:
        raise NotOpened("the words were not sealed for this key, or were altered") from error
