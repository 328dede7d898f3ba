"""JSON-RPC over lines of stdin and stdout: who is at the other end of the demo agent."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

Json = dict[str, Any]
Answer = Callable[["Peer", str, Json], Awaitable[Json]]
"""Answers a call or takes a notification (whose answer nobody gets). Raises Refused."""

LONGEST_LINE = 64 << 20
"""Bytes of one message: a prompt with five images of 10 MB each, in base64."""


class Refused(Exception):
    """An error in the protocol's own form."""

    def __init__(self, code: int, message: str, data: Json | None = None) -> None:
        super().__init__(message)
        self.error: Json = {"code": code, "message": message}
        if data is not None:
            self.error["data"] = data


class Peer:
    """The client at the other end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._asked: dict[int, asyncio.Future[Json]] = {}
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def on_stdio(cls) -> Peer:
        """The one that stdin and stdout lead to."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
        transport, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, sys.stdout.buffer
        )
        return cls(reader, asyncio.StreamWriter(transport, protocol, None, loop))

    async def serve(self, answer: Answer) -> None:
        """Answers until the other side hangs up. Each call is answered in its own time; notifications in order."""
        while line := await self._reader.readline():
            try:
                message = json.loads(line)
            except ValueError:
                await self._send({"id": None, "error": {"code": -32700, "message": "Parse error"}})
                continue
            if not isinstance(message, dict):
                continue
            if "method" not in message:
                self._settle(message)
            elif "id" in message:
                task = asyncio.create_task(self._reply(answer, message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                await self._outcome(answer, message)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def tell(self, method: str, params: Json) -> None:
        """Sends a notification; waits while the other side does not read."""
        await self._send({"method": method, "params": params})

    async def ask(self, method: str, params: Json) -> Json:
        """Calls the other side. Raises Refused."""
        self._number += 1
        number = self._number
        self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send({"id": number, "method": method, "params": params})
            return await self._asked[number]
        finally:
            del self._asked[number]

    def _settle(self, message: Json) -> None:
        waiting = self._asked.get(message.get("id", 0))
        if waiting is None or waiting.done():
            return
        if "error" in message:
            error = message["error"]
            waiting.set_exception(Refused(error.get("code", -32603), error.get("message", "Error")))
        else:
            waiting.set_result(message.get("result") or {})

    async def _reply(self, answer: Answer, message: Json) -> None:
        await self._send({"id": message["id"], **await self._outcome(answer, message)})

    async def _outcome(self, answer: Answer, message: Json) -> Json:
        try:
            return {"result": await answer(self, message["method"], message.get("params") or {})}
        except Refused as refused:
            return {"error": refused.error}
        except (KeyError, TypeError, ValueError) as error:
            return {"error": {"code": -32602, "message": f"Invalid params: {error!r}"}}
        except OSError as error:
            return {"error": {"code": -32603, "message": str(error)}}

    async def _send(self, message: Json) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":"))
        self._writer.write(text.encode() + b"\n")
        await self._writer.drain()
