"""Issues: listed by pages, made, edited, commented on."""

from __future__ import annotations

from typing import Any

from githubkit_schemas.latest import models

from tests.forge import shapes
from tests.forge.standin.state import Asked, Reply, State, not_found, route

_ISSUE = r"/repos/(?P<repo>[^/]+/[^/]+)/issues/(?P<number>\d+)"
_ISSUES = r"/repos/(?P<repo>[^/]+/[^/]+)/issues"


class Issues(State):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.comments: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.writers: dict[str, set[str]] = {}
        """Who may change the issues of others; a repository that is not named lets everybody."""

    def issue(
        self,
        repo: str,
        title: str,
        body: str | None = None,
        *,
        labels: list[str] | None = None,
        assignees: list[str] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """What somebody writes on GitHub's own pages."""
        number = self.next_number(repo)
        made = shapes.issue(self.base, repo, number, title, body, self.tick(), next(self.ids))
        self.issues[repo][number] = made | self._dressed(repo, labels, assignees) | more
        return self.issues[repo][number]

    def change_issue(
        self,
        repo: str,
        number: int,
        *,
        labels: list[str] | None = None,
        assignees: list[str] | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """What somebody does on GitHub's own pages."""
        found = self.issues[repo][number]
        found |= fields | self._dressed(repo, labels, assignees) | {"updated_at": self.tick()}
        if "state" in fields:
            found["closed_at"] = found["updated_at"] if fields["state"] == "closed" else None
        return found

    def only_writers(self, repo: str, *logins: str) -> None:
        """Only these may change issues of the repository, and everybody his own."""
        self.writers[repo] = set(logins)

    def comment(self, repo: str, number: int, body: str, login: str = "ada") -> dict[str, Any]:
        """What somebody answers to an issue."""
        made = shapes.comment(self.base, repo, number, body, login, self.tick(), next(self.ids))
        self.comments.setdefault((repo, number), []).append(made)
        found = self.issues[repo][number]
        found |= {"comments": found["comments"] + 1, "updated_at": made["created_at"]}
        return made

    @route("GET", _ISSUES)
    def list_issues(self, asked: Asked, repo: str) -> Reply:
        if repo not in self.repos:
            return not_found()
        state, since = asked.query.get("state", "open"), asked.query.get("since", "")
        wanted = {one for one in asked.query.get("labels", "").split(",") if one}
        order = asked.query.get("sort", "created") + "_at"
        found = [
            one
            for one in self.issues[repo].values()
            if state in {"all", one["state"]}
            and one["updated_at"] >= since
            and wanted <= {label["name"] for label in one["labels"]}
        ]
        is_descending = asked.query.get("direction", "desc") == "desc"
        found.sort(key=lambda one: (one[order], one["number"]), reverse=is_descending)
        return self.page(asked, found, models.Issue)

    @route("POST", _ISSUES)
    def create_issue(self, asked: Asked, repo: str) -> Reply:
        if repo not in self.repos:
            return not_found()
        if not self.repos[repo].get("has_issues", True):
            return Reply(410, {"message": "Issues are disabled for this repo"})
        title = asked.body.get("title")
        if not title:
            errors = [{"resource": "Issue", "field": "title", "code": "missing_field"}]
            return Reply(422, {"message": "Validation Failed", "errors": errors})
        more = {name: asked.body[name] for name in ("labels", "assignees") if name in asked.body}
        made = self.issue(repo, title, asked.body.get("body"), **more)
        made["user"] = shapes.user(self.base, asked.headers["login"])
        return Reply(201, made, model=models.Issue)

    @route("GET", _ISSUE)
    def show_issue(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.issues.get(repo, {}):
            return not_found()
        return Reply(200, self.issues[repo][int(number)], model=models.Issue)

    @route("PATCH", _ISSUE)
    def edit_issue(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.issues.get(repo, {}):
            return not_found()
        login, author = asked.headers["login"], self.issues[repo][int(number)]["user"]["login"]
        if login not in {author, *self.writers.get(repo, {login})}:
            return Reply(403, {"message": "Must have admin rights to Repository."})
        return Reply(200, self.change_issue(repo, int(number), **asked.body), model=models.Issue)

    @route("GET", _ISSUE + "/comments")
    def list_comments(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.issues.get(repo, {}):
            return not_found()
        return self.page(asked, self.comments.get((repo, int(number)), []), models.IssueComment)

    @route("POST", _ISSUE + "/comments")
    def add_comment(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.issues.get(repo, {}):
            return not_found()
        made = self.comment(repo, int(number), asked.body["body"], asked.headers["login"])
        return Reply(201, made, model=models.IssueComment)

    def _dressed(self, repo: str, labels: list[str] | None, assignees: list[str] | None) -> dict[str, Any]:
        dressed: dict[str, Any] = {}
        if labels is not None:
            dressed["labels"] = [shapes.label(self.base, repo, name) for name in labels]
        if assignees is not None:
            people = [shapes.user(self.base, login) for login in assignees]
            dressed |= {"assignees": people, "assignee": people[0] if people else None}
        return dressed
