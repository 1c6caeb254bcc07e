import base64
from dataclasses import replace
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol import problems
from sync.protocol.errors import (
    ClockUnreadable,
    DigestMismatch,
    SignatureInvalid,
    SignatureMissing,
    WireError,
)
from sync.protocol.signature import check_digest, require_signature
from tests.sync.protocol.signed import MOMENT, make_signed

COVERED = (
    "@method",
    "@authority",
    "@path",
    "@query",
    "content-type",
    "content-encoding",
    "content-digest",
    "kiosk-clock",
)


def test_signed_request_is_verified_and_says_who_when_and_what(signed):
    verified = signed.verify()

    assert verified.keyid == "device-1"
    assert verified.created == int(MOMENT.wall.timestamp())
    assert verified.clock == MOMENT


def test_evidence_proves_the_request_without_this_program(signed):
    verified = signed.verify()

    raw = base64.b64decode(verified.signature.removeprefix("kiosk=:").removesuffix(":"))
    Ed25519PublicKey.from_public_bytes(signed.public_key).verify(raw, verified.base.encode())


def test_field_names_are_taken_in_any_case(signed):
    signed.verify(headers={name.upper(): value for name, value in signed.headers.items()})


def test_request_without_body_is_signed_as_well():
    signed = make_signed("GET", b"")

    signed.verify()

    assert '"content-type"' not in signed.headers["Signature-Input"]
    assert '"content-digest"' in signed.headers["Signature-Input"]


@pytest.mark.parametrize(
    "url",
    [
        "https://gop-y.example.gov.vn/v1/journals/7c0f/entries?from=1&prev=ab",
        "https://gop-y.example.gov.vn/v1/journals/7c0e/entries?from=2&prev=ab",
        "https://gop-y.example.gov.vn/v1/journals/7c0e/entries",
        "https://gop-x.example.gov.vn/v1/journals/7c0e/entries?from=1&prev=ab",
        "https://gop-y.example.gov.vn:8443/v1/journals/7c0e/entries?from=1&prev=ab",
        "https://gop-y.example.gov.vn/v1/journals/7c0e/entries?from=1&prev=ab&x",
        "not a url",
    ],
)
def test_altered_address_is_refused(signed, url):
    with pytest.raises(SignatureInvalid):
        signed.verify(url=url)


@pytest.mark.parametrize("method", ["PUT", "GET", "post", ""])
def test_altered_method_is_refused(signed, method):
    with pytest.raises(SignatureInvalid):
        signed.verify(method=method)


@given(place=st.integers(0, 15), bit=st.integers(0, 7))
def test_any_altered_bit_of_the_body_is_refused(place, bit):
    signed = make_signed()
    body = bytearray(signed.body)
    body[place] ^= 1 << bit

    with pytest.raises(DigestMismatch):
        signed.verify(body=bytes(body))


@pytest.mark.parametrize("name", ["Content-Type", "Content-Encoding", "Content-Digest", "Kiosk-Clock", "Signature"])
def test_any_altered_byte_of_a_signed_field_is_refused(signed, name):
    value = signed.headers[name]
    for place in range(len(value)):
        altered = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
        if _same_bytes(name, value, altered):
            continue
        with pytest.raises(WireError):
            signed.verify(headers={**signed.headers, name: altered})


def test_any_altered_byte_of_the_signature_input_is_refused(signed):
    value = signed.headers["Signature-Input"]
    for place in range(value.index("("), len(value)):
        altered = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
        with pytest.raises(WireError):
            signed.verify(headers={**signed.headers, "Signature-Input": altered})


@pytest.mark.parametrize("name", ["Content-Type", "Content-Encoding", "Kiosk-Clock"])
def test_removed_field_is_refused(signed, name):
    with pytest.raises(SignatureInvalid):
        signed.verify(headers=signed.without(name))


def test_added_content_encoding_is_refused_because_it_is_not_covered():
    signed = make_signed()

    with pytest.raises(SignatureInvalid, match="exactly"):
        signed.verify(headers={**signed.headers, "Content-Encoding": "gzip"})


def test_request_without_signature_is_told_so_before_anything_else(signed):
    headers = {"Content-Type": "application/x-ndjson"}

    with pytest.raises(SignatureMissing):
        require_signature(headers)
    with pytest.raises(SignatureMissing):
        signed.verify(headers=headers)
    assert signed.asked == []


def test_damaged_body_is_found_before_a_key_is_looked_up(signed):
    with pytest.raises(DigestMismatch):
        signed.verify(body=b"damaged")

    assert signed.asked == []


@pytest.mark.parametrize("digest", ["", "sha-256=:AAAA:", "md5=:AAAA:", "nonsense", "sha-256=AAAA", "sha-256=:é:"])
def test_unusable_digest_is_refused(digest):
    with pytest.raises(DigestMismatch):
        check_digest({"Content-Digest": digest}, b"body")


def test_signature_of_another_key_is_refused(signed):
    signed.public_key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    with pytest.raises(SignatureInvalid):
        signed.verify()


def test_refusal_by_the_key_lookup_passes_through(signed):
    class Revoked(WireError):
        problem = problems.DEVICE_REVOKED

    def key_of(keyid: str) -> bytes:
        raise Revoked(keyid)

    with pytest.raises(Revoked, match="device-1"):
        signed.verify(key_of=key_of)


def test_key_of_the_wrong_size_is_refused(signed):
    signed.public_key = b"short"

    with pytest.raises(SignatureInvalid):
        signed.verify()


@pytest.mark.parametrize(
    ("covered", "parameters"),
    [
        (COVERED[:-1], {}),
        (tuple(name for name in COVERED if name != "@query"), {}),
        (tuple(name for name in COVERED if name != "content-encoding"), {}),
        ((*COVERED[1:], COVERED[0]), {}),
        ((*COVERED, "user-agent"), {}),
        (COVERED, {"tag": "hailong-v2"}),
        (COVERED, {"tag": None}),
        (COVERED, {"nonce": "1"}),
        (COVERED, {"include_alg": False}),
    ],
)
def test_signature_that_says_more_or_less_than_the_protocol_is_refused(signed, covered, parameters):
    headers = {**signed.without("Signature", "Signature-Input"), "User-Agent": "other"}
    _sign_freely(signed, headers, covered, **parameters)

    with pytest.raises(SignatureInvalid):
        signed.verify(headers=headers)


def test_two_signatures_of_ours_are_refused(signed):
    doubled = {
        name: f"{value}, {value.replace('kiosk=', 'again=', 1)}" if name.startswith("Signature") else value
        for name, value in signed.headers.items()
    }

    with pytest.raises(SignatureInvalid, match="exactly one"):
        signed.verify(headers=doubled)


def test_clock_that_is_signed_but_malformed_is_refused(signed):
    headers = {**signed.without("Signature", "Signature-Input"), "Kiosk-Clock": "yesterday"}
    _sign_freely(signed, headers, COVERED)

    with pytest.raises(ClockUnreadable):
        signed.verify(headers=headers)


@pytest.mark.parametrize("year", [1970, 2038, 2999])
def test_kiosk_with_any_clock_can_deliver(year):
    wrong = replace(MOMENT, wall=MOMENT.wall.replace(year=year))

    assert make_signed(clock=wrong).verify().clock.wall.year == year


@given(
    st.dictionaries(
        st.sampled_from(["Signature", "Signature-Input", "Content-Digest", "Kiosk-Clock", "Content-Type"]),
        st.text(max_size=60),
    )
)
def test_whatever_comes_in_the_fields_is_refused_in_an_orderly_way(fields):
    signed = make_signed()

    with pytest.raises(WireError):
        signed.verify(headers={**signed.headers, "Signature": "x", **fields})


def test_library_verifies_the_published_ed25519_example():
    """RFC 9421, appendix B.2.6."""
    public = Ed25519PublicKey.from_public_bytes(
        base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
    )
    message = SimpleNamespace(
        method="POST",
        url="https://example.com/foo?param=Value&Pet=dog",
        headers={
            "Host": "example.com",
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
            "Content-Length": "18",
            "Signature-Input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
            ';created=1618884473;keyid="test-key-ed25519"',
            "Signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQ"
            "CK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
        },
    )
    keys = MappingKeyResolver(public_keys={"test-key-ed25519": public}, private_keys={})

    [result] = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=keys).verify(message, max_age=None)

    assert result.parameters["keyid"] == "test-key-ed25519"


def _same_bytes(name: str, value: str, altered: str) -> bool:
    """Whether both spell the same signature: base64 leaves unused bits at its end, which carry nothing."""
    if name not in {"Signature", "Content-Digest"} or value.count(":") != altered.count(":"):
        return False
    try:
        return base64.b64decode(value.split(":")[1]) == base64.b64decode(altered.split(":")[1])
    except ValueError:
        return False


def _sign_freely(signed, headers, covered, **parameters):
    """Sign with the library alone, so that a client's other choices can be tried."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    keys = MappingKeyResolver(public_keys={}, private_keys={"device-1": key})
    message = SimpleNamespace(method=signed.method, url=signed.url, headers=headers)
    options = {"tag": "hailong-v1", "use_existing_digest": True, "created": MOMENT.wall, **parameters}
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys).sign(
        message, key_id="device-1", covered_component_ids=covered, **options
    )


def test_what_keeps_a_key_from_being_looked_up_is_no_fault_of_the_signature(signed):
    def key_of(_: str) -> bytes:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        signed.verify(key_of=key_of)
