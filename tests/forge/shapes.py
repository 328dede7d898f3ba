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
