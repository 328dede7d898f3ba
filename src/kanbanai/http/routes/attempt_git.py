"""The git of an attempt: what it changed, commits, pushes, updates and merges; contract section 12.

What git did is said on the stream after it has happened, by the use cases; what it refused is said to nobody else.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from kanbanai.domain.errors import CommitRefused, Invalid, MergeConflict
from kanbanai.domain.git import (
    CommitList,
    Diff,
    FileContent,
    MergeHow,
    Source,
    UpdateHow,
    WorktreeStatus,
    path_in_repository,
)
from kanbanai.domain.ids import AttemptId
from kanbanai.http.answers import also
from kanbanai.http.provide import FromAttemptGit, FromStore
from kanbanai.usecases import attempt_git as use_cases
from kanbanai.usecases import attempts

MAX_MESSAGE = 65_536
"""Characters of a commit's message; what GitHub takes as the body of a pull request."""
MAX_CHOSEN = 1_000
"""Files that are chosen for a commit; who wants more takes everything."""
MAX_CHOSEN_BYTES = 1_000_000
"""Bytes of their paths: half of what Linux gives a program for its arguments."""

AttemptPath = Annotated[AttemptId, PathParameter(description="The attempt's id.")]
Against = Annotated[
    Literal["base", "head"],
    QueryParameter(description="`base`: the whole attempt; `head`: only what is not committed."),
]
FilePath = Annotated[
    str | None, QueryParameter(description="Only this file, by its path, and unfolded however large it is.")
]
OneCommit = Annotated[
    str | None, QueryParameter(description="Only this commit, compared with its first parent.")
]
Message = Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE)]
_NO_WORKTREE = "The attempt has no worktree (any more)."
_NO_GIT = "Git failed; its words are in the detail."
_READING = also({409: _NO_WORKTREE, 502: _NO_GIT})


class CommitDraft(msgspec.Struct, kw_only=True):
    """A commit of everything in the worktree, or of the files in `paths`."""

    subject: Message
    body: Annotated[str, Meta(max_length=MAX_MESSAGE)] | None = None
    paths: (
        Annotated[
            list[str],
            Meta(
                min_length=1,
                max_length=MAX_CHOSEN,
                description="Only these files, by their paths in the repository; of a renamed one both names.",
            ),
        ]
        | None
    ) = None

    def chosen(self) -> list[str] | None:
        """The paths, checked; None: everything. Raises Invalid, naming the field."""
        if self.paths is None:
            return None
        if sum(len(path.encode("utf-8", "replace")) for path in self.paths) > MAX_CHOSEN_BYTES:
            raise Invalid.field("paths", f"are longer than {MAX_CHOSEN_BYTES:,} bytes together")
        return [path_in_repository(path, f"paths.{place}") for place, path in enumerate(self.paths)]


class Committed(msgspec.Struct, rename="camel"):
    """A commit, by its short name and its full one."""

    short_sha: str
    sha: str


class PushDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """How to push."""

    set_upstream: Annotated[bool, Meta(description="Note where the branch was pushed to.")] = True


class Pushed(msgspec.Struct):
    """Where the branch was pushed to."""

    remote: str
    branch: str


class UpdateDraft(msgspec.Struct, kw_only=True):
    """How to bring in what the base has got meanwhile."""

    how: UpdateHow = "rebase"
    keep: Annotated[
        bool, Meta(description="Let a conflict wait in the worktree, to be continued or aborted.")
    ] = False


class MergeDraft(msgspec.Struct, kw_only=True):
    """How to merge into the base."""

    how: Annotated[
        MergeHow, Meta(description="Only move the base forward, make a merge commit, or one commit of all.")
    ] = "merge"
    message: Annotated[str, Meta(max_length=MAX_MESSAGE)] | None = None


class Merged(msgspec.Struct):
    """The base now; `merged` false: it had everything already."""

    ok: Literal[True]
    base: str
    sha: str
    merged: bool


class Done(msgspec.Struct):
    """It was done; the branch is at that commit now."""

    ok: Literal[True]
    sha: str


class Aborted(msgspec.Struct):
    """It was given up."""

    ok: Literal[True] = True


# ── Looking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/attempts/{attempt_id:str}/git/status", summary="What an attempt changed", tags=["git"], opt=_READING)
async def read_git_status(
    attempt_id: AttemptPath, store: FromStore, attempt_git: FromAttemptGit
) -> WorktreeStatus:
    """Changed files against where the branch left its base, untracked ones included, by path."""
    ground = await store.read(use_cases.ground, attempt_id)
    return await attempt_git.inspection.status(ground.path, ground.compared)


@get("/attempts/{attempt_id:str}/git/file", summary="A file of an attempt", tags=["git"], opt=_READING)
async def read_git_file(
    attempt_id: AttemptPath,
    store: FromStore,
    attempt_git: FromAttemptGit,
    path: Annotated[str, QueryParameter(description="Its path in the repository.")] = "",
    source: Annotated[Source, QueryParameter(description="Where to look.")] = "worktree",
) -> FileContent:
    """A text file of at most 1 MiB; `content` is null when it is missing or cannot be shown, and `reason` says why."""
    ground = await store.read(use_cases.ground, attempt_id)
    return await attempt_git.inspection.file(ground.path, path_in_repository(path), source, ground.compared)


@get(
    "/attempts/{attempt_id:str}/git/diff",
    summary="The difference an attempt makes",
    tags=["git"],
    opt=_READING,
)
async def read_git_diff(
    attempt_id: AttemptPath,
    store: FromStore,
    attempt_git: FromAttemptGit,
    against: Against = "base",
    commit: OneCommit = None,
    path: FilePath = None,
) -> Diff:
    """File by file, in hunks with line numbers; very large files are folded until they are asked for by their path."""
    ground = await store.read(use_cases.ground, attempt_id)
    if commit is not None:
        return await attempt_git.inspection.commit_diff(ground.path, commit, only=path)
    return await attempt_git.inspection.diff(
        ground.path, ground.compared, uncommitted=against == "head", only=path
    )


@get(
    "/attempts/{attempt_id:str}/git/commits", summary="The commits of an attempt", tags=["git"], opt=_READING
)
async def list_git_commits(
    attempt_id: AttemptPath, store: FromStore, attempt_git: FromAttemptGit
) -> CommitList:
    """The commits that its branch has and its base has not, the newest first, 200 at most."""
    ground = await store.read(use_cases.ground, attempt_id)
    return await attempt_git.inspection.commits(ground.path, ground.compared)


# ── Acting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@post(
    "/attempts/{attempt_id:str}/git/commit",
    summary="Commit",
    tags=["git"],
    status_code=200,
    opt=also({409: _NO_WORKTREE, 422: "Nothing to commit, no author, or a hook refused.", 502: _NO_GIT}),
)
async def commit_all(
    attempt_id: AttemptPath, data: JSONBody[CommitDraft], store: FromStore, attempt_git: FromAttemptGit
) -> Committed:
    """Commits all changes and untracked files, or those chosen, as whom the settings name; the hooks run."""
    ground = await store.read(use_cases.ground, attempt_id)
    subject = data.subject.strip()
    if not subject:
        raise CommitRefused("A commit needs a subject that is not blank")
    message = f"{subject}\n\n{data.body.strip()}\n" if data.body and data.body.strip() else f"{subject}\n"
    made = await attempt_git.worktrees.commit(
        ground.path, message=message, identity=ground.identity, only=data.chosen()
    )
    if made is None:
        raise CommitRefused("There is nothing to commit")
    await store.run(attempts.record_commit, attempt_id, sha=made.short, subject=made.subject)
    return Committed(made.short, made.sha)


@post(
    "/attempts/{attempt_id:str}/git/push",
    summary="Push the branch",
    tags=["git"],
    status_code=200,
    opt=also({401: "The remote does not know who pushes.", 409: _NO_WORKTREE, 502: "The remote refused."}),
)
async def push_branch(
    attempt_id: AttemptPath,
    data: JSONBody[PushDraft],
    store: FromStore,
    attempt_git: FromAttemptGit,
) -> Pushed:
    """Pushes to the project's preferred remote, else the branch's own, `origin`, or the only one.

    By the user's own git, or, where GitHub does not let that in, as the connected account. What the remote has got
    meanwhile is put below it first, unless the agent is at work.
    """
    ground = await store.read(use_cases.ground, attempt_id)
    branch = ground.attempt.branch_name
    remote = await attempt_git.worktrees.push(
        ground.path,
        remote=ground.remote,
        branch=branch,
        set_upstream=data.set_upstream,
        may_rebase=not ground.is_at_work,
    )
    await store.run(attempts.record_push, attempt_id, remote=remote, branch=branch)
    return Pushed(remote, branch)


_CONFLICTS = "No worktree, the agent is at work, uncommitted changes are in the way, or both sides changed the same places: `errors` names the files."  # noqa: E501


@post(
    "/attempts/{attempt_id:str}/git/update",
    summary="Bring the base in",
    tags=["git"],
    status_code=200,
    opt=also({409: _CONFLICTS, 422: "Nobody is known as the committer.", 502: _NO_GIT}),
)
async def update_from_base(
    attempt_id: AttemptPath, data: JSONBody[UpdateDraft], store: FromStore, attempt_git: FromAttemptGit
) -> Done:
    """Rebases the branch onto its base, or merges the base into it; the remote's newest is fetched first.

    After a conflict everything is as it was, unless `keep` was asked for.
    """
    ground = await store.read(use_cases.ground, attempt_id)
    ground.refuse_at_work()
    try:
        sha = await attempt_git.integration.update(
            ground.path, ground.compared, how=data.how, keep=data.keep, identity=ground.identity
        )
    except MergeConflict:
        if data.keep:
            await store.run(attempts.record_git_status, attempt_id)
        raise
    await store.run(use_cases.record_update, attempt_id, base=ground.compared.base, how=data.how)
    return Done(ok=True, sha=sha)


@post(
    "/attempts/{attempt_id:str}/git/continue",
    summary="Continue what waits",
    tags=["git"],
    status_code=200,
    opt=also({409: _CONFLICTS, 422: "A hook refused the commit.", 502: _NO_GIT}),
)
async def continue_update(attempt_id: AttemptPath, store: FromStore, attempt_git: FromAttemptGit) -> Done:
    """Goes on with a rebase or merge that waits, with everything in the worktree taken as resolved."""
    ground = await store.read(use_cases.ground, attempt_id)
    ground.refuse_at_work()
    try:
        sha = await attempt_git.integration.proceed(ground.path, identity=ground.identity)
    finally:
        await store.run(attempts.record_git_status, attempt_id)
    return Done(ok=True, sha=sha)


@post(
    "/attempts/{attempt_id:str}/git/abort",
    summary="Abort what waits",
    tags=["git"],
    status_code=200,
    opt=also({409: "No worktree, the agent is at work, or nothing waits.", 502: _NO_GIT}),
)
async def abort_update(attempt_id: AttemptPath, store: FromStore, attempt_git: FromAttemptGit) -> Aborted:
    """Gives up a rebase or merge that waits; the branch is where it was before."""
    ground = await store.read(use_cases.ground, attempt_id)
    ground.refuse_at_work()
    await attempt_git.integration.abort(ground.path)
    await store.run(attempts.record_git_status, attempt_id)
    return Aborted()


@post(
    "/attempts/{attempt_id:str}/git/merge",
    summary="Merge into the base",
    tags=["git"],
    status_code=200,
    opt=also({409: _CONFLICTS, 422: "Nobody is known as the author.", 502: _NO_GIT}),
)
async def merge_branch(
    attempt_id: AttemptPath, data: JSONBody[MergeDraft], store: FromStore, attempt_git: FromAttemptGit
) -> Merged:
    """Merges what is committed on the branch into its local base.

    Where the base is checked out, the files there follow, unless uncommitted changes are in the way: then, as after a
    conflict, nothing has changed anywhere.
    """
    ground = await store.read(use_cases.ground, attempt_id)
    done = await attempt_git.integration.merge(
        ground.repository,
        branch=ground.attempt.branch_name,
        into=ground.compared.base,
        how=data.how,
        message=(data.message or "").strip() or ground.merge_message,
        identity=ground.identity,
    )
    is_merged = done.sha != done.before
    if is_merged:
        await store.run(attempts.record_merge, attempt_id, into=done.base)
    return Merged(ok=True, base=done.base, sha=done.sha, merged=is_merged)


ROUTES = (
    read_git_status,
    read_git_file,
    read_git_diff,
    list_git_commits,
    commit_all,
    push_branch,
    update_from_base,
    continue_update,
    abort_update,
    merge_branch,
)
