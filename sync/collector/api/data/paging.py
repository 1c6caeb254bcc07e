"""Paging: lists part by part, each part after the last thing of the one before, whatever came or went meanwhile.

A cursor is the key of that thing, so nothing is told twice and nothing that stays is left out. To programs it is
opaque: they hand it back as they got it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Query
from starlette.requests import Request

from sync.collector.errors import QuestionWrong

T = TypeVar("T")
Key = tuple[str, ...]

LIMIT_DEFAULT = 1000
LIMIT_MAX = 5000
CURSOR_CHARS_MAX = 600


class CursorWrong(QuestionWrong):
    """What stands in ``after`` is none of our cursors: begin again without it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted."""

    limit: int = LIMIT_DEFAULT
    after: Key | None = None
    """The key of the last thing of the page before."""

    def of(self, things: Sequence[T], key: Callable[[T], Key]) -> tuple[list[T], str | None]:
        """The wanted ones in the order of their keys, which are all different, and the cursor of the next page."""
        every = sorted(things, key=key)
        first = 0 if self.after is None else bisect_right(every, self.after, key=key)
        wanted = every[first : first + self.limit]
        return wanted, cursor_of(key(wanted[-1])) if first + self.limit < len(every) else None


async def _page(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="So many things a page at most")] = LIMIT_DEFAULT,
    after: Annotated[str, Query(max_length=CURSOR_CHARS_MAX, description="`next` of the page before")] = "",
) -> Page:
    return Page(limit, key_of(after) if after else None)


ThePage = Annotated[Page, Depends(_page)]


def cursor_of(key: Key) -> str:
    """A key as it travels."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def key_of(cursor: str) -> Key:
    """The key in a cursor; raises CursorWrong."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(urlsafe_b64decode(padded), type=tuple[str, ...])
    except (ValueError, msgspec.MsgspecError) as error:
        raise CursorWrong("after is no cursor of this collector: begin again without it") from error


def link_to(request: Request, cursor: str | None) -> dict[str, str]:
    """The header that leads to the next page (RFC 8288)."""
    if cursor is None:
        return {}
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return {"Link": f'<{request.url.path}?{urlencode([*asked, ("after", cursor)])}>; rel="next"'}
