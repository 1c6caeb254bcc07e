"""What can be wrong with a request before anything of it is believed.

WireError                     the request is refused and nothing of it is stored
├── SignatureMissing          401  no signature at all
├── DigestMismatch            400  damaged on the way
├── SignatureInvalid          401  not from this device, or altered
│   └── AddressWrong          401  signed for another address than ours
├── ClockUnreadable           400  Kiosk-Clock is missing or malformed
├── BodyTooLarge              413  more bytes on the wire than the limit
├── EncodingUnsupported       415  neither plain nor gzip
├── InflatesTooLarge          413  a bomb, or a batch beyond the limit
├── BatchUnreadable           400  broken gzip, no newline at the end, an empty line
├── LinesTooMany              413
└── LineTooLong               413
"""

from typing import ClassVar

from sync.protocol import problems
from sync.protocol.problems import ProblemType


class WireError(Exception):
    """The request is refused; ``str()`` is the detail to answer with, ``problem`` its stable type."""

    problem: ClassVar[ProblemType] = problems.REQUEST_INVALID


class SignatureMissing(WireError):
    """Neither Signature nor Signature-Input, or only one of them."""

    problem = problems.SIGNATURE_MISSING


class DigestMismatch(WireError):
    """Content-Digest is missing, malformed or of another body."""

    problem = problems.DIGEST_MISMATCH


class SignatureInvalid(WireError):
    """The signature is malformed, covers other than the required parts, or is not of this message and key."""

    problem = problems.SIGNATURE_INVALID


class AddressWrong(SignatureInvalid):
    """The signature holds, but for another address than the collector's own, which is ``address``."""

    def __init__(self, signed_for: str, address: str) -> None:
        super().__init__(
            f"the request is signed for {signed_for}, and the address of this collector is {address}; "
            "either the kiosk calls a wrong address, or public_url in the collector's settings is wrong"
        )
        self.address = address


class ClockUnreadable(WireError):
    """The Kiosk-Clock field is missing or not in its form."""


class BodyTooLarge(WireError):
    """The body has more bytes on the wire than BATCH_BYTES_MAX."""

    problem = problems.BODY_TOO_LARGE


class EncodingUnsupported(WireError):
    """Content-Encoding is neither absent, ``identity`` nor ``gzip``."""

    problem = problems.ENCODING_UNSUPPORTED


class InflatesTooLarge(WireError):
    """The body inflates to more than INFLATED_BYTES_MAX; inflating stopped there."""

    problem = problems.INFLATES_TOO_LARGE


class BatchUnreadable(WireError):
    """The body is not one gzip member of newline-ended, non-empty lines."""

    problem = problems.BATCH_UNREADABLE


class LinesTooMany(WireError):
    """More than LINES_PER_BATCH_MAX entries, or as many enclosures."""

    problem = problems.LINES_TOO_MANY


class LineTooLong(WireError):
    """A line is longer than LINE_BYTES_MAX."""

    problem = problems.LINE_TOO_LONG
