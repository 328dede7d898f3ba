"""Work that would go with a worktree is kept under `refs/kanbanai/salvage/<name>/<time>`.

Such a reference points at a commit whose tree is the worktree as it was (what git ignores is left out), whose first
parent is the head as it was, and whose message ends in trailers that tell the rest. Repositories inside of the
worktree are kept the same way, under `…/<time>.nested/<number>`.
"""

from __future__ import annotations

from typing import NamedTuple

from kanbanai.adapters.git.bases import is_contained, verified
from kanbanai.adapters.git.branches import free_name
from kanbanai.adapters.git.places import CHECKOUT_PATIENCE, Place, Places
from kanbanai.adapters.git.trees import joined, tree_of
from kanbanai.domain.errors import GitFailed, NotFound
from kanbanai.domain.times import Timestamp
from kanbanai.domain.worktrees import Salvage, slug
from kanbanai.ports import Clock

ROOT = "refs/kanbanai/salvage/"
_BRANCH, _SAVED_AT = "KanbanAI-Branch", "KanbanAI-Saved-At"
_UNCOMMITTED, _UNMERGED, _NESTED = "KanbanAI-Uncommitted", "KanbanAI-Unmerged", "KanbanAI-Nested"
# All trailers at once: git 2.39 mixes them up where a format asks for several one by one.
_FORMAT = "%(refname)%00%(objectname)%00%(contents:trailers:only,unfold)%00"
_FIELDS = 3
_SAVER = {
    "GIT_AUTHOR_NAME": "KanbanAI",
    "GIT_AUTHOR_EMAIL": "kanbanai@localhost",
    "GIT_COMMITTER_NAME": "KanbanAI",
    "GIT_COMMITTER_EMAIL": "kanbanai@localhost",
}
"""Who a salvage is by: it needs nobody's settings, and is nobody's work to sign."""
_GITLINK = "160000"
_MAX_DEPTH = 3
"""Repositories inside of repositories inside of repositories."""


class _Found(NamedTuple):
    """A worktree as it is, and how many of its files are not committed."""

    head: str | None
    tree: str
    unborn: tuple[str, ...]
    uncommitted: int


class _Nested(NamedTuple):
    """A repository inside of a worktree, and the commit that holds its work."""

    folder: str
    place: Place
    commit: str


class GitSalvages:
    """What was saved, in the repositories of this machine."""

    def __init__(self, places: Places, clock: Clock) -> None:
        self._places = places
        self._git = places.git
        self._clock = clock

    async def save(
        self, repository: str, place: Place | None, *, branch: str, name: str, base: str | None
    ) -> Salvage | None:
        """Saves what is in the worktree, or on the branch, and nowhere else; None: there is nothing."""
        tip = await verified(self._git, repository, f"refs/heads/{branch}")
        found = await self._tree(place) if place else None
        head = (found.head if found else None) or tip
        if head is None and not (found and found.uncommitted):
            return None
        tips = [one for one in dict.fromkeys((head, tip)) if one]
        unmerged = await self._unmerged(repository, tips, branch, base)
        uncommitted = found.uncommitted if found else 0
        nested = await self._nested(place, found) if place and found else []
        if not (uncommitted or unmerged or nested):
            return None
        now = self._clock.now()
        tree = found.tree if found else f"{head}^{{tree}}"
        facts = {
            _BRANCH: branch,
            _SAVED_AT: now,
            _UNCOMMITTED: str(uncommitted),
            _UNMERGED: str(unmerged),
        }
        folders = tuple(one.folder for one in nested)
        commit = await self._commit(repository, tree, tips, _message(branch, facts, folders))
        ref = await self._kept(repository, name, now, commit)
        for number, one in enumerate(nested):
            await self._bring(repository, one, f"{ref}.nested/{number}")
        return Salvage(
            ref=ref,
            commit=commit,
            branch=branch,
            saved_at=now,
            uncommitted=uncommitted,
            unmerged=unmerged,
            nested=folders,
        )

    async def all(self, repository: str) -> list[Salvage]:
        """All that was saved in a repository, the newest first."""
        listed = await self._git.run(repository, "for-each-ref", f"--format={_FORMAT}", ROOT)
        fields = [field.removeprefix("\n") for field in listed.text.split("\0")]
        rows = [fields[at : at + _FIELDS] for at in range(0, len(fields) - _FIELDS + 1, _FIELDS)]
        found = [_salvage(*row) for row in rows if ".nested/" not in row[0] and row[2]]
        return sorted(found, key=lambda one: one.saved_at, reverse=True)

    async def restore(self, repository: str, ref: str, branch: str | None) -> str:
        """Makes a branch that has the saved work, and answers with its name. The salvage stays."""
        found = await self._one(repository, ref)
        common_dir = await self._places.common_dir(repository)
        async with self._places.refs_of(common_dir):
            name = await free_name(self._git, repository, branch or found.branch or "restored", "branch")
            parents = await self._git.run(repository, "rev-list", "--parents", "--max-count=1", found.commit)
            commit, *before = parents.text.split()
            # Without uncommitted files the salvage's own commit adds nothing, unless it joins two ends of the work.
            begin = before[0] if not found.uncommitted and len(before) == 1 else commit
            await self._git.run(repository, "branch", "--no-track", "--", name, begin)
            for number, _folder in enumerate(found.nested):
                kept = await verified(self._git, repository, f"{ref}.nested/{number}")
                if kept:
                    await self._git.run(
                        repository, "branch", "--no-track", "--", f"{name}.nested-{number}", kept
                    )
        return name

    async def drop(self, repository: str, ref: str) -> None:
        """Forgets what was saved, for good. Raises NotFound."""
        found = await self._one(repository, ref)
        listed = await self._git.run(repository, "for-each-ref", "--format=%(refname)", f"{ref}.nested/")
        commands = [f"delete {one}" for one in listed.text.splitlines()] + [f"delete {ref} {found.commit}"]
        await self._git.run(repository, "update-ref", "--stdin", stdin=("\n".join(commands) + "\n").encode())

    async def _one(self, repository: str, ref: str) -> Salvage:
        for one in await self.all(repository):
            if one.ref == ref:
                return one
        raise NotFound(f"Nothing is saved under {ref!r} (any more)")

    # ── What is saved ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _tree(self, place: Place) -> _Found:
        async with tree_of(self._places, place, keep=True) as tree:
            if tree.head is None:
                changed = await self._places.run(place, "ls-tree", "-r", "-z", "--name-only", tree.name)
            else:
                asked = ("diff-tree", "-r", "-z", "--name-only", "--no-renames")
                changed = await self._places.run(place, *asked, f"{tree.head}^{{tree}}", tree.name)
            return _Found(tree.head, tree.name, tree.unborn, len(changed.names))

    async def _unmerged(self, repository: str, tips: list[str], branch: str, base: str | None) -> int:
        """How many commits only these tips have: no other branch, remote or tag, and by their changes not the base."""
        if not tips:
            return 0
        elsewhere = ("--not", f"--exclude={branch}", "--branches", "--remotes", "--tags")
        counted = await self._git.run(repository, "rev-list", "--count", *tips, *elsewhere)
        count = int(counted.text)
        if (
            count
            and base is not None
            and len(tips) == 1
            and await is_contained(self._git, repository, tips[0], base)
        ):
            return 0
        return count

    async def _nested(self, place: Place, found: _Found, depth: int = 1) -> list[_Nested]:
        """The repositories inside of a worktree that have work which is nowhere else."""
        listed = await self._places.run(place, "ls-tree", "-r", "-z", found.tree)
        links = [line.partition("\t")[2] for line in listed.names if line.startswith(_GITLINK)]
        saved: list[_Nested] = []
        for folder in (*links, *found.unborn):
            inner = await self._places.find(joined(place, folder))
            # A submodule that was never brought here has nothing to save.
            if inner is None:
                continue
            if depth > _MAX_DEPTH:
                raise GitFailed(f"{inner.path} is too deep inside of other repositories to be saved")
            tree = await self._tree(inner)
            deeper = await self._nested(inner, tree, depth + 1)
            saved += [_Nested(f"{folder}/{one.folder}", one.place, one.commit) for one in deeper]
            commit = await self._own(inner, tree, folder)
            if commit:
                saved.append(_Nested(folder, inner, commit))
        return saved

    async def _own(self, inner: Place, tree: _Found, folder: str) -> str | None:
        """The commit with the work of a repository inside of a worktree; None: its remotes have it all."""
        if tree.uncommitted:
            parents = [tree.head] if tree.head else []
            return await self._commit(inner.path, tree.tree, parents, f"Work in {folder}, saved\n")
        if tree.head is None:
            return None
        # Also the branches that are not checked out: a clone goes as a whole.
        asked = ("rev-list", "--count", "HEAD", "--branches", "--not", "--remotes")
        return None if (await self._places.run(inner, *asked)).text.strip() == "0" else tree.head

    async def _bring(self, repository: str, nested: _Nested, ref: str) -> None:
        """Copies the commit, and all that it stands on, into the repository, under that reference."""
        own = "refs/kanbanai/saved"
        await self._places.run(nested.place, "update-ref", own, nested.commit)
        quiet = (
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--quiet",
        )
        what = f"{own}:{ref}"
        await self._git.run(repository, "fetch", *quiet, nested.place.path, what, patience=CHECKOUT_PATIENCE)

    # ── How it is kept ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _commit(self, folder: str, tree: str, parents: list[str], message: str) -> str:
        options = [word for parent in parents for word in ("-p", parent)]
        named = await self._git.run(folder, "rev-parse", "--verify", tree)
        made = await self._git.run(
            folder, "commit-tree", *options, named.text.strip(), stdin=message.encode(), also=_SAVER
        )
        return made.text.strip()

    async def _kept(self, repository: str, name: str, now: Timestamp, commit: str) -> str:
        """Keeps the commit under a reference that is not there yet."""
        time = now.replace("-", "").replace(":", "").replace(".", "-")
        ref, number = f"{ROOT}{slug(name)}/{time}", 1
        while await verified(self._git, repository, ref):
            number += 1
            ref = f"{ROOT}{slug(name)}/{time}-{number}"
        # The empty old value: fail rather than write over another's.
        await self._git.run(repository, "update-ref", ref, commit, "")
        return ref


def _message(branch: str, facts: dict[str, str], nested: tuple[str, ...]) -> str:
    lines = [f"{key}: {value}" for key, value in facts.items()]
    # A trailer is one line; a folder whose name has a line break is told on one.
    lines += [f"{_NESTED}: {folder!r}" if "\n" in folder else f"{_NESTED}: {folder}" for folder in nested]
    return f"Work of {branch}, saved before its worktree went\n\n" + "\n".join(lines) + "\n"


def _salvage(ref: str, commit: str, trailers: str) -> Salvage:
    facts: dict[str, list[str]] = {}
    for line in trailers.splitlines():
        key, _, value = line.partition(": ")
        facts.setdefault(key, []).append(value)
    one = {key: values[0] for key, values in facts.items()}
    return Salvage(
        ref=ref,
        commit=commit,
        branch=one.get(_BRANCH, ""),
        saved_at=Timestamp(one.get(_SAVED_AT, "")),
        uncommitted=int(one.get(_UNCOMMITTED, 0)),
        unmerged=int(one.get(_UNMERGED, 0)),
        nested=tuple(facts.get(_NESTED, ())),
    )
