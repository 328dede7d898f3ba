"""Clients that people really use, each following a board in its own way; what it is told is checked by a `Board`.

curl and httpx-sse leave it to their user to come back: here that is `may_return`, and the last id goes into a header.
The two EventSources come back by themselves.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from abc import ABC, abstractmethod
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import httpx
import httpx_sse
import pytest
from playwright.async_api import Error, Page, async_playwright

from tests.system.bell import Bell
from tests.system.board import Board, Frame, FrameReader
from tests.system.server import TIMEOUT

HERE = Path(__file__).parent
NAMES = ("hello", "state", "state_patch", "attempt_status", "heartbeat", "bye")
"""An EventSource hears of the events that it was told the names of."""
CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
"""No window, and no word to anybody but the server under test. Without its sandbox it runs for root, too."""
End = Literal["clean", "cut", "unknown"]


class Follower(ABC):
    """Follows one board. `ends` tells how each connection ended, as far as the client can see that."""

    needs: ClassVar[str | None] = None
    """The program without which it cannot run."""
    accepts: ClassVar[str | None] = None
    """The content coding that it asks for."""
    returns_by_itself: ClassVar[bool] = False

    def __init__(self) -> None:
        self.board = Board()
        self.ends: list[End] = []
        self.is_refused = False
        """The server said no, and the client has given up."""
        self.encoding: str | None = None
        """The content coding of the last answer."""
        self.may_return = asyncio.Event()
        self._bell = Bell()

    @asynccontextmanager
    async def following(self, address: str) -> AsyncGenerator[Self]:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self._follow(address))
            yield self
            task.cancel()

    async def until(self, is_met: Callable[[Self], bool]) -> None:
        """Waits until the client has been told what makes it so."""
        try:
            await self._bell.until(lambda: is_met(self))
        except TimeoutError:
            told = [(frame.event, frame.id) for frame in self.board.frames[-5:]]
            message = f"it never came; outcomes {self.board.outcomes}, ends {self.ends}, last {told}"
            raise AssertionError(message) from None

    @abstractmethod
    async def _follow(self, address: str) -> None:
        """Follows until cancelled."""

    def _take(self, frame: Frame) -> None:
        self.board.take(frame)
        self._bell.ring()

    def _ended(self, how: End) -> None:
        self.ends.append(how)
        self.board.connected()
        self._bell.ring()

    async def _return(self) -> None:
        await self.may_return.wait()
        self.may_return.clear()

    def _hear(self, news: Any) -> None:
        """What the two EventSources say of themselves."""
        if news["type"] == "frame":
            self._take(Frame(news["event"], news["id"], news["data"]))
        elif news["type"] == "answer":
            self.encoding = news["encoding"]
        else:
            self.is_refused = news["isClosed"]
            self._ended("unknown")


class Curl(Follower):
    """`curl --no-buffer`."""

    needs: ClassVar[str | None] = "curl"
    options: ClassVar[tuple[str, ...]] = ()

    async def _follow(self, address: str) -> None:
        while True:
            cursor = ["--header", f"Last-Event-ID: {self.board.cursor}"] if self.board.cursor else []
            process = await asyncio.create_subprocess_exec(
                "curl", "--silent", "--no-buffer", "--write-out", "%{stderr}%header{content-encoding}",
                *self.options, *cursor, address, stdout=PIPE, stderr=PIPE,
            )  # fmt: skip
            try:
                await self._read(process.stdout)
                assert process.stderr is not None
                self.encoding = (await process.stderr.read()).decode() or None
                # 18: "a file transfer was shorter than expected"; 56: the connection was reset.
                self._ended({0: "clean", 18: "cut", 56: "cut"}[await process.wait()])  # type: ignore[arg-type]
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            await self._return()

    async def _read(self, stdout: asyncio.StreamReader | None) -> None:
        assert stdout is not None
        frames = FrameReader()
        while data := await stdout.read(1 << 16):
            for frame in frames.feed(data):
                self._take(frame)


class CompressedCurl(Curl):
    """The same, with compression."""

    accepts: ClassVar[str | None] = "gzip"
    options: ClassVar[tuple[str, ...]] = ("--compressed",)


class Httpx(Follower):
    """httpx with httpx-sse."""

    async def _follow(self, address: str) -> None:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            while True:
                headers = {"Accept-Encoding": self.accepts or "identity"}
                if self.board.cursor:
                    headers["Last-Event-ID"] = self.board.cursor
                try:
                    async with httpx_sse.aconnect_sse(client, "GET", address, headers=headers) as source:
                        self.encoding = source.response.headers.get("content-encoding")
                        async for sse in source.aiter_sse():
                            self._take(Frame(sse.event, sse.id, sse.data))
                    self._ended("clean")
                except (httpx.RemoteProtocolError, httpx.ReadError):
                    self._ended("cut")
                await self._return()


class CompressedHttpx(Httpx):
    """The same, with compression."""

    accepts: ClassVar[str | None] = "gzip"


class Node(Follower):
    """npm's `eventsource` under Node."""

    needs: ClassVar[str | None] = "node"
    accepts: ClassVar[str | None] = "gzip"
    returns_by_itself: ClassVar[bool] = True

    async def _follow(self, address: str) -> None:
        process = await asyncio.create_subprocess_exec(
            "node", HERE / "follow.mjs", address, *NAMES, stdin=PIPE, stdout=PIPE, limit=1 << 24
        )
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                self._hear(json.loads(line))
            raise AssertionError(f"node ended by itself: {await process.wait()}")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


class Installed(Follower):
    """A program of an environment that our wheel was installed into; it says a line of JSON for all that it is told."""

    returns_by_itself: ClassVar[bool] = True

    def __init__(self, programs: Path) -> None:
        super().__init__()
        self._programs = programs
        self._process: Process

    async def _follow(self, address: str) -> None:
        url = httpx.URL(address)
        command = self._command(f"{url.scheme}://{url.netloc.decode()}", url.params["boardId"])
        self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 24)
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                self._say(json.loads(line))
            assert await self._process.wait() == 0
        finally:
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

    @abstractmethod
    def _command(self, server: str, board_id: str) -> list[str | Path]:
        """What to run."""

    def _say(self, line: Any) -> None:
        if line["event"] != "health":
            self._take(Frame(line["event"], line["id"] or "", json.dumps(line["data"])))
        elif line["data"]["phase"] == "reconnecting" and "next_in" in line["data"]:
            self._ended("unknown")


class Tail(Installed):
    """`kanbanai watch`."""

    def _command(self, server: str, board_id: str) -> list[str | Path]:
        return [self._programs / "kanbanai", "watch", board_id, "--json", "--server", server]


class Client(Installed):
    """A program of a user's that stands on `kanbanai.client` (follow.py)."""

    own: Any = None

    def _command(self, server: str, board_id: str) -> list[str | Path]:
        return [self._programs / "python", HERE / "follow.py", server, board_id]

    def _say(self, line: Any) -> None:
        if line["event"] == "end":
            self.own = line["data"]
            self._bell.ring()
        else:
            super()._say(line)

    async def own_state(self) -> Any:
        """Ends the program; answers with the board as the client's own view had it last."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self.until(lambda _: self.own is not None)
        return self.own


class Chromium(Follower):
    """Chromium's own EventSource, in a page of the server's origin that draws the board (viewer.html)."""

    needs: ClassVar[str | None] = "chromium"
    accepts: ClassVar[str | None] = "gzip"
    returns_by_itself: ClassVar[bool] = True
    page: Page

    async def _follow(self, address: str) -> None:
        origin, _, query = address.partition("/api/v1/sse?")
        async with page_at(f"{origin}/api/v1/healthz") as self.page:
            self.page.on("response", lambda answer: self._answered(answer.headers))
            await self.page.expose_function("tell", self._hear)
            await self.page.set_content((HERE / "viewer.html").read_text(encoding="utf-8"))
            await self.page.evaluate("([query, names]) => follow(query, names)", [query, NAMES])
            await asyncio.get_running_loop().create_future()

    def _answered(self, headers: dict[str, str]) -> None:
        if headers.get("content-type") == "text/event-stream":
            self.encoding = headers.get("content-encoding")


@asynccontextmanager
async def page_at(address: str, *options: str) -> AsyncGenerator[Page]:
    """A page of a browser of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*CHROMIUM, *options]
        )
        page = await browser.new_page()
        errors: list[Error] = []

        def failed(
            error: Error,
        ) -> None:  # Playwright keeps a mark on its listeners, which `append` does not bear
            errors.append(error)

        page.on("pageerror", failed)
        try:
            await page.goto(address)
            yield page
        finally:
            await browser.close()
            assert errors == []


FOLLOWERS: tuple[type[Follower], ...] = (Curl, CompressedCurl, Httpx, CompressedHttpx, Node, Chromium)


def require(follower: type[Follower]) -> None:
    """Skips the test where the client is not there."""
    if follower.needs is not None and shutil.which(follower.needs) is None:
        pytest.skip(f"there is no {follower.needs}")
    if follower is Node and not (HERE / "node_modules" / "eventsource").is_dir():
        pytest.skip("npm's eventsource is not installed; `make test` does it where there is npm")
