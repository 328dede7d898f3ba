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
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kanbanai.domain.errors import GitFailed

PATIENCE = 20.0
"""Seconds for one command that reaches no network: milliseconds on a local disk, more on one that sleeps."""
_MAX_TOLD = 500
"""Characters of git's own words in an error."""

_REPOSITORY_VARIABLES = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS",
    "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}  # fmt: skip
"""They point git at one repository (`git rev-parse --local-env-vars`). A server that was started from a git hook has
them, and would read and write that repository whatever folder it is asked about."""
_SECRETS = {"CODEX_API_KEY", "DATABASE_URL", "GITHUB_CLIENT_SECRET", "OPENAI_API_KEY"}
"""The server's own; hooks and credential programs that git may start have no use for them."""


class Output(NamedTuple):
    """What a command left: its exit code, its output, its complaints."""

    code: int
    text: str
    complaint: str


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What git gets of the server's environment: the user's settings and credentials, no repository, no secrets."""
    kept = {
        name: value
        for name, value in inherited.items()
        if name not in _REPOSITORY_VARIABLES | _SECRETS and not name.startswith(("KANBANAI_", "GIT_TRACE"))
    }
    # C: complaints in the words that we look for. The others: never wait for a person, never write while reading.
    return kept | {"LC_ALL": "C", "LANGUAGE": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


class GitProgram:
    """The git program. `executable` is looked up on the PATH of the environment."""

    def __init__(
        self, inherited: Mapping[str, str], *, executable: str = "git", patience: float = PATIENCE
    ) -> None:
        self._environment = environment(inherited)
        self._executable = executable
        self._patience = patience

    async def run(self, folder: str, *arguments: str, accepted: tuple[int, ...] = (0,)) -> Output:
        """Runs one command in `folder`.

        Raises GitFailed when it ends with a code that is not accepted, takes too long, or cannot be started.
        """
        process = await self._started(folder, arguments)
        try:
            async with asyncio.timeout(self._patience):
                out, err = await process.communicate()
        except TimeoutError as error:
            raise GitFailed(
                f"git {arguments[0]} took longer than {self._patience:g} seconds in {folder}"
            ) from error
        finally:
            await _ended(process)
        code = -1 if process.returncode is None else process.returncode
        output = Output(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace").strip())
        if code not in accepted:
            raise GitFailed(
                f"git {arguments[0]} failed in {folder}: {output.complaint[:_MAX_TOLD] or f'code {code}'}"
            )
        return output

    async def _started(self, folder: str, arguments: tuple[str, ...]) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                self._executable,
                *arguments,
                cwd=folder,
                env=self._environment,
                stdin=DEVNULL,
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


def is_folder(path: Path) -> bool:
    """Whether there is a folder that can be entered at `path`."""
    try:
        return path.is_dir()
    except OSError:  # too long, a loop of links, a folder above it that may not be entered
        return False


async def _ended(process: Process) -> None:
    """Waits for the process, which is killed first, with all that it started, unless it has ended by itself."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
