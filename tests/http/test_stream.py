"""`GET /sse` on the whole application: who gets a stream, which one, and the walk over plain ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from kanbanai.domain.channels import board_channel
from kanbanai.domain.cursors import Cursor
from kanbanai.domain.errors import Invalid
from kanbanai.http.provide import Services
from kanbanai.http.routes.stream import channel_of, cursor_of, variant_of
from kanbanai.realtime import subscriber
from kanbanai.realtime.reasons import GONE
from tests.http.conftest import edge
from tests.http.serving import until
from tests.realtime.stage import Reader, frames_in, unzipped
from tests.world import World

pytestmark = pytest.mark.anyio
SSE = "/api/v1/sse"


class Asgi:
    """A server without the extension: takes what the application sends, as fast as the test lets it."""

    def __init__(self, app: Any, target: str, headers: dict[str, str]) -> None:
        path, _, query = target.partition("?")
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1:3000")]
            + [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 3000),
            "state": {},
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.is_over = False
        self.reads = asyncio.Event()
        self.reads.set()
        self._gone = asyncio.Event()
        self._asked = False
        self.task = asyncio.ensure_future(app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        self.body += message.get("body", b"")
        self.is_over = not message.get("more_body", False)

    def leave(self) -> None:
        self._gone.set()


@pytest.fixture
def told_world(world: World, services: Services) -> World:
    """The world, whose commits the hub hears of."""
    world.store._shared.on_commit = services.hub.hear
    return world


@asynccontextmanager
async def stream(services: Services, target: str, **headers: str) -> AsyncGenerator[Asgi]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = Asgi(edge(services), target, names)
    try:
        yield connection
    finally:
        connection.leave()
        connection.reads.set()
        await asyncio.wait_for(connection.task, 10)


def hello(connection: Asgi) -> Any:
    return frames_in(bytes(connection.body))[0].body


def is_live(services: Services) -> bool:
    return services.hub.statistics().subscribers["live"] == 1


async def test_an_unknown_board_is_a_problem_not_a_stream(client: httpx.AsyncClient) -> None:
    answer = await client.get(SSE, params={"boardId": "nowhere"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "Board not found"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("boardId=a&projectId=b", "projectId"),
        ("view=whole", "view"),
        ("attempts=,", "attempts"),
        ("attempts=" + ",".join(f"att-{number}" for number in range(51)), "attempts"),
        ("attempts=" + "x" * 101, "attempts"),
    ],
)
async def test_what_a_stream_cannot_be_asked_for_is_a_problem_that_names_the_field(
    client: httpx.AsyncClient, query: str, field: str
) -> None:
    answer = await client.get(f"{SSE}?{query}")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_head_answers_with_the_head_of_the_stream(client: httpx.AsyncClient, world: World) -> None:
    project = await world.project()
    answer = await client.head(SSE, params={"boardId": project.id})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.content == b""
    assert (await client.head(SSE, params={"boardId": "nowhere"})).status_code == 404


async def test_rt6_a_board_is_told_from_its_snapshot_on(told_world: World, services: Services) -> None:
    project = await told_world.project()
    await told_world.card(project.id)
    async with stream(services, f"{SSE}?boardId={project.id}&view=patch") as connection:
        await until(lambda: is_live(services))
        assert connection.status == 200
        assert connection.headers["content-type"] == "text/event-stream"
        await told_world.card(project.id, "Another")
        await until(lambda: b"state_patch" in connection.body)
        reader = Reader().read(bytes(connection.body))
        assert [card["title"] for card in reader.state["cards"].values()] == ["A card", "Another"]
        assert reader.hello["outcome"] == "snapshot"


@pytest.mark.parametrize(
    "address", ["/api/v1/sse?projectId={}", "/api/sse?boardId={}", "/api/v1/sse?boardId={}"]
)
async def test_a_board_has_two_names_and_the_stream_two_addresses(
    world: World, services: Services, address: str
) -> None:
    project = await world.project()
    async with stream(services, address.format(project.id)) as connection:
        await until(lambda: is_live(services))
        names = [frame.event for frame in frames_in(bytes(connection.body))]
        assert names == ["hello", "state"]


async def test_rt16_without_a_board_it_is_the_dashboard(world: World, services: Services) -> None:
    await world.project()
    async with stream(services, SSE) as connection:
        await until(lambda: b"dashboard_overview" in connection.body)
        assert frames_in(bytes(connection.body))[0].event == "hello"


async def test_rt5_last_event_id_resumes_and_the_header_wins(told_world: World, services: Services) -> None:
    project = await told_world.project()
    epoch = told_world.store.epoch
    async with stream(services, f"{SSE}?boardId={project.id}&view=patch") as connection:
        await until(lambda: is_live(services))
        cursor = Reader().read(bytes(connection.body)).cursor
        await told_world.card(project.id)
        target = f"{SSE}?boardId={project.id}&view=patch&lastEventId={epoch}-999"
        async with stream(services, target, last_event_id=str(cursor)) as again:
            await until(lambda: b"state_patch" in again.body)
            assert hello(again)["outcome"] == "resumed"
        async with stream(services, target) as other:
            await until(lambda: b"event: state\n" in other.body)
            assert hello(other)["outcome"] == "epoch"


async def test_rt12_gzip_over_plain_asgi(told_world: World, services: Services) -> None:
    project = await told_world.project()
    async with stream(services, f"{SSE}?boardId={project.id}", accept_encoding="gzip") as connection:
        await until(lambda: is_live(services))
        assert connection.headers["content-encoding"] == "gzip"
        await told_world.card(project.id)
        services.hub.end(board_channel(project.id), GONE)
        await until(lambda: connection.is_over)
        reader = Reader().read(unzipped(bytes(connection.body), is_whole=True))
        assert reader.events[-1].body == {"reason": "gone", "reconnect": False}


async def test_rt9_over_plain_asgi_a_slow_reader_is_paused_and_told_all_later(
    told_world: World, services: Services
) -> None:
    project = await told_world.project()
    async with stream(services, f"{SSE}?boardId={project.id}&view=patch") as connection:
        await until(lambda: is_live(services))
        connection.reads.clear()
        for number in range(12):
            await told_world.card(project.id, f"Card {number}", description="x" * 20_000)
        await until(lambda: services.hub.statistics().subscribers["paused"] == 1)
        connection.reads.set()
        await until(lambda: b'"Card 11"' in connection.body and connection.body.endswith(b"\n\n"))
        reader = Reader().read(bytes(connection.body))
        assert len(reader.state["cards"]) == 12


async def test_a_reader_that_leaves_is_let_go(world: World, services: Services) -> None:
    project = await world.project()
    async with stream(services, f"{SSE}?boardId={project.id}") as connection:
        await until(lambda: is_live(services))
        connection.leave()
        await asyncio.wait_for(connection.task, 10)
        assert not is_live(services)


async def test_rt9_one_who_reads_nothing_at_all_is_given_up(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "STUCK_AFTER", 0.05)
    project = await world.project()
    async with stream(services, f"{SSE}?boardId={project.id}") as connection:
        connection.reads.clear()
        await asyncio.wait_for(connection.task, 10)
        assert services.hub.statistics().ended["slow"] == 1
        assert connection.status == 0


def test_what_a_request_names() -> None:
    assert channel_of(None, None) == channel_of("", "") == "dashboard"
    assert channel_of("a", None) == channel_of(None, "a") == channel_of("a", "a") == "board:a"
    assert variant_of(None, None) == ("state", "all")
    assert variant_of("patch", "att-1,att-2,") == ("patch", frozenset({"att-1", "att-2"}))
    assert variant_of("state", "none").attempts == "none"
    assert cursor_of(" e-1 ", "e-2") == Cursor("e", 1)
    assert cursor_of(None, "e-2") == cursor_of("", "e-2") == Cursor("e", 2)
    assert cursor_of("e-x", "e-2") is None
    with pytest.raises(Invalid):
        variant_of("STATE", None)
