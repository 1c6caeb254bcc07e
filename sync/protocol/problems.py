"""Problems: what the collector answers when it cannot do what was asked (RFC 9457).

A client decides by ``type`` alone; a type, once published, keeps its meaning. No problem
ever asks a kiosk to delete a rating.
"""

from dataclasses import dataclass

PROBLEM_MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of refusal: its stable name, its usual HTTP status and a short English title."""

    name: str
    status: int
    title: str

    @property
    def urn(self) -> str:
        """The ``type`` member as it travels."""
        return f"urn:hailong:problem:{self.name}"


REQUEST_INVALID = ProblemType("request-invalid", 400, "A parameter or the body is not what this call takes")
DIGEST_MISMATCH = ProblemType("digest-mismatch", 400, "The body is not the one that Content-Digest was made from")
BATCH_UNREADABLE = ProblemType("batch-unreadable", 400, "The body cannot be taken apart into lines")
SIGNATURE_MISSING = ProblemType("signature-missing", 401, "The request carries no signature")
SIGNATURE_INVALID = ProblemType("signature-invalid", 401, "The signature does not vouch for this request")
DEVICE_UNKNOWN = ProblemType("device-unknown", 401, "No device with this key id is enrolled here")
SIGN_IN_NEEDED = ProblemType("sign-in-needed", 401, "Only people who have signed in read this")
TOKEN_REFUSED = ProblemType("token-refused", 401, "This token is unknown, withdrawn or over")
DEVICE_REVOKED = ProblemType("device-revoked", 403, "This device's credential was withdrawn")
JOURNAL_FOREIGN = ProblemType("journal-foreign", 403, "This journal belongs to another device")
ACCESS_DENIED = ProblemType("access-denied", 403, "This credential does not open this door")
CODE_REFUSED = ProblemType("code-refused", 403, "The enrolment code is wrong, used up or expired")
NOT_FOUND = ProblemType("not-found", 404, "There is nothing at this address")
METHOD_NOT_ALLOWED = ProblemType("method-not-allowed", 405, "This address does not take this method")
CURSOR_MISMATCH = ProblemType("cursor-mismatch", 409, "The batch does not continue the stored copy")
LENGTH_REQUIRED = ProblemType("length-required", 411, "The request does not say how long its body is")
BODY_TOO_LARGE = ProblemType("body-too-large", 413, "The body is longer than the limit")
INFLATES_TOO_LARGE = ProblemType("inflates-too-large", 413, "The body inflates beyond the limit")
LINES_TOO_MANY = ProblemType("lines-too-many", 413, "The batch has more lines than the limit")
LINE_TOO_LONG = ProblemType("line-too-long", 413, "A line is longer than the limit")
MEDIA_TYPE_UNSUPPORTED = ProblemType("media-type-unsupported", 415, "The body's media type is not taken here")
ENCODING_UNSUPPORTED = ProblemType("encoding-unsupported", 415, "The body's content encoding is not taken here")
TOO_MANY_REQUESTS = ProblemType("too-many-requests", 429, "Too many requests; wait as Retry-After says")
INTERNAL = ProblemType("internal", 500, "The collector failed; nothing of this request was kept")
NOT_READY = ProblemType("not-ready", 503, "The collector cannot take requests now")
STORAGE_FULL = ProblemType("storage-full", 507, "The collector has no room left; nothing of this request was kept")

PROBLEM_TYPES: dict[str, ProblemType] = {kind.urn: kind for kind in globals().values() if isinstance(kind, ProblemType)}
"""Every type of version 1 by its ``type`` member."""
