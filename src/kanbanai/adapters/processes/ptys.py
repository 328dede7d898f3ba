"""`kanbanai.ports.Shells`: login shells at pseudo-terminals.

The shell is started by way of `sh`, which opens the terminal by its name: the first of a session that does so gets it
as its controlling terminal, which Ctrl-C, job control and programs like `ssh` and `less` need.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping

from kanbanai.adapters.processes.children import end_session, finished, launch
from kanbanai.adapters.processes.exits import Exit
from kanbanai.adapters.processes.shells import shell_of
from kanbanai.domain.environments import MARK, child_environment
from kanbanai.domain.errors import Unstartable
from kanbanai.domain.terminals import Size

TERMINAL = "xterm-256color"
"""What xterm.js in the browser understands."""
_TAKE_THE_TERMINAL = ': <>"$0"; exec "$@"'
_CHUNK = 65_536
"""Bytes read at once. Linux hands out a terminal's output by 4,096 at most, others more."""
_RHYTHM = 0.02
"""Seconds between two looks at a terminal that shows very much: fifty times a second is live for any eye."""
_BURST = 128 * 1024
"""Bytes shown within one of them, 6.4 MB a second: more than any browser draws, and a shell that floods leaves the
server most of a processor."""
_UNTAKEN = 64 * 1024
"""Characters typed that the shell has not taken yet, until who types more has to wait."""
_LAST_READS = 64
"""Reads of what is left. A stray that could not be found may go on writing, and must not keep us."""
_GRACE = 1.0
"""Seconds that what runs in a terminal has to put its things in order when the line is hung up."""


class PtyShells:
    """Shells of `inherited`, the server's environment, of which they get what is not secret."""

    def __init__(self, inherited: Mapping[str, str]) -> None:
        self._environment = child_environment(inherited) | {"TERM": TERMINAL}

    async def open(self, *, cwd: str, mark: str, size: Size, on_output: Callable[[str], None]) -> PtyShell:
        shell = shell_of(self._environment)
        try:
            ours, theirs = os.openpty()
        except OSError as error:
            raise Unstartable(f"No terminal can be opened: {error.strerror}") from error
        try:
            _set_size(ours, size)
            os.set_blocking(ours, False)
            process = launch(
                ["/bin/sh", "-c", _TAKE_THE_TERMINAL, os.ttyname(theirs), shell, "-l"],
                cwd=cwd,
                env={**self._environment, MARK: mark},
                streams=theirs,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        return PtyShell(shell, process, ours, mark, on_output)


class PtyShell:
    """A shell, and our end of its terminal."""

    def __init__(
        self,
        program: str,
        process: subprocess.Popen[bytes],
        descriptor: int,
        mark: str,
        on_output: Callable[[str], None],
    ) -> None:
        self.program = program
        self._process = process
        self._exit = Exit(process)
        self._mark = mark
        self._on_output = on_output
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._is_open = True
        self._is_held = False
        self._pace: asyncio.TimerHandle | None = None
        self._shown, self._since = 0, self._loop.time()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._typed = bytearray()
        self._taken = asyncio.Event()
        self._taken.set()
        self._ending: asyncio.Task[int] | None = None
        self._loop.add_reader(descriptor, self._read)

    def resize(self, size: Size) -> None:
        if self._is_open:
            _set_size(self._descriptor, size)

    async def write(self, text: str) -> None:
        if not self._is_open:
            return
        if not self._typed:
            self._loop.add_writer(self._descriptor, self._write)
        self._typed += text.encode("utf-8", "replace")
        if len(self._typed) > _UNTAKEN:
            self._taken.clear()
        await self._taken.wait()

    def hold(self) -> None:
        if not self._is_held:
            self._is_held = True
            self._listen(wanted=False)

    def go_on(self) -> None:
        if self._is_held:
            self._is_held = False
            self._listen(wanted=self._pace is None)

    async def wait(self) -> int:
        code = await self._exit.code()
        await self.end()
        return code

    async def end(self) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(), name=f"end-{self._process.pid}")
        await finished(self._ending, asyncio.Event())

    async def _end(self) -> int:
        try:
            return await end_session(
                self._exit,
                self._process.pid,
                self._mark,
                grace=_GRACE,
                hurry=asyncio.Event(),
                ask=signal.SIGHUP,
            )
        finally:
            self._drain()
            self._close()

    def _drain(self) -> None:
        """Shows the last of it: what the system had kept, which is little."""
        for _ in range(_LAST_READS):
            if not self._take():
                break
        if rest := self._decoder.decode(b"", True):
            self._on_output(rest)

    def _read(self) -> None:
        now = self._loop.time()
        if now - self._since > _RHYTHM:
            self._shown, self._since = 0, now
        self._shown += self._take()
        if self._shown >= _BURST and self._is_open:
            self._listen(wanted=False)
            self._pace = self._loop.call_later(_RHYTHM, self._look_again)

    def _look_again(self) -> None:
        self._pace = None
        self._listen(wanted=not self._is_held)

    def _take(self) -> int:
        """Shows what there is, and tells how many bytes it was; 0: nothing now, or nothing any more."""
        try:
            data = os.read(self._descriptor, _CHUNK)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:  # EIO: the shell and all that it started have closed the terminal
            data = b""
        if not data:
            self._listen(wanted=False)
            return 0
        if text := self._decoder.decode(data):
            self._on_output(text)
        return len(data)

    def _write(self) -> None:
        try:
            count = os.write(self._descriptor, self._typed[:_CHUNK])
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # nobody has the terminal any more
            self._typed.clear()
        else:
            del self._typed[:count]
        if not self._typed:
            self._loop.remove_writer(self._descriptor)
        if len(self._typed) <= _UNTAKEN:
            self._taken.set()

    def _listen(self, *, wanted: bool) -> None:
        if not self._is_open:
            return
        if wanted:
            self._loop.add_reader(self._descriptor, self._read)
        else:
            self._loop.remove_reader(self._descriptor)

    def _close(self) -> None:
        if not self._is_open:
            return
        if self._pace is not None:
            self._pace.cancel()
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        self._is_open = False
        with contextlib.suppress(OSError):
            os.close(self._descriptor)
        self._taken.set()


def _set_size(descriptor: int, size: Size) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.cols, 0, 0))
