"""What the core asks of the machine it runs on: repositories, files, versions of this program."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from kanbanai.domain.files import EditorCommand, Folder, FoundRepository, InstalledEditor
from kanbanai.domain.repositories import Branch, Repository
from kanbanai.domain.settings import AppSettings
from kanbanai.domain.versions import Release
from kanbanai.domain.worktrees import Identity


class Git(Protocol):
    """Repositories on this machine, through the git program. Paths are absolute.

    Raises NotARepository for a folder that is none, GitFailed when git refuses, is not there, or takes too long.
    """

    def prepared(self, path: str, *, initialize: bool) -> AbstractAsyncContextManager[Repository]:
        """The repository whose work tree has `path` as its top; `~` stands for the home folder.

        With `initialize` a folder that is missing, or no repository, becomes one. When the block that uses it fails,
        whatever was made for it is removed again. Raises Invalid for a path that cannot be.
        """
        ...

    async def planted(
        self, path: str, files: Mapping[str, str], message: str, author: Identity
    ) -> Repository:
        """The repository at `path`, begun with a commit of these files if it is not there or has no commit yet.

        Where git does not know whose its commits are, those of this repository are the author's. Files that are there
        already are not touched once there is a commit. What breaks off on the way goes on with the next call.
        """
        ...

    async def branches(self, path: str) -> list[Branch]:
        """Local branches first, then those of remotes, each kind by name."""
        ...

    async def origin_url(self, path: str) -> str | None:
        """The address of the remote `origin`, just as git knows it; None: there is no such remote."""
        ...

    async def remotes(self, path: str) -> dict[str, str]:
        """The addresses of all remotes that have one, by their names, just as git knows them."""
        ...


class Files(Protocol):
    """The user's files, as far as they may be looked at: nothing outside of the home folder is told of."""

    async def repositories(self, path: str | None) -> list[FoundRepository]:
        """Git work trees below a folder, by name; None: below the places where people keep them.

        Raises Invalid for a path that is no folder of the home folder.
        """
        ...

    async def browse(self, path: str | None, *, hidden: bool, executables_only: bool) -> Folder:
        """What is in a folder; None: in the home folder. Raises Invalid as `repositories` does."""
        ...

    async def editors(self) -> list[InstalledEditor]:
        """The editors that we know and that are installed."""
        ...

    async def open_in_editor(
        self, worktree: str, subpath: str | None, key: str | None, settings: AppSettings
    ) -> EditorCommand:
        """Starts the editor that the settings name on a worktree, or on what is in it at `subpath`.

        `key`: only if it is this one. The editor outlives the server. Raises NoWorktree when the worktree is gone;
        Invalid (`Editor not configured`) when there is no such editor, and for a path that is not in the worktree;
        Unstartable.
        """
        ...

    async def why_no_program(self, path: str) -> str | None:
        """Why `path` (or the command of that name) cannot be started; None: it is an executable file. It is not run."""
        ...


class Releases(Protocol):
    """What versions of this program there are."""

    async def latest(self) -> Release:
        """The latest one. Answers within about two seconds with what it knows, and fails never."""
        ...

    async def close(self) -> None:
        """Gives up what is being asked. May be called once."""
        ...
