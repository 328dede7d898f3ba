"""`kanbanai.ports.Worktrees`: making worktrees for attempts, committing and pushing in them, putting them away.

A worktree and its branch are the attempt's own. Whatever is made for one that cannot be finished is taken away again;
whatever is in one that goes is saved before.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from pathlib import Path

from kanbanai.adapters.git import unfinished
from kanbanai.adapters.git.bases import Bases, verified
from kanbanai.adapters.git.branches import free_name
from kanbanai.adapters.git.committing import Committing
from kanbanai.adapters.git.listing import known_worktrees
from kanbanai.adapters.git.logins import lent
from kanbanai.adapters.git.places import CHECKOUT_PATIENCE, NETWORK_PATIENCE, Place, Places, to_the_end
from kanbanai.adapters.git.pushing import Pushing
from kanbanai.adapters.git.salvage import GitSalvages
from kanbanai.adapters.git.unfinished import Unfinished
from kanbanai.adapters.git.watching import changes
from kanbanai.domain.errors import GitFailed, NotAuthenticated
from kanbanai.domain.repositories import github_repository
from kanbanai.domain.worktrees import CommitMade, Identity, NewWorktree, Salvage, WorktreeMade
from kanbanai.ports import Lender


class GitWorktrees:
    """The worktrees of attempts, through one git program."""

    def __init__(self, places: Places, salvages: GitSalvages, lend: Lender | None = None) -> None:
        self._places = places
        self._git = places.git
        self._bases = Bases(self._places)
        self._committing = Committing(self._places)
        self._pushing = Pushing(self._places)
        self._salvages = salvages
        self._lend = lend

    # ── Making one ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def create(self, new: NewWorktree) -> WorktreeMade:
        common_dir = await self._places.common_dir(new.repository)
        if not await asyncio.to_thread(os.access, common_dir, os.W_OK):
            raise GitFailed(
                f"The repository {new.repository} cannot be written: "
                "its disk is read-only, or the user who runs the server may not"
            )
        late = await self._bases.fetched(new.repository, new.base, new.remote) if new.fetch else None
        commit = await self._bases.commit(new.repository, new.base, new.remote)
        made = _Made(Path(new.path))
        begun: Unfinished | None = None
        try:
            async with self._places.refs_of(common_dir):
                wanted = await free_name(self._git, new.repository, new.branch)
                await to_the_end(asyncio.to_thread(made.folders))
                begun = unfinished.planned(new.path, wanted, commit)
                await unfinished.begin(self._git, new.repository, begun)
                await self._git.run(new.repository, "branch", "--no-track", "--", wanted, commit)
            # The name is ours now; many attempts may write their files at the same time.
            await self._add(new.repository, new.path, wanted)
            notes = await self._submodules(await self._places.worktree(new.path))
            await unfinished.finish(self._git, new.repository, begun)
        except BaseException:
            await to_the_end(self._undo(new.repository, common_dir, made, begun))
            raise
        return WorktreeMade(new.path, wanted, commit, ((late,) if late else ()) + notes)

    async def _add(self, repository: str, path: str, branch: str) -> None:
        """Adds a worktree. A hook that fails (post-checkout) fails it too: the worktree is not what it should be."""
        adding = ("worktree", "add", "--quiet", path, branch)
        await self._git.run(repository, *adding, patience=CHECKOUT_PATIENCE)

    async def _submodules(self, place: Place) -> tuple[str, ...]:
        """Brings the submodules, as far as they can be reached."""
        if not await asyncio.to_thread(os.path.lexists, f"{place.path}/.gitmodules"):
            return ()
        update = ("submodule", "--quiet", "update", "--init", "--recursive")
        try:
            await self._places.run(place, *update, patience=NETWORK_PATIENCE)
        except GitFailed as error:
            return (f"Not all submodules could be brought into the worktree: {error}",)
        return ()

    async def clear_unfinished(self, path: str, *, repository: str) -> bool:
        common_dir = await self._places.common_dir(repository)
        begun = await unfinished.of_path(self._git, repository, path)
        async with self._places.refs_of(common_dir):
            for one in begun:
                await to_the_end(self._take_back(repository, Path(path), one))
        return bool(begun)

    async def _undo(self, repository: str, common_dir: Path, made: _Made, begun: Unfinished | None) -> None:
        """Takes away what was made of a worktree that could not be finished."""
        async with self._places.refs_of(common_dir):
            if begun is not None:
                await self._take_back(repository, made.path, begun)
            await asyncio.to_thread(made.remove_folders)

    async def _take_back(self, repository: str, path: Path, begun: Unfinished) -> None:
        """Takes away what was begun: the folder, and the branch, unless somebody has gone on from where it began."""
        await asyncio.to_thread(removed, path)
        await self._forget(repository, str(path))
        tip = await verified(self._git, repository, f"refs/heads/{begun.branch}")
        is_in_use = any(one.branch == begun.branch for one in await known_worktrees(self._git, repository))
        if tip == begun.commit and not is_in_use:
            await self._git.run(repository, "update-ref", "-d", f"refs/heads/{begun.branch}", begun.commit)
        await unfinished.finish(self._git, repository, begun)

    async def _forget(self, repository: str, path: str) -> None:
        """Makes git forget a worktree whose folder is gone, though it was locked by a git that was killed."""
        if any(one.is_at(path) for one in await known_worktrees(self._git, repository)):
            await self._git.run(repository, "worktree", "remove", "--force", "--force", path)

    async def _branch_of(self, path: str, repository: str) -> str | None:
        known = await known_worktrees(self._git, repository)
        return next((one.branch for one in known if one.is_at(path)), None)

    # ── Working in one ──────────────────────────────────────────────────────────────────────────────────────────────

    async def is_there(self, path: str) -> bool:
        return await self._places.find(path) is not None

    async def has_changes(self, path: str) -> bool:
        return await self._committing.has_changes(await self._places.worktree(path))

    async def commit(
        self, path: str, *, message: str, identity: Identity, only: Sequence[str] | None = None
    ) -> CommitMade | None:
        return await self._committing.commit(await self._places.worktree(path), message, identity, only)

    async def push(
        self,
        path: str,
        *,
        remote: str | None,
        branch: str,
        set_upstream: bool = True,
        may_rebase: bool = True,
    ) -> str:
        place = await self._places.worktree(path)
        push = partial(
            self._pushing.push, place, remote, branch, set_upstream=set_upstream, may_rebase=may_rebase
        )
        try:
            return await push(environment={})
        except NotAuthenticated:
            login = None if self._lend is None else await self._lend()
            url = await self._pushing.address(place, remote, branch)
            if login is None or github_repository(url, login.url) is None:
                raise
        async with lent(login) as environment:
            return await push(environment=environment)

    def changes(self, path: str, *, base: str | None = None) -> AsyncGenerator[None]:
        return changes(self._places, path, base)

    # ── Putting one away ────────────────────────────────────────────────────────────────────────────────────────────

    async def put_away(
        self, path: str, *, repository: str, branch: str | None, name: str, base: str | None = None
    ) -> Salvage | None:
        if branch is None:
            branch = await self._branch_of(path, repository) or name
        common_dir = await self._places.common_dir(repository)
        async with self._places.refs_of(common_dir):
            place = await self._own(path, repository, common_dir)
            if place is None:
                return await self._remove(path, repository, branch, name, base, None)
        # The files' lock first, as everybody takes them.
        async with self._places.files_of(place), self._places.refs_of(common_dir):
            return await self._remove(path, repository, branch, name, base, place)

    async def _remove(
        self, path: str, repository: str, branch: str, name: str, base: str | None, place: Place | None
    ) -> Salvage | None:
        tip = await verified(self._git, repository, f"refs/heads/{branch}")
        saved = await self._salvages.save(repository, place, branch=branch, name=name, base=base)
        # From here on nothing is lost by going on, and much is half done by stopping.
        await to_the_end(self._take_away(path, repository, branch, tip))
        return saved

    async def _take_away(self, path: str, repository: str, branch: str, tip: str | None) -> None:
        try:
            await asyncio.to_thread(removed, Path(path))
        except OSError as error:
            raise GitFailed(
                f"The worktree {path} cannot be removed: {error.strerror}: {error.filename}"
            ) from error
        await self._forget(repository, path)
        is_elsewhere = any(one.branch == branch for one in await known_worktrees(self._git, repository))
        if tip is not None and not is_elsewhere:
            await self._git.run(repository, "update-ref", "-d", f"refs/heads/{branch}", tip)
            section = ("config", "--local", "--remove-section", f"branch.{branch}")
            await self._git.run(repository, *section, accepted=(0, 1, 5, 128))

    async def _own(self, path: str, repository: str, common_dir: Path) -> Place | None:
        """The worktree, if it is there, mended if its `.git` file is not.

        Raises GitFailed for a folder with files that is no worktree of this repository: it is not ours to remove.
        """
        if await asyncio.to_thread(os.path.islink, path) or not await asyncio.to_thread(os.path.isdir, path):
            return None
        place = await self._places.find(path)
        if place is None and any(one.is_at(path) for one in await known_worktrees(self._git, repository)):
            await self._git.run(repository, "worktree", "repair")
            place = await self._places.find(path)
        if place is None and not await asyncio.to_thread(os.listdir, path):
            return None
        if place is None or not await asyncio.to_thread(os.path.samefile, place.common_dir, common_dir):
            raise GitFailed(f"{path} is no worktree of {repository}, so it is left as it is")
        if await asyncio.to_thread(os.path.samefile, place.git_dir, common_dir):
            raise GitFailed(f"{path} is the repository itself, so it is left as it is")
        return place


class _Made:
    """The folders that were made for a worktree."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folders: list[Path] = []

    def folders(self) -> None:
        """Makes the folders above the worktree that are missing. Raises GitFailed, with the reason."""
        if os.path.lexists(self.path):
            raise GitFailed(f"There is something at {self.path} already, so no worktree can be made there")
        missing = [one for one in self.path.parents if not one.exists()]
        for one in reversed(missing):
            try:
                one.mkdir()
            except FileExistsError:
                continue  # another attempt of the same project made it meanwhile
            except OSError as error:
                raise GitFailed(f"The folder {one} for worktrees cannot be made: {error.strerror}") from error
            self._folders.append(one)

    def remove_folders(self) -> None:
        """Removes them; one in which something else has appeared meanwhile stays."""
        for one in reversed(self._folders):
            try:
                one.rmdir()
            except OSError:
                return


def removed(path: Path) -> None:
    """Removes a folder with all that is in it, following no link. Nothing there is no fault."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        try:
            shutil.rmtree(path)
        except PermissionError:
            # Caches of modules keep folders that nobody may write.
            _open_up(path)
            shutil.rmtree(path)


def _open_up(path: Path) -> None:
    """Lets the owner write every folder below `path`."""
    for folder, _, _ in os.walk(path, followlinks=False):
        inside = Path(folder)
        inside.chmod(inside.stat().st_mode | stat.S_IRWXU)
