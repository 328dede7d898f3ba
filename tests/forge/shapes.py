"""Things as GitHub tells them, whole: the stand-in's answers are validated against its published schema."""

from __future__ import annotations

from typing import Any

CREATED = "2026-11-01T00:00:00Z"


def user(base: str, login: str) -> dict[str, Any]:
    own = f"{base}/users/{login}"
    links = (
        "followers_url following_url gists_url starred_url subscriptions_url organizations_url repos_url events_url "
        "received_events_url"
    )
    return {
        "login": login,
        "id": sum(map(ord, login)),
        "node_id": f"U_{login}",
        "avatar_url": f"{own}/avatar",
        "gravatar_id": "",
        "url": own,
        "html_url": f"{base}/{login}",
        "type": "User",
        "site_admin": False,
    } | {name: f"{own}/{name.removesuffix('_url')}" for name in links.split()}


def private_user(base: str, login: str) -> dict[str, Any]:
    counts = (
        "public_repos public_gists followers following private_gists total_private_repos owned_private_repos "
        "disk_usage collaborators"
    )
    empty = "company blog location email hireable bio"
    return (
        user(base, login)
        | dict.fromkeys(counts.split(), 0)
        | dict.fromkeys(empty.split())
        | {
            "name": login.title(),
            "created_at": CREATED,
            "updated_at": CREATED,
            "two_factor_authentication": True,
        }
    )


def repository(base: str, name: str, number: int) -> dict[str, Any]:
    owner, _, short = name.partition("/")
    own = f"{base}/repos/{name}"
    links = (
        "archive assignees blobs branches collaborators comments commits compare contents contributors deployments "
        "downloads events forks git_commits git_refs git_tags issue_comment issue_events issues keys labels languages "
        "merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees "
        "hooks"
    )
    counts = "forks forks_count stargazers_count watchers_count size open_issues_count open_issues watchers"
    return (
        {f"{link}_url": f"{own}/{link}" for link in links.split()}
        | dict.fromkeys(counts.split(), 0)
        | {
            "id": number,
            "node_id": f"R_{number}",
            "name": short,
            "full_name": name,
            "license": None,
            "owner": user(base, owner),
            "private": False,
            "html_url": f"{base}/{name}",
            "description": None,
            "fork": False,
            "url": own,
            "git_url": f"git://{name}",
            "ssh_url": f"git@{name}",
            "clone_url": f"{base}/{name}.git",
            "svn_url": f"{base}/{name}",
            "mirror_url": None,
            "homepage": None,
            "language": None,
            "default_branch": "main",
            "has_pages": False,
            "disabled": False,
            "pushed_at": CREATED,
            "created_at": CREATED,
            "updated_at": CREATED,
        }
    )


def issue(
    base: str, repo: str, number: int, title: str, body: str | None, at: str, identity: int
) -> dict[str, Any]:
    own = f"{base}/repos/{repo}/issues/{number}"
    return {
        "id": identity,
        "node_id": f"I_{identity}",
        "url": own,
        "repository_url": f"{base}/repos/{repo}",
        "labels_url": f"{own}/labels",
        "comments_url": f"{own}/comments",
        "events_url": f"{own}/events",
        "html_url": f"{base}/{repo}/issues/{number}",
        "number": number,
        "state": "open",
        "title": title,
        "body": body,
        "user": user(base, "ada"),
        "labels": [],
        "assignees": [],
        "milestone": None,
        "locked": False,
        "comments": 0,
        "closed_at": None,
        "created_at": at,
        "updated_at": at,
        "author_association": "OWNER",
    }


def label(base: str, repo: str, name: str) -> dict[str, Any]:
    number = sum(map(ord, name))
    return {
        "id": number,
        "node_id": f"L_{number}",
        "url": f"{base}/repos/{repo}/labels/{name}",
        "name": name,
        "description": None,
        "color": "d73a4a",
        "default": False,
    }


def comment(
    base: str, repo: str, number: int, body: str, login: str, at: str, identity: int
) -> dict[str, Any]:
    return {
        "id": identity,
        "node_id": f"IC_{identity}",
        "url": f"{base}/repos/{repo}/issues/comments/{identity}",
        "html_url": f"{base}/{repo}/issues/{number}#issuecomment-{identity}",
        "issue_url": f"{base}/repos/{repo}/issues/{number}",
        "body": body,
        "user": user(base, login),
        "created_at": at,
        "updated_at": at,
        "author_association": "NONE",
    }


ONLY_ALONE = {
    "merged",
    "mergeable",
    "mergeable_state",
    "merged_by",
    "comments",
    "review_comments",
    "commits",
} | {"maintainer_can_modify", "additions", "deletions", "changed_files"}
"""What lists of pull requests leave out."""


def pull(base: str, repo: str, number: int, title: str, at: str, identity: int) -> dict[str, Any]:
    own, page = f"{base}/repos/{repo}/pulls/{number}", f"{base}/{repo}/pull/{number}"
    issue_url = f"{base}/repos/{repo}/issues/{number}"
    urls = {
        "commits": f"{own}/commits",
        "review_comments": f"{own}/comments",
        "review_comment": f"{base}/repos/{repo}/pulls/comments{{/number}}",
        "comments": f"{issue_url}/comments",
        "statuses": f"{base}/repos/{repo}/statuses/{{sha}}",
        "issue": issue_url,
    }
    links = urls | {"html": page, "self": own}
    empty = "body milestone closed_at merged_at auto_merge merged_by mergeable merge_commit_sha assignee"
    return (
        {f"{name}_url": url for name, url in urls.items()}
        | dict.fromkeys(empty.split())
        | dict.fromkeys(
            ("comments", "review_comments", "commits", "additions", "deletions", "changed_files"), 0
        )
        | {
            "url": own,
            "id": identity,
            "node_id": f"PR_{identity}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "number": number,
            "state": "open",
            "locked": False,
            "title": title,
            "user": user(base, "ada"),
            "labels": [],
            "assignees": [],
            "created_at": at,
            "updated_at": at,
            "author_association": "OWNER",
            "draft": False,
            "merged": False,
            "mergeable_state": "unknown",
            "maintainer_can_modify": False,
            "_links": {name: {"href": url} for name, url in links.items()},
        }
    )


def review(
    base: str, repo: str, number: int, body: str, state: str, login: str, at: str, identity: int
) -> dict[str, Any]:
    page = f"{base}/{repo}/pull/{number}#pullrequestreview-{identity}"
    own = f"{base}/repos/{repo}/pulls/{number}"
    return {
        "id": identity,
        "node_id": f"PRR_{identity}",
        "user": user(base, login),
        "body": body,
        "state": state,
        "html_url": page,
        "pull_request_url": own,
        "_links": {"html": {"href": page}, "pull_request": {"href": own}},
        "submitted_at": at,
        "commit_id": "0" * 40,
        "author_association": "MEMBER",
    }


def remark(
    base: str, repo: str, number: int, body: str, login: str, at: str, identity: int
) -> dict[str, Any]:
    own = f"{base}/repos/{repo}/pulls/comments/{identity}"
    page = f"{base}/{repo}/pull/{number}#discussion_r{identity}"
    pull_url = f"{base}/repos/{repo}/pulls/{number}"
    return {
        "url": own,
        "pull_request_review_id": None,
        "id": identity,
        "node_id": f"PRRC_{identity}",
        "commit_id": "0" * 40,
        "original_commit_id": "0" * 40,
        "user": user(base, login),
        "body": body,
        "created_at": at,
        "updated_at": at,
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": "MEMBER",
        "_links": {"self": {"href": own}, "html": {"href": page}, "pull_request": {"href": pull_url}},
        "side": "RIGHT",
        "subject_type": "line",
    }


def check_run(
    base: str,
    repo: str,
    sha: str,
    name: str,
    conclusion: str | None,
    title: str | None,
    at: str,
    identity: int,
) -> dict[str, Any]:
    own = f"{base}/repos/{repo}/check-runs/{identity}"
    return {
        "id": identity,
        "head_sha": sha,
        "node_id": f"CR_{identity}",
        "external_id": "",
        "url": own,
        "html_url": f"{base}/{repo}/runs/{identity}",
        "details_url": None,
        "status": "in_progress" if conclusion is None else "completed",
        "conclusion": conclusion,
        "started_at": at,
        "completed_at": None if conclusion is None else at,
        "output": {
            "title": title,
            "summary": None,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{own}/annotations",
        },
        "name": name,
        "check_suite": None,
        "app": None,
        "pull_requests": [],
    }


def status(
    base: str, repo: str, sha: str, context: str, state: str, at: str, identity: int
) -> dict[str, Any]:
    return {
        "description": f"{context} says {state}",
        "id": identity,
        "node_id": f"S_{identity}",
        "state": state,
        "context": context,
        "target_url": f"{base}/elsewhere/{context}",
        "avatar_url": None,
        "url": f"{base}/repos/{repo}/statuses/{sha}",
        "created_at": at,
        "updated_at": at,
    }
