"""A GitHub of one repository with three issues, which never changes: what the examples of the API show."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from kanbanai.domain.errors import NotFound
from kanbanai.domain.github import (
    DeviceCode,
    GithubAccount,
    Grant,
    Issue,
    IssueComment,
    IssuePage,
    RateLimit,
    Waiting,
)
from kanbanai.domain.times import Timestamp

PAGES = "https://github.com/acme/wire/issues"
ISSUES = {
    number: Issue(
        number=number,
        title=title,
        body="It happens on slow networks.",
        is_open=True,
        url=f"{PAGES}/{number}",
        updated_at=f"2026-11-20T09:0{number}:00Z",
        labels=("bug",),
        assignees=("octocat",),
        comments=1,
    )
    for number, title in enumerate(("Uploads give up", "The list jumps", "A typo in the title"), 1)
}


class PaperForge:
    """`Forge`."""

    def __init__(self) -> None:
        self._issues = dict(ISSUES)

    async def begin_device(self, client_id: str) -> DeviceCode:
        raise NotFound("There is no device flow")

    async def ask_device(self, client_id: str, device_code: str) -> Grant | Waiting:
        raise NotFound("There is no device flow")

    async def account(self, token: str) -> GithubAccount:
        return GithubAccount(username="octocat")

    async def repositories(self, token: str) -> list[dict[str, Any]]:
        return []

    async def issues(
        self,
        token: str,
        repository: str,
        *,
        state: Literal["open", "closed", "all"],
        since: str | None = None,
        etag: str | None = None,
        labels: Sequence[str] = (),
    ) -> AsyncGenerator[IssuePage]:
        found = [one for one in self._issues.values() if since is None or one.updated_at >= since]
        yield IssuePage(tuple(found), '"paper"', 1)

    async def issue(self, token: str, repository: str, number: int) -> Issue:
        return self._issues[number]

    async def create_issue(self, token: str, repository: str, title: str, body: str | None) -> Issue:
        number = len(self._issues) + 1
        template = ISSUES[1]
        self._issues[number] = msgspec.structs.replace(
            template,
            number=number,
            title=title,
            body=body,
            url=f"{PAGES}/{number}",
            labels=(),
            assignees=(),
            comments=0,
        )
        return self._issues[number]

    async def edit_issue(
        self, token: str, repository: str, number: int, fields: Mapping[Literal["title", "body"], str]
    ) -> Issue:
        self._issues[number] = msgspec.structs.replace(self._issues[number], **dict(fields))
        return self._issues[number]

    async def issue_comments(self, token: str, repository: str, number: int) -> list[IssueComment]:
        return [
            IssueComment(
                id=71,
                author="octocat",
                body="Three tries would do.",
                url=f"{PAGES}/{number}#issuecomment-71",
                created_at="2026-11-20T10:00:00Z",
                updated_at="2026-11-20T10:00:00Z",
            )
        ]

    def rate_limit(self) -> RateLimit | None:
        return RateLimit(limit=5_000, remaining=4_978, reset_at=Timestamp("2026-11-23T19:00:00.000Z"))

    async def local_token(self) -> str | None:
        return None
