"""Pull requests: made, listed, reviewed, checked and merged; behind them real branches, where there is a repository."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from githubkit_schemas.latest import models

from tests.forge import shapes
from tests.forge.standin.git import Git
from tests.forge.standin.issues import Issues
from tests.forge.standin.state import REPO, Asked, Reply, not_found, route

_PULL = REPO + r"/pulls/(?P<number>\d+)"
_COMMIT = REPO + r"/commits/(?P<sha>[0-9a-f]+)"


class Pulls(Issues, Git):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.reviews: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.remarks: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.resolved: set[int] = set()
        """The first remarks of threads that are resolved."""
        self.runs: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.statuses: dict[tuple[str, str], list[dict[str, Any]]] = {}

    # ── what people do on GitHub's own pages ────────────────────────────────────────────────────────────────────────

    def pull(
        self,
        repo: str,
        title: str,
        head: str,
        base: str = "main",
        *,
        body: str | None = None,
        draft: bool = False,
        login: str = "ada",
        fork: str | None = None,
    ) -> dict[str, Any]:
        """Makes a pull request; `fork`: the `owner/name` of the fork whose branch it is of."""
        number = self.next_number(repo)
        made = shapes.pull(self.base, repo, number, title, self.tick(), next(self.ids))
        made |= {"body": body, "draft": draft, "user": shapes.user(self.base, login)}
        made |= {side: self._side(repo, branch) for side, branch in (("head", head), ("base", base))}
        if fork is not None:
            made["head"] = self._fork_side(fork, head)
        self.pulls[repo][number] = made
        return made

    def change_pull(self, repo: str, number: int, **fields: Any) -> dict[str, Any]:
        """Closes one, opens it again, marks a draft as ready, …"""
        found = self.pulls[repo][number]
        found |= fields | {"updated_at": self.tick()}
        if "state" in fields:
            found["closed_at"] = found["updated_at"] if fields["state"] == "closed" else None
        return found

    def merge(self, repo: str, number: int, how: str = "merge", login: str = "ada") -> dict[str, Any]:
        """Merges it, really where its branches are there: with a merge commit, or (`squash`) with one of all."""
        found = self.pulls[repo][number]
        path, base, head = self.hosted(repo), found["base"]["ref"], found["head"]["ref"]
        ours, theirs = self.commit_of(repo, base), self.commit_of(repo, head)
        if path is not None and ours is not None and theirs is not None:
            tree = self.git(path, "merge-tree", "--write-tree", ours, theirs).splitlines()[0]
            parents = ["-p", ours] + (["-p", theirs] if how == "merge" else [])
            message = f"{found['title']} (#{number})"
            made = self.git(path, "commit-tree", tree, *parents, "-m", message)
            self.git(path, "update-ref", f"refs/heads/{base}", made, ours)
            found["merge_commit_sha"] = made
        self.change_pull(repo, number, state="closed")
        person = shapes.user(self.base, login)
        return found | self._noted(found, merged=True, merged_at=found["closed_at"], merged_by=person)

    def review(
        self, repo: str, number: int, body: str, state: str = "CHANGES_REQUESTED", login: str = "grace"
    ) -> dict[str, Any]:
        """Says something of the whole."""
        made = shapes.review(self.base, repo, number, body, state, login, self.tick(), next(self.ids))
        self.reviews.setdefault((repo, number), []).append(made)
        self.change_pull(repo, number)
        return made

    def remark(
        self,
        repo: str,
        number: int,
        path: str,
        line: int | None,
        body: str,
        *,
        hunk: str = "@@ -1 +1,2 @@\n one\n+two",
        login: str = "grace",
        **more: Any,
    ) -> dict[str, Any]:
        """Says something of a line."""
        made = shapes.remark(self.base, repo, number, body, login, self.tick(), next(self.ids))
        made |= {"path": path, "line": line, "original_line": line, "diff_hunk": hunk}
        self.remarks.setdefault((repo, number), []).append(made | more)
        self.change_pull(repo, number)
        return made

    def resolve(self, remark: int, *, resolved: bool = True) -> None:
        """Marks the thread that a remark began as done, or as open again."""
        (self.resolved.add if resolved else self.resolved.discard)(remark)

    def check(
        self, repo: str, number: int, name: str, conclusion: str | None, title: str | None = None
    ) -> dict[str, Any]:
        """A check run begins (`conclusion` None) on the last commit of a pull request, or has ended."""
        sha = self._told(repo, number)["head"]["sha"]
        made = shapes.check_run(self.base, repo, sha, name, conclusion, title, self.tick(), next(self.ids))
        runs = self.runs.setdefault((repo, sha), [])
        runs[:] = [one for one in runs if one["name"] != name] + [made]
        return made

    def status(self, repo: str, number: int, context: str, state: str) -> dict[str, Any]:
        """Another service reports on the last commit of a pull request."""
        sha = self._told(repo, number)["head"]["sha"]
        made = shapes.status(self.base, repo, sha, context, state, self.tick(), next(self.ids))
        known = self.statuses.setdefault((repo, sha), [])
        known[:] = [one for one in known if one["context"] != context] + [made]
        return made

    def comment(self, repo: str, number: int, body: str, login: str = "ada") -> dict[str, Any]:
        if number not in self.pulls[repo]:
            return super().comment(repo, number, body, login)
        made = shapes.comment(self.base, repo, number, body, login, self.tick(), next(self.ids))
        self.comments.setdefault((repo, number), []).append(made)
        self.change_pull(repo, number)
        return made

    # ── what is asked ───────────────────────────────────────────────────────────────────────────────────────────────

    @route("GET", REPO + "/pulls")
    def list_pulls(self, asked: Asked, repo: str) -> Reply:
        if repo not in self.repos:
            return not_found()
        state, head = asked.query.get("state", "open"), asked.query.get("head")
        found = [self._placed(repo, number) for number in self.pulls[repo]]
        found = [one for one in found if state in {"all", one["state"]}]
        # A head without its owner is passed over, as GitHub does.
        if head is not None and ":" in head:
            found = [one for one in found if one["head"]["label"] == head]
        order = asked.query.get("sort", "created") + "_at"
        found.sort(
            key=lambda one: (one[order], one["number"]), reverse=asked.query.get("direction") == "desc"
        )
        listed = [{k: v for k, v in one.items() if k not in shapes.ONLY_ALONE} for one in found]
        return self.page(asked, listed, models.PullRequestSimple)

    @route("POST", REPO + "/pulls")
    def create_pull(self, asked: Asked, repo: str) -> Reply:
        if repo not in self.repos:
            return not_found()
        given = asked.body
        head, base = given["head"], given["base"]
        if refusal := self._refusal(repo, head, base):
            return Reply(422, {"message": "Validation Failed", "errors": [refusal]})
        made = self.pull(
            repo,
            given["title"],
            head,
            base,
            body=given.get("body"),
            draft=given.get("draft", False),
            login=asked.headers["login"],
        )
        return Reply(201, self._told(repo, made["number"]), model=models.PullRequest)

    @route("GET", _PULL)
    def show_pull(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.pulls.get(repo, {}):
            return not_found()
        return Reply(200, self._told(repo, int(number)), model=models.PullRequest)

    @route("GET", _PULL + "/reviews")
    def list_reviews(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.pulls.get(repo, {}):
            return not_found()
        return self.page(asked, self.reviews.get((repo, int(number)), []), models.PullRequestReview)

    @route("GET", _PULL + "/comments")
    def list_remarks(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.pulls.get(repo, {}):
            return not_found()
        return self.page(asked, self.remarks.get((repo, int(number)), []), models.PullRequestReviewComment)

    @route("POST", r"(?:/api)?/graphql")
    def show_threads(self, asked: Asked) -> Reply:
        """The one question by GraphQL that is answered: which threads of a pull request are resolved."""
        if not re.search(r"reviewThreads\(first: 100, after: \$after\)", asked.body["query"]):
            return Reply(200, {"data": None, "errors": [{"message": "this is not known here"}]})
        given = asked.body["variables"]
        repo, number = f"{given['owner']}/{given['name']}", given["number"]
        if number not in self.pulls.get(repo, {}):
            error = {"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve to a node."}
            return Reply(200, {"data": {"repository": None}, "errors": [error]})
        firsts = [one["id"] for one in self.remarks.get((repo, number), []) if not one.get("in_reply_to_id")]
        begin = int(given.get("after") or 0)
        nodes = [
            {"isResolved": one in self.resolved, "comments": {"nodes": [{"databaseId": one}]}}
            for one in firsts[begin : begin + 100]
        ]
        end = begin + len(nodes)
        page = {"hasNextPage": end < len(firsts), "endCursor": str(end)}
        pull = {"reviewThreads": {"pageInfo": page, "nodes": nodes}}
        return Reply(200, {"data": {"repository": {"pullRequest": pull}}})

    @route("GET", REPO + r"/issues/(?P<number>\d+)/comments")
    def list_comments(self, asked: Asked, repo: str, number: str) -> Reply:
        if int(number) not in self.pulls.get(repo, {}):
            return super().list_comments(asked, repo, number)
        return self.page(asked, self.comments.get((repo, int(number)), []), models.IssueComment)

    @route("GET", _COMMIT + "/check-runs")
    def list_runs(self, asked: Asked, repo: str, sha: str) -> Reply:
        page = self.page(asked, self.runs.get((repo, sha), []), models.CheckRun)
        page.body = {"total_count": len(self.runs.get((repo, sha), [])), "check_runs": page.body}
        page.model = models.ReposOwnerRepoCommitsRefCheckRunsGetResponse200
        return page

    @route("GET", _COMMIT + "/status")
    def show_status(self, asked: Asked, repo: str, sha: str) -> Reply:
        known = self.statuses.get((repo, sha), [])
        states = {one["state"] for one in known}
        state = "failure" if states & {"failure", "error"} else "success"
        page = self.page(asked, known, models.SimpleCommitStatus)
        own = f"{self.base}/repos/{repo}/commits/{sha}"
        page.body = {
            "state": "pending" if not states or "pending" in states else state,
            "statuses": page.body,
            "sha": sha,
            "total_count": len(known),
            "repository": self.repos[repo],
            "commit_url": own,
            "url": f"{own}/status",
        }
        page.model = models.CombinedCommitStatus
        return page

    # ── how it is now ───────────────────────────────────────────────────────────────────────────────────────────────

    def _told(self, repo: str, number: int) -> dict[str, Any]:
        """A pull request as it is told alone; its head is where its branch is now, as long as it is open."""
        found = self._placed(repo, number)
        counts = {
            "comments": len(self.comments.get((repo, number), [])),
            "review_comments": len(self.remarks.get((repo, number), [])),
        }
        return found | counts | self._difference(repo, found)

    def _placed(self, repo: str, number: int) -> dict[str, Any]:
        found = self.pulls[repo][number]
        is_own = found["head"]["repo"] is not None and found["head"]["repo"]["full_name"] == repo
        if found["state"] == "open" and is_own:
            found["head"] = self._side(repo, found["head"]["ref"])
        return found

    def _difference(self, repo: str, found: dict[str, Any]) -> dict[str, Any]:
        path = self.hosted(repo)
        if path is None or found["state"] == "closed":
            return {}
        base, head = (self.commit_of(repo, found[side]["ref"]) for side in ("base", "head"))
        if base is None or head is None:
            return {}
        lines = self.git(path, "diff", "--numstat", f"{base}...{head}").splitlines()
        clean = bool(self.git(path, "merge-tree", "--write-tree", base, head, accepted=(0, 1)))
        return {
            "additions": sum(int(line.split("\t")[0]) for line in lines),
            "deletions": sum(int(line.split("\t")[1]) for line in lines),
            "changed_files": len(lines),
            "commits": int(self.git(path, "rev-list", "--count", f"{base}..{head}")),
            "mergeable": clean,
            "mergeable_state": "clean" if clean else "dirty",
        }

    def _side(self, repo: str, branch: str) -> dict[str, Any]:
        owner = repo.partition("/")[0]
        made_up = hashlib.sha1(f"{repo} {branch}".encode(), usedforsecurity=False).hexdigest()
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "sha": self.commit_of(repo, branch) or made_up,
            "user": shapes.user(self.base, owner),
            "repo": self.repos[repo],
        }

    def _fork_side(self, fork: str, branch: str) -> dict[str, Any]:
        if fork not in self.repos:
            self.repos[fork] = shapes.repository(self.base, fork, next(self.ids)) | {"fork": True}
            self.issues[fork], self.pulls[fork] = {}, {}
        return self._side(fork, branch)

    def delete_repo(self, repo: str) -> None:
        """It is gone, and with it what open pull requests were of."""
        gone = self.repos.pop(repo)
        for pulls in self.pulls.values():
            for one in pulls.values():
                if one["head"]["repo"] is not None and one["head"]["repo"]["id"] == gone["id"]:
                    one["head"] |= {"repo": None}

    def _refusal(self, repo: str, head: str, base: str) -> dict[str, Any] | None:
        """Why GitHub would not make a pull request between these branches."""
        resource = {"resource": "PullRequest"}
        owner = repo.partition("/")[0]
        for one in self.pulls[repo].values():
            is_own = one["head"]["repo"] is not None and one["head"]["repo"]["full_name"] == repo
            if is_own and (one["state"], one["head"]["ref"], one["base"]["ref"]) == ("open", head, base):
                message = f"A pull request already exists for {owner}:{head}."
                return resource | {"code": "custom", "message": message}
        path = self.hosted(repo)
        if path is None:
            return None
        for field, branch in (("head", head), ("base", base)):
            if self.commit_of(repo, branch) is None:
                return resource | {"field": field, "code": "invalid"}
        if self.git(path, "rev-list", "--count", f"refs/heads/{base}..refs/heads/{head}") == "0":
            message = f"No commits between {base} and {head}"
            return resource | {"code": "custom", "message": message}
        return None

    def _noted(self, found: dict[str, Any], **fields: Any) -> dict[str, Any]:
        found |= fields | {"mergeable": None, "mergeable_state": "unknown"}
        return found
