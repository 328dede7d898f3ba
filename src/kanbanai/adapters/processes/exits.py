"""Hearing of a process's end without taking its number away from it.

A process that is over keeps its number, and with it the number of its session, until it is waited for. As long as it is
not, nobody else can get the number, so that what is left of the session can be ended without meeting a stranger.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading


class Exit:
    """The end of one process that this server has started, on the running event loop."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._code: asyncio.Future[int] = self._loop.create_future()
        self._handle: int | None = None
        self._leaves_group = False
        if sys.platform == "linux" and (handle := _handle_of(process.pid)) is not None:
            self._handle = handle
            self._loop.add_reader(handle, self._over)
        else:
            threading.Thread(target=self._wait, name=f"wait-{process.pid}", daemon=True).start()

    @property
    def is_known(self) -> bool:
        """Whether the process is over."""
        return self._code.done()

    @property
    def holds_number(self) -> bool:
        """Whether its number, as that of its session, can be nobody else's: it is not over, or not waited for."""
        return self._process.returncode is None or self._leaves_group

    async def code(self) -> int:
        """Its exit code, as soon as it is over; negative: the signal that ended it."""
        return await asyncio.shield(self._code)

    def settle(self) -> None:
        """Gives the number of a process that is over back to the system."""
        self._process.poll()

    def _over(self) -> None:
        code = _peek(self._process)
        if code is None:  # the system calls that were made for it are all interruptible, but to be sure
            return
        self._release()
        self._code.set_result(code)

    def _release(self) -> None:
        if self._handle is not None:
            self._loop.remove_reader(self._handle)
            os.close(self._handle)
            self._handle = None

    def _wait(self) -> None:
        """Where the system has no handles: a thread waits, and the number is gone with the end."""
        code = self._process.wait()
        # A number is not given away either while a group goes by it.
        self._leaves_group = _is_group(self._process.pid)
        try:
            self._loop.call_soon_threadsafe(self._code.set_result, code)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            return


def _handle_of(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except OSError:  # a kernel before 5.3, or one that keeps them from us
        return None


def _peek(process: subprocess.Popen[bytes]) -> int | None:
    """The exit code of a process that is over, which stays unwaited for; None: it is not over."""
    if sys.platform != "linux":
        return process.poll()
    try:
        info = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except ChildProcessError:  # somebody else waits for our children (SIGCHLD is ignored): the code is lost
        return process.wait()
    if info is None:
        return None
    return info.si_status if info.si_code == os.CLD_EXITED else -info.si_status


def _is_group(number: int) -> bool:
    try:
        os.killpg(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS: only zombies are left in it; elsewhere: another user's
        return sys.platform != "darwin"
    return True
