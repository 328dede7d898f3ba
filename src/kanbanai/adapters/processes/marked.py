"""Finding the processes of a run, wherever they went, and ending them.

A process belongs to a run when it is in the session that was opened for it, or when its environment carries the run's
mark, which it inherits from whoever started it, even into another session. Linux tells both in /proc; elsewhere `ps`
is asked, which tells the environment of one's own processes only.

Not found: a process that has left the session and dropped the mark from its environment, or whose environment may not
be read (another user's, as after sudo; a program that forbids it, like ssh-agent; on macOS the programs of the system).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from kanbanai.domain.environments import MARK

_PROC = Path("/proc")
_HAS_PROC: bool = sys.platform == "linux"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1
"""Seconds between two looks. A look costs some milliseconds: soon after asking, since most programs end at once, then
seldom."""
_INSISTENCE = 5.0
"""Seconds that killing is repeated: what starts new processes faster than that, or hangs in the kernel, is left."""


_PREFIX = f"{MARK}=".encode()
_ANY_MARK = re.compile(rb"\s%s=(\S+)" % MARK.encode())


class Sought(NamedTuple):
    """Which processes: those that carry `mark` (and, with `below`, marks like `<mark>/…`), and those of a session."""

    mark: str
    below: bool = False
    session: int | None = None


def marks() -> set[str]:
    """The marks that processes carry now. Takes some milliseconds, as one look does."""
    if not _HAS_PROC:
        return {found.decode(errors="replace") for found in _ANY_MARK.findall(_listing())}
    found: set[str] = set()
    for pid in _running():
        try:
            mark = _mark_in(_read(pid, "environ"))
        except OSError:  # over in the meantime, or another user's
            continue
        if mark is not None:
            found.add(mark.decode(errors="replace"))
    return found


async def end_all(
    sought: Sought,
    *,
    grace: float,
    hurry: asyncio.Event | None = None,
    ask: signal.Signals = signal.SIGTERM,
) -> int:
    """Ends them all, and counts them: asked first, by the signal `ask`, then forced.

    Forced after `grace` seconds, or as soon as `hurry` is set. Whatever they start meanwhile is ended too.
    """
    loop = asyncio.get_running_loop()
    hurry = hurry or asyncio.Event()
    asked: set[int] = set()
    deadline, pause = loop.time() + grace, _FIRST_PAUSE
    while loop.time() < deadline and not hurry.is_set():
        found = await asyncio.to_thread(_signal, sought, ask, asked)
        if not found:
            return len(asked)
        asked |= found
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hurry.wait(), min(pause, max(0.0, deadline - loop.time())))
        pause = min(2 * pause, _LONGEST_PAUSE)
    deadline, pause = loop.time() + _INSISTENCE, _FIRST_PAUSE
    while loop.time() < deadline:
        found = await asyncio.to_thread(_signal, sought, signal.SIGKILL, ())
        if not found:
            break
        asked |= found
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return len(asked)


def _signal(sought: Sought, number: signal.Signals, told: Collection[int]) -> set[int]:
    """Signals those that are there, except those told before, and answers with all that are there.

    What may not be signalled is not among them: nothing would come of waiting for it.
    """
    if _HAS_PROC:
        return {pid for pid in _running() if _has(pid, sought) and _reach(pid, sought, number, told)}
    return {pid for pid in _listed(sought) if _sent(pid, number, told)}


# ── Linux ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _running() -> Iterator[int]:
    own = os.getpid()
    for entry in os.listdir(_PROC):  # noqa: PTH208 - a thousand Path objects a look would be for nothing
        if entry.isdigit() and (pid := int(entry)) != own:
            yield pid


def _has(pid: int, sought: Sought) -> bool:
    """Whether the process is one of them. False too for one that is over, also one that nobody has waited for yet."""
    try:
        state, session = _state(_read(pid, "stat"))
        if state in {b"Z", b"X"}:
            return False
        return session == sought.session or _carries(_read(pid, "environ"), sought)
    except OSError:  # over in the meantime, or another user's
        return False


def _reach(pid: int, sought: Sought, number: signal.Signals, told: Collection[int]) -> bool:
    """Signals the very process that was looked at: the kernel may give its number to another at any time."""
    try:
        handle = os.pidfd_open(pid)
    except OSError as error:
        # ESRCH: over. Any other: a kernel without handles (before 5.3), where the look just taken has to do.
        return not isinstance(error, ProcessLookupError) and _sent(pid, number, told)
    try:
        if not _has(pid, sought):
            return False
        if pid not in told:
            signal.pidfd_send_signal(handle, number)
            _let_go_on(handle, number)
    except OSError:  # over, or not ours to signal
        return False
    finally:
        os.close(handle)
    return True


def _let_go_on(handle: int, number: signal.Signals) -> None:
    """One that was stopped (Ctrl-Z, a debugger) hears nothing but SIGKILL until it goes on."""
    if number != signal.SIGKILL:
        signal.pidfd_send_signal(handle, signal.SIGCONT)


def _read(pid: int, name: str) -> bytes:
    with open(f"/proc/{pid}/{name}", "rb") as file:  # noqa: PTH123 - as above
        return file.read()


def _state(stat: bytes) -> tuple[bytes, int]:
    """The state and the session. The name before them is in brackets and may hold anything, brackets too."""
    state, _, _, session, *_ = stat[stat.rindex(b")") + 2 :].split(b" ", 4)
    return state, int(session)


def _carries(environ: bytes, sought: Sought) -> bool:
    mark, value = sought.mark.encode(), _mark_in(environ)
    return value is not None and (value == mark or (sought.below and value.startswith(mark + b"/")))


def _mark_in(environ: bytes) -> bytes | None:
    return next((one[len(_PREFIX) :] for one in environ.split(b"\0") if one.startswith(_PREFIX)), None)


# ── Other systems ───────────────────────────────────────────────────────────────────────────────────────────────────


def _listed(sought: Sought) -> Iterator[int]:
    """As `ps` tells: the environment stands behind the command, separated by spaces like everything else.

    Of a session it tells only its first group.
    """
    pattern = re.compile(
        rb"\s%s=%s%s(?:\s|$)"
        % (MARK.encode(), re.escape(sought.mark.encode()), rb"(?:/\S*)?" if sought.below else b"")
    )
    own = os.getpid()
    for line in _listing().splitlines():
        match line.split(None, 3):
            case [pid, group, state, *_] if int(pid) != own and not state.startswith(b"Z"):
                if int(group) == sought.session or pattern.search(line):
                    yield int(pid)


def _listing() -> bytes:
    command = ["ps", "-axEww", "-o", "pid=,pgid=,state=,command="]
    return subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL).stdout


def _sent(pid: int, number: signal.Signals, told: Collection[int]) -> bool:
    try:
        os.kill(pid, 0 if pid in told else number)
        if pid not in told and number != signal.SIGKILL:
            os.kill(pid, signal.SIGCONT)
    except OSError:  # over, or not ours to signal
        return False
    return True
