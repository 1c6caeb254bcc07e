"""Answers: the protocol's messages and problems as HTTP."""

import random
from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from kiosk.base.texts import Texts
from kiosk.journal.chain import Cursor
from sync.collector import errors
from sync.protocol import problems
from sync.protocol.errors import WireError
from sync.protocol.messages import JSON_MEDIA_TYPE, Problem, encode_message
from sync.protocol.problems import PROBLEM_MEDIA_TYPE, ProblemType

BUSY_RETRY_AFTER_S = (5, 20)
"""From, to."""
FULL_RETRY_AFTER_S = 300

_REFUSALS: tuple[tuple[type[errors.CollectorError], ProblemType], ...] = (
    (errors.JournalForeign, problems.JOURNAL_FOREIGN),
    (errors.SenderGone, problems.DEVICE_REVOKED),
    (errors.HeadDiffers, problems.REQUEST_INVALID),
    (errors.KeyTaken, problems.REQUEST_INVALID),
    (errors.CodeRefused, problems.CODE_REFUSED),
    (errors.TriesExhausted, problems.TOO_MANY_REQUESTS),
    (errors.CollectorBusy, problems.NOT_READY),
    (errors.StorageFull, problems.STORAGE_FULL),
    (errors.QuestionWrong, problems.REQUEST_INVALID),
    (errors.UsageWrong, problems.NOT_FOUND),
)


def message_answer(message: msgspec.Struct, headers: Mapping[str, str] | None = None) -> Response:
    """200 with a message."""
    return Response(encode_message(message), media_type=JSON_MEDIA_TYPE, headers=headers)


def problem_answer(
    kind: ProblemType,
    detail: str = "",
    *,
    cursor: Cursor | None = None,
    headers: Mapping[str, str] | None = None,
    address: str = "",
    t: Texts | None = None,
) -> Response:
    """An RFC 9457 problem with the status of its type; its title in the words of ``t``, by default English."""
    problem = Problem.of(kind, detail, cursor, address)
    body = encode_message(problem if t is None else msgspec.structs.replace(problem, title=t(problem.title)))
    return Response(body, kind.status, media_type=PROBLEM_MEDIA_TYPE, headers=headers)


def challenge_of(error: WireError) -> dict[str, str]:
    """How to come again where nobody is signed in: with a token, at the doors for programs (RFC 6750)."""
    if error.problem is problems.TOKEN_REFUSED:
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return {"WWW-Authenticate": "Bearer"} if error.problem is problems.SIGN_IN_NEEDED else {}


def refusal_answer(
    error: errors.CollectorError, t: Texts | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The one table from an error to a problem, said in the words of ``t``, by default in English."""
    kind = next((kind for cause, kind in _REFUSALS if isinstance(error, cause)), problems.INTERNAL)
    said = str(error) if t is None else error.said(t)
    return problem_answer(kind, said, headers={**_retry_after(error), **(headers or {})}, t=t)


def _retry_after(error: errors.CollectorError) -> dict[str, str]:
    match error:
        case errors.TriesExhausted():
            return {"Retry-After": str(error.retry_after_s)}
        case errors.CollectorBusy():
            # Not the same for all: those who are refused in one second would all come back in one second.
            given_s = error.retry_after_s or random.randint(*BUSY_RETRY_AFTER_S)  # noqa: S311 - spread, no secret
            return {"Retry-After": str(given_s)}
        case errors.StorageFull():
            return {"Retry-After": str(FULL_RETRY_AFTER_S)}
        case _:
            return {}
