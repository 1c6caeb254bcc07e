"""What is sealed can be read with the private key alone, and shows nothing of its length but steps of 64 bytes."""

import base64

import pytest

from kiosk.base.sealed_box import KEY_BYTES, NotOpened, key_id_of, make_key, seal, unseal

KEPT_KEY = bytes(range(32))
KEPT = (
    "3z47ZWJwBJ9dk27ZImsFYq9RonhMfKl9nBPBFsgr/FPmfCj5j6DM85KsdDljxKT+higOq2Qk6Hrx"
    "1FawAnGogKmTB1KfWavqInZXtqeI35UuJm9OtE2lt0j70L1j7wWzhx3syk84FONvRBYW8hHiVw=="
)
"""Sealed once for the key above by libsodium 1.0.20: what lies in journals and databases must open for ever."""


def test_only_the_private_key_opens_what_was_sealed():
    private, public = make_key()

    sealed = seal(public, "Chờ lâu quá.".encode())

    assert (len(private), len(public)) == (KEY_BYTES, KEY_BYTES)
    assert unseal(private, sealed).decode() == "Chờ lâu quá."
    with pytest.raises(NotOpened):
        unseal(make_key()[0], sealed)


@pytest.mark.parametrize("altered", [b"", b"short", "first", "last"])
def test_what_was_altered_or_never_sealed_is_not_opened(altered):
    private, public = make_key()
    sealed = bytearray(seal(public, b"words"))
    if isinstance(altered, str):
        sealed[0 if altered == "first" else -1] ^= 1

    with pytest.raises(NotOpened):
        unseal(private, bytes(sealed) if isinstance(altered, str) else altered)


def test_texts_of_up_to_63_bytes_look_alike_and_the_same_text_never_does():
    _, public = make_key()

    lengths = [len(seal(public, b"x" * n)) for n in (0, 1, 63, 64, 127, 128)]

    assert [length - lengths[0] for length in lengths] == [0, 0, 0, 64, 64, 128]
    assert seal(public, b"x") != seal(public, b"x")


def test_what_was_sealed_by_an_earlier_version_opens():
    assert unseal(KEPT_KEY, base64.b64decode(KEPT)).decode() == "Cảm ơn chị ở Quầy 3."


def test_a_key_is_called_by_its_hash():
    assert key_id_of(bytes(32)) == "66687aadf862bd77"
