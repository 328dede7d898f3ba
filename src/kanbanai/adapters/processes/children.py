"""`kanbanai.ports.Processes` on this machine.

Each program gets a session of its own, with a process group of its own, so that Ctrl-C in the server's terminal reaches
only the server, and so that what it starts can be found by the session as well as by the mark.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, cast

from kanbanai.adapters.processes.exits import Exit
from kanbanai.adapters.processes.marked import Sought, end_all, marks
from kanbanai.adapters.processes.resting import RestingTransport
from kanbanai.domain.environments import MARK
from kanbanai.domain.errors import Unstartable

_LAST_WORDS = 0.5
"""Seconds that a reader gets for what is left in the pipes once every process that could write into them is gone."""
_FORCED = 5.0
"""Seconds that a killed program may take to be gone; only one that hangs in the kernel (a dead disk) takes longer."""


class LocalProcesses:
    """Programs of this machine, run as the user who runs the server."""

    async def start(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        mark: str,
        limit: int = 65_536,
    ) -> LocalChild:
        process = launch(argv, cwd=cwd, env={**env, MARK: mark}, streams=subprocess.PIPE)
        child = LocalChild(process, mark, limit)
        connecting = asyncio.create_task(child.connect())
        try:
            await asyncio.shield(connecting)
        except BaseException:
            # It waits for nobody but this loop; a stream that is half open could not be closed.
            await asyncio.gather(connecting, return_exceptions=True)
            await child.end(grace=0)
            raise
        return child

    async def marks(self) -> set[str]:
        return await asyncio.to_thread(marks)

    async def end_marked(self, mark: str) -> int:
        return await end_all(Sought(mark, below=True), grace=1.0)


class LocalChild:
    """A program that was started. Its number stays its own until `end` was called, also when it is over."""

    def __init__(self, process: subprocess.Popen[bytes], mark: str, limit: int) -> None:
        self._process = process
        self._exit = Exit(process)
        self._mark = mark
        self._files = [cast("IO[bytes]", file) for file in (process.stdin, process.stdout, process.stderr)]
        self._pipes: dict[IO[bytes], _Pipe] = {}
        self._stdout, self._stderr = StreamReader(limit), StreamReader(limit)
        self._stdin: StreamWriter  # from connect() on
        self._ending: asyncio.Task[int] | None = None
        self._hurry = asyncio.Event()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdin(self) -> StreamWriter:
        return self._stdin

    @property
    def stdout(self) -> StreamReader:
        return self._stdout

    @property
    def stderr(self) -> StreamReader:
        return self._stderr

    async def connect(self) -> None:
        """Opens the three streams; called once, by whoever started it."""
        loop = asyncio.get_running_loop()
        stdin, stdout, stderr = self._files
        await loop.connect_read_pipe(partial(self._pipe, stdout, self._stdout), stdout)
        await loop.connect_read_pipe(partial(self._pipe, stderr, self._stderr), stderr)
        transport, pipe = await loop.connect_write_pipe(partial(self._pipe, stdin), stdin)
        self._stdin = StreamWriter(transport, pipe, None, loop)

    def _pipe(self, file: IO[bytes], reader: StreamReader | None = None) -> _Pipe:
        pipe = self._pipes[file] = _Pipe(reader)
        return pipe

    async def wait(self) -> int:
        return await self._exit.code()

    async def end(self, *, grace: float = 3.0) -> int:
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(grace), name=f"end-{self.pid}")
        return await finished(self._ending, self._hurry)

    async def _end(self, grace: float) -> int:
        try:
            code = await end_session(self._exit, self.pid, self._mark, grace=grace, hurry=self._hurry)
        finally:
            await self._hang_up()
        return code

    async def _hang_up(self) -> None:
        """Closes the streams, after those who read them have had what was left in them."""
        heard = [pipe.ended.wait() for pipe in self._pipes.values() if pipe.is_read_from]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*heard), _LAST_WORDS)
        for file in self._files:
            pipe = self._pipes.get(file)
            if pipe is None or pipe.transport is None:  # it never became a stream, which would own it
                file.close()
            else:
                pipe.close()
                await pipe.closed.wait()


class _Pipe(StreamReaderProtocol):
    """One of the streams, which tells when it is closed. Without a reader it is the one that is written to."""

    def __init__(self, reader: StreamReader | None) -> None:
        super().__init__(reader or StreamReader())
        # Its transport does not tell: asyncio's for writing is one for reading, too, and uvloop's are neither.
        self.is_read_from = reader is not None
        self.transport: asyncio.BaseTransport | None = None
        self.closed = asyncio.Event()
        self.ended = asyncio.Event()
        """Its other side is closed, and all that came from there is with the reader. uvloop leaves it open then."""
        self._resting: RestingTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        if self.is_read_from:
            self._resting = RestingTransport(cast("asyncio.ReadTransport", transport))
            super().connection_made(cast("asyncio.BaseTransport", self._resting))
        else:
            super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._resting is not None:
            self._resting.has_read(len(data))

    def eof_received(self) -> bool | None:
        self.ended.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.ended.set()
        if self._resting is not None:
            self._resting.end()
        self.closed.set()

    def close(self) -> None:
        if self.transport is None or self.closed.is_set():
            return
        if self.is_read_from:
            self.transport.close()
        else:
            # Without what could not be written: nobody is left to read it.
            cast("asyncio.WriteTransport", self.transport).abort()


def launch(argv: Sequence[str], *, cwd: str, env: Mapping[str, str], streams: int) -> subprocess.Popen[bytes]:
    """Starts a program as the first of a session. Raises Unstartable with a sentence that says why."""
    try:
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=env,
            stdin=streams,
            stdout=streams,
            stderr=streams,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Unstartable(_why(argv, cwd, error)) from error


def _why(argv: Sequence[str], cwd: str, error: OSError | ValueError) -> str:
    program = argv[0]
    if isinstance(error, OSError) and error.filename == cwd and cwd != program:
        return f"{program} cannot be started: its folder {cwd} {_of_folder(error)}"
    match error:
        case FileNotFoundError() if os.sep not in program:
            return f"{program} is not installed, or not on the PATH that the server was started with"
        case FileNotFoundError():
            # The file may well be there: a script whose `#!` line names a program that is not.
            there = Path(program).exists()
            missing = "the program that its first line names is" if there else "it is"
            return f"{program} cannot be started: {missing} not there"
        case PermissionError() | NotADirectoryError():
            return f"{program} cannot be started: it is no program that this user may run"
        case OSError():
            return f"{program} cannot be started: {error.strerror}"
        case _:
            return f"{program} cannot be started: {error}"


def _of_folder(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "is not there"
        case NotADirectoryError():
            return "is no folder"
        case PermissionError():
            return "may not be entered"
        case _:
            return f"cannot be entered ({error.strerror})"


async def end_session(
    exit_: Exit,
    session: int,
    mark: str,
    *,
    grace: float,
    hurry: asyncio.Event,
    ask: signal.Signals = signal.SIGTERM,
) -> int:
    """Ends a program with its session and whatever carries its mark; answers with its exit code.

    Afterwards its number belongs to the system again.
    """
    sought = Sought(mark, session=session if exit_.holds_number else None)
    await end_all(sought, grace=grace, hurry=hurry, ask=ask)
    code = await asyncio.wait_for(exit_.code(), _FORCED)
    exit_.settle()
    return code


async def finished(task: asyncio.Task[int], hurry: asyncio.Event) -> int:
    """Waits for a task that must not be left half done. Being cancelled makes it hurry, and is passed on at its end."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
            hurry.set()
    if cancelled is not None:
        raise cancelled
    return task.result()
