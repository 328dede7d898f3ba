"""One command as a child process, from its start to its end, on a thread of its own.

Not by the event loop: its library forks, which copies the page tables of the server and lets everybody wait meanwhile,
25 ms with 400 MB in memory, for each of the five commands that one look at a worktree takes. Python's `subprocess`
starts a child without a copy, in 1 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import IO, NamedTuple

import msgspec

_MAX_COMPLAINT = 65_536
"""Bytes of what a command complains that are kept, the last ones: a hook may say a lot."""
_PIECE = 65_536
"""Bytes read at once: what a pipe holds."""
_TICK = 0.05
"""Seconds between two looks at whether the caller has gone away."""
_LAST_WORDS = 0.5
"""Seconds to read on when a command has ended and something that it left behind holds its pipes open: a hook's
`sleep 60 &` writes nothing, one that writes without end must not be waited for."""
_GRACE = 2.0
"""Seconds in which git, asked to end, may take away its lock files; it needs milliseconds."""


class Ended(NamedTuple):
    """How a command ended: its exit code (negative: a signal's), its output, what it complained of.

    `is_whole` is False when the output was cut at its bound, and the command was ended for it.
    """

    code: int
    data: bytes
    complaint: bytes
    is_whole: bool


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. `stdin`: what it reads; `bound`: bytes of output, None: all of it; `patience`: in seconds."""

    argv: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    stdin: bytes | None
    bound: int | None
    patience: float


async def ended(command: Command) -> Ended:
    """Runs the command. One that takes too long, or whose caller goes away, is ended with all that it started.

    Raises TimeoutError, and OSError or ValueError when it cannot be started.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Ended] = loop.create_future()
    is_unwanted = threading.Event()

    def work() -> None:
        try:
            settle = partial(done.set_result, _run(command, is_unwanted))
        except Exception as error:  # noqa: BLE001 - all of it is the caller's
            settle = partial(done.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            loop.call_soon_threadsafe(settle)

    threading.Thread(target=work, name="git", daemon=True).start()
    try:
        await asyncio.wait({done})
    except asyncio.CancelledError:
        is_unwanted.set()
        while not done.done():  # nothing of it is left when the caller goes on
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({done})
        done.exception()  # looked at
        raise
    return done.result()


def _run(command: Command, is_unwanted: threading.Event) -> Ended:
    deadline = time.monotonic() + command.patience
    with (
        selectors.DefaultSelector() as selector,
        subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=command.env,
            stdin=subprocess.DEVNULL if command.stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            # A group of its own, so that what git has started ends with it, and Ctrl-C reaches only the server.
            start_new_session=True,
        ) as process,
    ):
        exchange = _Exchange(process, command, selector)
        try:
            while not exchange.is_over(_TICK):
                if is_unwanted.is_set() or time.monotonic() >= deadline:
                    raise TimeoutError
        finally:
            if process.returncode is None:
                _end(process)
    return Ended(process.returncode, bytes(exchange.data), bytes(exchange.complaint), exchange.is_whole)


class _Exchange:
    """What goes between us and a process. Its pipes are in the selector for as long as they are open."""

    def __init__(
        self, process: subprocess.Popen[bytes], command: Command, selector: selectors.BaseSelector
    ) -> None:
        self.data = bytearray()
        self.complaint = bytearray()
        self.is_whole = True
        self._process = process
        self._bound = command.bound
        self._unsaid = memoryview(command.stdin or b"")
        self._last_words_until: float | None = None
        self._selector = selector
        for pipe, events, act in (
            (process.stdout, selectors.EVENT_READ, self._hear),
            (process.stderr, selectors.EVENT_READ, self._hear_complaint),
            (process.stdin, selectors.EVENT_WRITE, self._say),
        ):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                selector.register(pipe, events, act)

    def is_over(self, seconds: float) -> bool:
        """Goes on for that long at most. True: the process has ended, and all that it said is here."""
        if not self._selector.get_map():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            return self._process.returncode is not None
        # Asked before reading: what a process has said is in its pipes when it has ended.
        has_ended = self._process.poll() is not None
        ready = self._selector.select(seconds)
        for key, _ in ready:
            key.data(key.fileobj)
        return has_ended and (not ready or self._is_late())

    def _is_late(self) -> bool:
        """Whether what the process left behind goes on talking for longer than it is listened to."""
        now = time.monotonic()
        if self._last_words_until is None:
            self._last_words_until = now + _LAST_WORDS
        return now >= self._last_words_until

    def _hear(self, pipe: IO[bytes]) -> None:
        piece = self._read(pipe)
        if not self.is_whole:
            return  # what was on its way
        self.data += piece
        if self._bound is not None and len(self.data) > self._bound:
            del self.data[self._bound :]
            self.is_whole = False
            _signal(self._process, signal.SIGTERM)

    def _hear_complaint(self, pipe: IO[bytes]) -> None:
        self.complaint += self._read(pipe)
        del self.complaint[:-_MAX_COMPLAINT]

    def _read(self, pipe: IO[bytes]) -> bytes:
        piece = pipe.read(_PIECE)
        if piece == b"":
            self._close(pipe)
        return piece or b""

    def _say(self, pipe: IO[bytes]) -> None:
        try:
            self._unsaid = self._unsaid[os.write(pipe.fileno(), self._unsaid) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it does not read to the end; whether that is wrong, its code says
            self._unsaid = self._unsaid[:0]
        if not self._unsaid:
            self._close(pipe)

    def _close(self, pipe: IO[bytes]) -> None:
        self._selector.unregister(pipe)
        pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started: asked before it is forced, so that git takes its lock files away."""
    _signal(process, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
