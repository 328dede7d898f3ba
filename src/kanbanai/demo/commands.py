"""Commands that the demo agent runs: real ones, shown as they print, ended with what they started when the turn is."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Sequence

from kanbanai.demo.turn import Turn, text

SHOWN = 20_000
"""Characters of output in one update: the end of what there is, as a terminal shows it."""
CHUNK = 1 << 16
"""Bytes that are read at a time."""


async def run(turn: Turn, title: str, argv: Sequence[str], *, whole: bool = False, pause: float = 0.4) -> int:
    """Runs a command in the session's folder as one tool call, and says its exit code.

    `whole`: the last update has all that was printed, however much.
    """
    raw = {"command": shlex.join(argv), "cwd": turn.session.cwd}
    call_id = await turn.call(title, "execute", rawInput=raw)
    return await follow(turn, call_id, argv, whole=whole, pause=pause)


async def follow(
    turn: Turn, call_id: str, argv: Sequence[str], *, whole: bool = False, pause: float = 0.4
) -> int:
    """The same for a tool call that was begun already."""
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=turn.session.cwd, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
    )
    printed = bytearray()
    try:
        assert process.stdout is not None  # noqa: S101  (it was asked for above)
        while chunk := await process.stdout.read(CHUNK):
            printed += chunk
            if not whole:
                await turn.called(call_id, content=text(printed.decode(errors="replace")[-SHOWN:]))
                await turn.pace.pause(pause)
        code = await process.wait()
    finally:
        await _end(process)
    shown = printed.decode(errors="replace")
    await turn.called(
        call_id,
        "failed" if code else "completed",
        content=text(shown if whole else shown[-SHOWN:]),
        rawOutput={"exitCode": code},
    )
    return code


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
