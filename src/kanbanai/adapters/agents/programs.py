"""Where agents' programs are, and which version they are."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from kanbanai.domain.errors import Unstartable
from kanbanai.ports import Processes

VERSION_PATIENCE = 5.0
"""Seconds for `--version`: Node programs take one, more on a busy machine."""
OWN_FOLDERS = (".local/bin", "node_modules/.bin", ".npm-global/bin", ".bun/bin")
"""Where people's own programs are, below the home folder. (Not in a project: what a repository brings along is not run
as an agent.)"""

_VERSION = re.compile(r"\d+\.\d+[\w.+-]*")


class Programs:
    """Looks on the PATH, then in the folders that a setting names, then where people's own programs are."""

    def __init__(self, environment: Mapping[str, str], folders: Sequence[Path] = ()) -> None:
        self._environment = environment
        home = environment.get("HOME")
        own = [Path(home) / folder for folder in OWN_FOLDERS] if home else []
        self._path = os.pathsep.join([environment.get("PATH", os.defpath), *map(str, [*folders, *own])])

    def find(self, command: str) -> str | None:
        """The program's path; None: it is nowhere."""
        return shutil.which(os.path.expanduser(command), path=self._path)  # noqa: PTH111  (stays a text)

    @property
    def path(self) -> str:
        """All these folders, as a PATH: a script finds its interpreter as it finds itself."""
        return self._path


async def version_of(
    processes: Processes, argv: Sequence[str], *, env: Mapping[str, str], mark: str
) -> str | None:
    """What a program says to `--version`; None: nothing that looks like one, or not in time."""
    try:
        child = await processes.start([*argv, "--version"], cwd="/", env=env, mark=mark)
    except Unstartable:
        return None
    try:
        child.stdin.close()
        async with asyncio.timeout(VERSION_PATIENCE):
            printed, complaint = await asyncio.gather(child.stdout.read(10_000), child.stderr.read(10_000))
    except TimeoutError:
        return None
    finally:
        with contextlib.suppress(ConnectionError):
            await child.end(grace=0.5)
    found = _VERSION.search(printed.decode(errors="replace")) or _VERSION.search(
        complaint.decode(errors="replace")
    )
    return found[0] if found else None
