"""The server under streams: connections that are taken over, readers that stall, a shutdown, and ordinary requests."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
import weakref
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import parse_qs

import pytest

from kanbanai.domain.cursors import Cursor
from kanbanai.http import sse
from kanbanai.http.connections import BROKEN, StreamingProtocol, write_together
from kanbanai.http.server import listening_socket, raise_file_limit
from kanbanai.http.stream import StreamHead, Walk
from tests.http.serving import Connection, Served, served, until
from tests.realtime.stage import (
    Reader,
    Stage,
    card,
    column,
    frames_in,
    unchunked,
    unzipped,
)

pytestmark = pytest.mark.anyio


class App:
    """The least application: /sse is the board's stream, everything else says its path."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests += 1
        if scope["path"] != "/sse":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok", "more_body": False})
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        coding = sse.coding_for(headers.get("accept-encoding", ""))
        if scope["method"] == "HEAD":
            await StreamHead(coding).to_asgi_response()(scope, receive, send)
            return
        cursor = headers.get("last-event-id")
        joining = await self.stage.open(
            view=query.get("view", "patch"),
            coding=coding,
            cursor=str(Cursor.parse(cursor)) if cursor else None,
        )
        await Walk(joining)(scope, receive, send)


class Live(Served):
    """A server with a stage behind it."""

    stage: Stage
    app: App


@pytest.fixture
async def live() -> AsyncGenerator[Live]:
    async with Stage.opened() as stage:
        stage.commit(column("todo"), column("done", 1), card("card-1"))
        app = App(stage)
        async with served(app, on_drain=lambda: stage.hub.drain(0.05)) as running:
            server = Live(running.server, running.port, running.running)
            server.stage, server.app = stage, app
            yield server


def live_readers(stage: Stage) -> int:
    return stage.hub.statistics().subscribers["live"]


async def test_a_stream_over_http_1_1_has_the_head_that_keeps_proxies_from_buffering(live: Live) -> None:
    async with Connection.to(live.port) as client:
        head = (await client.get("/sse")).lower()
    assert head.startswith(b"http/1.1 200")
    for line in (
        b"content-type: text/event-stream",
        b"cache-control: no-cache, no-transform",
        b"x-accel-buffering: no",
        b"connection: keep-alive",
        b"transfer-encoding: chunked",
        b"date: ",
    ):
        assert b"\r\n" + line in head
    assert b"server:" not in head


async def test_a_taken_over_connection_is_told_what_happens_in_chunks(live: Live) -> None:
    async with Connection.to(live.port) as client:
        await client.get("/sse")
        await until(lambda: live_readers(live.stage) == 1)
        live.stage.commit(card("card-2"))
        await client.until(
            lambda: b"state_patch" in client.received and client.received.endswith(b"\n\n\r\n")
        )
        assert Reader().read(unchunked(bytes(client.received))).state == live.stage.state


REQUEST_TYPES = {"StreamingProtocol", "RequestResponseCycle", "Walk", "Joining", "Handover"}


def of_requests() -> set[int]:
    """What belongs to requests and is still in memory."""
    gc.collect()
    return {id(one) for one in gc.get_objects() if type(one).__name__ in REQUEST_TYPES}


@pytest.mark.slow
async def test_nothing_of_the_request_remains_once_its_connection_is_taken_over(live: Live) -> None:
    before = of_requests()
    async with Connection.to(live.port) as client:
        await client.get("/sse")
        await until(lambda: live_readers(live.stage) == 1)
        await until(lambda: not live.server.server_state.tasks)
        await until(lambda: of_requests() <= before)


async def test_a_reader_that_leaves_is_noticed(live: Live) -> None:
    async with Connection.to(live.port) as client:
        await client.get("/sse")
        await until(lambda: live_readers(live.stage) == 1)
    await until(lambda: live_readers(live.stage) == 0)
    assert live.stage.hub.statistics().disconnected == 1
    assert not live.server.server_state.connections


async def test_a_reader_that_leaves_before_it_was_told_anything_is_no_error(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    live.stage.log.gate.clear()
    async with Connection.to(live.port) as client:
        await client.send(b"GET /sse HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: live.app.requests == 1)
    await until(lambda: not live.server.server_state.connections)
    live.stage.log.gate.set()
    await until(lambda: not live.server.server_state.tasks)
    assert caplog.records == []


async def test_what_a_reader_sends_on_its_stream_is_ignored(live: Live) -> None:
    async with Connection.to(live.port) as client:
        await client.get("/sse")
        await until(lambda: live_readers(live.stage) == 1)
        await client.send(b"GET /other HTTP/1.1\r\nHost: x\r\n\r\n")
        live.stage.commit(card("card-2"))
        await client.sees(b"state_patch")
        assert live.app.requests == 1


async def test_a_request_sent_right_behind_leaves_the_stream_with_asgi(live: Live) -> None:
    async with Connection.to(live.port) as client:
        request = "GET {} HTTP/1.1\r\nHost: x\r\n\r\n"
        await client.send((request.format("/sse") + request.format("/other")).encode())
        await client.answer()
        await until(lambda: live_readers(live.stage) == 1)
        live.stage.commit(card("card-2"))
        await client.sees(b"state_patch")
        assert Reader().read(unchunked(bytes(client.received))).state == live.stage.state


async def test_http_1_0_gets_the_stream_without_chunks_and_its_end_by_closing(live: Live) -> None:
    async with Connection.to(live.port) as client:
        head = (await client.get("/sse", version="1.0")).lower()
        assert b"chunked" not in head
        assert b"connection: close" in head
        await until(lambda: live_readers(live.stage) == 1)
        live.stage.commit(card("card-2"))
        await client.sees(b"state_patch")
        await live.stage.hub.drain(0)
        frames = frames_in(await client.to_the_end())
        assert [frame.event for frame in frames] == ["hello", "state", "state_patch", "bye"]


async def test_head_answers_with_the_head_alone(live: Live) -> None:
    async with Connection.to(live.port) as client:
        head = (await client.get("/sse", method="HEAD")).lower()
        assert b"content-type: text/event-stream" in head
        assert b"ok" in (await client.get("/other"), bytes(client.received))[1]
        assert client.received == b"ok"


async def test_rt12_a_gzip_stream_is_one_stream_with_a_proper_end(live: Live) -> None:
    async with Connection.to(live.port) as client:
        head = await client.get("/sse", "Accept-Encoding: gzip, deflate")
        assert b"content-encoding: gzip" in head.lower()
        await until(lambda: live_readers(live.stage) == 1)
        for number in range(5):
            size = len(client.received)
            live.stage.commit(card(f"card-{number + 2}"))
            await client.until(lambda size=size: len(client.received) > size)  # type: ignore[misc]
        await live.stage.hub.drain(0)
        body = unchunked(await client.to_the_end(), is_whole=True)
        reader = Reader().read(unzipped(body, is_whole=True))
        assert reader.state == live.stage.state
        assert reader.events[-1].body == {"reason": "shutdown", "reconnect": True}


async def test_rt9_a_reader_that_stops_reading_holds_nobody_up_and_misses_nothing(live: Live) -> None:
    async with (
        Connection.to(live.port, buffer=4096) as stalled,
        Connection.to(live.port) as other,
    ):
        await stalled.get("/sse")
        await other.get("/sse")
        await until(lambda: live_readers(live.stage) == 2)
        number = 1
        while live.stage.hub.statistics().subscribers["paused"] == 0:
            number += 1
            live.stage.commit(card(f"card-{number}", title="x" * 100_000))
            await other.sees(b'"/cards/card-%d"' % number)
            assert number < 500
        for _ in range(10):
            number += 1
            live.stage.commit(card(f"card-{number}"))
            await other.sees(b'"/cards/card-%d"' % number)
        (slow,) = [one for one in live.stage.hub._channels.popitem()[1].subscribers if one.is_paused]
        assert slow.carrier is not None
        assert slow.carrier.waiting() <= 200_000, "it holds more than the batch that filled it"
        last = f'"/cards/card-{number}"'.encode()
        await stalled.until(lambda: last in stalled.received and stalled.received.endswith(b"\n\n\r\n"))
        assert Reader().read(unchunked(bytes(stalled.received))).state == live.stage.state


async def test_rt13_sigterm_ends_streams_with_a_word_and_finishes_the_requests(live: Live) -> None:
    async with Connection.to(live.port) as client:
        await client.get("/sse")
        await until(lambda: live_readers(live.stage) == 1)
        os.kill(os.getpid(), signal.SIGTERM)
        frames = frames_in(unchunked(await client.to_the_end(), is_whole=True))
        assert (frames[-1].event, frames[-1].body) == ("bye", {"reason": "shutdown", "reconnect": True})
        await asyncio.wait_for(live.running, 5)


async def test_rt13_a_stream_that_nobody_reads_does_not_keep_the_server_from_ending(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kanbanai.realtime.subscriber.FAREWELL_TIME", 0.2)
    live.stage.commit(*(card(f"big-{number}", title="x" * 200_000) for number in range(30)))
    async with Connection.to(live.port, buffer=4096) as client:
        await client.get("/sse")
        await until(lambda: live.stage.hub.statistics().subscribers["prologue"] == 1)
        live.server.stop()
        await asyncio.wait_for(live.running, 5)


async def test_connections_are_kept_for_further_requests_and_dated(live: Live) -> None:
    async with Connection.to(live.port) as client:
        for _ in range(3):
            assert b"\r\ndate: " in (await client.get("/other")).lower()
            await client.until(lambda: client.received == b"ok")
            client.received.clear()


@pytest.mark.slow
async def test_a_connection_that_is_gone_leaves_no_circle_behind(live: Live) -> None:
    async with Connection.to(live.port) as client:
        await client.get("/other")
        (connection,) = live.server.server_state.connections
        assert isinstance(connection, StreamingProtocol)
        gone = weakref.ref(connection)
        del connection
    await until(lambda: not live.server.server_state.connections)
    await until(lambda: gone() is None or bool(gc.collect()))
    assert gone() is None


def test_an_address_that_is_taken_is_an_error() -> None:
    with listening_socket("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listening_socket("127.0.0.1", first.getsockname()[1])


def test_the_limit_of_open_files_is_raised_as_far_as_allowed() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_writing_to_many_goes_on_past_those_that_are_full_or_broken() -> None:
    pairs = [socket.socketpair() for _ in range(5)]
    try:
        for near, _ in pairs:
            near.setblocking(False)
        full, broken = pairs[1][0], pairs[3][0]
        with contextlib.suppress(BlockingIOError):
            while True:
                full.send(b"x" * 65536)
        pairs[3][1].close()
        left = write_together([near.send for near, _ in pairs], b"news")
        assert left == [(1, 0), (3, BROKEN)]
        assert [pairs[place][1].recv(100) for place in (0, 2, 4)] == [b"news"] * 3
        assert broken.fileno() >= 0, "the connection's own end is its transport's affair"
    finally:
        for pair in pairs:
            for one in pair:
                one.close()
