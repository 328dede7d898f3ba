"""`kanbanai.ports.Files` on this machine. Every look at the disk happens in a thread, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

from kanbanai.adapters.files import browsing, editors, opening, scanning
from kanbanai.adapters.files.home import Home
from kanbanai.domain.files import EditorCommand, Folder, FoundRepository, InstalledEditor
from kanbanai.domain.settings import AppSettings

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 2
"""Looks at once. A share that hangs may hold these, and no other thread of the server."""


class MachineFiles:
    """The files of the user whose home folder it is given."""

    def __init__(self, home: Path, working_folder: Path, environment: Mapping[str, str]) -> None:
        self._home = Home(home)
        self._working_folder = working_folder
        self._environment = environment
        self._turns = asyncio.Semaphore(_THREADS)

    async def repositories(self, path: str | None) -> list[FoundRepository]:
        return await self._look(scanning.repositories, self._home, path, self._working_folder)

    async def browse(self, path: str | None, *, hidden: bool, executables_only: bool) -> Folder:
        return await self._look(
            browsing.browse, self._home, path, hidden=hidden, executables_only=executables_only
        )

    async def editors(self) -> list[InstalledEditor]:
        return await self._look(editors.installed, self._home.folder, self._environment)

    async def open_in_editor(
        self, worktree: str, subpath: str | None, key: str | None, settings: AppSettings
    ) -> EditorCommand:
        return await self._look(
            opening.open_in_editor, worktree, subpath, key, settings, self._home.folder, self._environment
        )

    async def why_no_program(self, path: str) -> str | None:
        return await self._look(editors.why_no_program, path, self._home.folder, self._environment)

    async def _look(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._turns:
            return await asyncio.to_thread(question, *args, **kwargs)
