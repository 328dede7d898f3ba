"""Which threads of a pull request's review are resolved: GitHub says so by GraphQL only."""

from __future__ import annotations

from typing import Any

MAX_PAGES = 20
"""Of a hundred threads each, as many as comments are read."""
QUERY = """query ReviewThreads($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { isResolved comments(first: 1) { nodes { databaseId } } }
      }
    }
  }
}"""


async def resolved_threads(github: Any, repository: str, number: int) -> frozenset[int] | None:
    """The first comment's id of every thread that is resolved; all answers refer to that one.

    None: GitHub does not say. The token may not ask by GraphQL, or this Enterprise does not answer; what was said can
    be read all the same.
    """
    from githubkit.exception import GitHubException

    owner, _, name = repository.partition("/")
    found: set[int] = set()
    after: str | None = None
    try:
        for _ in range(MAX_PAGES):
            asked = {"owner": owner, "name": name, "number": number, "after": after}
            told = await github.graphql.arequest(QUERY, asked)
            threads = _threads(told)
            if threads is None:
                return None
            for thread in threads["nodes"]:
                if thread["isResolved"]:
                    found.update(comment["databaseId"] for comment in thread["comments"]["nodes"])
            if not threads["pageInfo"]["hasNextPage"]:
                break
            after = threads["pageInfo"]["endCursor"]
    except (GitHubException, ValueError):  # ValueError: the answer is none of GitHub's
        return None
    return frozenset(found)


def _threads(told: dict[str, Any]) -> dict[str, Any] | None:
    """What is told of the threads; None: the account does not see the repository or the pull request this way."""
    pull = (told.get("repository") or {}).get("pullRequest")
    return None if pull is None else pull["reviewThreads"]
