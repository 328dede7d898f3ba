"""Looking at what an attempt has changed: status, files, commits. Nothing here writes into the repository."""

from __future__ import annotations

import asyncio
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, cast

from kanbanai.adapters.git import patches
from kanbanai.adapters.git.bases import Bases, is_contained, verified
from kanbanai.adapters.git.committing import going_on
from kanbanai.adapters.git.diffs import Diffs
from kanbanai.adapters.git.places import CHECKOUT_PATIENCE, Place, Places
from kanbanai.domain.errors import Invalid
from kanbanai.domain.git import (
    ChangedFile,
    ChangeSummary,
    CommitList,
    CommitSummary,
    Diff,
    FileContent,
    GoingOn,
    Source,
    WorktreeStatus,
    path_in_repository,
)
from kanbanai.domain.times import timestamp
from kanbanai.ports.repository import Compared

MAX_FILES = 5_000
"""Files told in one status; more is no change that a person looks through, but a folder that git should ignore."""
MAX_STATUS = 4 * 1024 * 1024
"""Bytes read of git's own status: some 40,000 files with long names."""
MAX_CONTENT = 1024 * 1024
"""Bytes of a file that is shown; a longer one is for an editor."""
MAX_COMMITS = 200
_BINARY_WITHIN = 8_000
"""Bytes at a file's beginning among which git looks for a NUL to call it binary."""
_QUIET = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none")


class _Porcelain(NamedTuple):
    """What `git status --porcelain=v2 --branch -z` says."""

    branch: str
    entries: int
    staged: set[str]
    untracked: list[str]
    conflicts: list[str]


class GitInspection:
    """Reads worktrees."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._bases = Bases(places)
        self._diffs = Diffs(places)

    # ── Status ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def status(self, path: str, compared: Compared) -> WorktreeStatus:
        """How the worktree stands to its base. Raises NoWorktree."""
        place = await self._places.worktree(path)
        base = await self._bases.compared(path, compared.base, compared.remote, compared.commit)
        asked = (
            "status",
            "--porcelain=v2",
            "--branch",
            "-z",
            "--untracked-files=all",
            "--ignore-submodules=none",
        )
        output = await self._places.run(place, *asked, bound=MAX_STATUS, patience=CHECKOUT_PATIENCE)
        own = _porcelain(output.data.rpartition(b"\0")[0].decode("utf-8", "replace").split("\0"))
        begin = await self._bases.begin(path, base)
        differing = ("diff", "--raw", "-z", "--no-abbrev", "--find-renames", *_QUIET, begin)
        changed = await self._places.run(place, *differing, bound=MAX_STATUS, patience=CHECKOUT_PATIENCE)
        files = _merged(patches.entries(_whole(changed.data)), own)
        waiting = await going_on(place)
        counted = await self._counted(place, base)
        is_settled = counted["ahead"] > 0 and own.entries == 0 and waiting is None
        return WorktreeStatus(
            branch=await self._branch(place, own.branch),
            **counted,
            is_merged=is_settled and await is_contained(self._places.git, path, "HEAD", compared.base),
            has_uncommitted=own.entries > 0,
            files=files[:MAX_FILES],
            summary=ChangeSummary.of(files[:MAX_FILES]),
            compared_with=None if base is None else _short(base),
            going_on=cast("GoingOn | None", waiting),
            conflicts=own.conflicts,
            truncated=len(files) > MAX_FILES or not (output.is_whole and changed.is_whole),
        )

    async def _counted(self, place: Place, base: str | None) -> dict[str, int]:
        if base is None:
            return {"ahead": 0, "behind": 0}
        asked = ("rev-list", "--left-right", "--count", f"HEAD...{base}", "--")
        counted = await self._places.run(place, *asked, accepted=(0, 128))
        ahead, behind = counted.text.split() if counted.code == 0 else (0, 0)
        return {"ahead": int(ahead), "behind": int(behind)}

    async def _branch(self, place: Place, named: str) -> str:
        """The branch that is worked on; while a rebase goes on, git itself is on none."""
        if named != "(detached)":
            return named
        for folder in ("rebase-merge", "rebase-apply"):
            name = await asyncio.to_thread(_first_line, place.git_dir / folder / "head-name")
            if name:
                return name.removeprefix("refs/heads/")
        return "HEAD"

    # ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def file(self, path: str, name: str, source: Source, compared: Compared) -> FileContent:
        """A file at some point. Raises NoWorktree, and Invalid for a path that leads out of the worktree."""
        place = await self._places.worktree(path)
        path_in_repository(name)
        if source == "worktree":
            return await asyncio.to_thread(_on_disk, Path(place.path), name)
        blob = await self._blob(place, name, source, compared)
        if blob is None:
            return FileContent(content=None, reason="missing")
        size = int((await self._places.run(place, "cat-file", "-s", blob)).text)
        if size > MAX_CONTENT:
            return FileContent(content=None, reason="tooLarge", size=size)
        return _content((await self._places.run(place, "cat-file", "blob", blob)).data)

    async def _blob(self, place: Place, name: str, source: Source, compared: Compared) -> str | None:
        """The object that has the file's content at that point."""
        if source == "index":
            asked: tuple[str, ...] = ("ls-files", "--stage", "-z", "--", name)
        else:
            point = "HEAD"
            if source == "base":
                base = await self._bases.compared(place.path, compared.base, compared.remote, compared.commit)
                point = await self._bases.begin(place.path, base)
            elif await verified(self._places.git, place.path, "HEAD") is None:
                return None
            asked = ("ls-tree", "-z", point, "--", name)
        for line in (await self._places.run(place, "--literal-pathspecs", *asked)).names:
            words, _, found = line.partition("\t")
            mode, kind_or_object, rest = words.split(" ")
            if found == name and mode[:2] in {"10", "12"}:
                # ls-files: mode, object, stage (of a conflict the common ancestor first); ls-tree: mode, kind, object.
                return kind_or_object if source == "index" else rest
        return None

    # ── Differences ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def diff(
        self, path: str, compared: Compared, *, uncommitted: bool = False, only: str | None = None
    ) -> Diff:
        """What the worktree has changed since it left its base, or since its head."""
        return await self._diffs.diff(path, compared, uncommitted=uncommitted, only=only)

    async def commit_diff(self, path: str, sha: str, *, only: str | None = None) -> Diff:
        """What one commit changed."""
        return await self._diffs.commit_diff(path, sha, only=only)

    # ── Commits ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def commits(self, path: str, compared: Compared) -> CommitList:
        """The commits that the worktree's branch has and its base has not, the newest first. Raises NoWorktree."""
        place = await self._places.worktree(path)
        base = await self._bases.compared(path, compared.base, compared.remote, compared.commit)
        head = await verified(self._places.git, path, "HEAD")
        if base is None or head is None:
            return CommitList(commits=[], truncated=False)
        form = "%H%x00%h%x00%s%x00%b%x00%an%x00%ae%x00%at%x00%P%x00"
        asked = ("log", f"--max-count={MAX_COMMITS + 1}", f"--format=tformat:{form}", "--no-show-signature")
        fields = (await self._places.run(place, *asked, "HEAD", f"^{base}", "--")).text.split("\0")[:-1]
        found = [_commit(fields[at : at + 8]) for at in range(0, len(fields), 8)]
        return CommitList(commits=found[:MAX_COMMITS], truncated=len(found) > MAX_COMMITS)


def _porcelain(lines: list[str]) -> _Porcelain:
    """Reads the records; a rename's second name is a record of its own that follows."""
    branch, count = "", 0
    staged: set[str] = set()
    untracked: list[str] = []
    conflicts: list[str] = []
    fields = iter(lines)
    for field in fields:
        kind, _, rest = field.partition(" ")
        if kind == "#":
            branch = rest.removeprefix("branch.head ") if rest.startswith("branch.head ") else branch
            continue
        if kind not in {"1", "2", "u", "?"}:
            continue
        count += 1
        if kind == "?":
            untracked.append(rest)
        elif kind == "u":
            conflicts.append(rest.split(" ", 9)[9])
        else:
            words = rest.split(" ", 7 if kind == "1" else 8)
            if words[0][0] != ".":
                staged.add(words[-1])
            if kind == "2":
                next(fields, None)
    return _Porcelain(branch, count, staged, untracked, sorted(conflicts))


def _merged(changed: list[patches.Entry], own: _Porcelain) -> list[ChangedFile]:
    """What differs from the base, what is in conflict, and what git does not know yet, by path."""
    files = {
        one.path: ChangedFile(
            path=one.path, old_path=one.old_path, status=one.status, staged=one.path in own.staged
        )
        for one in changed
    }
    files |= {path: ChangedFile(path=path, status="U", staged=False) for path in own.conflicts}
    files |= {path: ChangedFile(path=path, status="?", staged=False) for path in own.untracked}
    return [files[path] for path in sorted(files)]


def _whole(data: bytes) -> str:
    """Records of which the last may have been cut."""
    head, end, _ = data.rpartition(b"\0")
    return (head + end).decode("utf-8", "replace")


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    except OSError:
        return ""


def _on_disk(top: Path, name: str) -> FileContent:
    """The file in the worktree. Links are resolved, and must not lead out of it or into git's own folder."""
    root = Path(os.path.realpath(top))
    real = Path(os.path.realpath(root / name))
    if not real.is_relative_to(root) or ".git" in real.relative_to(root).parts:
        raise Invalid.field("path", f"{name!r} leads out of the worktree")
    try:
        # A pipe must not be waited for, nor a link followed that was put there since.
        opened = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return FileContent(content=None, reason="missing")
    with os.fdopen(opened, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return FileContent(content=None, reason="missing")
        data = file.read(MAX_CONTENT + 1)
    if len(data) > MAX_CONTENT:
        return FileContent(content=None, reason="tooLarge", size=max(status.st_size, len(data)))
    return _content(data)


def _content(data: bytes) -> FileContent:
    if b"\0" in data[:_BINARY_WITHIN]:
        return FileContent(content=None, reason="binary", size=len(data))
    return FileContent(content=data.decode("utf-8", "replace"), size=len(data))


def _commit(fields: list[str]) -> CommitSummary:
    sha, short, subject, body, name, email, seconds, parents = fields
    return CommitSummary(
        sha=sha.removeprefix("\n"),
        short_sha=short,
        subject=subject,
        body=body.rstrip("\n"),
        author_name=name,
        author_email=email,
        authored_at=timestamp(datetime.fromtimestamp(int(seconds), UTC)),
        is_merge=" " in parents,
    )
