"""`kanbanai.ports.Branches`: what is on a branch and not on its base, without a worktree."""

from __future__ import annotations

from kanbanai.adapters.git.bases import Bases, default_remote, remotes_of, verified
from kanbanai.adapters.git.places import Places
from kanbanai.domain.errors import Invalid, NoCommits
from kanbanai.domain.pull_summaries import MAX_COMMITS, MAX_FILES, BranchWork
from kanbanai.domain.repositories import FALLBACK_BRANCH

MAX_PATCH = 4 * 1024 * 1024
"""Bytes read of a difference, fifty times what is shown of it: enough for the small files behind some large ones."""
MAX_LOG = 4 * 1024 * 1024
"""Bytes read of the commits' messages."""
PATIENCE = 60.0
"""Seconds: a rename found among thousands of files takes some."""
_PLAIN = ("--find-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short")


class GitBranches:
    """The branches of the repositories of this machine."""

    def __init__(self, places: Places) -> None:
        self._git = places.git
        self._bases = Bases(places)

    async def head(self, repository: str) -> str | None:
        found = await self._git.run(
            repository, "symbolic-ref", "--quiet", "--short", "HEAD", accepted=(0, 1, 128)
        )
        return found.text.strip() or None

    async def commit(self, repository: str, base: str, remote: str | None) -> str | None:
        try:
            return await self._bases.commit(repository, base, remote)
        except (NoCommits, Invalid):
            return await verified(self._git, repository, "HEAD")

    async def work(self, repository: str, branch: str, base: str, remote: str | None) -> BranchWork:
        tip = await self._tip(repository, branch, remote)
        compared = await self._bases.compared(repository, base, remote, None)
        if compared is None:
            raise Invalid.field("base", f"the repository has no branch {base!r} (such as {FALLBACK_BRANCH})")
        between = f"{compared}...{tip}"
        log = await self._git.run(
            repository,
            "log",
            f"--max-count={MAX_COMMITS}",
            "--format=tformat:%B%x00",
            "--no-show-signature",
            tip,
            f"^{compared}",
            "--",
            bound=MAX_LOG,
        )
        messages = [one.strip() for one in log.text.split("\0")]
        stat = await self._git.run(
            repository,
            "diff",
            f"--stat=120,100,{MAX_FILES}",
            *_PLAIN,
            between,
            "--",
            patience=PATIENCE,
        )
        patch = await self._git.run(
            repository, "diff", *_PLAIN, between, "--", bound=MAX_PATCH, patience=PATIENCE
        )
        return BranchWork(
            branch=branch,
            base=base,
            commit=tip,
            messages=tuple(reversed([one for one in messages if one])),
            stat=stat.text,
            patch=patch.text,
            is_whole=patch.is_whole,
        )

    async def _tip(self, repository: str, branch: str, remote: str | None) -> str:
        """The branch's commit; the remote's branch stands in for a local one that is not there."""
        wanted = remote or default_remote(await remotes_of(self._git, repository))
        names = [f"refs/heads/{branch}", f"refs/remotes/{branch}"]
        names += [f"refs/remotes/{wanted}/{branch}"] if wanted else []
        for name in names:
            if (found := await verified(self._git, repository, name)) is not None:
                return found
        raise Invalid.field("branch", f"the repository has no branch {branch!r}")
