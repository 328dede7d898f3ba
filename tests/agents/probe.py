"""A plain ACP client for the real agents: JSON-RPC on their stdin and stdout, without the product's driver.

It says what an agent itself does, so that a failure of the product can be told from one of the agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.agents.real import RealAgent
from tests.models.endpoint import Endpoint

Json = dict[str, Any]

TIMEOUT = 150
"""Seconds for one answer of an agent. A turn takes two; one whose model fails, as long as the agent tries again."""
LONGEST_LINE = 64 << 20
"""Bytes of a message. Claude Code sends a file it writes in one line, several times over."""


class AgentError(Exception):
    """The agent answered a request with an error."""

    def __init__(self, error: Json) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')} {json.dumps(error.get('data'))}")
        self.code = error.get("code")


class Probe:
    """One agent with one session. `updates` are what it told of that, in order; `asked` are its permission requests."""

    def __init__(self, process: Process, *, permission: str = "allow_once") -> None:
        self.process = process
        self.permission = permission
        """The kind of option that permission requests are answered with."""
        self.updates: list[Json] = []
        self.asked: list[Json] = []
        self.session = ""
        self.capabilities: Json = {}
        self.errors = bytearray()
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._changed = asyncio.Condition()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._drain())]

    async def initialize(self, meta: Json | None = None) -> Json:
        capabilities = {
            "fs": {"readTextFile": False, "writeTextFile": False},
            "terminal": False,
            "_meta": meta or {},
        }
        answer = await self.call(
            "initialize",
            protocolVersion=1,
            clientCapabilities=capabilities,
            clientInfo={"name": "probe", "version": "0"},
        )
        self.capabilities = answer["agentCapabilities"]
        return answer

    async def new_session(self, folder: Path, mode: str | None = None) -> Json:
        answer = await self.call("session/new", cwd=str(folder), mcpServers=[])
        self.session = answer["sessionId"]
        if mode:
            await self.call("session/set_mode", sessionId=self.session, modeId=mode)
        return answer

    async def prompt(self, *parts: str | Json) -> Json:
        """A whole turn; the agent's answer to the prompt. Raises AgentError."""
        blocks = [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
        return await self.call("session/prompt", sessionId=self.session, prompt=blocks)

    async def cancel(self) -> None:
        await self._send({"method": "session/cancel", "params": {"sessionId": self.session}})

    async def call(self, method: str, **params: Any) -> Json:
        self._number += 1
        number = self._number
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._send({"id": number, "method": method, "params": params})
        async with asyncio.timeout(TIMEOUT):
            return await self._waiting[number]

    async def saw(self, wanted: Callable[[Json], bool]) -> Json:
        """The first update that fits, as soon as it is there."""

        def first() -> Json | None:
            return next((update for update in self.updates if wanted(update)), None)

        async with asyncio.timeout(TIMEOUT), self._changed:
            await self._changed.wait_for(lambda: first() is not None)
        found = first()
        assert found is not None
        return found

    def kinds(self, kind: str) -> list[Json]:
        return [update for update in self.updates if update["sessionUpdate"] == kind]

    def said(self) -> str:
        """All text of the agent."""
        return "".join(u["content"].get("text", "") for u in self.kinds("agent_message_chunk"))

    def thought(self) -> str:
        return "".join(u["content"].get("text", "") for u in self.kinds("agent_thought_chunk"))

    async def _send(self, message: Json) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        await self.process.stdin.drain()

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            with contextlib.suppress(ValueError):  # a line that is no JSON is no message
                await self._take(json.loads(line))
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the agent closed its output"))

    async def _take(self, message: Json) -> None:
        if "method" not in message:
            future = self._waiting[message["id"]]
            if "error" in message:
                future.set_exception(AgentError(message["error"]))
            else:
                future.set_result(message.get("result") or {})
        elif message["method"] == "session/update":
            self.updates.append(message["params"]["update"])
        elif message["method"] == "session/request_permission":
            self.asked.append(message["params"])
            option = next(o for o in message["params"]["options"] if o["kind"] == self.permission)
            outcome = {"outcome": "selected", "optionId": option["optionId"]}
            await self._send({"id": message["id"], "result": {"outcome": outcome}})
        elif "id" in message:
            error = {"code": -32601, "message": f"no {message['method']} here"}
            await self._send({"id": message["id"], "error": error})
        async with self._changed:
            self._changed.notify_all()

    async def _drain(self) -> None:
        assert self.process.stderr is not None
        while piece := await self.process.stderr.read(65536):
            self.errors += piece

    async def close(self) -> None:
        """Ends the agent as it ends by itself, when nobody speaks to it any more, and all that it left."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await self.process.wait()
        except TimeoutError:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await asyncio.gather(*self._tasks)
        await self.process.wait()


@asynccontextmanager
async def probing(
    agent: RealAgent,
    models: Endpoint,
    folder: Path,
    *,
    permission: str = "allow_once",
    environment: Mapping[str, str] | None = None,
) -> AsyncGenerator[Probe]:
    """The agent, started in a folder `w` that is a repository, with a home beside it, both below `folder`."""
    home, work = folder / "home", folder / "w"
    for place in (home, work):
        place.mkdir(exist_ok=True)
    if not (work / ".git").exists():
        making = await asyncio.create_subprocess_exec("git", "init", "--quiet", str(work))
        assert await making.wait() == 0
    process = await asyncio.create_subprocess_exec(
        *agent.argv,
        cwd=work,
        env={**agent.settle(models.url, home), **agent.alone, **(environment or {})},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=LONGEST_LINE,
        start_new_session=True,
    )
    probe = Probe(process, permission=permission)
    try:
        await probe.initialize()
        yield probe
    finally:
        await probe.close()
