"""Described: the parts of the API description that the doors for programs share."""

from typing import Any

from sync.collector.api.described import PROBLEMS, Described, problem_described

SCHEME = "token"
_ASKED_BY_HEADERS = {
    "Accept-Language": "In which language words and problems come, vi or en; by default the office's own",
    "If-None-Match": "The ETag of an answer that you have: 304 where nothing changed since",
}
SECURED: dict[str, Any] = {
    "security": [{SCHEME: []}],
    "parameters": [
        {"name": name, "in": "header", "required": False, "description": what, "schema": {"type": "string"}}
        for name, what in _ASKED_BY_HEADERS.items()
    ],
}
"""Of a door that a token opens: what it takes in headers, which every one of them reads alike."""
SCHEMES: Described = {
    SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that `collector token new` made: `Authorization: Bearer hailong_…`. "
        "Whoever is signed in with a browser reads the same addresses as their account may.",
    }
}
TOKEN_PROBLEMS: dict[int | str, Described] = PROBLEMS | {
    401: problem_described("No token, or one that is unknown, withdrawn or over"),
    429: problem_described("This token calls too often; see Retry-After"),
    507: problem_described("The collector has no room left, so it cannot note who reads; see Retry-After"),
}
_TAG: Described = {"description": "Hand it back in If-None-Match", "schema": {"type": "string"}}
_LANGUAGE: Described = {"description": "The language of its words: vi or en", "schema": {"type": "string"}}
_LINK: Described = {
    "description": 'The next page: `<…>; rel="next"`; none on the last one',
    "schema": {"type": "string"},
}
HAD: Described = {"description": "You have it: nothing changed"}


def described(name: str, *, is_list: bool = True, is_paged: bool = True) -> dict[int | str, Described]:
    """The answers of a door that gives the schema ``name`` as JSON and, where it is a list, as CSV."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    if is_list:
        content["text/csv"] = {"schema": {"type": "string"}}
    headers = {"ETag": _TAG, "Content-Language": _LANGUAGE, **({"Link": _LINK} if is_list and is_paged else {})}
    return {200: {"description": name, "headers": headers, "content": content}, 304: HAD, **TOKEN_PROBLEMS}
