"""The API, typed: one method a call, domain values in and out, every failure a ClientError."""

from __future__ import annotations

import socket
import ssl
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from kanbanai.client import shapes
from kanbanai.client.problems import UnexpectedAnswer, Unreachable, problem_of
from kanbanai.client.shapes import (
    BoardRead,
    ConversationPage,
    ImportedProject,
    ListedAttempt,
    NewAttempt,
    NewCard,
    NewProject,
    PlacedCard,
)
from kanbanai.client.views import Answer
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import CardChanges, Placement
from kanbanai.domain.dashboard import Overview
from kanbanai.domain.git import Diff
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ColumnId, ItemId, PermissionId, ProjectId
from kanbanai.domain.permissions import Decision, Permission
from kanbanai.domain.projects import Project
from kanbanai.domain.pulls import PullRequest, PullRequestText
from kanbanai.domain.settings import ProjectSettings

T = TypeVar("T")

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds. The slowest call of a healthy server, a board of 10,000 cards, is two orders of magnitude below."""
TRANSFER_TIMEOUT = httpx.Timeout(300.0, connect=10.0)
"""Seconds. For an import, whose answer comes when all of it is stored."""
STREAM_TIMEOUT = httpx.Timeout(None, connect=10.0, pool=10.0)
"""A stream is read for as long as it lasts; whoever watches it knows when silence is too long."""
DIRECT = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))
"""This machine is never reached through a proxy, whatever HTTP_PROXY says."""


class Calls:
    """The plain calls of a server's API. Use as `async with`; safe to share between tasks.

    Every method raises ApiProblem when the server refuses, Unreachable when it does not answer, UnexpectedAnswer when
    what it says makes no sense.
    """

    def __init__(self, base_url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=f"{self.base_url}/api/v1",
            timeout=TIMEOUT,
            transport=transport,
            verify=_trust(self.base_url),
            mounts={} if transport else dict(DIRECT),
            headers={"User-Agent": "kanbanai-client"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    # ── The server ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def version(self) -> str:
        """The version that the server runs."""
        return decoded(await self._call("GET", "/version"), shapes.Version).current_version

    async def is_ready(self) -> bool:
        """Whether the server is up and its database in order."""
        response = await self._answer("GET", "/readyz")
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            return False
        return decoded(_checked(response), shapes.Ready).ok

    # ── Projects ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def projects(self) -> list[Project]:
        """All projects, the newest first."""
        return decoded(await self._call("GET", "/projects"), list[Project])

    async def project(self, project_id: ProjectId) -> Project:
        """One project."""
        return decoded(await self._call("GET", f"/projects/{project_id}"), Project)

    async def project_settings(self, project_id: ProjectId) -> ProjectSettings:
        """A project's settings, its ticket prefix among them."""
        response = await self._call("GET", f"/projects/{project_id}/settings")
        return decoded(response, shapes.SettingsAnswer).settings

    async def create_project(self, new: NewProject) -> Project:
        """Adds a repository on the server's machine as a project."""
        return decoded(await self._create("/projects", new), Project)

    async def delete_project(self, project_id: ProjectId) -> None:
        """Removes a project with its board; the repository stays."""
        await self._call("DELETE", f"/projects/{project_id}")

    @asynccontextmanager
    async def export_project(self, project_id: ProjectId) -> AsyncGenerator[AsyncIterator[bytes]]:
        """A project as NDJSON, in pieces as they come. An export that breaks off raises Unreachable."""
        async with self.streamed(f"/projects/{project_id}/export") as response:
            yield _pieces(response)

    async def import_project(
        self, ndjson: AsyncIterator[bytes], *, repository_path: str | None = None
    ) -> ImportedProject:
        """Makes a new project of what `export_project` gave. `repository_path`: where the repository is by now."""
        response = await self._call(
            "POST",
            "/projects/import",
            params={"repositoryPath": repository_path} if repository_path else {},
            content=ndjson,
            headers={"Content-Type": "application/x-ndjson"},
            timeout=TRANSFER_TIMEOUT,
        )
        return decoded(response, ImportedProject)

    # ── Boards and cards ────────────────────────────────────────────────────────────────────────────────────────────

    async def board(self, board_id: BoardId) -> BoardRead:
        """The whole board."""
        response = await self._call("GET", f"/boards/{board_id}")
        return BoardRead(decoded(response, BoardRead).state, response.headers.get("etag", ""))

    async def card(self, board_id: BoardId, card_id: CardId) -> PlacedCard:
        """One card."""
        return _placed(await self._call("GET", f"/boards/{board_id}/cards/{card_id}"))

    async def cards(
        self,
        board_id: BoardId,
        *,
        text: str | None = None,
        column_ids: Sequence[ColumnId] = (),
        ticket_types: Sequence[str] = (),
        page: int = 500,
    ) -> AsyncGenerator[PlacedCard]:
        """The board's cards in its order, as many as ask for one, in pages of `page`.

        `text` searches title, description and ticket key.
        """
        asked: dict[str, Any] = {"limit": page}
        asked |= {"text": text} if text else {}
        asked |= {"columnId": [*column_ids]} if column_ids else {}
        asked |= {"ticketType": [*ticket_types]} if ticket_types else {}
        while True:
            answer = decoded(
                await self._call("GET", f"/boards/{board_id}/cards", params=asked), shapes.CardList
            )
            for placed in answer.cards:
                yield placed
            if answer.next is None:
                return
            asked["after"] = answer.next

    async def create_card(self, board_id: BoardId, new: NewCard) -> PlacedCard:
        """Makes a card. Should the connection break, it is asked for again under the same key, and made only once."""
        return _placed(await self._create(f"/boards/{board_id}/cards", new))

    async def edit_card(
        self,
        board_id: BoardId,
        card_id: CardId,
        changes: CardChanges,
        *,
        to: Placement | None = None,
        if_match: str | None = None,
    ) -> PlacedCard:
        """Changes a card's fields, and its place when `to` is given: all or nothing.

        `if_match` is the etag of the version that the change is meant for; when the card has become another one, it is
        refused (ApiProblem, status 412).
        """
        asked = msgspec.to_builtins(changes)
        if to is not None:
            asked |= msgspec.to_builtins(to)
        headers = {"Prefer": "return=minimal"} | ({"If-Match": if_match} if if_match else {})
        return _placed(
            await self._call("PATCH", f"/boards/{board_id}/cards/{card_id}", json=asked, headers=headers)
        )

    async def move_card(
        self, board_id: BoardId, card_id: CardId, to: Placement, *, if_match: str | None = None
    ) -> PlacedCard:
        """Puts a card at a place."""
        return await self.edit_card(board_id, card_id, CardChanges(), to=to, if_match=if_match)

    async def delete_card(self, board_id: BoardId, card_id: CardId, *, if_match: str | None = None) -> None:
        """Deletes a card; cards that depended on it no longer do."""
        headers = {"If-Match": if_match} if if_match else {}
        await self._call("DELETE", f"/boards/{board_id}/cards/{card_id}", headers=headers)

    # ── Attempts ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def start_attempt(self, project_id: ProjectId, card_id: CardId, new: NewAttempt) -> Attempt:
        """Starts an attempt. Should the connection break, it is asked for again under the same key."""
        path = f"/projects/{project_id}/cards/{card_id}/attempts"
        return decoded(await self._create(path, new), Attempt)

    async def attempt(self, attempt_id: AttemptId) -> Attempt:
        """One attempt."""
        return decoded(await self._call("GET", f"/attempts/{attempt_id}"), Attempt)

    async def attempts(
        self,
        project_id: ProjectId | None = None,
        *,
        card_id: CardId | None = None,
        statuses: Sequence[str] = (),
        page: int = 100,
    ) -> AsyncGenerator[ListedAttempt]:
        """Attempts, the newest first: of all projects, of one, or of one of its cards; as many as ask for one.

        `statuses`: only those in one of them; `active` stands for queued, running and stopping.
        """
        path = "/attempts" if project_id is None else f"/projects/{project_id}/attempts"
        asked: dict[str, Any] = {"limit": page}
        asked |= {"cardId": card_id} if card_id else {}
        asked |= {"status": [*statuses]} if statuses else {}
        while True:
            answer = decoded(await self._call("GET", path, params=asked), shapes.AttemptList)
            for one in answer.attempts:
                yield one
            if answer.next is None:
                return
            asked["after"] = answer.next

    async def stop_attempt(self, attempt_id: AttemptId) -> Attempt:
        """Stops an attempt; it is `stopping` until its run has ended."""
        response = await self._call("PATCH", f"/attempts/{attempt_id}", json={"status": "stopped"})
        return decoded(response, shapes.Stopped).attempt

    async def send(self, attempt_id: AttemptId, prompt: str, *, profile_id: str | None = None) -> bool:
        """Says something to the agent. Whether the message waits: the agent was at work."""
        body = {"prompt": prompt} | ({"profileId": profile_id} if profile_id else {})
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        response = await self._call("POST", f"/attempts/{attempt_id}/messages", json=body, headers=headers)
        return decoded(response, shapes.Said).queued is not None

    async def conversation(
        self, attempt_id: AttemptId, *, before: ItemId | None = None, limit: int = 1_000
    ) -> ConversationPage:
        """The last items of a conversation, or the last before one of them."""
        asked: dict[str, Any] = {"limit": limit} | ({"before": before} if before else {})
        response = await self._call("GET", f"/attempts/{attempt_id}/conversation", params=asked)
        return decoded(response, ConversationPage)

    async def permissions(self, attempt_id: AttemptId) -> list[Permission]:
        """All that the agent has asked, answered or not, the oldest first."""
        response = await self._call("GET", f"/attempts/{attempt_id}/permissions")
        return decoded(response, shapes.PermissionList).permissions

    async def answer_permission(
        self, attempt_id: AttemptId, permission_id: PermissionId, decision: Decision
    ) -> Permission:
        """Answers what the agent has asked; the first answer counts."""
        path = f"/attempts/{attempt_id}/permissions/{permission_id}"
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        response = await self._call("POST", path, json={"decision": decision}, headers=headers)
        return decoded(response, shapes.Answered).permission

    async def diff(self, attempt_id: AttemptId, *, path: str | None = None) -> Diff:
        """What the attempt has changed since its base; `path`: one file, which is not folded then."""
        asked = {"path": path} if path else {}
        return decoded(await self._call("GET", f"/attempts/{attempt_id}/git/diff", params=asked), Diff)

    # ── Pull requests ───────────────────────────────────────────────────────────────────────────────────────────────

    async def pull_request_text(
        self, project_id: ProjectId, attempt_id: AttemptId, *, base: str | None = None
    ) -> PullRequestText:
        """The title and body that a pull request of the attempt would get."""
        asked = {"attemptId": attempt_id} | ({"base": base} if base else {})
        response = await self._call("GET", f"/projects/{project_id}/pull-requests/text", params=asked)
        return decoded(response, shapes.TextAnswer).text

    async def open_pull_request(
        self,
        attempt_id: AttemptId,
        title: str,
        *,
        body: str | None = None,
        base: str | None = None,
        draft: bool = False,
    ) -> PullRequest:
        """Pushes the attempt's branch and makes a pull request of it, or finds the open one that it has."""
        given: dict[str, Any] = {"title": title, "draft": draft}
        given |= {name: value for name, value in (("body", body), ("base", base)) if value is not None}
        # A push may take as long as an import.
        response = await self._call(
            "POST", f"/attempts/{attempt_id}/github/pr", json=given, timeout=TRANSFER_TIMEOUT
        )
        return decoded(response, shapes.PullRequestAnswer).pr

    # ── The dashboard ───────────────────────────────────────────────────────────────────────────────────────────────

    async def dashboard(self, preset: str = "last_7d") -> Overview:
        """What goes on in all projects, within a range: `last_24h`, `last_7d`, `last_30d`, `last_90d`, `all_time`."""
        return decoded(await self._call("GET", "/dashboard", params={"timeRangePreset": preset}), Overview)

    # ── Beneath ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def fetched(self, path: str, etag: str = "") -> Answer | None:
        """What an address holds, raw; None when it is still what `etag` names."""
        response = await self._answer("GET", path, headers={"If-None-Match": etag} if etag else {})
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return None
        return Answer(_checked(response).content, response.headers.get("etag", ""))

    @asynccontextmanager
    async def streamed(
        self, path: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[httpx.Response]:
        """An answer whose body is read as it comes."""
        try:
            async with self._http.stream(
                "GET", path, params=params, headers=headers, timeout=STREAM_TIMEOUT
            ) as response:
                if response.status_code != HTTPStatus.OK:
                    await response.aread()
                    _checked(response)
                    raise UnexpectedAnswer(f"{response.url} answered with status {response.status_code}")
                yield response
        except httpx.HTTPError as error:
            raise Unreachable(self.base_url, reason_of(error)) from error

    async def _create(self, path: str, new: msgspec.Struct) -> httpx.Response:
        headers = {"Prefer": "return=minimal", "Idempotency-Key": str(uuid.uuid4())}
        return await self._call("POST", path, json=msgspec.to_builtins(new), headers=headers)

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        return _checked(await self._answer(method, path, **options))

    async def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            try:
                return await self._http.request(method, path, **options)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                # A kept-alive connection that the server closed just now, or a server that restarts. Once more does no
                # harm where it cannot take effect twice.
                if method != "GET" and "Idempotency-Key" not in options.get("headers", {}):
                    raise
                return await self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Unreachable(self.base_url, reason_of(error)) from error


def _trust(url: str) -> ssl.SSLContext:
    """Whose certificates are believed: those that the system or httpx believes; for a plain address nobody's.

    Nothing is encrypted there, and reading all certificates would take a command longer than its call.
    """
    return httpx.create_ssl_context() if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _pieces(response: httpx.Response) -> AsyncGenerator[bytes]:
    async for piece in response.aiter_bytes():
        yield piece


def _checked(response: httpx.Response) -> httpx.Response:
    """The response, unless it is a refusal."""
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return response
    raise problem_of(response.status_code, response.content, response.headers.get("retry-after"))


def decoded(response: httpx.Response, kind: type[T]) -> T:
    """What an answer holds. Raises UnexpectedAnswer for one that is not of that kind."""
    try:
        return msgspec.json.decode(response.content, type=kind)
    except msgspec.DecodeError as error:
        raise UnexpectedAnswer(f"{response.url} gave an answer that cannot be read: {error}") from error


def _placed(response: httpx.Response) -> PlacedCard:
    return msgspec.structs.replace(decoded(response, PlacedCard), etag=response.headers.get("etag", ""))


def reason_of(error: httpx.HTTPError) -> str:
    """A short phrase for a failed exchange."""
    if isinstance(error, httpx.TimeoutException):
        return "nothing answered in time"
    causes = list(_causes(error))
    if isinstance(error, httpx.ConnectError):
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return "nobody listens there"
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return "there is no such host"
        return next(
            (str(cause) for cause in causes if isinstance(cause, OSError)), str(error) or "no connection"
        )
    return (
        "the connection broke"
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
        else str(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What an error came from, nearest first; of several at once (one per address tried) each."""
    seen: list[BaseException] = [error]
    while seen:
        one = seen.pop(0)
        yield one
        seen += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        seen += [cause for cause in (one.__cause__ or one.__context__,) if cause is not None]
