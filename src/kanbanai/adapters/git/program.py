"""Running git: no shell, nothing to ask on a terminal, a limit on time, and an environment that names no repository.

Nothing that a caller gave stands among the arguments where git could take it for an option: a path is the folder that
git is started in, a name has been checked by `kanbanai.domain.repositories`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kanbanai.domain.errors import GitFailed

PATIENCE = 20.0
"""Seconds for one command that reaches no network: milliseconds on a local disk, more on one that sleeps."""
_MAX_TOLD = 1_000
"""Characters of git's own words in an error: some ten lines, which is what a failing hook has to say at its end."""
_MAX_COMPLAINT = 65_536
"""Bytes of what a command complains that are kept, the last ones."""
_PIECE = 65_536
"""Bytes read at once: what a pipe holds."""
_GRACE = 2.0
"""Seconds in which git, asked to end, may take away its lock files; it needs milliseconds."""

_REPOSITORY_VARIABLES = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS",
    "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}  # fmt: skip
"""They point git at one repository (`git rev-parse --local-env-vars`). A server that was started from a git hook has
them, and would read and write that repository whatever folder it is asked about."""
_SECRETS = {
    "CODEX_API_KEY", "DATABASE_URL", "GH_TOKEN", "GITHUB_CLIENT_SECRET", "GITHUB_TOKEN", "OPENAI_API_KEY",
}  # fmt: skip
"""The server's own; hooks and credential programs that git may start have no use for them."""

_ALWAYS = {
    # Complaints in the words that we look for.
    "LC_ALL": "C",
    "LANGUAGE": "C",
    # Never wait for a person: no question on a terminal, in a window (an empty name: no program), in an editor.
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    # Never write while reading.
    "GIT_OPTIONAL_LOCKS": "0",
}


class Output(NamedTuple):
    """What a command left: its exit code, its output, its complaints. `is_whole` is False when the output was cut."""

    code: int
    data: bytes
    complaint: str
    is_whole: bool = True

    @property
    def text(self) -> str:
        """The output as text; bytes that are no UTF-8 show as U+FFFD."""
        return self.data.decode("utf-8", "replace")

    @property
    def names(self) -> list[str]:
        """The output of a command with `-z`: texts that each end in a NUL."""
        return self.text.split("\0")[:-1]


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What git gets of the server's environment: the user's settings and credentials, no repository, no secrets."""
    kept = {
        name: value
        for name, value in inherited.items()
        if name not in _REPOSITORY_VARIABLES | _SECRETS and not name.startswith(("KANBANAI_", "GIT_TRACE"))
    }
    return kept | _ALWAYS


class GitProgram:
    """The git program. `executable` is looked up on the PATH of the environment."""

    def __init__(
        self, inherited: Mapping[str, str], *, executable: str = "git", patience: float = PATIENCE
    ) -> None:
        self._environment = environment(inherited)
        self._executable = executable
        self._patience = patience

    async def run(
        self,
        folder: str,
        *arguments: str,
        accepted: tuple[int, ...] = (0,),
        stdin: bytes | None = None,
        also: Mapping[str, str] | None = None,
        patience: float | None = None,
        bound: int | None = None,
    ) -> Output:
        """Runs one command in `folder`.

        `stdin` is what it reads, `also` is added to its environment. `patience` in seconds; None: the program's own.
        Output over `bound` bytes is cut, and the command is ended. Raises GitFailed when it ends with a code that is
        not accepted, takes too long, or cannot be started.
        """
        limit = self._patience if patience is None else patience
        process = await self._started(folder, arguments, also or {}, reads=stdin is not None)
        try:
            async with asyncio.timeout(limit):
                out, err, is_whole = await _exchanged(process, stdin, bound)
        except TimeoutError as error:
            raise GitFailed(
                f"git {verb(arguments)} took longer than {limit:g} seconds in {folder}"
            ) from error
        finally:
            await _ended(process)
        code = -1 if process.returncode is None else process.returncode
        output = Output(code, out, err.decode("utf-8", "replace").strip(), is_whole)
        if is_whole and code not in accepted:
            raise GitFailed(f"git {verb(arguments)} failed in {folder}: {told(output)}")
        return output

    async def _started(
        self, folder: str, arguments: tuple[str, ...], also: Mapping[str, str], *, reads: bool
    ) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                self._executable,
                *arguments,
                cwd=folder,
                env={**self._environment, **also},
                stdin=PIPE if reads else DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                # A group of its own, so that what git has started ends with it, and Ctrl-C reaches only the server.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            if not await asyncio.to_thread(is_folder, Path(folder)):
                raise GitFailed(f"{folder} is not there, or is no folder") from error
            raise GitFailed(
                "git is not installed, or not on the PATH that the server was started with"
            ) from error
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise GitFailed(f"git cannot be started in {folder}: {reason}") from error


def verb(arguments: Sequence[str]) -> str:
    """What git was asked to do: the first argument that is neither an option nor the value of `-c`."""
    skip = False
    for argument in arguments:
        if skip or argument.startswith("-"):
            skip = argument == "-c"
            continue
        return argument
    return ""


def told(output: Output) -> str:
    """Git's own words about what went wrong, hooks' words included: the end of them, where the reason stands."""
    words = output.complaint or output.text.strip() or f"code {output.code}"
    return words if len(words) <= _MAX_TOLD else f"…{words[-_MAX_TOLD:]}"


async def _exchanged(process: Process, stdin: bytes | None, bound: int | None) -> tuple[bytes, bytes, bool]:
    """Both outputs of the process, and whether the first is whole."""
    if process.stdout is None or process.stderr is None:  # always pipes here; the type does not know it
        raise GitFailed("git was started without pipes")
    async with asyncio.TaskGroup() as group:
        out = group.create_task(_read(process.stdout, bound))
        err = group.create_task(_last(process.stderr))
        if stdin is not None:
            group.create_task(_fed(process, stdin))
        data, is_whole = await out
        if not is_whole:
            _signal(process, signal.SIGTERM)
            while await process.stdout.read(_PIECE):
                pass  # what was on its way
    await process.wait()
    return data, err.result(), is_whole


async def _read(stream: asyncio.StreamReader, bound: int | None) -> tuple[bytes, bool]:
    """What the stream has, `bound` bytes of it at most, and whether that is all."""
    if bound is None:
        return await stream.read(), True
    read = bytearray()
    while len(read) <= bound:
        piece = await stream.read(_PIECE)
        if not piece:
            return bytes(read), True
        read += piece
    return bytes(read[:bound]), False


async def _last(stream: asyncio.StreamReader) -> bytes:
    """The end of what the stream has: a hook may say a lot."""
    read = bytearray()
    while piece := await stream.read(_PIECE):
        read += piece
        del read[:-_MAX_COMPLAINT]
    return bytes(read)


async def _fed(process: Process, data: bytes) -> None:
    """Gives the process what it reads. One that does not read it to the end says so by its exit code."""
    # One that has ended has closed its end already, and uvloop then refuses to write at all.
    if process.stdin is not None and not process.stdin.is_closing():
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(data)
            await process.stdin.drain()
        process.stdin.close()


def is_folder(path: Path) -> bool:
    """Whether there is a folder that can be entered at `path`."""
    try:
        return path.is_dir()
    except OSError:  # too long, a loop of links, a folder above it that may not be entered
        return False


def _signal(process: Process, number: signal.Signals) -> None:
    """Signals the process and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


async def _ended(process: Process) -> None:
    """Waits for the process, which is ended first, with all that it started, unless it has ended by itself.

    It is asked before it is forced: git then takes its lock files away.
    """
    if process.returncode is None:
        try:
            _signal(process, signal.SIGTERM)
            async with asyncio.timeout(_GRACE):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            _signal(process, signal.SIGKILL)
            # Its pipes end with it, unless something holds them that left its group.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GRACE):
                    await process.communicate()
            await process.wait()
