"""What happens to every request before a route sees it, and to every answer after.

Host and Origin are checked (DNS rebinding, drive-by requests) ─ 403
CORS for the origins that are listed ─ a preflight is answered here
older and alternative addresses are rewritten to the one that has the route
HEAD is answered as GET without the body
each answer gets X-Request-Id and the security headers, and is counted and timed for /metrics
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from random import getrandbits
from typing import cast
from urllib.parse import urlsplit

import msgspec
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send, WebSocketScope

from kanbanai.http.problems import MEDIA_TYPE, REQUEST_ID, problem

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-permitted-cross-domain-policies", b"none"),
    # Whether CORS headers are there depends on who asks; a cache must not give one's answer to the other.
    (b"vary", b"Origin"),
)
_METHODS = b"GET,HEAD,PUT,POST,DELETE,PATCH"
_EXPOSED = b"ETag,Location,Retry-After,X-Request-Id,Idempotency-Replayed,Preference-Applied"
_PREFLIGHT_AGE = b"600"
"""Seconds a browser may remember a preflight; the list of origins changes with a restart at most."""
_POLICY_VIOLATION = 1008
"""RFC 6455's code for a socket that is refused; closed before it was accepted, the server answers 403."""

Observe = Callable[[str, int, float], None]
"""Told of every answer: the method, the status, the seconds until its head went out."""


class Edge:
    """The outermost ASGI application. `hosts` and `origins` are what is allowed besides loopback."""

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str] = (), origins: Iterable[str] = (), observe: Observe
    ) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one socket, or the server's lifespan."""
        kind: str = scope["type"]
        if kind == "http":
            await self._request(cast("HTTPScope", scope), receive, send)
        elif kind == "websocket":
            await self._socket(cast("WebSocketScope", scope), receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        request_id = _request_id()
        scope.setdefault("state", {})[REQUEST_ID] = request_id
        extra = [(b"x-request-id", request_id.encode()), *SECURITY_HEADERS]
        method = scope["method"]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._observe(method, message["status"], time.perf_counter() - started)
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        if refusal := self._refusal(headers.get(b"host"), origin):
            await _refuse(answer, refusal)
            return
        if origin is not None:
            extra.extend(_cors(origin))
            if method == "OPTIONS" and b"access-control-request-method" in headers:
                await _preflight(answer, headers.get(b"access-control-request-headers"))
                return
        routed = _routed(scope)
        await self._app(routed, receive, answer if routed["method"] == method else _headless(answer))

    async def _socket(self, scope: WebSocketScope, receive: Receive, send: Send) -> None:
        """A page of another site may open sockets to us, and no CORS keeps it from that: the Origin must."""
        headers = dict(scope["headers"])
        if self._refusal(headers.get(b"host"), headers.get(b"origin")):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "Forbidden"})
            return
        path = _path(scope["path"])
        routed = scope.copy()
        routed["path"], routed["raw_path"] = path, path.encode()
        await self._app(routed, receive, send)

    def _refusal(self, host: bytes | None, origin: bytes | None) -> str | None:
        name = _host_name(host)
        if name is None:
            return "The request names no host"
        if not self._is_allowed_host(name):
            return (
                f"This server does not answer for the host {name!r}; start it with --allowed-host to allow it"
            )
        if origin is None:
            return None
        text = origin.decode("latin-1").lower()
        if text in self._origins:
            return None
        try:
            source = urlsplit(text)
        except ValueError:  # brackets that no address stands in: nothing that a browser sends
            source = urlsplit("")
        if host is not None and source.netloc == host.decode("latin-1").lower():
            return None
        if source.hostname is not None and _is_loopback(source.hostname):
            return None
        return f"Requests from the origin {text!r} are not allowed; start the server with --allowed-origin to allow it"

    def _is_allowed_host(self, name: str) -> bool:
        return _is_loopback(name) or name in self._hosts or "*" in self._hosts


def _request_id() -> str:
    """A random UUID. It is a name and no secret, so it need not come from the system's source of randomness."""
    bits = f"{getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"


@lru_cache(maxsize=256)
def _host_name(host: bytes | None) -> str | None:
    if not host:
        return None
    try:
        return urlsplit(f"//{host.decode('ascii')}").hostname
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _cors(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", _EXPOSED),
    ]


async def _preflight(send: Send, asked: bytes | None) -> None:
    headers = [(b"access-control-allow-methods", _METHODS), (b"access-control-max-age", _PREFLIGHT_AGE)]
    if asked:
        headers.append((b"access-control-allow-headers", asked))
    await send({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _refuse(send: Send, detail: str) -> None:
    body = msgspec.json.encode(problem(HTTPStatus.FORBIDDEN, detail))
    await send(
        {
            "type": "http.response.start",
            "status": HTTPStatus.FORBIDDEN,
            "headers": [
                (b"content-type", MEDIA_TYPE.encode()),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _headless(send: Send) -> Send:
    """Lets everything of an answer through but its body."""

    async def head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return head


def _routed(scope: HTTPScope) -> HTTPScope:
    """The scope with the one address and method that has the route. HEAD is GET, but for a stream, which never ends."""
    path = _path(scope["path"])
    is_head = scope["method"] == "HEAD" and not path.endswith("/sse")
    if path == scope["path"] and not is_head:
        return scope
    routed = scope.copy()
    routed["path"], routed["raw_path"] = path, path.encode()
    if is_head:
        routed["method"] = "GET"
    return routed


def _path(path: str) -> str:
    """The address that has the route: `/api/x` is `/api/v1/x`, and a project's `board` is the board of that id."""
    if path != "/api" and not path.startswith("/api/"):
        return path
    if path != "/api/v1" and not path.startswith("/api/v1/"):
        path = "/api/v1" + path[len("/api") :]
    match path.split("/"):
        case [_, _, _, "projects", project, "board", *rest]:
            return "/".join(("/api/v1/boards", project, *rest))
        case _:
            return path
