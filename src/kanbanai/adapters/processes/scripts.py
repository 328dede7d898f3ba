"""`kanbanai.ports.Scripts`: the project's scripts, by the user's login shell.

A script's processes end with it: also what it left in the background, which could otherwise hold its output open, work
in a worktree that is about to go, or be there twice after the next run.
"""

from __future__ import annotations

import asyncio
import codecs
import math
from collections.abc import Callable, Mapping

from kanbanai.adapters.processes.shells import shell_of
from kanbanai.domain.environments import STAGE, child_environment
from kanbanai.ports import ChildProcess, Processes, ScriptEnd

KEPT = 32_768
"""Characters kept of each stream, its last ones (contract 13)."""
_KEPT_BYTES = 4 * KEPT
"""What so many characters may take in UTF-8."""
_RHYTHM = 0.25
"""Seconds between two tellings of the output: as live as a person can read, and four events a second at most."""
_CHUNK = 65_536
"""Bytes read at once: what a pipe holds."""
_PACE = 16 * 1024 * 1024
"""Bytes a second that a script may write before it has to wait: no build log comes near, and one that writes without
end leaves the server most of a processor."""


class ShellScripts:
    """Scripts by the shell of `inherited`, the server's environment, of which they get what is not secret."""

    def __init__(self, processes: Processes, inherited: Mapping[str, str]) -> None:
        self._processes = processes
        self._environment = child_environment(inherited)

    async def run(
        self,
        text: str,
        *,
        stage: str,
        cwd: str,
        mark: str,
        patience: float,
        on_output: Callable[[str, str], None],
    ) -> ScriptEnd:
        env = {**self._environment, STAGE: stage}
        child = await self._processes.start([shell_of(env), "-lc", text], cwd=cwd, env=env, mark=mark)
        output = _Output(child, on_output)
        timed_out = False
        try:
            child.stdin.close()
            async with asyncio.timeout(patience if math.isfinite(patience) else None):
                await child.wait()
        except TimeoutError:
            timed_out = True
        finally:
            try:
                code = await child.end()
            finally:
                await output.end()
        return ScriptEnd(
            exit_code=None if timed_out else code,
            stdout=output.stdout.text(final=True),
            stderr=output.stderr.text(final=True),
            ended_by="timeout" if timed_out else None,
        )


class _Output:
    """Reads both streams of a script to their ends, and tells of them along the way."""

    def __init__(self, child: ChildProcess, on_output: Callable[[str, str], None]) -> None:
        self.stdout, self.stderr = _Tail(), _Tail()
        self._on_output = on_output
        self._due: asyncio.TimerHandle | None = None
        self._readers = [
            asyncio.create_task(self._read(child.stdout, self.stdout)),
            asyncio.create_task(self._read(child.stderr, self.stderr)),
        ]

    async def end(self) -> None:
        """Waits until the streams are read to their ends, and tells the last of it if it has not been told.

        The script's processes have to be gone, or the streams closed.
        """
        await asyncio.gather(*self._readers)
        if self._due is not None:
            self._due.cancel()
            self._tell()

    async def _read(self, stream: asyncio.StreamReader, tail: _Tail) -> None:
        loop = asyncio.get_running_loop()
        allowance, since = _PACE * _RHYTHM, loop.time()
        while chunk := await stream.read(_CHUNK):
            tail.add(chunk)
            if self._due is None:
                self._due = loop.call_later(_RHYTHM, self._tell)
            allowance -= len(chunk)
            if allowance <= 0:
                await asyncio.sleep(max(0.0, since + _RHYTHM - loop.time()))
                allowance, since = _PACE * _RHYTHM, loop.time()

    def _tell(self) -> None:
        self._due = None
        self._on_output(self.stdout.text(), self.stderr.text())


class _Tail:
    """The end of a stream of UTF-8."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._is_cut = False

    def add(self, chunk: bytes) -> None:
        self._bytes += chunk
        if len(self._bytes) > 2 * _KEPT_BYTES:  # not at each chunk: moving them costs more than keeping them
            del self._bytes[:-_KEPT_BYTES]
            self._is_cut = True

    def text(self, *, final: bool = False) -> str:
        """The last characters; what is no UTF-8 is replaced. One that has not come whole is left out until `final`."""
        kept = bytes(self._bytes[-_KEPT_BYTES:])
        if self._is_cut or len(self._bytes) > len(kept):
            kept = kept[_inside(kept) :]
        return codecs.getincrementaldecoder("utf-8")("replace").decode(kept, final)[-KEPT:]


_CONTINUES_FROM, _BEGINS_FROM = 0x80, 0xC0
"""The bytes between these go on with a character, in UTF-8."""


def _inside(cut: bytes) -> int:
    """How many bytes at the front (three at most) belong to a character that was cut off."""
    return next((n for n, byte in enumerate(cut[:3]) if not _CONTINUES_FROM <= byte < _BEGINS_FROM), 3)
