"""`kanbanai.ports.Forge` on GitHub, or on a GitHub Enterprise."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from kanbanai.adapters.github.calls import Calls
from kanbanai.domain.errors import DeviceDenied, Expired, GithubFailed
from kanbanai.domain.github import (
    SCOPES,
    DeviceCode,
    GithubAccount,
    Grant,
    Issue,
    IssueComment,
    IssuePage,
    RateLimit,
    Waiting,
)
from kanbanai.domain.times import timestamp

PAGE = 100
"""Things on a page; GitHub's most."""
MAX_PAGES = 100
"""Of one list: ten thousand things, which is more than anybody chooses from."""
GH_PATIENCE = 10.0
"""Seconds for `gh auth token`, which may have to wake a key ring."""
NOT_MODIFIED = 304
DEFAULT_INTERVAL = 5
"""Seconds between two questions about a device flow where GitHub does not say (RFC 8628)."""


class GithubForge:
    """See the module."""

    def __init__(self, calls: Calls, *, environment: Mapping[str, str]) -> None:
        self._calls = calls
        self._environment = dict(environment)
        self._limit: RateLimit | None = None

    async def begin_device(self, client_id: str) -> DeviceCode:
        said = await self._login("/login/device/code", client_id=client_id, scope=" ".join(SCOPES))
        if "device_code" not in said:
            raise GithubFailed(f"GitHub does not begin a device flow for this app: {_why(said)}")
        return DeviceCode(
            device_code=str(said["device_code"]),
            user_code=str(said["user_code"]),
            verification_uri=str(said["verification_uri"]),
            verification_uri_complete=said.get("verification_uri_complete"),
            expires_in=int(said.get("expires_in") or 900),
            interval=int(said.get("interval") or DEFAULT_INTERVAL),
        )

    async def ask_device(self, client_id: str, device_code: str) -> Grant | Waiting:
        said = await self._login(
            "/login/oauth/access_token",
            client_id=client_id,
            device_code=device_code,
            grant_type="urn:ietf:params:oauth:grant-type:device_code",
        )
        if token := said.get("access_token"):
            return Grant(str(token), said.get("scope") or None)
        match said.get("error"):
            case "authorization_pending":
                return Waiting()
            case "slow_down":
                return Waiting(int(said.get("interval") or DEFAULT_INTERVAL * 2))
            case "expired_token":
                raise Expired("GitHub's code has expired; begin again")
            case "access_denied":
                raise DeviceDenied("The request was turned down on GitHub")
            case _:
                raise GithubFailed(f"GitHub does not connect the account: {_why(said)}")

    async def account(self, token: str) -> GithubAccount:
        async with self._calls.client(token) as github:
            answer = await github.arequest("GET", "/user")
            user = answer.json()
            scope = answer.headers.get("x-oauth-scopes") or None
            email = user.get("email")
            if email is None and (scope is None or "user" in scope):
                email = await _primary_email(github)
        return GithubAccount(username=user["login"], primary_email=email, scope=scope)

    async def repositories(self, token: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with self._calls.client(token) as github:
            for page in range(1, MAX_PAGES + 1):
                params = {"sort": "pushed", "per_page": PAGE, "page": page}
                answer = await github.arequest("GET", "/user/repos", params=params)
                found += answer.json()
                if not has_next(answer):
                    break
        return found

    async def issues(
        self,
        token: str,
        repository: str,
        *,
        state: Literal["open", "closed", "all"],
        since: str | None = None,
        etag: str | None = None,
        labels: Sequence[str] = (),
    ) -> AsyncGenerator[IssuePage]:
        params = {"state": state, "sort": "updated", "direction": "asc", "per_page": str(PAGE)}
        if since is not None:
            params["since"] = since
        if labels:
            params["labels"] = ",".join(labels)
        where, asked, headers = f"/repos/{repository}/issues", params, {"If-None-Match": etag} if etag else {}
        async with self._calls.client(token) as github:
            while True:
                answer = await github.arequest("GET", where, params=asked or None, headers=headers)
                self._note_limit(answer)
                if answer.status_code == NOT_MODIFIED:
                    return
                issues = tuple(_issue(one) for one in answer.json())
                yield IssuePage(issues, answer.headers.get("etag"), _pages(answer))
                if not has_next(answer):
                    return
                # GitHub's own address of the next page: for long lists it is no number but a cursor.
                where, asked, headers = answer.raw_response.links["next"]["url"], {}, {}

    async def issue(self, token: str, repository: str, number: int) -> Issue:
        async with self._calls.client(token) as github:
            answer = await github.arequest("GET", f"/repos/{repository}/issues/{number}")
        self._note_limit(answer)
        return _issue(answer.json())

    async def create_issue(self, token: str, repository: str, title: str, body: str | None) -> Issue:
        asked = {"title": title} if body is None else {"title": title, "body": body}
        async with self._calls.client(token) as github:
            answer = await github.arequest("POST", f"/repos/{repository}/issues", json=asked)
        self._note_limit(answer)
        return _issue(answer.json())

    async def edit_issue(
        self, token: str, repository: str, number: int, fields: Mapping[Literal["title", "body"], str]
    ) -> Issue:
        async with self._calls.client(token) as github:
            answer = await github.arequest("PATCH", f"/repos/{repository}/issues/{number}", json=dict(fields))
        self._note_limit(answer)
        return _issue(answer.json())

    async def issue_comments(self, token: str, repository: str, number: int) -> list[IssueComment]:
        found: list[IssueComment] = []
        where, asked = f"/repos/{repository}/issues/{number}/comments", {"per_page": str(PAGE)}
        async with self._calls.client(token) as github:
            for _ in range(MAX_PAGES):
                answer = await github.arequest("GET", where, params=asked or None)
                self._note_limit(answer)
                found += [_comment(one) for one in answer.json()]
                if not has_next(answer):
                    break
                where, asked = answer.raw_response.links["next"]["url"], {}
        return found

    def rate_limit(self) -> RateLimit | None:
        return self._limit

    async def local_token(self) -> str | None:
        host = urlsplit(self._calls.base).hostname or ""
        program = shutil.which("gh", path=self._environment.get("PATH"))
        if program is None:
            return None
        process = await asyncio.create_subprocess_exec(
            program,
            "auth",
            "token",
            "--hostname",
            host,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            env=self._environment,
        )
        try:
            out, _ = await asyncio.wait_for(process.communicate(), GH_PATIENCE)
        except TimeoutError:
            return None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        token = out.decode(errors="replace").strip()
        return token if process.returncode == 0 and token else None

    def _note_limit(self, answer: Any) -> None:
        told = [answer.headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining", "reset")]
        if all(one.isdigit() for one in told):  # Enterprise may have none
            limit, remaining, reset = map(int, told)
            reset_at = timestamp(datetime.fromtimestamp(reset, UTC))
            self._limit = RateLimit(limit=limit, remaining=remaining, reset_at=reset_at)

    async def _login(self, path: str, **form: str) -> dict[str, Any]:
        """A call to the pages that log in, which answer refusals with 200 and an `error`."""
        async with self._calls.client() as github:
            answer = await github.arequest(
                "POST", f"{self._calls.base}{path}", json=form, headers={"Accept": "application/json"}
            )
            said = answer.json()
        if not isinstance(said, dict):
            raise GithubFailed("GitHub's answer to the login is none")
        return said


def has_next(answer: Any) -> bool:
    """Whether the answer's Link header names a page that follows."""
    return "next" in answer.raw_response.links


def _issue(told: dict[str, Any]) -> Issue:
    labels = [one if isinstance(one, str) else str(one.get("name") or "") for one in told.get("labels") or []]
    return Issue(
        number=told["number"],
        title=told["title"],
        body=told.get("body"),
        is_open=told["state"] == "open",
        url=told["html_url"],
        updated_at=told["updated_at"],
        closed_at=told.get("closed_at"),
        labels=tuple(filter(None, labels)),
        assignees=tuple(one["login"] for one in told.get("assignees") or []),
        comments=told.get("comments") or 0,
        is_pull_request="pull_request" in told,
    )


def _comment(told: dict[str, Any]) -> IssueComment:
    author = told.get("user")
    return IssueComment(
        id=told["id"],
        author=None if author is None else author["login"],
        body=told.get("body") or "",
        url=told["html_url"],
        created_at=told["created_at"],
        updated_at=told["updated_at"],
    )


def _pages(answer: Any) -> int | None:
    """How many pages there are, from GitHub's address of the last one; None: it is a cursor, or this is the last."""
    last = answer.raw_response.links.get("last")
    number = "" if last is None else dict(parse_qsl(urlsplit(last["url"]).query)).get("page", "")
    return int(number) if number.isdigit() else None


async def _primary_email(github: Any) -> str | None:
    """The address that the account has as its primary one; None: the token may not see it."""
    from githubkit.exception import RequestFailed

    try:
        answer = await github.arequest("GET", "/user/emails", params={"per_page": PAGE})
    except RequestFailed as error:
        if error.response.status_code in {403, 404}:  # a token without that scope
            return None
        raise
    return next((one["email"] for one in answer.json() if one.get("primary")), None)


def _why(said: dict[str, Any]) -> str:
    return str(said.get("error_description") or said.get("error") or "no reason was given")
