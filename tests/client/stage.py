"""Where a client is made to act: a server on 127.0.0.1 that says what the test tells it to, and a time that only passes
when the test lets it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kanbanai.client import BoardWatch, Health, KanbanClient, Rhythm, Update
from kanbanai.domain.ids import BoardId

BOARD = BoardId("11111111-1111-4111-8111-111111111111")
STEADY = Rhythm(jitter=0)
"""The rhythm without chance."""


class VirtualTime:
    """Sleepers wake in the order of their time, when `pass_` takes the clock there."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._sleepers: list[tuple[float, float, asyncio.Future[None]]] = []
        self._lay_down = asyncio.Event()

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        sleeper = (self._now + seconds, seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        self._lay_down.set()
        try:
            await sleeper[2]
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    async def someone_sleeps(self, seconds: float) -> None:
        """Waits until somebody sleeps for so long."""
        while not any(abs(asked - seconds) < 1e-6 for _, asked, _ in self._sleepers):
            self._lay_down.clear()
            await asyncio.wait_for(self._lay_down.wait(), 10)

    async def pass_(self, seconds: float) -> None:
        """Lets time pass; everybody whose time has come gets to run before it passes on."""
        goal = self._now + seconds
        while due := sorted((one for one in self._sleepers if one[0] <= goal), key=lambda one: one[0]):
            self._now = max(self._now, due[0][0])
            self._sleepers.remove(due[0])
            due[0][2].set_result(None)
            for _ in range(5):  # turns of the loop; enough for a sleeper to go on and to lie down again
                await asyncio.sleep(0)
        self._now = goal


class Request:
    """What a client asked."""

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self.method = method
        self.path = urlsplit(target).path
        self.query = dict(parse_qsl(urlsplit(target).query))
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Stream:
    """One connection that a client opened to /sse, to be answered by the test."""

    def __init__(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._reader = reader
        self._writer = writer
        self.finished = asyncio.Event()

    async def refuse(self, status: int, body: object, **headers: str) -> None:
        self._writer.write(answer(status, json.dumps(body).encode(), headers))
        await self.end()

    async def open(self, kind: str = "text/event-stream", **headers: str) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n"
        head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        await self.write(head.encode() + b"\r\n")

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def tell(self, event: str, body: object, cursor: str = "") -> None:
        await self.write(frame(event, body, cursor))

    async def end(self) -> None:
        """A clean end."""
        self._writer.close()
        self.finished.set()

    async def break_off(self) -> None:
        """What a killed server's system sends."""
        self._writer.transport.abort()
        self.finished.set()

    async def left(self) -> None:
        """Waits until the client has closed its side."""
        await asyncio.wait_for(self._reader.read(), 10)


def frame(event: str, body: object, cursor: str = "") -> bytes:
    head = f"id: {cursor}\n" if cursor else ""
    return f"{head}event: {event}\ndata: {json.dumps(body)}\n\n".encode()


def answer(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Length": str(len(body)), "Connection": "close"} | given
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


Plain = Callable[[Request], tuple[int, object, dict[str, str]]]


class FakeServer:
    """Answers /sse as the test says (`await server.stream()`), everything else from `plain`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.plain: dict[tuple[str, str], Plain] = {}
        self.port = 0
        self._arrived: asyncio.Queue[Stream] = asyncio.Queue()
        self._streams: list[Stream] = []
        self._asked = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """From now on nobody listens there."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def ended(self) -> None:
        """Down, and every connection closed."""
        await self.down()
        for stream in self._streams:
            await stream.break_off()
        await asyncio.gather(*self._tasks)

    def says(
        self, path: str, body: object, *, method: str = "GET", status: int = 200, **headers: str
    ) -> None:
        """What a plain request for a path below /api/v1 is answered with."""
        self.plain[method, f"/api/v1{path}"] = lambda _request: (status, body, headers)

    async def stream(self) -> Stream:
        """The next connection to /sse."""
        return await asyncio.wait_for(self._arrived.get(), 10)

    async def asked(self, count: int, path: str) -> list[Request]:
        """Waits until a path below /api/v1 was asked for so often."""
        while len(found := [one for one in self.requests if one.path == f"/api/v1{path}"]) < count:
            self._asked.clear()
            await asyncio.wait_for(self._asked.wait(), 10)
        return found

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await _body(reader, headers)
        request = Request(method, target, headers, body)
        self.requests.append(request)
        self._asked.set()
        if request.path == "/api/v1/sse":
            stream = Stream(request, reader, writer)
            self._streams.append(stream)
            self._arrived.put_nowait(stream)
            await stream.finished.wait()
            return
        plain = self.plain.get((method, request.path))
        status, found, extra = plain(request) if plain else (404, {"detail": f"no {request.path}"}, {})
        raw = found if isinstance(found, bytes) else json.dumps(found).encode()
        writer.write(answer(status, raw, extra))
        writer.close()


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body
    return await reader.readexactly(int(headers.get("content-length", 0)))


class Scene:
    """A client that watches a board of the fake server."""

    def __init__(self, server: FakeServer, time: VirtualTime, watch: BoardWatch) -> None:
        self.server = server
        self.time = time
        self.watch = watch

    async def next(self) -> Update | Health:
        return await asyncio.wait_for(anext(self.watch), 10)

    async def health(self) -> Health:
        """The next word on the connection; updates before it are passed over."""
        while not isinstance(news := await self.next(), Health):
            pass
        return news

    async def update(self, name: str = "") -> Update:
        """The next update (of that name)."""
        while not isinstance(news := await self.next(), Update) or (name and news.name != name):
            pass
        return news

    async def greeted(self, stream: Stream, outcome: str = "snapshot", cursor: str = "e-1") -> None:
        """The stream opens and says hello; passed over by the test."""
        await stream.open()
        await stream.tell("hello", {"serverTime": "x", "outcome": outcome, "cursor": cursor})
        await self.update("hello")

    async def connected(self, state: object, cursor: str = "e-1") -> Stream:
        """The next connection, as far as the board's state."""
        stream = await self.server.stream()
        await self.greeted(stream, cursor=cursor)
        await stream.tell("state", state, cursor)
        await self.update("state")
        return stream

    async def lost(self, stream: Stream) -> Health:
        """The connection breaks; answers with the wait that follows."""
        await stream.break_off()
        return await self.health()

    async def wait_over(self, health: Health) -> None:
        """Lets the announced wait pass."""
        assert health.next_in is not None
        await self.time.someone_sleeps(health.next_in)
        await self.time.pass_(health.next_in)


@asynccontextmanager
async def scene(rhythm: Rhythm = STEADY, attempts: str = "all") -> AsyncGenerator[Scene]:
    server, time = FakeServer(), VirtualTime()
    await server.up()
    try:
        async with (
            KanbanClient(server.url) as client,
            client.watch_board(BOARD, attempts=attempts, rhythm=rhythm, time=time) as watch,
        ):
            yield Scene(server, time, watch)
    finally:
        await server.ended()


def card(name: str, title: str = "", **fields: object) -> dict[str, object]:
    stamp = "2026-11-23T18:42:00.000Z"
    return {
        "id": name,
        "ticketKey": f"WC-{name.rpartition('-')[2]}",
        "disableAutoCloseOnPRMerge": False,
        "disableAutoCloseOnIssueClose": False,
        "ticketType": None,
        "isEnhanced": False,
        "title": title or f"Card {name}",
        "createdAt": stamp,
        "updatedAt": stamp,
    } | fields


def board(todo: list[str], done: list[str] | None = None) -> dict[str, object]:
    """A board's state with two columns, `col-1` and `col-2`."""
    return {
        "columns": {
            "col-1": {"id": "col-1", "title": "Backlog", "cardIds": todo, "key": "backlog"},
            "col-2": {"id": "col-2", "title": "Done", "cardIds": done or [], "key": "done"},
        },
        "columnOrder": ["col-1", "col-2"],
        "cards": {name: card(name) for name in [*todo, *(done or [])]},
    }
