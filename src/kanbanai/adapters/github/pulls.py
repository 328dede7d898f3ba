"""`kanbanai.ports.PullForge` on GitHub, or on a GitHub Enterprise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Collection, Mapping
from typing import Any, NamedTuple, TypeVar

from kanbanai.adapters.github.calls import Calls
from kanbanai.adapters.github.threads import resolved_threads
from kanbanai.domain.pulls import (
    Check,
    CheckState,
    Feedback,
    NewPullRequest,
    PullRequest,
    PullRequestDetail,
    Review,
    ReviewComment,
    ReviewState,
)
from kanbanai.ports.pulls import ListedState, Standing

T = TypeVar("T")
LISTED = 50
"""Pull requests of one list."""
PAGE = 100
"""Things on a page; GitHub's most."""
MAX_PAGES = 20
"""Of one list: two thousand comments, which is more than anybody reads."""
NOT_MODIFIED = 304
UNPROCESSABLE = 422
_CONCLUSIONS: Mapping[str | None, CheckState] = {
    None: "pending",
    "success": "passed",
    "neutral": "passed",
    "skipped": "skipped",
    "stale": "skipped",
    "failure": "failed",
    "cancelled": "failed",
    "timed_out": "failed",
    "startup_failure": "failed",
    "action_required": "pending",
}
"""How a check run ended; GitHub lets `neutral` and `skipped` ones through."""
_STATUSES: Mapping[str, CheckState] = {
    "success": "passed",
    "pending": "pending",
    "failure": "failed",
    "error": "failed",
}
_REVIEWS: Mapping[str, ReviewState] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changesRequested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
    "PENDING": "pending",
}


class GithubPulls:
    """See the module."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def list(
        self, token: str, repository: str, *, state: ListedState, branch: str | None = None
    ) -> list[PullRequest]:
        params = {"state": state, "sort": "updated", "direction": "desc", "per_page": str(LISTED)}
        if branch is not None:
            params["head"] = f"{repository.partition('/')[0]}:{branch}"
        async with self._calls.client(token) as github:
            answer = await github.arequest("GET", f"/repos/{repository}/pulls", params=params)
            found = [_pull(one) for one in answer.json()]
        if branch is None:
            return found
        # GitHub passes over a `head` that it does not understand, and tells all there are.
        return [one for one in found if branch == one.head_ref and not one.is_of_fork]

    async def read(self, token: str, repository: str, number: int) -> PullRequestDetail:
        async with self._calls.client(token) as github:
            answer = await github.arequest("GET", f"/repos/{repository}/pulls/{number}")
        return _detail(answer.json())

    async def create(self, token: str, repository: str, new: NewPullRequest) -> PullRequest | None:
        from githubkit.exception import RequestFailed

        body = {
            "title": new.title,
            "head": new.head,
            "base": new.base,
            "body": new.body,
            "draft": new.draft,
            "maintainer_can_modify": True,
        }
        async with self._calls.client(token) as github:
            try:
                answer = await github.arequest("POST", f"/repos/{repository}/pulls", json=body)
            except RequestFailed as error:
                if error.response.status_code == UNPROCESSABLE and "already exists" in error.response.text:
                    return None
                raise
        return _pull(answer.json())

    async def checks(self, token: str, repository: str, sha: str) -> tuple[Check, ...]:
        async with self._calls.client(token) as github:
            runs, statuses = await asyncio.gather(
                _visible(_all(github, _runs_of(repository, sha), "check_runs"), []),
                _visible(_all(github, _status_of(repository, sha), "statuses"), []),
            )
        return (*map(_run, runs), *map(_status, statuses))

    async def feedback(self, token: str, repository: str, number: int) -> Feedback:
        own = f"/repos/{repository}/pulls/{number}"
        async with self._calls.client(token) as github:
            reviews, on_lines, below = await asyncio.gather(
                _all(github, f"{own}/reviews"),
                _all(github, f"{own}/comments"),
                _all(github, f"/repos/{repository}/issues/{number}/comments"),
            )
            resolved = await resolved_threads(github, repository, number) if on_lines else frozenset()
        comments = [_line_comment(one, resolved or ()) for one in on_lines] + [_comment(one) for one in below]
        comments.sort(key=lambda one: (one.created_at, one.id))
        return Feedback(
            tuple(_review(one) for one in reviews), tuple(comments), threads_known=resolved is not None
        )

    async def standing(
        self, token: str, repository: str, number: int, known: Standing | None = None
    ) -> Standing:
        place = f"/repos/{repository}/pulls/{number}"
        async with self._calls.client(token) as github:
            told = await _told(github, place, known.tags if known else {})
            if told.body is None and known is not None:
                pull, sha = known.pull, known.head_sha
            else:
                pull, sha = _pull(told.body), told.body["head"]["sha"]
            if known is None or known.head_sha != sha:
                known = Standing(pull, sha)  # another commit has other checks
            tags = {place: told.tag} if told.tag else {}
            if pull.state == "closed":
                return Standing(pull, sha, known.runs, known.statuses, tags)
            runs, statuses = known.runs, known.statuses
            run_place, status_place = _runs_of(repository, sha), _status_of(repository, sha)
            # One page of each: who has more than a hundred checks sees the rest with the pull request itself.
            told_runs, told_statuses = await asyncio.gather(
                _visible(_told(github, run_place, known.tags), _Told()),
                _visible(_told(github, status_place, known.tags), _Told()),
            )
            if told_runs.body is not None:
                runs = tuple(map(_run, told_runs.body["check_runs"]))
            if told_statuses.body is not None:
                statuses = tuple(map(_status, told_statuses.body["statuses"]))
        asked = ((run_place, told_runs.tag), (status_place, told_statuses.tag))
        return Standing(pull, sha, runs, statuses, tags | {where: tag for where, tag in asked if tag})


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _runs_of(repository: str, sha: str) -> str:
    return f"/repos/{repository}/commits/{sha}/check-runs"


def _status_of(repository: str, sha: str) -> str:
    return f"/repos/{repository}/commits/{sha}/status"


async def _all(github: Any, where: str, within: str | None = None) -> list[dict[str, Any]]:
    """Every page of a list, `within` that member of the answer."""
    return [one async for page in _pages(github, where) for one in (page[within] if within else page)]


async def _pages(github: Any, where: str) -> AsyncGenerator[Any]:
    asked: dict[str, str] | None = {"per_page": str(PAGE)}
    for _ in range(MAX_PAGES):
        answer = await github.arequest("GET", where, params=asked)
        yield answer.json()
        following = answer.raw_response.links.get("next")
        if following is None:
            return
        where, asked = following["url"], None


class _Told(NamedTuple):
    """An answer to a question that was asked before: its body (None: as it was), and what to ask with the next time."""

    body: Any = None
    tag: str | None = None


async def _told(github: Any, where: str, tags: Mapping[str, str]) -> _Told:
    known = tags.get(where)
    answer = await github.arequest(
        "GET",
        where,
        params=None if "/pulls/" in where else {"per_page": str(PAGE)},
        headers={"If-None-Match": known} if known else {},
    )
    if answer.status_code == NOT_MODIFIED:
        return _Told(None, known)
    return _Told(answer.json(), answer.headers.get("etag"))


async def _visible(asking: Awaitable[T], otherwise: T) -> T:
    """What the account may not see is not there: many tokens may read pull requests, and not their checks."""
    from githubkit.exception import RateLimitExceeded, RequestFailed

    try:
        return await asking
    except RateLimitExceeded:
        raise
    except RequestFailed as error:
        if error.response.status_code in {403, 404}:
            return otherwise
        raise


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pull(told: dict[str, Any]) -> PullRequest:
    return PullRequest(**_fields(told))


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": told["number"],
        "url": told["html_url"],
        "state": told["state"],
        "draft": bool(told.get("draft")),
        "title": told["title"],
        "head_ref": told["head"]["ref"],
        "head_label": _label(told),
        "base_ref": told["base"]["ref"],
        "created_at": told["created_at"],
        "updated_at": told["updated_at"],
        # Lists do not say `merged`, but when.
        "merged": told.get("merged_at") is not None,
    }


def _label(told: dict[str, Any]) -> str:
    """The branch that it comes from, with the owner of the fork before it, if it is one's.

    GitHub names the owner always, and he may have forked a repository of his own.
    """
    head = told["head"]
    # A fork that was deleted is no repository any more.
    if head["repo"] is not None and head["repo"]["id"] == told["base"]["repo"]["id"]:
        return str(head["ref"])
    owner = (head.get("user") or {}).get("login") or "unknown"
    return f"{owner}:{head['ref']}"


def _detail(told: dict[str, Any]) -> PullRequestDetail:
    return PullRequestDetail(
        **_fields(told),
        body=told.get("body"),
        author=_login(told),
        head_sha=told["head"]["sha"],
        mergeable=told.get("mergeable"),
        mergeable_state=str(told.get("mergeable_state") or "unknown"),
        additions=told.get("additions") or 0,
        deletions=told.get("deletions") or 0,
        changed_files=told.get("changed_files") or 0,
        commits=told.get("commits") or 0,
    )


def _run(told: dict[str, Any]) -> Check:
    ended = told.get("conclusion") if told.get("status") == "completed" else None
    return Check(
        name=told["name"],
        state=_CONCLUSIONS.get(ended, "failed"),
        url=told.get("html_url") or told.get("details_url"),
        description=(told.get("output") or {}).get("title"),
    )


def _status(told: dict[str, Any]) -> Check:
    return Check(
        name=told["context"],
        state=_STATUSES.get(told["state"], "failed"),
        url=told.get("target_url"),
        description=told.get("description"),
    )


def _review(told: dict[str, Any]) -> Review:
    return Review(
        id=told["id"],
        author=_login(told),
        state=_REVIEWS.get(told["state"], "commented"),
        body=told.get("body") or "",
        submitted_at=told.get("submitted_at"),
        url=told["html_url"],
    )


def _line_comment(told: dict[str, Any], resolved: Collection[int]) -> ReviewComment:
    line = told.get("line")
    is_of_file = told.get("subject_type") == "file"
    return ReviewComment(
        id=told["id"],
        author=_login(told),
        path=told["path"],
        line=line or told.get("original_line"),
        outdated=line is None and not is_of_file,
        resolved=(told.get("in_reply_to_id") or told["id"]) in resolved,
        code=told.get("diff_hunk") or None,
        body=told.get("body") or "",
        in_reply_to=told.get("in_reply_to_id"),
        created_at=told["created_at"],
        updated_at=told["updated_at"],
        url=told["html_url"],
    )


def _comment(told: dict[str, Any]) -> ReviewComment:
    return ReviewComment(
        id=told["id"],
        author=_login(told),
        path=None,
        line=None,
        outdated=False,
        resolved=False,
        code=None,
        body=told.get("body") or "",
        in_reply_to=None,
        created_at=told["created_at"],
        updated_at=told["updated_at"],
        url=told["html_url"],
    )


def _login(told: dict[str, Any]) -> str | None:
    return (told.get("user") or {}).get("login")
