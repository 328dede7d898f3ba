"""What an attempt has changed, as people look at it: status, files, differences, commits."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.errors import Invalid
from kanbanai.domain.times import Timestamp

FileStatus = Literal["M", "A", "D", "R", "C", "U", "?"]
"""Modified, added, deleted, renamed, copied, in conflict, not under git's care yet."""
GoingOn = Literal["rebase", "merge", "cherry-pick", "revert"]
"""What waits in a worktree for a person to be continued or aborted."""
Source = Literal["worktree", "index", "head", "base"]
MAX_PATH = 4_096
"""Bytes; Linux takes no longer path."""


class ChangedFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A file that differs from the base. `staged`: the index has something of it that is not committed."""

    path: str
    old_path: str | None = None
    status: FileStatus
    staged: bool = msgspec.field()


class ChangeSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How many files are what. Renamed ones and those in conflict count as modified, copies as added."""

    added: int
    modified: int
    deleted: int
    untracked: int
    staged: int

    @classmethod
    def of(cls, files: list[ChangedFile]) -> ChangeSummary:
        """The summary of these files."""
        kinds = [one.status for one in files]
        return cls(
            added=kinds.count("A") + kinds.count("C"),
            modified=kinds.count("M") + kinds.count("R") + kinds.count("U"),
            deleted=kinds.count("D"),
            untracked=kinds.count("?"),
            staged=sum(one.staged for one in files),
        )


class WorktreeStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a worktree stands to its base.

    `ahead` and `behind` count commits. `isMerged`: the base has all that the branch's commits change, though not the
    commits themselves, as after a squash; it is not looked for while something is uncommitted. `comparedWith` is the
    base as git names it: the remote's branch, else the local one, else the commit that the attempt began at; null when
    none of them is there any more, and then the head is compared with. `truncated`: there are more files than are told;
    the summary counts those that are.
    """

    branch: str
    ahead: int
    behind: int
    is_merged: bool
    has_uncommitted: bool
    files: list[ChangedFile]
    summary: ChangeSummary
    compared_with: str | None
    going_on: GoingOn | None
    conflicts: list[str]
    truncated: bool


class FileContent(msgspec.Struct, frozen=True, kw_only=True):
    """A file at some point. `content` null: it is missing there, or cannot be shown; `reason` says which."""

    content: str | None
    reason: Literal["missing", "binary", "tooLarge"] | None = None
    size: int | None = None


class DiffLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a difference, with its number before and after; `bare`: no line break follows it in the file."""

    kind: Literal["context", "add", "delete"]
    text: str = msgspec.field()
    old: int | None = None
    new: int | None = None
    bare: bool = False


class Hunk(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Lines that changed, with some around them. `heading` is the function or section that they are in."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    heading: str
    lines: list[DiffLine]


class FileDiff(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How one file differs.

    `additions` and `deletions` count lines (null: binary). `folded`: there is too much of it to be sent unasked; it is
    to be had by its path. Modes are git's (`100755`: may be run, `120000`: a link, `160000`: a submodule).
    """

    path: str
    old_path: str | None
    status: FileStatus
    old_mode: str | None
    new_mode: str | None
    binary: bool
    additions: int | None
    deletions: int | None
    folded: bool = False
    hunks: list[Hunk] = []


class Diff(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How two states differ. `from` is a commit, `to` too (null: the worktree as it is, untracked files included)."""

    before: str = msgspec.field(name="from")
    after: str | None = msgspec.field(name="to")
    files: list[FileDiff]
    additions: int
    deletions: int
    truncated: bool


class CommitSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A commit of a branch."""

    sha: str
    short_sha: str
    subject: str
    body: str
    author_name: str
    author_email: str
    authored_at: Timestamp
    is_merge: bool


class CommitList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The commits that a branch has and its base has not, the newest first. `truncated`: there are older ones."""

    commits: list[CommitSummary]
    truncated: bool


UpdateHow = Literal["rebase", "merge"]
MergeHow = Literal["ff", "merge", "squash"]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge came to: the base's commit now, and the one before. Equal: there was nothing to merge."""

    base: str
    sha: str
    before: str


def path_in_repository(text: str, field: str = "path") -> str:
    """`text` as the path of a file in a repository. Raises Invalid, naming the field."""
    if not text:
        raise Invalid.coded(field, "Missing path", "is required")
    parts = text.split("/")
    if (
        text.startswith("/")
        or "\0" in text
        or len(text.encode("utf-8", "replace")) > MAX_PATH
        or any(part in {"", ".", ".."} or part.casefold() == ".git" for part in parts)
    ):
        raise Invalid.field(field, f"{text[:200]!r} is no path of a file in the repository")
    return text
