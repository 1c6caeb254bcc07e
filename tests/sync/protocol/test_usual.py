"""What is read without the general parser says, for every request, what the general parser says of it."""

from typing import Any
from unittest.mock import patch

import pytest
from http_message_signatures import HTTPMessageSignaturesException
from hypothesis import example, given
from hypothesis import strategies as st

from sync.protocol import signature
from sync.protocol.errors import WireError
from sync.protocol.usual import read_usual
from tests.sync.protocol.signed import SignedRequest, make_signed

_FIELDS = ("Signature", "Signature-Input", "Content-Digest", "Kiosk-Clock", "Content-Type", "Content-Encoding")
_REQUESTS = st.sampled_from(
    [
        make_signed(),
        make_signed("GET", b""),
        make_signed(Content_Type="application/json"),
        make_signed(Content_Type="application/x-ndjson", Content_Encoding="gzip"),
    ]
)
_PIECES = st.text(' \t\r\n\0:;,="()%#?/@Aaz019+é', max_size=3)


def outcome(signed: SignedRequest, **altered: Any) -> Any:
    """What becomes of a request: what is known of it then, or the class of its refusal."""
    try:
        return signed.verify(**altered)
    except WireError as error:
        return type(error)


def by_the_library(signed: SignedRequest, **altered: Any) -> Any:
    with patch.object(signature, "read_usual", lambda *_: None):
        return outcome(signed, **altered)


@given(_REQUESTS, st.sampled_from((*_FIELDS, "url", "method")), st.integers(0, 400), st.integers(0, 3), _PIECES)
@example(make_signed(), "Signature", 92, 1, "B")
@example(make_signed(), "method", 0, 4, "post")
@example(make_signed(), "url", 28, 0, ":443")
@example(make_signed(), "url", 8, 1, "G")
def test_altered_request_is_to_both_the_same(
    signed: SignedRequest, part: str, place: int, taken: int, put: str
) -> None:
    parts = {"url": signed.url, "method": signed.method, **signed.headers}
    value = parts.get(part, "")
    altered = value[:place] + put + value[place + taken :]
    given_anew: dict[str, Any] = (
        {part: altered} if part in ("url", "method") else {"headers": {**signed.headers, part: altered}}
    )

    assert outcome(signed, **given_anew) == by_the_library(signed, **given_anew)


@given(_REQUESTS, st.sampled_from(_FIELDS), st.text(max_size=4))
def test_field_that_comes_twice_is_to_both_the_same(signed: SignedRequest, name: str, value: str) -> None:
    class Twice(dict[str, str]):
        def items(self) -> Any:
            return [*super().items(), (name, value), (name.lower(), signed.headers.get(name, ""))]

    headers = Twice(signed.headers)

    assert outcome(signed, headers=headers) == by_the_library(signed, headers=headers)


@given(st.text("".join(map(chr, range(9, 127))), min_size=1, max_size=6))
@example(" a")
@example("a\t")
def test_odd_field_that_is_signed_is_to_both_the_same(value: str) -> None:
    try:
        signed = make_signed(Content_Type=value)
    except HTTPMessageSignaturesException:
        return  # the library signs no such field

    assert outcome(signed) == by_the_library(signed)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_kiosk_signs_is_read_without_the_parser(method: str) -> None:
    signed = make_signed(method, b"x", Content_Type="application/json")

    found = read_usual(signed.method, signed.url, signed.headers.items(), signed.body)

    assert found is not None
    assert found.base == signed.verify().base == by_the_library(signed).base


@pytest.mark.parametrize(("method", "url"), [("post", "https://a.vn/v1"), ("POST", "https://a.vn/v1#x"), ("POST", "")])
def test_what_the_library_alone_may_judge_is_left_to_it(method: str, url: str) -> None:
    signed = make_signed()

    assert read_usual(method, url, signed.headers.items(), signed.body) is None
