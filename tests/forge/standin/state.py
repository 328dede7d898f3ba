"""What every part of the stand-in stands on: its state, what was asked of it, faults on demand, pages, conditions.

A part (`connection`, `issues`, …) is a class on top of `State` with a method for each route, marked with `route`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import TypeAdapter

BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
REPO = r"/repos/(?P<repo>[^/]+/[^/]+)"
"""How the path of a route of a repository begins."""
HOURLY = 5_000
"""Requests an hour that GitHub takes of an account."""
Body = Any
H = TypeVar("H", bound=Callable[..., Any])


@dataclass
class Fault:
    """The answer to the next request whose `METHOD /path` fits."""

    on: str
    status: int = 500
    body: Body = field(default_factory=lambda: {"message": "Server Error"})
    headers: dict[str, str] = field(default_factory=dict)
    after: int = 0
    """Requests that fit and are let through before."""
    times: int = 1
    """How many requests it answers; 0: all that fit from then on."""
    hangs_up: bool = False
    """The connection breaks off in the middle of the answer."""


@dataclass
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Body
    status: int = 0


@dataclass
class Reply:
    status: int
    body: Body = None
    headers: dict[str, str] = field(default_factory=dict)
    model: Any = None
    """What the body must be by GitHub's schema."""
    hangs_up: bool = False


def not_found() -> Reply:
    return Reply(404, {"message": "Not Found"})


def route(method: str, pattern: str) -> Callable[[H], H]:
    """Marks the method that answers requests whose path is `pattern`; its named groups are arguments."""

    def mark(handler: H) -> H:
        handler.__dict__["route"] = (method, re.compile(pattern))
        return handler

    return mark


class State:
    """GitHub's state, and what was asked of it. `base` is where its pages and its API are."""

    def __init__(self) -> None:
        self.base = ""
        self.tokens: dict[str, str] = {}
        self.repos: dict[str, dict[str, Any]] = {}
        self.issues: dict[str, dict[int, dict[str, Any]]] = {}
        self.pulls: dict[str, dict[int, dict[str, Any]]] = {}
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.remaining = HOURLY
        self.validates = True
        """Whether answers are held against GitHub's schema; a benchmark spares itself that."""
        self.ids = itertools.count(1)
        self._now = BEGINNING
        self._adapters: dict[Any, TypeAdapter[Any]] = {}
        handlers = (
            getattr(self, name) for name in dir(type(self)) if hasattr(getattr(type(self), name), "route")
        )
        self._routes = [(*handler.route, handler) for handler in handlers]

    # ── what a test arranges ────────────────────────────────────────────────────────────────────────────────────────

    def calls(self, fits: str) -> list[Asked]:
        """The requests whose `METHOD /path` fits."""
        return [one for one in self.asked if re.fullmatch(fits, f"{one.method} {one.path}")]

    def fails(self, on: str, status: int = 500, **more: Any) -> None:
        """See `Fault`."""
        self.faults.append(Fault(on, status, **more))

    def limited(self, on: str, *, seconds: int, secondary: bool = False) -> None:
        """The next request that fits is one too many."""
        if secondary:
            message = "You have exceeded a secondary rate limit. Please wait a few minutes."
            headers = {"retry-after": str(seconds)}
        else:
            message = "API rate limit exceeded for user."
            reset = datetime.now(UTC) + timedelta(seconds=seconds)
            headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(round(reset.timestamp()))}
        self.faults.append(Fault(on, 403, {"message": message}, headers))

    # ── answering ───────────────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        reply = self._failed(asked) or self._routed(asked)
        if self.validates and reply.model is not None and reply.status < 300:
            self._adapter(reply.model).validate_python(reply.body)
        if asked.method == "GET" and reply.status == 200 and not reply.hangs_up:
            reply = _conditional(asked, reply)
        if reply.status not in {304, 401} and not asked.path.startswith("/login/"):
            self.remaining -= 1
        reset = round((datetime.now(UTC) + timedelta(hours=1)).timestamp())
        reply.headers = {
            "x-ratelimit-limit": str(HOURLY),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(reset),
            "x-ratelimit-resource": "core",
        } | reply.headers
        asked.status = reply.status
        return reply

    def page(self, asked: Asked, found: list[dict[str, Any]], model: Any) -> Reply:
        """The page of a list that was asked for, with GitHub's link to the next one."""
        size = min(int(asked.query.get("per_page", 30)), 100)
        page = int(asked.query.get("page", 1))
        shown = found[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(found):
            pages = {"next": page + 1, "last": -(-len(found) // size)}
            links = []
            for name, number in pages.items():
                query = urlencode(asked.query | {"page": str(number)})
                links.append(f'<{self.base}/api/v3{asked.path}?{query}>; rel="{name}"')
            headers["link"] = ", ".join(links)
        return Reply(200, shown, headers, list[model])

    def next_number(self, repo: str) -> int:
        """Issues and pull requests of a repository are counted together."""
        return len(self.issues[repo]) + len(self.pulls[repo]) + 1

    def catch_up(self, now: str) -> None:
        """It is that time at GitHub from now on; a second more with each thing that happens."""
        self._now = max(self._now, datetime.fromisoformat(now))

    def tick(self) -> str:
        """A second later; GitHub's times are whole seconds."""
        self._now += timedelta(seconds=1)
        return self._now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _adapter(self, model: Any) -> TypeAdapter[Any]:
        if model not in self._adapters:
            self._adapters[model] = TypeAdapter(model)
        return self._adapters[model]

    def _failed(self, asked: Asked) -> Reply | None:
        for fault in self.faults:
            if re.fullmatch(fault.on, f"{asked.method} {asked.path}"):
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.times == 1:
                    self.faults.remove(fault)
                elif fault.times:
                    fault.times -= 1
                return Reply(fault.status, fault.body, dict(fault.headers), hangs_up=fault.hangs_up)
        return None

    def _routed(self, asked: Asked) -> Reply:
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(asked.path)
            if match and method == asked.method:
                if not asked.path.startswith("/login/"):
                    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
                    if scheme.lower() not in {"bearer", "token"} or token not in self.tokens:
                        return Reply(401, {"message": "Bad credentials"})
                    asked.headers["login"] = self.tokens[token]
                reply: Reply = handler(asked, **match.groupdict())
                return reply
        return not_found()


def _conditional(asked: Asked, reply: Reply) -> Reply:
    tag = 'W/"' + hashlib.sha256(json.dumps(reply.body).encode()).hexdigest() + '"'
    if asked.headers.get("if-none-match") == tag:
        return Reply(304, None, {"etag": tag})
    return Reply(reply.status, reply.body, reply.headers | {"etag": tag})
