"""What a branch begins at, and what it is compared with: a base as people name it, found in a repository."""

from __future__ import annotations

from collections.abc import Mapping

from kanbanai.adapters.git.places import FATAL, Places
from kanbanai.adapters.git.program import GitProgram
from kanbanai.domain.errors import GitFailed, Invalid, NoCommits, NotARepository
from kanbanai.domain.repositories import branch_name

FETCH_PATIENCE = 20.0
"""Seconds in which the newest of a base is waited for before an attempt begins with what is here."""
_FIELD = "baseBranch"
_SHOWN = 10
"""Branches named in the sentence about one that is not there."""


class Bases:
    """Bases of the repositories of this machine."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._git = places.git

    async def fetched(self, repository: str, base: str, remote: str | None) -> str | None:
        """Fetches what the remote has of the base; None when that went well, else a sentence that says why not."""
        remotes = await remotes_of(self._git, repository)
        owner = next((one for one in remotes if base.startswith(f"{one}/")), None)
        wanted = owner or remote or default_remote(remotes)
        if wanted is None or wanted not in remotes:
            return None
        branch = base.removeprefix(f"{wanted}/") if owner else base
        common_dir = await self._places.common_dir(repository)
        try:
            branch_name(_FIELD, branch)
            async with self._places.remotes_of(common_dir):
                await fetch(self._git, repository, wanted, branch, patience=FETCH_PATIENCE)
        except (GitFailed, Invalid) as error:
            return f"The newest of {branch} could not be fetched from {wanted}: {error}"
        return None

    async def commit(self, repository: str, base: str, remote: str | None) -> str:
        """The commit that a branch on this base begins at, by its full name.

        A local branch counts before one of the remote, unless it has merely fallen behind it. Raises NoCommits, and
        Invalid for a base that is not there.
        """
        remotes = await remotes_of(self._git, repository)
        local = await self._verified(repository, f"refs/heads/{base}")
        wanted = remote or default_remote(remotes)
        far = await self._verified(repository, f"refs/remotes/{wanted}/{base}") if wanted else None
        if local and far and local != far and await is_ancestor(self._git, repository, local, far):
            return far
        found = local or await self._verified(repository, f"refs/remotes/{base}") or far
        found = found or await self._verified(repository, base)
        if found is None:
            await self._explain(repository, base)
        return str(found)

    async def compared(
        self, repository: str, base: str, remote: str | None, commit: str | None
    ) -> str | None:
        """What an attempt's branch is compared with: the remote's base, else the local one, else where it began."""
        remotes = await remotes_of(self._git, repository)
        wanted = remote or default_remote(remotes)
        for name in (
            f"refs/remotes/{wanted}/{base}" if wanted else "",
            f"refs/remotes/{base}",
            f"refs/heads/{base}",
        ):
            if name and await self._verified(repository, name):
                return name
        return commit and await self._verified(repository, commit)

    async def begin(self, worktree: str, compared: str | None) -> str:
        """What a worktree's changes are counted from: the commit at which its branch left what it is compared with."""
        head = await self._verified(worktree, "HEAD")
        if head is None:
            return await self.empty_tree(worktree)
        if compared is None:
            return head
        found = await self._git.run(worktree, "merge-base", "HEAD", compared, accepted=(0, 1))
        return found.text.strip() or head

    async def empty_tree(self, repository: str) -> str:
        """The tree of nothing, by the name that it has in this repository."""
        return (
            await self._git.run(repository, "hash-object", "-t", "tree", "--stdin", stdin=b"")
        ).text.strip()

    async def _verified(self, repository: str, name: str) -> str | None:
        return await verified(self._git, repository, name)

    async def _explain(self, repository: str, base: str) -> None:
        """Raises the error that says why a base was not found."""
        listed = await self._git.run(
            repository, "for-each-ref", "--format=%(refname:lstrip=2)", "--sort=-committerdate", "refs/heads"
        )
        branches = listed.text.splitlines()
        if not branches and await self._verified(repository, "HEAD") is None:
            raise NoCommits(
                f"The repository {repository} has no commit yet, so nothing can begin at it; make a first commit"
            )
        known = ", ".join(branches[:_SHOWN]) or "no branches"
        raise Invalid.field(_FIELD, f"the repository has no branch or commit {base!r}; it has {known}")


async def verified(git: GitProgram, folder: str, name: str) -> str | None:
    """The commit of that name, by its full name; None: there is none."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    found = await git.run(folder, *asked, accepted=(0, 1, FATAL))
    if found.code == FATAL and "not a git repository" in found.complaint:
        raise NotARepository(f"{folder} is no git repository (any more)")
    return found.text.strip() if found.code == 0 else None


async def is_ancestor(git: GitProgram, folder: str, old: str, new: str) -> bool:
    """Whether everything of `old` is in `new`."""
    return (await git.run(folder, "merge-base", "--is-ancestor", old, new, accepted=(0, 1))).code == 0


async def remotes_of(git: GitProgram, folder: str) -> list[str]:
    """The remotes of a repository."""
    return (await git.run(folder, "remote")).text.splitlines()


def default_remote(remotes: list[str]) -> str | None:
    """The remote that is meant when nobody names one: `origin`, or the only one."""
    if "origin" in remotes:
        return "origin"
    return remotes[0] if len(remotes) == 1 else None


async def fetch(
    git: GitProgram,
    folder: str,
    remote: str,
    branch: str,
    *,
    patience: float,
    also: Mapping[str, str] | None = None,
) -> None:
    """Fetches one branch of a remote into the reference that git keeps for it, and nothing else."""
    where = f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"
    quiet = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
    await git.run(folder, "fetch", *quiet, remote, where, patience=patience, also=also)
