"""What a kiosk signed with a batch is kept short and comes back letter by letter."""

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.journal.chain import Cursor
from sync.protocol.cuts import SignedCuts
from sync.protocol.errors import SignatureInvalid
from sync.protocol.own_key import public_text
from sync.protocol.signature import PublicKey, Verified, sign_request, verify_request
from sync.protocol.vouched import Usual, append_target, cuts_said, read_base, restored, shortened
from tests.builders import FrozenClock

JOURNAL = "7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f"
DEVICE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
START, HEAD, BODY = Cursor(7, bytes(32)), bytes(range(32)), b"packed lines"
GZIP = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
DIGEST = base64.b64encode(sha256(BODY).digest()).decode()


def sent(target: str, headers: dict[str, str] = GZIP, body: bytes = BODY) -> tuple[Verified, Usual]:
    """A verified request for a batch, and that batch."""
    url = "https://gop-y.example.gov.vn" + target
    clock = FrozenClock().now()
    added = sign_request(method="POST", url=url, headers=headers, body=body, keyid=DEVICE, private_key=KEY, clock=clock)
    raw = KEY.public_key().public_bytes_raw()
    found = verify_request(method="POST", url=url, headers={**headers, **added}, body=body, key_of=lambda _: raw)
    return found, Usual(JOURNAL, START, HEAD, DEVICE, added["Kiosk-Clock"])


@pytest.mark.parametrize("target", [append_target(JOURNAL, START, HEAD), append_target(JOURNAL, START, HEAD)[:-70]])
def test_usual_batch_keeps_address_and_moment_alone(target: str) -> None:
    found, batch = sent(target)

    kept = shortened(found.base, batch)

    assert len(kept) < 60
    assert restored(kept, batch, DIGEST) == found.base
    assert PublicKey(public_text(KEY)).signed(restored(kept, batch, DIGEST), found.signature)


CUTS = SignedCuts.sign(KEY, JOURNAL, (3, bytes(range(160, 192)))).member


def test_what_a_kiosk_says_of_its_cuts_is_kept_beside_that() -> None:
    found, batch = sent(append_target(JOURNAL, START, HEAD, CUTS))

    kept = shortened(found.base, batch)

    assert len(kept) == len(CUTS) + len("gop-y.example.gov.vn 1795395600 cuts ")
    assert restored(kept, batch, DIGEST) == found.base
    assert cuts_said(kept) == cuts_said(found.base) == CUTS
    assert read_base(found.base).head == HEAD
    assert cuts_said(shortened(*_usual())) is None


def _usual() -> tuple[str, Usual]:
    found, batch = sent(append_target(JOURNAL, START, HEAD))
    return found.base, batch


@pytest.mark.parametrize(
    "member", ["", "3", CUTS.replace("3.", "0.", 1), CUTS.replace("3.", "03.", 1), CUTS[:-1], f"{CUTS}A", CUTS.upper()]
)
def test_what_no_kiosk_says_of_its_cuts_is_not_read(member: str) -> None:
    assert SignedCuts.parse(member) is None


def test_root_is_signed_for_one_journal_and_size_and_by_one_key() -> None:
    said = SignedCuts.parse(CUTS)
    assert said is not None

    assert said.is_by(public_text(KEY), JOURNAL)
    assert not said.is_by(public_text(KEY), DEVICE)
    assert not said._replace(size=4).is_by(public_text(KEY), JOURNAL)
    assert not said._replace(root=bytes(range(32))).is_by(public_text(KEY), JOURNAL)
    assert not said.is_by(public_text(Ed25519PrivateKey.generate()), JOURNAL)
    assert not said.is_by("no key", JOURNAL)


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (append_target(JOURNAL, START, HEAD, "spoilt%20"), {"Content-Type": "application/x-ndjson"}),
        (f"/v1/journals/{JOURNAL}/entries?prev={'00' * 32}&from=7", GZIP),
        (append_target(JOURNAL, START, HEAD), {"Content-Type": "application/x-ndjson"}),
        (append_target(JOURNAL, START, bytes(32)), GZIP),
    ],
)
def test_any_other_form_is_kept_whole(target: str, headers: dict[str, str]) -> None:
    found, batch = sent(target, headers)

    kept = shortened(found.base, batch)

    assert kept == found.base == restored(kept, batch, DIGEST)
    said = read_base(kept)
    assert (said.journal_id, said.start, said.keyid) == (JOURNAL, START, DEVICE)


def test_head_is_signed_with_the_batch() -> None:
    found, _ = sent(append_target(JOURNAL, START, HEAD))
    older, _ = sent(append_target(JOURNAL, START, HEAD)[:-70])

    assert (read_base(found.base).head, read_base(older.base).head) == (HEAD, None)


@pytest.mark.parametrize("changed", ["start", "head", "kiosk_clock", "keyid", "journal_id"])
def test_batch_that_was_changed_gives_a_text_that_nobody_signed(changed: str) -> None:
    found, batch = sent(append_target(JOURNAL, START, HEAD))
    other = {"start": Cursor(8, bytes(32)), "head": bytes(32), "kiosk_clock": "wall=", "keyid": "x", "journal_id": "y"}

    kept = shortened(found.base, batch)
    altered = restored(kept, batch._replace(**{changed: other[changed]}), DIGEST)

    assert not PublicKey(public_text(KEY)).signed(altered, found.signature)


def test_text_that_is_no_append_is_told() -> None:
    with pytest.raises(ValueError, match="not what a kiosk signs"):
        read_base('"@method": GET\n"@path": /v1/device')


@pytest.mark.parametrize("text", ["", "k", "AAAA"])
def test_key_that_is_none_is_told(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        PublicKey(text)
