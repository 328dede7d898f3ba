"""Running git: no shell, nothing to ask on a terminal, a limit on time, and an environment that names no repository.

Nothing that a caller gave stands among the arguments where git could take it for an option: a path is the folder that
git is started in, a name has been checked by `kanbanai.domain.repositories`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kanbanai.adapters.git.commands import Command, ended
from kanbanai.domain.errors import GitFailed

PATIENCE = 20.0
"""Seconds for one command that reaches no network: milliseconds on a local disk, more on one that sleeps."""
_MAX_TOLD = 1_000
"""Characters of git's own words in an error: some ten lines, which is what a failing hook has to say at its end."""
_MAX_OUTPUT = 16_000
"""Characters of them that go with an error beside the line that says why: two hundred lines, the last ones."""
_MAX_REASON = 500
"""Characters of the line that says why: a sentence with two long paths."""
_REASONS = (
    # Git LFS; git says only that a filter failed.
    re.compile(r"error downloading object: .*", re.IGNORECASE),
    # What went wrong; `fatal` then says what became of it.
    re.compile(r"(?:remote: )?error: .*", re.IGNORECASE),
    re.compile(r"(?:remote: )?fatal: .*"),
)
"""What the line that says why looks like, the surest first; the first of several."""
_SUSPECT = re.compile(r"\b(?:errors?|fail(?:ed|ure|s)?|cannot|not|denied|refused?)\b", re.IGNORECASE)
"""What such a line has in it when a hook stopped git, which then says nothing itself; the last of several."""
_PREFIX = re.compile(r"^(?:remote: )?(?:fatal|error): ", re.IGNORECASE)

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
        command = Command(
            argv=(self._executable, *arguments),
            cwd=folder,
            env={**self._environment, **(also or {})},
            stdin=stdin,
            bound=bound,
            patience=limit,
        )
        try:
            code, data, complaint, is_whole = await ended(command)
        except TimeoutError as error:
            raise GitFailed(
                f"git {verb(arguments)} took longer than {limit:g} seconds in {folder}"
            ) from error
        except (OSError, ValueError) as error:
            raise GitFailed(await asyncio.to_thread(_why, folder, error)) from error
        output = Output(code, data, complaint.decode("utf-8", "replace").strip(), is_whole)
        if is_whole and code not in accepted:
            reason, words = reason_of(output), told(output, _MAX_OUTPUT)
            raise GitFailed(
                f"git {verb(arguments)} failed in {folder}: {reason}",
                output=words if words != reason else None,
            )
        return output


def _why(folder: str, error: OSError | ValueError) -> str:
    """Why git could not be started."""
    if not isinstance(error, FileNotFoundError):
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return f"git cannot be started in {folder}: {reason}"
    if not is_folder(Path(folder)):
        return f"{folder} is not there, or is no folder"
    return "git is not installed, or not on the PATH that the server was started with"


def verb(arguments: Sequence[str]) -> str:
    """What git was asked to do: the first argument that is neither an option nor the value of `-c`."""
    skip = False
    for argument in arguments:
        if skip or argument.startswith("-"):
            skip = argument == "-c"
            continue
        return argument
    return ""


def reason_of(output: Output) -> str:
    """The line of git's, or a hook's, words that says why it failed; the last one when none looks so."""
    lines = [line.strip() for line in told(output, _MAX_OUTPUT).splitlines()]
    said = [line for line in lines if line and not line.startswith("hint: ")]
    gits = (line for pattern in _REASONS for line in said if pattern.match(line))
    hooks = (line for line in reversed(said) if _SUSPECT.search(line))
    reason = _PREFIX.sub("", next(gits, None) or next(hooks, None) or (said or lines)[-1])
    return reason if len(reason) <= _MAX_REASON else f"{reason[: _MAX_REASON - 1]}…"


def told(output: Output, most: int = _MAX_TOLD) -> str:
    """Git's own words about what went wrong, hooks' words included: the end of them, where the reason stands."""
    words = output.complaint or output.text.strip() or f"code {output.code}"
    return words if len(words) <= most else f"…{words[-most:]}"


def is_folder(path: Path) -> bool:
    """Whether there is a folder that can be entered at `path`."""
    try:
        return path.is_dir()
    except OSError:  # too long, a loop of links, a folder above it that may not be entered
        return False
