"""Asking for texts over HTTP: waited for, streamed, called off by hanging up; contract sections 10 and 15."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import msgspec
import pytest

from kanbanai.domain.enhancements import Enhancement, Suggestion
from kanbanai.domain.errors import Cancelled, Conflict, WritingFailed
from kanbanai.domain.ids import BoardId, CardId, ProjectId
from kanbanai.domain.writing import Choice, PullRequested, PullSummary, TicketDraft
from kanbanai.http import writing as module
from kanbanai.http.provide import Services
from kanbanai.ports import Writing
from kanbanai.usecases import enhancements
from tests.http.conftest import edge
from tests.http.serving import Connection, served
from tests.http.standins import OneWriter, Written
from tests.world import World

SUGGESTION = Suggestion("Better", "Text")
STREAMED = {"Accept": "text/event-stream"}


class Unwritten:
    """A `Writing` that goes on until it is called off; its first piece is there."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.begun = asyncio.Event()
        self.listened = asyncio.Event()

    async def pieces(self) -> AsyncGenerator[str]:
        self.listened.set()
        yield "# Bet"
        await self.over.wait()

    async def text(self) -> Suggestion:
        self.begun.set()
        await self.over.wait()
        raise Cancelled("The writing was called off before it was done")

    async def call_off(self) -> None:
        self.over.set()


class Broken(Written[Suggestion]):
    """A `Writing` that has failed."""

    async def text(self) -> Suggestion:
        raise WritingFailed("Claude Code is not installed")


class Desk(OneWriter):
    """Writers that give what a test lays out, and know what they were asked."""

    def __init__(self, world: World) -> None:
        super().__init__(world.store)
        self.laid_out: Writing[Suggestion] = Written(SUGGESTION, "# Better\n\nText")
        self.refusal: Exception | None = None
        self.asked: list[Any] = []
        self.called_off: list[CardId] = []

    async def ticket(self, project_id: ProjectId, draft: TicketDraft, choice: Choice) -> Writing[Suggestion]:  # type: ignore[override]  # what a test lays out, not only what is written
        self.asked.append((draft, choice))
        if self.refusal is not None:
            raise self.refusal
        return self.laid_out

    async def summary(
        self, project_id: ProjectId, asked: PullRequested, choice: Choice
    ) -> Written[PullSummary]:
        self.asked.append((asked, choice))
        if self.refusal is not None:
            raise self.refusal
        return await super().summary(project_id, asked, choice)

    async def call_off(self, project_id: ProjectId, card_id: CardId) -> None:
        self.called_off.append(card_id)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def services(services: Services, desk: Desk) -> Services:
    return msgspec.structs.replace(services, writers=desk)


@pytest.fixture
async def board(world: World) -> BoardId:
    return (await world.project()).board_id


@pytest.fixture
def path(board: BoardId) -> str:
    return f"/api/v1/projects/{board}/tickets/enhance"


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, by name and data."""
    found = []
    for frame in text.strip().split("\n\n"):
        if not frame.startswith(":"):
            event, data = frame.splitlines()
            found.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_ticket_is_waited_for(client: httpx.AsyncClient, desk: Desk, path: str) -> None:
    body = {
        "title": "x",
        "description": "y",
        "ticketType": " FIX ",
        "agent": "DEMO",
        "profileId": "apg-1",
        "images": [{"data": "aGVsbG8=", "mime": "image/png"}],
    }
    answer = await client.post(path, json=body)
    assert (answer.status_code, answer.json()) == (
        200,
        {"ticket": {"title": "Better", "description": "Text"}},
    )
    ((draft, choice),) = desk.asked
    assert (draft.title, draft.description, draft.ticket_type) == ("x", "y", "fix")
    assert draft.images[0].mime == "image/png"
    assert choice == Choice("DEMO", "apg-1")  # type: ignore[arg-type]

    desk.laid_out = Written(Suggestion("Better"), "# Better")
    assert (await client.post(path, json={"title": "x"})).json()["ticket"]["description"] == ""


async def test_a_ticket_can_be_followed_as_it_is_written(
    client: httpx.AsyncClient, desk: Desk, path: str
) -> None:
    answer = await client.post(path, json={"title": "x"}, headers=STREAMED)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert events(answer.text) == [
        ("text", {"text": "# Better\n\nText"}),
        ("result", {"ticket": {"title": "Better", "description": "Text"}}),
    ]
    desk.laid_out = Broken(SUGGESTION, "# B")
    failed = events((await client.post(path, json={"title": "x"}, headers=STREAMED)).text)
    assert [name for name, _ in failed] == ["text", "problem"]
    assert (failed[1][1]["status"], failed[1][1]["code"]) == (502, "writing_failed")


async def test_what_the_agent_fails_at_is_502_and_what_was_called_off_499(
    client: httpx.AsyncClient, desk: Desk, path: str
) -> None:
    desk.laid_out = Broken(SUGGESTION, "")
    failed = await client.post(path, json={"title": "x"})
    assert (failed.status_code, failed.json()["detail"]) == (502, "Claude Code is not installed")
    unwritten = Unwritten()
    unwritten.over.set()
    desk.laid_out = unwritten
    gone = await client.post(path, json={"title": "x"})
    assert gone.status_code == 499
    assert (gone.json()["title"], gone.json()["code"]) == ("Client Closed Request", "cancelled")


async def test_what_cannot_be_is_a_problem_also_for_who_wants_a_stream(
    client: httpx.AsyncClient, desk: Desk, path: str, board: BoardId
) -> None:
    for body in ({}, {"title": ""}, {"title": "x", "ticketType": "epic"}, {"title": 7}):
        answer = await client.post(path, json=body, headers=STREAMED)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    desk.refusal = Conflict("main has no commits that main has not")
    refused = await client.post(f"/api/v1/projects/{board}/pull-requests/summary", json={}, headers=STREAMED)
    assert (refused.status_code, refused.json()["detail"]) == (409, "main has no commits that main has not")


async def test_a_server_without_agents_says_so(
    client: httpx.AsyncClient, services: Services, path: str, world: World, board: BoardId
) -> None:
    without = edge(msgspec.structs.replace(services, writers=None))
    transport = httpx.ASGITransport(without)  # type: ignore[arg-type]
    card_id = await world.card(board)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000") as other:
        answer = await other.post(path, json={"title": "x"})
        assert (answer.status_code, answer.json()["detail"]) == (503, "This server runs no agents")
        own = f"/api/v1/projects/{board}/cards/{card_id}/enhancement"
        assert (await other.delete(own)).status_code == 200


async def test_a_pull_requests_text_is_drafted(client: httpx.AsyncClient, desk: Desk, board: BoardId) -> None:
    body = {"base": "main", "branch": "wc/1", "attemptId": "att-1", "cardId": "card-1", "agent": "DEMO"}
    path = f"/api/v1/projects/{board}/pull-requests/summary"
    answer = await client.post(path, json=body)
    assert answer.status_code == 200
    assert answer.json()["summary"].keys() == {"title", "body"}
    ((asked, choice),) = desk.asked
    assert msgspec.to_builtins(asked) == {
        "base": "main", "branch": "wc/1", "attempt_id": "att-1", "card_id": "card-1",
    }  # fmt: skip
    assert choice == Choice("DEMO")
    streamed = events((await client.post(path, json={}, headers=STREAMED)).text)
    assert [name for name, _ in streamed] == ["text", "result"]


async def test_a_card_is_rewritten_accepted_and_called_off(
    client: httpx.AsyncClient, world: World, desk: Desk, board: BoardId
) -> None:
    card_id = await world.card(board, "As it was")
    own = f"/api/v1/projects/{board}/cards/{card_id}"
    begun = await client.post(f"{own}/enhance", json={"agent": "DEMO"})
    assert (begun.status_code, begun.json()) == (202, {"ok": True})
    early = await client.post(f"{own}/enhancement/accept")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    await world.run(enhancements.finish, board, card_id, SUGGESTION)
    accepted = (await client.post(f"{own}/enhancement/accept")).json()["card"]
    assert (accepted["title"], accepted["description"], accepted["isEnhanced"]) == ("Better", "Text", True)

    await world.run(enhancements.begin, board, card_id)
    await world.run(enhancements.fail, board, card_id, "It broke")
    shown = (await client.get(f"/api/v1/projects/{board}/enhancements")).json()["enhancements"]
    assert shown == {card_id: {"status": "failed", "failure": "It broke"}}
    assert (await client.delete(f"{own}/enhancement")).status_code == 200
    assert desk.called_off == [card_id]
    assert await world.read(enhancements.of_project, board) == {}
    unknown = await client.delete(f"/api/v1/projects/{board}/cards/none/enhancement")
    assert unknown.status_code == 404
    assert Enhancement("ready") != Enhancement("failed")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_who_hangs_up_calls_it_off(services: Services, desk: Desk, path: str, accept: str) -> None:
    unwritten = Unwritten()
    desk.laid_out = unwritten
    statuses: list[int] = []
    app = edge(services, lambda _method, status, _seconds: statuses.append(status))
    body = b'{"title": "x"}'
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    async with served(app) as server, Connection.to(server.port) as connection:
        await connection.send(head.encode() + body)
        async with asyncio.timeout(10):
            if accept == "text/event-stream":
                await connection.sees(b"# Bet")
            else:
                await unwritten.begun.wait()
            assert not unwritten.over.is_set()
            connection.close()
            await unwritten.over.wait()
    assert statuses == ([200] if accept == "text/event-stream" else [499])


async def test_a_silent_stream_gives_signs_of_life(
    services: Services, desk: Desk, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIGN_OF_LIFE", 0.01)
    desk.laid_out = Unwritten()
    body = b'{"title": "x"}'
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    async with served(edge(services)) as server, Connection.to(server.port) as connection:
        await connection.send(head.encode() + body)
        await connection.sees(b": still at work\n\n")
