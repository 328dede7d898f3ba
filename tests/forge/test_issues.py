"""Issues as they come from GitHub: all pages, only what is new, nothing half."""

import pytest

from kanbanai.adapters.github.forge import GithubForge
from kanbanai.domain.errors import GithubFailed, NotFound
from kanbanai.domain.github import IssuePage
from tests.forge.standin import Fault, StandIn

pytestmark = pytest.mark.anyio
ISSUES = "GET /repos/acme/wire/issues"


@pytest.fixture
def token(github: StandIn) -> str:
    github.repo()
    return github.user("ada")


async def test_issues_come_from_all_pages_the_longest_unchanged_first(
    github: StandIn, forge: GithubForge, token: str
) -> None:
    for number in range(250):
        github.issue("acme/wire", f"Issue {number}")
    github.change_issue("acme/wire", 1, state="closed")
    pages = [page async for page in forge.issues(token, "acme/wire", state="all")]
    assert [len(page.issues) for page in pages] == [100, 100, 50]
    assert [one.number for page in pages for one in page.issues] == [*range(2, 251), 1]
    opened = [one async for page in forge.issues(token, "acme/wire", state="open") for one in page.issues]
    assert 1 not in {one.number for one in opened}
    assert len(opened) == 249


async def test_an_issue_is_told_with_what_a_card_needs(
    github: StandIn, forge: GithubForge, token: str
) -> None:
    github.issue("acme/wire", "Retry", "A body", labels=["bug"])
    links = dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), f"{github.base}/acme/wire/pull/2")
    github.issue("acme/wire", "A pull request", pull_request=links)
    [page] = [page async for page in forge.issues(token, "acme/wire", state="open")]
    first, second = page.issues
    assert (first.title, first.body, first.labels, first.is_open) == ("Retry", "A body", ("bug",), True)
    assert first.url == f"{github.base}/acme/wire/issues/1"
    assert (first.is_pull_request, second.is_pull_request) == (False, True)


async def test_nothing_new_costs_one_request_and_brings_no_page(
    github: StandIn, forge: GithubForge, token: str
) -> None:
    issue = github.issue("acme/wire", "Retry")

    async def asked(etag: str | None) -> list[IssuePage]:
        since = str(issue["created_at"])
        return [page async for page in forge.issues(token, "acme/wire", state="all", since=since, etag=etag)]

    [page] = await asked(None)
    assert await asked(page.etag) == []
    assert [one.status for one in github.calls(ISSUES)] == [200, 304]
    github.change_issue("acme/wire", 1, title="Retry uploads")
    [page] = await asked(page.etag)
    assert [one.title for one in page.issues] == ["Retry uploads"]


async def test_a_fault_half_way_is_told_after_the_pages_before_it(
    github: StandIn, forge: GithubForge, token: str
) -> None:
    for number in range(150):
        github.issue("acme/wire", f"Issue {number}")
    github.faults += [Fault(ISSUES, 502, after=1), Fault(ISSUES, 502, after=1), Fault(ISSUES, 502, after=1)]
    pages = aiter(forge.issues(token, "acme/wire", state="open"))
    assert len((await anext(pages)).issues) == 100
    with pytest.raises(GithubFailed, match="502"):
        await anext(pages)


async def test_a_repository_that_the_account_does_not_see(forge: GithubForge, token: str) -> None:
    with pytest.raises(NotFound, match="does not show it"):
        await anext(forge.issues(token, "acme/secret", state="open"))
