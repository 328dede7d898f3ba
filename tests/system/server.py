"""The real program in a process of its own: started, killed, ended, started again on the same data."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil

from tests.system.board import FrameReader, seq_of

PROGRAM = Path(sys.executable).with_name("kanbanai")
"""What `pip install` puts on the path."""
TIMEOUT = 30
"""Seconds a test waits for what it wants to see. A busy machine of two cores needs a few; only a failure needs all."""
MB = 1024 * 1024


class Server:
    """`kanbanai serve`, with a home and a data folder of its own.

    `up` is set while it runs. All that it ever writes to stderr is in `log`: nothing, if all is well.
    """

    def __init__(
        self,
        folder: Path,
        *,
        program: Path = PROGRAM,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.data = folder / "data"
        self.log = folder / "stderr"
        self.log.touch()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.up = asyncio.Event()
        self.environment = environment_of(self.home) | dict(environment or {})
        self._command = [
            str(program),
            "serve",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.data),
            *options,
        ]
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        assert self._process is not None, "the server was never started"
        return self._process

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def memory(self) -> int:
        """Bytes that the process has in memory now (RSS)."""
        resident: int = psutil.Process(self.process.pid).memory_info().rss
        return resident

    def errors(self) -> str:
        """All that it wrote to stderr."""
        return self.log.read_text(encoding="utf-8")

    def client(self) -> httpx.AsyncClient:
        """A client of the API, to be closed by whoever asks for it. No proxy of the environment comes between."""
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", trust_env=False, timeout=TIMEOUT)

    async def start(self) -> None:
        """Starts it and waits until it answers. Starting again is on the same port and data."""
        assert not self.is_running
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env=self.environment, cwd=self.home, stdin=DEVNULL, stdout=PIPE, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        said = await asyncio.wait_for(self.process.stdout.readline(), TIMEOUT)
        assert f"KanbanAI is at {self.url} " in said.decode(), f"{said!r}; on stderr: {self.errors()}"
        await self._settled()
        self.up.set()

    async def _settled(self) -> None:
        """Waits until it knows which agents there are: it tells every stream of each that is new on its data.

        One is built in, so the dashboard of new data hears of it, and that of other data has heard of it.
        """
        frames = FrameReader()
        async with asyncio.timeout(TIMEOUT), self.client() as client, client.stream("GET", "/sse") as answer:
            async for data in answer.aiter_bytes():
                for frame in frames.feed(data):
                    has_heard = frame.event == "hello" and seq_of(frame.body["cursor"]) > 0
                    if has_heard or frame.event == "agent_registered":
                        return
        raise AssertionError(f"the dashboard's stream ended; on stderr: {self.errors()}")

    async def kill(self) -> None:
        """Ends it at once, as a power cut would: nothing is finished, nobody is told."""
        await self._ended(signal.SIGKILL)

    async def stop(self) -> int:
        """Asks it to end, and answers with its exit code."""
        return await self._ended(signal.SIGTERM)

    async def _ended(self, by: signal.Signals) -> int:
        self.up.clear()
        self.process.send_signal(by)
        return await asyncio.wait_for(self.process.wait(), TIMEOUT)


@asynccontextmanager
async def running(folder: Path, **settings: Any) -> AsyncGenerator[Server]:
    """A server that has started. Afterwards it must end in order when it is asked to, and must not have complained."""
    server = Server(folder, **settings)
    try:
        await server.start()
        yield server
        if server.is_running:
            assert await server.stop() == 0, server.errors()
        assert not server.errors(), f"the server complained:\n{server.errors()}"
    finally:
        if server.is_running:
            await server.kill()
            print(f"stderr of the server:\n{server.errors()}")


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    said: str
    complained: str


async def ended(*command: str | Path, environment: Mapping[str, str], cwd: Path | None = None) -> Ended:
    """Runs a command to its end."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), env=environment, cwd=cwd, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    try:
        said, complained = await asyncio.wait_for(process.communicate(), 2 * TIMEOUT)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, said.decode(), complained.decode())


def environment_of(home: Path) -> dict[str, str]:
    """The environment of a user who has set nothing: the variables of whoever runs the tests stay outside."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    return kept | {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def free_port() -> int:
    """A port that nobody listens on and that the system gives to nobody.

    One of the system's choice (port 0) would come from the range that outgoing connections use, too: while the
    server is down, a client that comes back could be given that very port and speak to itself.
    """
    while True:
        port = random.randint(10_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def repository(folder: Path) -> Path:
    """A new git repository with one commit."""
    folder.mkdir()
    (folder / "README").write_text("A shop.\n", encoding="utf-8")
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["commit", "--quiet", "-m", "First"],
    ):
        subprocess.run(["git", "-C", folder, *arguments], check=True)
    return folder


async def project(server: Server, folder: Path, name: str = "Web Shop") -> str:
    """Adds a new repository as a project; answers with its id, which is its board's, too."""
    async with server.client() as client:
        answer = await client.post(
            "/projects", json={"name": name, "repositoryPath": str(repository(folder))}
        )
    assert answer.status_code == 201, answer.text
    board_id: str = answer.json()["id"]
    return board_id
