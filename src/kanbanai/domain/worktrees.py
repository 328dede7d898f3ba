"""Where attempts work: worktrees with branches of their own, and what is kept of those that are put away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import msgspec

from kanbanai.domain.times import Timestamp

MAX_SLUG = 64
"""Characters; as the contract has it."""
_STRANGE = re.compile(r"[^\w.-]+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN_IN_BRANCHES = re.compile(r"\.{2,}|\.lock(?=/|$)|(?<=/)\.|^\.|\.$|/$|^/|^-|//+")


class Identity(msgspec.Struct, frozen=True):
    """Who a commit is by; None: whom git knows."""

    name: str | None = None
    email: str | None = None


class Login(msgspec.Struct, frozen=True):
    """What git may log in with at web addresses that begin with `url`, for one call."""

    url: str
    user: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret, so that no log and no traceback holds it."""
        return f"Login({self.url!r}, {self.user!r})"


class NewWorktree(msgspec.Struct, frozen=True, kw_only=True):
    """What a worktree is made of. `base`: a branch, local or of `remote`, or a commit. `path` does not exist yet.

    `fetch`: what the remote has of the base is fetched first, if it can be reached.
    """

    repository: str
    path: str
    branch: str
    base: str
    remote: str | None = None
    fetch: bool = True


class WorktreeMade(msgspec.Struct, frozen=True):
    """A new worktree. `branch` may have got a number; `base_commit` is the full name of the commit that it began at.

    `notes`: what did not go as it should have, though the worktree is there: a sentence each.
    """

    path: str
    branch: str
    base_commit: str
    notes: tuple[str, ...] = ()


class CommitMade(msgspec.Struct, frozen=True):
    """A commit. `sha` is its full name, `short` as short as git makes it."""

    sha: str
    short: str
    subject: str


class Salvage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Work that was saved before its worktree went. `ref` keeps it; `commit` is what it points at.

    `uncommitted`: files that were not committed, `unmerged`: commits that are nowhere else. `nested`: repositories
    inside the worktree (submodules, clones) whose own work is kept beside it, by their folders.
    """

    ref: str
    commit: str
    branch: str
    saved_at: Timestamp
    uncommitted: int
    unmerged: int
    nested: tuple[str, ...] = ()


def slug(text: str) -> str:
    """`text` as part of a branch or folder: word characters, `-` and `.`, at most 64; `untitled` when none is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = _STRANGE.sub("-", plain).strip("-.").lower()[:MAX_SLUG].strip("-.")
    return found or "untitled"


def branch_of(template: str, values: Mapping[str, str]) -> str:
    """A branch's name by a template. What a value has that no branch may have is left out."""
    made = _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template)
    while (tidy := _FORBIDDEN_IN_BRANCHES.sub("", made)) != made:
        made = tidy
    return made
