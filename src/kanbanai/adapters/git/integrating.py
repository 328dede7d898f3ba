"""Bringing branches together: a base into an attempt's branch, an attempt's branch into its base.

Whatever cannot be done is found out before anything changes, or undone. A merge into the base is computed without any
work tree (`git merge-tree`); where the base is checked out, its files then follow by a fast-forward, which git itself
refuses when it would touch an uncommitted change.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from kanbanai.adapters.git.bases import Bases, is_ancestor, verified
from kanbanai.adapters.git.committing import environment_of, going_on, why_refused
from kanbanai.adapters.git.listing import Known, known_worktrees
from kanbanai.adapters.git.places import FATAL, HOOK_PATIENCE, Place, Places, to_the_end
from kanbanai.adapters.git.program import Output, told
from kanbanai.domain.errors import (
    CommitRefused,
    Conflict,
    FieldError,
    GitFailed,
    Invalid,
    MergeConflict,
    NotFound,
)
from kanbanai.domain.git import Merged, MergeHow, UpdateHow
from kanbanai.domain.worktrees import Identity
from kanbanai.ports.repository import Compared

_TRIES = 3
"""Times that a merge is computed anew because the base moved under it."""
_OVERWRITTEN = "would be overwritten by"
_MARK = b"<<<<<<< "


class GitIntegration:
    """Rebases and merges."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._git = places.git
        self._bases = Bases(places)

    # ── The base into the branch ────────────────────────────────────────────────────────────────────────────────────

    async def update(
        self, path: str, compared: Compared, *, how: UpdateHow, keep: bool, identity: Identity
    ) -> str:
        """See `kanbanai.ports.Integration.update`."""
        place = await self._places.worktree(path)
        await self._bases.fetched(path, compared.base, compared.remote)
        base = await self._newest(path, compared)
        async with self._places.files_of(place):
            await self._refuse_unready(place)
            before = await verified(self._git, path, "HEAD")
            try:
                done = await self._brought(place, base, how, identity)
            except BaseException:
                await to_the_end(self._put_back(place))
                raise
            if done.code != 0:
                await self._explain(place, done, how, keep=keep)
            return await self._head(place) or str(before)

    async def _newest(self, path: str, compared: Compared) -> str:
        """The base to bring in: what `Bases.compared` finds, unless the local branch is ahead of the remote's."""
        base = await self._bases.compared(path, compared.base, compared.remote, None)
        if base is None:
            raise Invalid.field(
                "baseBranch", f"the repository has no branch {compared.base!r} to update from"
            )
        local = await verified(self._git, path, f"refs/heads/{compared.base}")
        if local and base.startswith("refs/remotes/") and await is_ancestor(self._git, path, base, local):
            return f"refs/heads/{compared.base}"
        return base

    async def _brought(self, place: Place, base: str, how: UpdateHow, identity: Identity) -> Output:
        if how == "rebase":
            command: tuple[str, ...] = (
                "-c",
                "rebase.updateRefs=false",
                "rebase",
                "--no-autostash",
                "--no-autosquash",
                base,
            )
        else:
            command = ("merge", "--no-edit", "--no-autostash", "--ff", base)
        return await self._run(place, *command, identity=identity)

    async def _run(self, place: Place, *command: str, identity: Identity) -> Output:
        """Runs what may make commits. Who commits must be known before, not in the middle of a rebase."""
        also = environment_of(identity)
        if "GIT_COMMITTER_EMAIL" not in also:
            known = await self._places.run(
                place, "var", "GIT_COMMITTER_IDENT", also=also, accepted=(0, FATAL)
            )
            if known.code != 0:
                raise CommitRefused(why_refused(told(known)))
        if "rebase" in command:
            # Who wrote a commit stays its author.
            also = {key: value for key, value in also.items() if key.startswith("GIT_COMMITTER")}
        return await self._places.run(
            place, *command, also=also, accepted=(0, 1, 2, FATAL), patience=HOOK_PATIENCE
        )

    async def _refuse_unready(self, place: Place) -> None:
        if waiting := await going_on(place):
            raise Conflict(f"A {waiting} is going on in this worktree; continue or abort it first")
        on = await self._places.run(place, "symbolic-ref", "--quiet", "HEAD", accepted=(0, 1))
        if on.code != 0:
            raise Conflict("The worktree is on no branch (its head is detached); switch to its branch first")
        asked = ("status", "--porcelain", "-z", "--untracked-files=no", "--no-renames")
        changed = (await self._places.run(place, *asked)).names
        if changed:
            files = tuple(line[3:] for line in changed)
            raise _in_the_way("There are uncommitted changes in the worktree; commit them first", files)

    async def _explain(self, place: Place, done: Output, how: str, *, keep: bool) -> None:
        """Raises the error that a rebase or merge came to, which is undone unless it is to be kept."""
        files = await self._unmerged(place)
        if files and keep:
            raise MergeConflict.of(
                f"The {how} stopped: both sides changed the same places; it waits for you", files
            )
        await to_the_end(self._put_back(place))
        if files:
            raise MergeConflict.of(f"The {how} is not possible: both sides changed the same places", files)
        if _OVERWRITTEN in done.complaint:
            raise _in_the_way(
                f"The {how} would overwrite files that are not committed", _named(done.complaint)
            )
        raise GitFailed(f"The {how} failed: {told(done)}")

    async def _put_back(self, place: Place) -> None:
        """Gives up what is going on, if anything is."""
        waiting = await going_on(place)
        if waiting in {"rebase", "merge"}:
            await self._places.run(place, waiting, "--abort")

    # ── What waits ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def proceed(self, path: str, *, identity: Identity) -> str:
        """See `kanbanai.ports.Integration.proceed`."""
        place = await self._places.worktree(path)
        async with self._places.files_of(place):
            waiting = await self._waiting(place)
            marked = await self._marked(place, await self._unmerged(place))
            if marked:
                raise MergeConflict.of("There are still marks of a conflict in these files", marked)
            await self._places.run(place, "add", "--all")
            command = (waiting, "--continue") if waiting != "merge" else ("commit", "--no-edit")
            done = await self._run(place, *command, identity=identity)
            if done.code != 0 and (files := await self._unmerged(place)):
                raise MergeConflict.of(
                    f"The {waiting} stopped again: both sides changed the same places", files
                )
            if done.code != 0:
                raise CommitRefused(why_refused(told(done)))
            return str(await self._head(place))

    async def abort(self, path: str) -> None:
        """See `kanbanai.ports.Integration.abort`."""
        place = await self._places.worktree(path)
        async with self._places.files_of(place):
            waiting = await self._waiting(place)
            await to_the_end(self._places.run(place, waiting, "--abort"))

    async def _waiting(self, place: Place) -> str:
        waiting = await going_on(place)
        if waiting is None:
            raise Conflict("Nothing waits to be continued or aborted in this worktree")
        return waiting

    async def _unmerged(self, place: Place) -> tuple[str, ...]:
        listed = await self._places.run(
            place, "diff", "--name-only", "--diff-filter=U", "-z", "--no-ext-diff"
        )
        return tuple(dict.fromkeys(listed.names))

    async def _marked(self, place: Place, files: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the files in conflict that nobody has looked at yet."""
        return await asyncio.to_thread(
            lambda: tuple(one for one in files if _has_marks(Path(place.path) / one))
        )

    async def _head(self, place: Place) -> str | None:
        return await verified(self._git, place.path, "HEAD")

    # ── The branch into the base ────────────────────────────────────────────────────────────────────────────────────

    async def merge(
        self, repository: str, *, branch: str, into: str, how: MergeHow, message: str, identity: Identity
    ) -> Merged:
        """See `kanbanai.ports.Integration.merge`."""
        common_dir = await self._places.common_dir(repository)
        async with self._places.merges_of(common_dir):
            for _ in range(_TRIES):
                done = await self._merged_once(repository, branch, into, how, message, identity)
                if done is not None:
                    return done
        raise Conflict(f"{into} kept changing while {branch} was merged; try again")

    async def _merged_once(
        self, repository: str, branch: str, into: str, how: MergeHow, message: str, identity: Identity
    ) -> Merged | None:
        """One try. None: the base moved meanwhile."""
        tip = await verified(self._git, repository, f"refs/heads/{branch}")
        before = await verified(self._git, repository, f"refs/heads/{into}")
        if tip is None:
            raise NotFound(f"There is no branch {branch} (any more)")
        if before is None:
            raise Invalid.field("baseBranch", f"the repository has no local branch {into!r} to merge into")
        if await is_ancestor(self._git, repository, tip, before):
            return Merged(base=into, sha=before, before=before)
        commit = await self._result(repository, tip, before, branch, into, how, message, identity)
        if commit == before:
            return Merged(base=into, sha=before, before=before)
        checked_out = [one for one in await known_worktrees(self._git, repository) if one.branch == into]
        if checked_out:
            is_done = await self._follow(checked_out[0], commit, before, into)
        else:
            is_done = await self._moved(repository, into, commit, before, f"merge {branch}")
        return Merged(base=into, sha=commit, before=before) if is_done else None

    async def _result(
        self,
        repository: str,
        tip: str,
        before: str,
        branch: str,
        into: str,
        how: MergeHow,
        message: str,
        identity: Identity,
    ) -> str:
        """The commit that the base is to be at. Nothing refers to it yet."""
        if how == "ff":
            if not await is_ancestor(self._git, repository, before, tip):
                raise Conflict(
                    f"{into} has commits that {branch} has not, so it cannot just move forward; "
                    f"update {branch} first, or merge in another way"
                )
            return tip
        tree = await self._tree(repository, before, tip, branch, into)
        own = (await self._git.run(repository, "rev-parse", "--verify", f"{before}^{{tree}}")).text.strip()
        if how == "squash" and tree == own:
            return before  # an earlier squash has brought it all
        parents = (before,) if how == "squash" else (before, tip)
        options = [word for parent in parents for word in ("-p", parent)]
        made = await self._git.run(
            repository,
            "commit-tree",
            *options,
            tree,
            stdin=message.encode(),
            also=environment_of(identity),
            accepted=(0, FATAL),
        )
        if made.code != 0:
            raise CommitRefused(why_refused(told(made)))
        return made.text.strip()

    async def _tree(self, repository: str, before: str, tip: str, branch: str, into: str) -> str:
        merging = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", before, tip)
        merged = await self._git.run(repository, *merging, accepted=(0, 1), patience=HOOK_PATIENCE)
        tree, *files = merged.names
        if merged.code == 1:
            raise MergeConflict.of(
                f"{branch} cannot be merged into {into}: both sides changed the same places",
                tuple(dict.fromkeys(one for one in files if one)),
            )
        return tree

    async def _moved(self, repository: str, into: str, commit: str, before: str, why: str) -> bool:
        """Moves a branch that is checked out nowhere. False: somebody else moved it meanwhile."""
        moving = ("update-ref", "-m", why, f"refs/heads/{into}", commit, before)
        done = await self._git.run(repository, *moving, accepted=(0, FATAL))
        if done.code == 0:
            return True
        if "but expected" in done.complaint:
            return False
        raise GitFailed(f"{into} cannot be moved: {told(done)}")

    async def _follow(self, known: Known, commit: str, before: str, into: str) -> bool:
        """Moves a branch together with the files of the work tree that it is checked out in."""
        place = await self._places.find(known.path)
        if place is None:
            raise Conflict(
                f"{into} is checked out at {known.path}, which cannot be reached; `git worktree prune` it"
            )
        async with self._places.files_of(place):
            if waiting := await going_on(place):
                raise Conflict(
                    f"A {waiting} is going on in {place.path}, where {into} is checked out; end it first"
                )
            moving = ("merge", "--ff-only", "--no-autostash", "--quiet", commit)
            done = await to_the_end(
                self._places.run(place, *moving, accepted=(0, 1, 2, FATAL), patience=HOOK_PATIENCE)
            )
        if done.code == 0:
            return True
        if await verified(self._git, place.path, f"refs/heads/{into}") != before:
            return await is_ancestor(self._git, place.path, commit, f"refs/heads/{into}")
        if _OVERWRITTEN in done.complaint:
            raise _in_the_way(
                f"{into} is checked out in {place.path}, where files with uncommitted changes are in the way",
                _named(done.complaint),
            )
        raise Conflict(f"{into} is checked out in {place.path} and cannot be moved there now: {told(done)}")


def _in_the_way(detail: str, files: tuple[str, ...]) -> Conflict:
    """The error of files that nobody has committed."""
    return Conflict(detail, fields=tuple(FieldError(one, "has uncommitted changes") for one in files))


def _named(complaint: str) -> tuple[str, ...]:
    """The files that git names in a complaint: a tab before each."""
    return tuple(line.removeprefix("\t") for line in complaint.splitlines() if line.startswith("\t"))


def _has_marks(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return any(line.startswith(_MARK) for line in file)
    except OSError:  # deleted: that is how it was resolved
        return False
