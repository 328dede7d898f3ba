"""`kanbanai.ports.Git`: looking at repositories, and making one where there is none."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from kanbanai.adapters.git.committing import environment_of
from kanbanai.adapters.git.program import GitProgram, is_folder
from kanbanai.domain.errors import GitFailed, Invalid, NotARepository
from kanbanai.domain.repositories import FALLBACK_BRANCH, Branch, Repository
from kanbanai.domain.worktrees import Identity

FIELD = "repositoryPath"
"""The field of the input that a path comes from."""
MAX_PATH = 4_096
"""Bytes; Linux takes no longer path."""
_FATAL = 128
"""Git's exit code for what it calls fatal."""
_NO_REPOSITORY = "not a git repository"
_HEADS, _REMOTES, _ORIGIN = "refs/heads/", "refs/remotes/", "refs/remotes/origin/"
_USUAL_BRANCHES = ("main", "master")


class GitRepositories:
    """The repositories of this machine, asked about through one git program."""

    def __init__(self, inherited: Mapping[str, str], *, program: GitProgram | None = None) -> None:
        self._git = program or GitProgram(inherited)

    @asynccontextmanager
    async def prepared(self, path: str, *, initialize: bool) -> AsyncGenerator[Repository]:
        folder = absolute(path)
        made = _Made(folder)
        try:
            if initialize:
                await self._initialize(folder, made)
            yield await self._inspected(folder)
        except Exception:
            # Not on cancellation: the transaction that uses the repository may still commit.
            await asyncio.to_thread(made.remove)
            raise

    async def planted(
        self, path: str, files: Mapping[str, str], message: str, author: Identity
    ) -> Repository:
        folder = absolute(path)
        await self._initialize(folder, _Made(folder))
        head = await self._git.run(str(folder), "rev-parse", "--quiet", "--verify", "HEAD", accepted=(0, 1))
        if head.code != 0:
            await asyncio.to_thread(_write, folder, files)
            await self._sign_for(folder, author)
            await self._git.run(str(folder), "add", "--", *files)
            # Neither the user's hooks nor their signing have anything to do with a commit that nobody asked them for.
            plain = ("-c", "commit.gpgSign=false", "-c", f"core.hooksPath={os.devnull}")
            await self._git.run(
                str(folder), *plain, "commit", "--quiet", "--message", message, also=environment_of(author)
            )
        return await self._inspected(folder)

    async def branches(self, path: str) -> list[Branch]:
        remotes = (await self._git.run(path, "remote")).text.splitlines()
        listed = await self._git.run(
            path,
            "for-each-ref",
            "--format=%(refname)%00%(symref)%00%(HEAD)%00%(upstream)",
            "refs/heads",
            "refs/remotes",
        )
        refs = [line.split("\0") for line in listed.text.splitlines()]
        upstreams = [upstream for *_, head, upstream in refs if head == "*"]
        current = next((name.removeprefix(_HEADS) for name, _, head, _ in refs if head == "*"), None)
        local = [
            Branch(name=short, display_name=short, kind="local", is_current=head == "*")
            for name, _, head, _ in refs
            if (short := name.removeprefix(_HEADS)) != name
        ]
        remote = [
            _remote_branch(name, remotes, current, upstreams)
            for name, symref, *_ in refs
            # What points elsewhere is no branch but a name for one: origin/HEAD.
            if name.startswith(_REMOTES) and not symref
        ]
        return sorted(local, key=_by_name) + sorted(remote, key=_by_name)

    async def origin_url(self, path: str) -> str | None:
        found = await self._git.run(path, "remote", "get-url", "origin", accepted=(0, 2))
        return found.text.strip() or None if found.code == 0 else None

    async def remotes(self, path: str) -> dict[str, str]:
        listed = (await self._git.run(path, "remote", "--verbose")).text.splitlines()
        named = (line.removesuffix(" (fetch)").split("\t", 1) for line in listed if line.endswith(" (fetch)"))
        return {name: url for name, url in named if url}

    async def _sign_for(self, folder: Path, author: Identity) -> None:
        """Writes into the repository's own configuration whose its commits are, as far as the user's does not say."""
        for key, value in (("user.name", author.name), ("user.email", author.email)):
            known = await self._git.run(str(folder), "config", "--get", key, accepted=(0, 1))
            if known.code != 0 and value is not None:
                await self._git.run(str(folder), "config", key, value)

    async def _inspected(self, folder: Path) -> Repository:
        if not await asyncio.to_thread(is_folder, folder):
            raise NotARepository.field(FIELD, f"{folder} is not there, or is no folder")
        found = await self._git.run(str(folder), "rev-parse", "--show-toplevel", accepted=(0, _FATAL))
        if found.code == _FATAL:
            raise _refusal(folder, found.complaint)
        if not await _is_same(found.text, folder):
            raise NotARepository.field(
                FIELD, f"{folder} is a folder inside the repository {found.text.strip()}; add that one"
            )
        return Repository(path=str(folder), default_branch=await self._default_branch(str(folder)))

    async def _default_branch(self, folder: str) -> str:
        """What the remote calls its main branch, else main or master, else the branch that the work tree is on."""
        wanted = [f"{_ORIGIN}HEAD", *(_HEADS + name for name in _USUAL_BRANCHES)]
        listed = await self._git.run(folder, "for-each-ref", "--format=%(refname)%00%(symref)", *wanted)
        found = dict(line.split("\0") for line in listed.text.splitlines())
        if main := found.get(f"{_ORIGIN}HEAD"):
            return main.removeprefix(_ORIGIN)
        for name in _USUAL_BRANCHES:
            if _HEADS + name in found:
                return name
        head = await self._git.run(folder, "symbolic-ref", "--quiet", "HEAD", accepted=(0, 1))
        return head.text.strip().removeprefix(_HEADS) or FALLBACK_BRANCH

    async def _initialize(self, folder: Path, made: _Made) -> None:
        await asyncio.to_thread(made.folders)
        found = await self._git.run(str(folder), "rev-parse", "--show-toplevel", accepted=(0, _FATAL))
        if found.code == _FATAL and _NO_REPOSITORY not in found.complaint:
            raise _refusal(folder, found.complaint)
        if found.code == 0 and await _is_same(found.text, folder):
            return
        configured = await self._git.run(
            str(folder), "config", "--get", "init.defaultBranch", accepted=(0, 1)
        )
        # Git's own default is still `master`; the user's choice, where there is one, stands.
        options = () if configured.code == 0 else ("-c", f"init.defaultBranch={FALLBACK_BRANCH}")
        await asyncio.to_thread(made.note_repository)
        await self._git.run(str(folder), *options, "init", "--quiet")


class _Made:
    """What was made for a repository that was not there, so that it can be taken away again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folders: list[Path] = []
        self._repository: Path | None = None

    def folders(self) -> None:
        """Makes the folder and those above it that are missing. Raises Invalid."""
        missing = [one for one in (self._folder, *self._folder.parents) if not _is_there(one)]
        for one in reversed(missing):
            try:
                one.mkdir()
            except OSError as error:
                raise Invalid.field(FIELD, f"{one} cannot be made: {error.strerror}") from error
            self._folders.append(one)
        if not is_folder(self._folder):
            raise Invalid.field(FIELD, f"{self._folder} is no folder")

    def note_repository(self) -> None:
        """To be called before git makes the repository: one that is there already is not ours to remove."""
        repository = self._folder / ".git"
        if not _is_there(repository):
            self._repository = repository

    def remove(self) -> None:
        """Removes it all; a folder in which something else has appeared meanwhile stays."""
        if self._repository is not None and _is_there(self._repository):
            shutil.rmtree(self._repository)
        for one in reversed(self._folders):
            with contextlib.suppress(OSError):
                one.rmdir()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def absolute(text: str) -> Path:
    """`text` as a path from the root, `~` replaced. Raises Invalid for a blank, relative or impossible one."""
    path = text.strip()
    if not path or "\0" in path or len(os.fsencode(path)) > MAX_PATH:
        raise Invalid.field(FIELD, "must be the path of a folder")
    try:
        folder = Path(path).expanduser()
    except RuntimeError as error:
        raise Invalid.field(FIELD, f"{path!r}: there is no such user") from error
    if not folder.is_absolute():
        raise Invalid.field(
            FIELD, f"{path!r} must begin with / or ~: the server has no folder of yours to start from"
        )
    return folder.resolve() if ".." in folder.parts else folder


def _refusal(folder: Path, complaint: str) -> Exception:
    """The error that a fatal complaint about a folder is."""
    if "dubious ownership" in complaint:
        return NotARepository.field(
            FIELD,
            f"{folder} belongs to another user, so git does not use it; if you trust what is in it, run "
            f"`git config --global --add safe.directory {folder}`",
        )
    if "work tree" in complaint:
        return NotARepository.field(
            FIELD, f"{folder} is a repository without a work tree; a project needs one"
        )
    if _NO_REPOSITORY in complaint:
        return NotARepository.field(
            FIELD, f"{folder} is not a git repository; with `initialize` it becomes one"
        )
    return GitFailed(f"git cannot read {folder}: {complaint}")


async def _is_same(top: str, folder: Path) -> bool:
    """Whether git's line for the top of a work tree names this folder, links resolved."""
    return await asyncio.to_thread(os.path.samefile, top.removesuffix("\n"), folder)


def _remote_branch(name: str, remotes: list[str], current: str | None, upstreams: list[str]) -> Branch:
    """A branch of a remote; the name of a remote may have slashes of its own."""
    short = name.removeprefix(_REMOTES)
    owners = [one for one in remotes if short.startswith(f"{one}/")]
    remote = max(owners, key=len) if owners else short.partition("/")[0]
    follows = any(upstreams)
    is_current = name in upstreams if follows else current is not None and short == f"{remote}/{current}"
    return Branch(name=short, display_name=short, kind="remote", remote=remote, is_current=is_current)


def _by_name(branch: Branch) -> str:
    return branch.name


def _is_there(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except OSError:
        return False
