"""Answers: what an HTTP answer is worth. A status alone is never believed.

Between a kiosk and its collector stand captive portals, proxies and half-started servers,
and all of them answer. Only the expected media type with the expected members is an
answer; a refusal counts as the collector's own only if it is one of its problems.
"""

from dataclasses import dataclass

from sync.agent.errors import CollectorUnavailable, DeliveryError, DeviceNotRecognised, JournalTaken, RequestRefused
from sync.agent.troubles import Trouble
from sync.protocol import problems
from sync.protocol.messages import JSON_MEDIA_TYPE, Message, MessageInvalid, Problem, decode_message
from sync.protocol.problems import PROBLEM_MEDIA_TYPE, PROBLEM_TYPES, ProblemType

_WAIT = {problems.TOO_MANY_REQUESTS, problems.NOT_READY, problems.INTERNAL}
_STRANGER = {problems.DEVICE_UNKNOWN, problems.DEVICE_REVOKED}


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    media_type: str
    body: bytes
    retry_after_s: int | None = None
    etag: str | None = None


def read_answer(answer: Answer, kind: type[Message]) -> Message:
    """The message in a 200 answer; raises the DeliveryError that fits any other."""
    if answer.status != 200:
        raise failure_of(answer)
    if answer.media_type != JSON_MEDIA_TYPE:
        raise CollectorUnavailable(Trouble.PORTAL, f"200 with {answer.media_type or 'no media type'} instead of JSON")
    try:
        return decode_message(kind, answer.body)
    except MessageInvalid as error:
        raise CollectorUnavailable(Trouble.WRONG_ANSWER, f"200 with another body than expected: {error}") from error


def problem_of(answer: Answer) -> tuple[ProblemType, Problem] | None:
    """The collector's own problem in this answer, or None where the answer is not the collector's."""
    if answer.media_type != PROBLEM_MEDIA_TYPE:
        return None
    try:
        problem = decode_message(Problem, answer.body)
    except MessageInvalid:
        return None
    kind = PROBLEM_TYPES.get(problem.type)
    return None if kind is None else (kind, problem)


def failure_of(answer: Answer) -> DeliveryError:
    """What an answer other than 200 means for the next cycle."""
    found = problem_of(answer)
    if found is not None:
        kind, problem = found
        detail = f"{answer.status} {kind.name}: {problem.detail or kind.title}"
        return _failure_by_problem(kind, detail, answer.retry_after_s, problem.address)
    return _failure_by_status(answer.status, answer.retry_after_s)


def _failure_by_problem(kind: ProblemType, detail: str, retry_after_s: int | None, address: str) -> DeliveryError:
    if kind in _WAIT:
        return CollectorUnavailable(Trouble.BUSY, detail, retry_after_s)
    if kind is problems.STORAGE_FULL:
        return CollectorUnavailable(Trouble.FULL, detail, retry_after_s)
    if kind is problems.DIGEST_MISMATCH:
        return CollectorUnavailable(Trouble.NO_ANSWER, detail)
    if kind is problems.JOURNAL_FOREIGN:
        return JournalTaken(Trouble.DIVERGED, detail)
    if kind is problems.SIGNATURE_INVALID:
        return DeviceNotRecognised(Trouble.ADDRESS if address else Trouble.SIGNATURE, detail)
    if kind in _STRANGER:
        return DeviceNotRecognised(Trouble.DEVICE_UNKNOWN, detail)
    return RequestRefused(Trouble.REFUSED, detail, retry_after_s)


def _failure_by_status(status: int, retry_after_s: int | None) -> CollectorUnavailable:
    detail = f"{status} without a problem of ours"
    if status == 511 or 300 <= status < 400:
        return CollectorUnavailable(Trouble.PORTAL, detail)
    if status == 407:
        return CollectorUnavailable(Trouble.PROXY, detail)
    if status in {408, 425, 429} or 500 <= status < 600:
        return CollectorUnavailable(Trouble.FULL if status == 507 else Trouble.BUSY, detail, retry_after_s)
    return CollectorUnavailable(Trouble.WRONG_ANSWER, detail)
