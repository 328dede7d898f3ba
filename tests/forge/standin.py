"""A stand-in for GitHub on the loopback that keeps real state and answers in GitHub's own words.

Every answer is validated against GitHub's published schema (githubkit's models), so that nobody tests against a shape
that does not exist. `faults` makes it fail on demand: each is used once, by the first request that it fits.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from githubkit_schemas.latest import models
from pydantic import TypeAdapter

from tests.forge import shapes
from tests.http.serving import served

BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
Body = Any


@dataclass
class Fault:
    """The answer to the next request whose `METHOD /path` fits."""

    on: str
    status: int = 500
    body: Body = field(default_factory=lambda: {"message": "Server Error"})
    headers: dict[str, str] = field(default_factory=dict)
    after: int = 0
    """Requests that fit and are let through before."""


@dataclass
class Flow:
    device_code: str
    user_code: str
    answer: str = "authorization_pending"
    """What it says next: `authorization_pending`, `slow_down`, `expired_token`, `access_denied`, or who agreed."""


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


class StandIn:
    """GitHub's state, and what was asked of it. `base` is where its pages and its API are."""

    def __init__(self) -> None:
        self.base = ""
        self.client_ids = {"Iv1.known"}
        self.tokens: dict[str, str] = {}
        self.scopes = "repo, read:user, user:email"
        self.emails: dict[str, list[dict[str, Any]]] = {}
        self.flows: list[Flow] = []
        self.repos: dict[str, dict[str, Any]] = {}
        self.issues: dict[str, dict[int, dict[str, Any]]] = {}
        self.pulls: dict[str, dict[int, dict[str, Any]]] = {}
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.interval = 5
        self._ids = itertools.count(1)
        self._now = BEGINNING
        self._adapters: dict[Any, TypeAdapter[Any]] = {}

    # ── what a test arranges ────────────────────────────────────────────────────────────────────────────────────────

    def user(self, login: str, token: str | None = None) -> str:
        """A person; the token with which they come."""
        token = token or f"gho_{login}{next(self._ids)}"
        self.tokens[token] = login
        return token

    def repo(self, name: str = "acme/wire") -> str:
        self.repos[name] = shapes.repository(self.base, name, next(self._ids))
        self.issues[name], self.pulls[name] = {}, {}
        return name

    def issue(self, repo: str, title: str, body: str | None = None, **more: Any) -> dict[str, Any]:
        number = self._number(repo)
        made = shapes.issue(self.base, repo, number, title, body, self._tick(), next(self._ids))
        self.issues[repo][number] = made | more
        return self.issues[repo][number]

    def change_issue(self, repo: str, number: int, **fields: Any) -> dict[str, Any]:
        """What somebody does on GitHub's own pages."""
        found = self.issues[repo][number]
        found |= fields | {"updated_at": self._tick()}
        if "state" in fields:
            found["closed_at"] = found["updated_at"] if fields["state"] == "closed" else None
        return found

    def calls(self, fits: str) -> list[Asked]:
        return [one for one in self.asked if re.fullmatch(fits, f"{one.method} {one.path}")]

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
        if reply.model is not None and reply.status < 300:
            self._adapter(reply.model).validate_python(reply.body)
        if asked.method == "GET" and reply.status == 200:
            reply = _conditional(asked, reply)
        asked.status = reply.status
        return reply

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
                self.faults.remove(fault)
                return Reply(fault.status, fault.body, fault.headers)
        return None

    def _routed(self, asked: Asked) -> Reply:
        for method, pattern, handler in _ROUTES:
            match = re.fullmatch(pattern, asked.path)
            if match and method == asked.method:
                if not asked.path.startswith("/login/"):
                    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
                    if scheme.lower() not in {"bearer", "token"} or token not in self.tokens:
                        return Reply(401, {"message": "Bad credentials"})
                    asked.headers["login"] = self.tokens[token]
                return handler(self, asked, **match.groupdict())
        return Reply(404, {"message": "Not Found"})

    def begin_flow(self, asked: Asked) -> Reply:
        if asked.body.get("client_id") not in self.client_ids:
            return Reply(404, {"error": "Not Found"})
        number = next(self._ids)
        flow = Flow(f"device-{number}", f"WDJB-{number:04}")
        self.flows.append(flow)
        told = {
            "device_code": flow.device_code,
            "user_code": flow.user_code,
            "verification_uri": f"{self.base}/login/device",
            "expires_in": 899,
            "interval": self.interval,
        }
        return Reply(200, told)

    def ask_flow(self, asked: Asked) -> Reply:
        flow = next((one for one in self.flows if one.device_code == asked.body.get("device_code")), None)
        if flow is None:
            return Reply(200, {"error": "incorrect_device_code", "error_description": "Unknown code"})
        if flow.answer == "slow_down":
            self.interval += 5
            flow.answer = "authorization_pending"
            return Reply(200, {"error": "slow_down", "interval": self.interval})
        if flow.answer in {"authorization_pending", "expired_token", "access_denied"}:
            return Reply(200, {"error": flow.answer, "error_description": flow.answer})
        self.flows.remove(flow)
        token = self.user(flow.answer)
        scope = self.scopes.replace(" ", "")
        return Reply(200, {"access_token": token, "token_type": "bearer", "scope": scope})

    def show_user(self, asked: Asked) -> Reply:
        user = shapes.private_user(self.base, asked.headers["login"])
        return Reply(200, user, {"x-oauth-scopes": self.scopes}, models.PrivateUser)

    def show_emails(self, asked: Asked) -> Reply:
        login = asked.headers["login"]
        own = [{"email": f"{login}@example.com", "primary": True, "verified": True, "visibility": "private"}]
        return Reply(200, self.emails.get(login, own), model=list[models.Email])

    def list_repos(self, asked: Asked) -> Reply:
        return self._page(asked, list(self.repos.values()), models.Repository)

    def list_issues(self, asked: Asked, repo: str) -> Reply:
        if repo not in self.repos:
            return Reply(404, {"message": "Not Found"})
        state, since = asked.query.get("state", "open"), asked.query.get("since", "")
        order = asked.query.get("sort", "created") + "_at"
        found = [
            one
            for one in self.issues[repo].values()
            if state in {"all", one["state"]} and one["updated_at"] >= since
        ]
        is_descending = asked.query.get("direction", "desc") == "desc"
        found.sort(key=lambda one: (one[order], one["number"]), reverse=is_descending)
        return self._page(asked, found, models.Issue)

    def create_issue(self, asked: Asked, repo: str) -> Reply:
        if repo not in self.repos:
            return Reply(404, {"message": "Not Found"})
        title = asked.body.get("title")
        if not title:
            errors = [{"resource": "Issue", "field": "title", "code": "missing_field"}]
            return Reply(422, {"message": "Validation Failed", "errors": errors})
        return Reply(201, self.issue(repo, title, asked.body.get("body")), model=models.Issue)

    def edit_issue(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.issues.get(repo, {}):
            return Reply(404, {"message": "Not Found"})
        return Reply(200, self.change_issue(repo, int(number), **asked.body), model=models.Issue)

    def _page(self, asked: Asked, found: list[dict[str, Any]], model: Any) -> Reply:
        size = min(int(asked.query.get("per_page", 30)), 100)
        page = int(asked.query.get("page", 1))
        shown = found[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(found):
            query = "&".join(
                f"{name}={value}" for name, value in (asked.query | {"page": str(page + 1)}).items()
            )
            headers["link"] = f'<{self.base}/api/v3{asked.path}?{query}>; rel="next"'
        return Reply(200, shown, headers, list[model])

    def _number(self, repo: str) -> int:
        return len(self.issues[repo]) + len(self.pulls[repo]) + 1

    def _tick(self) -> str:
        self._now += timedelta(seconds=1)
        return self._now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _conditional(asked: Asked, reply: Reply) -> Reply:
    tag = 'W/"' + hashlib.sha256(json.dumps(reply.body).encode()).hexdigest() + '"'
    if asked.headers.get("if-none-match") == tag:
        return Reply(304, None, {"etag": tag})
    return Reply(reply.status, reply.body, reply.headers | {"etag": tag})


_REPO = r"/repos/(?P<repo>[^/]+/[^/]+)"
_ROUTES: list[tuple[str, str, Callable[..., Reply]]] = [
    ("POST", "/login/device/code", StandIn.begin_flow),
    ("POST", "/login/oauth/access_token", StandIn.ask_flow),
    ("GET", "/user", StandIn.show_user),
    ("GET", "/user/emails", StandIn.show_emails),
    ("GET", "/user/repos", StandIn.list_repos),
    ("GET", f"{_REPO}/issues", StandIn.list_issues),
    ("POST", f"{_REPO}/issues", StandIn.create_issue),
    ("PATCH", rf"{_REPO}/issues/(?P<number>\d+)", StandIn.edit_issue),
]


@asynccontextmanager
async def standing_in() -> AsyncGenerator[StandIn]:
    """A stand-in that listens on a free port of the loopback."""
    github = StandIn()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode()))
        # Enterprise Server has its API below its pages, as the stand-in does.
        path = scope["path"].removeprefix("/api/v3")
        asked = Asked(scope["method"], path, query, headers, json.loads(body) if body else None)
        reply = github.answer(asked)
        told = b"" if reply.body is None else json.dumps(reply.body).encode()
        sent = {"content-type": "application/json; charset=utf-8", "content-length": str(len(told))}
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [(n.encode(), v.encode()) for n, v in (sent | reply.headers).items()],
            }
        )
        await send({"type": "http.response.body", "body": told})

    async with served(app) as server:
        github.base = f"http://127.0.0.1:{server.port}"
        yield github
