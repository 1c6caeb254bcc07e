"""Door: asks the collector's app as a browser or a program does, request by request on one loop, without a network."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import anyio.to_thread
import pytest
from starlette.types import ASGIApp, Message, Scope


async def _at_once(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """In the place of ``asyncio.to_thread``."""
    return work(*args, **kwargs)


async def _at_once_for(work: Callable[..., Any], *args: Any, **_: Any) -> Any:
    """In the place of ``anyio.to_thread.run_sync``, whose other arguments are about threads."""
    return work(*args)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The body as words."""
        return self.content.decode()

    def json(self) -> Any:
        """The body as a program reads it."""
        return json.loads(self.content)


@dataclass
class Door:
    """One who asks, with the cookies that were handed out."""

    app: ASGIApp
    loop: asyncio.AbstractEventLoop
    url: str
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    """With which a program reads; a person has none."""

    def get(self, way: str, language: str = "vi") -> Answer:
        """The answer to a page's or file's address, or to a program's that reads this language."""
        return self.request("GET", way, headers={"accept-language": language})

    def post(self, way: str, data: Mapping[str, str]) -> Answer:
        """The answer to a form that is handed in."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.request("POST", way, urlencode(data).encode(), headers)

    def request(self, method: str, way: str, content: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to any request."""
        sent = {"host": urlsplit(self.url).netloc, "accept": "*/*", **(headers or {})}
        if content:
            sent["content-length"] = str(len(content))
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with pytest.MonkeyPatch.context() as patched:
            # One asks at a time: a thread for each answer would only cost a tenth of it.
            patched.setattr(asyncio, "to_thread", _at_once)
            patched.setattr(anyio.to_thread, "run_sync", _at_once_for)
            return self.loop.run_until_complete(self._ask(self._scope(method, way, sent), content))

    def _scope(self, method: str, way: str, headers: Mapping[str, str]) -> Scope:
        path, _, query = way.partition("?")
        parts = urlsplit(self.url)
        return {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": parts.scheme,
            "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": (self.address, 50000), "server": (parts.hostname, parts.port), "state": {},
        }  # fmt: skip

    async def _ask(self, scope: Scope, content: bytes) -> Answer:
        said: list[Message] = []
        body = iter([{"type": "http.request", "body": content, "more_body": False}])

        async def receive() -> Message:
            # Whoever listens on learns that nobody goes away.
            return next(body, None) or await asyncio.Event().wait() or {}  # type: ignore[return-value]

        async def send(message: Message) -> None:
            said.append(message)

        await self.app(scope, receive, send)
        first = next(message for message in said if message["type"] == "http.response.start")
        headers = {name.decode(): value.decode() for name, value in first["headers"]}
        self._keep_cookies([value.decode() for name, value in first["headers"] if name == b"set-cookie"])
        parts = [message.get("body", b"") for message in said if message["type"] == "http.response.body"]
        return Answer(first["status"], headers, b"".join(parts))

    def _keep_cookies(self, handed_out: list[str]) -> None:
        for line in handed_out:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
