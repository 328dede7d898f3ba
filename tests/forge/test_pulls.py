"""Pull requests over HTTP against the stand-in: branches pushed by real git, a login that is lent, what is refused."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kanbanai.domain.cards import CardChanges, GithubIssueLink, PullRequestBadge
from kanbanai.domain.events import AttemptPullRequest, CardUpdated, GitPushed
from kanbanai.domain.ids import CardId
from kanbanai.domain.settings import AppSettingsChanges
from kanbanai.ports import Transaction
from kanbanai.runtime.github.accounts import GithubAccounts
from kanbanai.usecases import attempts, cards, messages, queries, settings
from tests.forge.standin import StandIn
from tests.forge.workshop import REPO, Workshop, committed, git, workshop
from tests.http.conftest import edge
from tests.http.wiring import speaking_to
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(world: World, github: StandIn, tmp_path: Path) -> AsyncGenerator[Workshop]:
    async with workshop(world, github, tmp_path) as shop:
        yield shop


# ── Making one ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_attempt_becomes_a_pull_request_and_everybody_is_told(
    shop: Workshop, github: StandIn
) -> None:
    attempt = await shop.attempt()
    async with shop.world.verified(shop.id) as said:
        made = await shop.opened(attempt, body="Three times.", draft=True)
    head = await asyncio.to_thread(git, attempt.worktree_path or "", "rev-parse", "HEAD")
    assert github.commit_of(REPO, attempt.branch_name) == head, "pushed by git, over HTTP"
    url = f"{github.base}/{REPO}/pull/1"
    assert (made["number"], made["url"], made["state"], made["draft"]) == (1, url, "open", True)
    assert (made["headRef"], made["baseRef"], made["merged"]) == (attempt.branch_name, "main", False)
    assert github.pulls[REPO][1]["body"] == "Three times."
    card = await shop.card(attempt.card_id)
    assert (card.pr_url, card.pull_request) == (url, PullRequestBadge(1, "draft"))
    assert (await shop.world.read(queries.attempt, attempt.id)).pr_url == url
    events = [entry.event for entry in said]
    assert [type(one) for one in events if isinstance(one, GitPushed | CardUpdated | AttemptPullRequest)] == [
        GitPushed,
        CardUpdated,
        AttemptPullRequest,
    ]
    assert isinstance(events[-1], AttemptPullRequest)
    assert (events[-1].attempt_id, events[-1].pr.number) == (attempt.id, 1)


async def test_an_open_one_of_the_branch_is_used_again_and_what_is_new_is_pushed(
    shop: Workshop, github: StandIn
) -> None:
    attempt = await shop.attempt()
    first = await shop.opened(attempt)
    newer = await asyncio.to_thread(committed, attempt.worktree_path or "", "more.py", "more\n")
    again = await shop.client.post(f"/api/v1/attempts/{attempt.id}/github/pr", json={"title": "Another"})
    assert again.json()["pr"]["number"] == first["number"]
    assert github.commit_of(REPO, attempt.branch_name) == newer
    assert len(github.pulls[REPO]) == 1
    github.change_pull(REPO, 1, state="closed")
    assert (await shop.opened(attempt))["number"] == 2, "a closed one stays closed"


async def test_two_who_press_at_once_get_the_same_one(shop: Workshop, github: StandIn) -> None:
    attempt = await shop.attempt()
    made = await asyncio.gather(shop.opened(attempt), shop.opened(attempt))
    assert [one["number"] for one in made] == [1, 1]
    assert len(github.pulls[REPO]) == 1


async def test_by_card_and_by_branch_the_attempt_is_found(shop: Workshop) -> None:
    attempt = await shop.attempt()
    by_card = await shop.client.post(shop.path, json={"title": "Retry", "cardId": attempt.card_id})
    assert by_card.json()["pr"]["headRef"] == attempt.branch_name
    other = await shop.attempt("Show a bar")
    by_branch = await shop.client.post(shop.path, json={"title": "Bar", "branch": other.branch_name})
    assert by_branch.json()["pr"]["number"] == 2
    assert (await shop.card(other.card_id)).pull_request == PullRequestBadge(2, "open")


async def test_a_branch_without_an_attempt_is_pushed_from_the_repository(
    shop: Workshop, github: StandIn
) -> None:
    await asyncio.to_thread(git, shop.repository, "branch", "by-hand")
    worktree = shop.repository.parent / "by-hand"
    await asyncio.to_thread(git, shop.repository, "worktree", "add", "--quiet", str(worktree), "by-hand")
    await asyncio.to_thread(committed, worktree, "a.txt", "a\n")
    async with shop.world.verified(shop.id, changes_board=False) as said:
        answer = await shop.client.post(shop.path, json={"title": "By hand", "branch": "by-hand"})
    assert answer.json()["pr"]["headRef"] == "by-hand"
    assert [one.event.attempt_id for one in said if isinstance(one.event, AttemptPullRequest)] == [""]


async def test_the_token_is_lent_and_stands_nowhere_else(shop: Workshop, github: StandIn) -> None:
    attempt = await shop.attempt()
    seen = shop.repository.parent / "seen"
    hook = shop.repository / ".git" / "hooks" / "pre-push"
    await asyncio.to_thread(hook.parent.mkdir, exist_ok=True)
    script = f'#!/bin/sh\n{{ env; cat /proc/$PPID/cmdline /proc/$PPID/environ; echo "$@"; }} >> {seen}\n'
    await asyncio.to_thread(hook.write_text, script)
    await asyncio.to_thread(hook.chmod, 0o755)
    await shop.opened(attempt)
    told = await asyncio.to_thread(seen.read_bytes)
    assert b"push" in told
    assert shop.token.encode() not in told
    configuration = await asyncio.to_thread((shop.repository / ".git" / "config").read_text)
    assert shop.token not in configuration
    assert "x-access-token" not in configuration


async def test_a_token_that_may_not_push_is_a_401_and_leaves_nothing(shop: Workshop, github: StandIn) -> None:
    attempt = await shop.attempt()
    assert isinstance(shop.services.accounts, GithubAccounts)
    shop.services.accounts._given_token = "gho_other"
    async with shop.world.unchanged(shop.id):
        refused = await shop.client.post(shop.path, json={"title": "Retry", "attemptId": attempt.id})
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert "gho_other" not in refused.text
    shop.services.accounts._given_token = None
    refused = await shop.client.post(shop.path, json={"title": "Retry", "attemptId": attempt.id})
    assert (refused.status_code, refused.json()["title"]) == (401, "GitHub authentication required")
    assert github.commit_of(REPO, attempt.branch_name) is None


async def test_a_branch_alone_is_pushed_as_the_connected_account_too(shop: Workshop, github: StandIn) -> None:
    attempt = await shop.attempt()
    path = f"/api/v1/attempts/{attempt.id}/git/push"
    services = msgspec.structs.replace(shop.services, github_url=github.base)
    async with speaking_to(edge(services)) as client:
        pushed = await client.post(path, json={})
        assert (pushed.status_code, pushed.json()["remote"]) == (200, "origin")
        assert github.commit_of(REPO, attempt.branch_name) is not None
        assert isinstance(services.accounts, GithubAccounts)
        services.accounts._given_token = None
        refused = await client.post(path, json={})
        assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
        assert "log in with git" in refused.json()["detail"]


@pytest.mark.parametrize("form", ["git@{host}:{path}", "ssh://git@{host}/{path}"])
async def test_a_remote_over_ssh_without_a_key_is_pushed_to_as_the_connected_account(
    shop: Workshop, github: StandIn, form: str
) -> None:
    attempt = await shop.attempt()
    address = form.format(host="127.0.0.1", path=f"{REPO}.git")
    await asyncio.to_thread(git, shop.repository, "remote", "set-url", "origin", address)
    no_key = "f() { echo 'git@127.0.0.1: Permission denied (publickey).' >&2; return 255; }; f"
    await asyncio.to_thread(git, shop.repository, "config", "core.sshCommand", no_key)
    await shop.opened(attempt)
    assert github.commit_of(REPO, attempt.branch_name) is not None
    asked = ("config", "--get-regexp", "remote.origin.url|url\\.|credential")
    kept = await asyncio.to_thread(git, shop.repository, *asked)
    assert kept == f"remote.origin.url {address}", "nothing of the login stays"


async def test_the_account_is_lent_for_its_own_github_only(shop: Workshop, github: StandIn) -> None:
    attempt = await shop.attempt()
    elsewhere = github.base.replace("127.0.0.1", "localhost")
    address = f"{elsewhere}/{REPO}.git"
    await asyncio.to_thread(git, shop.repository, "remote", "set-url", "origin", address)
    refused = await shop.client.post(f"/api/v1/attempts/{attempt.id}/git/push", json={})
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert github.commit_of(REPO, attempt.branch_name) is None


async def test_what_cannot_be_is_refused_with_a_sentence(shop: Workshop, world: World) -> None:
    attempt = await shop.attempt()
    other = (await world.project("Other")).id
    path = f"/api/v1/projects/{other}/pull-requests"
    for body in ({"attemptId": attempt.id}, {"cardId": attempt.card_id}):
        refused = await shop.client.post(path, json={"title": "x"} | body)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    bare = await world.card(shop.id, "Never begun")
    refused = await shop.client.post(shop.path, json={"title": "x", "cardId": bare})
    assert refused.status_code == 409
    assert "Branch name missing" in refused.json()["detail"]
    for number in ("seven", "0", "-1", "9" * 30):
        assert (await shop.client.get(f"{shop.path}/{number}")).status_code == 400
    refused = await shop.client.post(shop.path, json={"title": "  ", "attemptId": attempt.id})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "title")
    await asyncio.to_thread(
        git, shop.repository, "remote", "set-url", "origin", "https://example.com/a/b.git"
    )
    refused = await shop.client.get(shop.path)
    assert refused.status_code == 409
    assert "no repository at http://127.0.0.1" in refused.json()["detail"]


async def test_what_github_refuses_is_a_502_in_its_words(shop: Workshop, github: StandIn) -> None:
    attempt = await shop.attempt()
    body = {"title": "x", "attemptId": attempt.id}
    refused = await shop.client.post(shop.path, json=body | {"base": "nowhere"})
    assert refused.status_code == 502
    assert "invalid" in refused.json()["detail"]
    github.fails(f"POST /repos/{REPO}/pulls", 500, times=0)
    assert (await shop.client.post(shop.path, json=body)).status_code == 502
    github.faults.clear()
    assert (await shop.client.post(shop.path, json=body)).status_code == 200, "and goes on the next time"


async def test_older_clients_are_told_where_it_is_now(shop: Workshop) -> None:
    old = f"/api/v1/projects/{shop.id}/github/pr"
    assert {(await shop.client.get(old)).status_code, (await shop.client.post(old)).status_code} == {410}


# ── Its words ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_words_come_from_the_templates_and_close_the_issue(
    shop: Workshop, github: StandIn, world: World
) -> None:
    attempt = await shop.attempt("Retry uploads", description="Three times.", ticket_type="feat")
    await world.run(_linked_to_issue, attempt.card_id, f"{github.base}/{REPO}/issues/7")
    asked = {"attemptId": attempt.id}
    told = (await shop.client.get(f"{shop.path}/text", params=asked)).json()["text"]
    assert told == {
        "title": "[WC-1] Retry uploads",
        "body": "Three times.\n\ncloses #7",
        "base": "main",
        "branch": attempt.branch_name,
    }
    changes = AppSettingsChanges(
        gh_pr_title_template="{type}: {title} ({ticketKey})",
        gh_pr_body_template="## {title}\n{description}\n{unknown}",
    )
    await world.run(settings.edit_app, changes)
    made = await shop.opened(attempt, title="By hand")
    assert made["title"] == "By hand"
    assert github.pulls[REPO][1]["body"] == "## Retry uploads\nThree times.\n{unknown}\n\ncloses #7"
    told = (await shop.client.get(f"{shop.path}/text", params=asked)).json()["text"]
    assert told["title"] == "feat: Retry uploads (WC-1)"


def _linked_to_issue(tx: Transaction, card_id: CardId, url: str) -> None:
    board_id = tx.cards.board_of(card_id)
    assert board_id is not None
    changes = CardChanges(github_issue=GithubIssueLink(7, url))
    cards.edit(tx, board_id, card_id, cards.CardEdit(changes=changes))


# ── Looking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_they_are_listed_by_state_and_branch(shop: Workshop, github: StandIn) -> None:
    github.pull(REPO, "One", "one")
    github.pull(REPO, "Two", "two", draft=True)
    github.pull(REPO, "Three", "three")
    github.merge(REPO, github.pull(REPO, "Main", "main")["number"])
    github.change_pull(REPO, 3, state="closed")

    async def numbers(**params: str) -> list[tuple[int, bool]]:
        found = (await shop.client.get(shop.path, params=params)).json()["pullRequests"]
        return [(one["number"], one["merged"]) for one in found]

    assert await numbers() == [(2, False), (1, False)]
    assert await numbers(state="closed") == [(3, False), (4, True)]
    assert await numbers(state="all", branch="two") == [(2, False)]
    assert await numbers(state="all", branch="none") == []
    assert (await shop.client.get(shop.path, params={"state": "some"})).status_code == 400


async def test_one_of_a_fork_is_shown_as_such_and_is_not_the_branch_of_that_name_here(
    shop: Workshop, github: StandIn
) -> None:
    attempt = await shop.attempt()
    branch = attempt.branch_name
    for fork in ("eve/wire", "acme/wire-fork"):  # who owns the repository may have forked it, too
        github.pull(REPO, f"From {fork}", branch, login="eve", fork=fork)
    found = (await shop.client.get(shop.path)).json()["pullRequests"]
    labels = [(one["number"], one["headRef"], one["headLabel"]) for one in found]
    assert labels == [(2, branch, f"acme:{branch}"), (1, branch, f"eve:{branch}")]
    assert (await shop.client.get(shop.path, params={"branch": branch})).json()["pullRequests"] == []

    told = (await shop.client.get(f"{shop.path}/1")).json()
    assert (told["pr"]["headLabel"], told["cardId"], told["attemptId"]) == (f"eve:{branch}", None, None)
    github.review(REPO, 1, "Hm.")
    refused = await shop.client.post(f"{shop.path}/1/feedback", json={})
    assert refused.status_code == 409
    assert f"No attempt of this project works on eve:{branch}" in refused.json()["detail"]
    sent = await shop.client.post(f"{shop.path}/1/feedback", json={"attemptId": attempt.id})
    assert sent.status_code == 201, "a person may say whom it concerns"

    made = await shop.opened(attempt)
    assert (made["number"], made["headLabel"]) == (3, branch)
    assert (await shop.opened(attempt))["number"] == 3
    told = (await shop.client.get(f"{shop.path}/3")).json()
    assert (told["cardId"], told["attemptId"]) == (attempt.card_id, attempt.id)

    github.delete_repo("eve/wire")
    told = (await shop.client.get(f"{shop.path}/1")).json()
    assert (told["pr"]["headLabel"], told["attemptId"]) == (f"eve:{branch}", None)


async def test_one_is_told_with_checks_reviews_and_comments(shop: Workshop, github: StandIn) -> None:
    attempt = await shop.attempt()
    await shop.opened(attempt)
    github.check(REPO, 1, "tests", "success", "41 tests")
    github.check(REPO, 1, "docs", None)
    github.status(REPO, 1, "ci/old", "failure")
    github.review(REPO, 1, "Not yet.")
    github.remark(REPO, 1, "upload.py", 2, "Pause between two tries.")
    github.comment(REPO, 1, "How long does it take?", "bob")
    for number in range(150):
        github.remark(REPO, 1, "upload.py", None, f"Old {number}", original_line=3)
    told = (await shop.client.get(f"{shop.path}/1")).json()
    pull = told["pr"]
    assert (pull["additions"], pull["changedFiles"], pull["commits"]) == (2, 1, 1)
    assert (pull["mergeable"], pull["mergeableState"], pull["author"]) == (True, "clean", "ada")
    assert {(one["name"], one["state"]) for one in told["checks"]} == {
        ("tests", "passed"),
        ("docs", "pending"),
        ("ci/old", "failed"),
    }
    assert [(one["author"], one["state"], one["body"]) for one in told["reviews"]] == [
        ("grace", "changesRequested", "Not yet.")
    ]
    assert len(told["comments"]) == 152, "all pages"
    first, below, old = told["comments"][:3]
    assert (first["path"], first["line"], first["outdated"]) == ("upload.py", 2, False)
    assert (below["path"], below["author"]) == (None, "bob")
    assert (old["line"], old["outdated"]) == (3, True)
    assert (told["cardId"], told["attemptId"]) == (attempt.card_id, attempt.id)
    assert (await shop.client.get(f"{shop.path}/99")).status_code == 404


async def test_checks_that_the_token_may_not_see_are_none(shop: Workshop, github: StandIn) -> None:
    await shop.opened(await shop.attempt())
    github.fails(r"GET .*/check-runs", 403)
    github.status(REPO, 1, "ci", "success")
    told = (await shop.client.get(f"{shop.path}/1")).json()
    assert [one["name"] for one in told["checks"]] == ["ci"]


# ── What reviewers said ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_reviewers_said_becomes_one_message_and_only_what_is_new_the_next_time(
    shop: Workshop, github: StandIn, world: World
) -> None:
    attempt = await shop.attempt()
    await shop.opened(attempt)
    github.review(REPO, 1, "Good, but for the pause.")
    github.review(REPO, 1, "", "COMMENTED")
    github.remark(
        REPO, 1, "upload.py", 2, "Pause between two tries.\nPlease.", hunk="@@ -1 +1,2 @@\n+    retry()"
    )
    feedback = f"{shop.path}/1/feedback"
    sent = await shop.client.post(feedback, json={})
    assert sent.status_code == 201, sent.text
    assert (sent.json()["attemptId"], sent.json()["reviews"], sent.json()["comments"]) == (attempt.id, 1, 1)
    waiting = await world.read(messages.waiting, attempt.id)
    text = waiting[-1].text
    assert "pull request #1" in text
    assert "## grace asks for changes\n\n> Good, but for the pause." in text
    assert "## upload.py:2\n\n```diff\n@@ -1 +1,2 @@\n+    retry()\n```" in text
    assert "> Pause between two tries.\n> Please." in text
    assert (await world.read(queries.attempt, attempt.id)).status == "queued", "the agent is woken for it"
    again = await shop.client.post(feedback, json={"attemptId": attempt.id})
    assert again.status_code == 409
    assert "nothing that the agent has not been told" in again.json()["detail"]
    github.comment(REPO, 1, "And a test, please.", "bob")
    sent = await shop.client.post(feedback, json={"note": "One more thing:"})
    assert (sent.json()["reviews"], sent.json()["comments"]) == (0, 1)
    assert sent.json()["queued"]["text"].startswith("One more thing:\n\n## bob in the conversation")
    sent = await shop.client.post(feedback, json={"again": True})
    assert (sent.json()["reviews"], sent.json()["comments"]) == (1, 2)


async def test_threads_that_are_resolved_are_not_brought(
    shop: Workshop, github: StandIn, world: World
) -> None:
    attempt = await shop.attempt()
    await shop.opened(attempt)
    for number in range(120):
        github.remark(REPO, 1, "upload.py", 1, f"Done {number}")
    done = [one["id"] for one in github.remarks[REPO, 1]]
    github.remark(REPO, 1, "upload.py", 1, "As you say.", in_reply_to_id=done[119])
    github.remark(REPO, 1, "upload.py", 2, "Pause between two tries.")
    for one in done:
        github.resolve(one)
    told = (await shop.client.get(f"{shop.path}/1")).json()
    assert [one["resolved"] for one in told["comments"]] == [True] * 121 + [False]
    assert told["threadsKnown"]
    feedback = f"{shop.path}/1/feedback"
    sent = (await shop.client.post(feedback, json={})).json()
    assert (sent["comments"], sent["resolved"], sent["threadsKnown"]) == (1, 121, True)
    text = (await world.read(messages.waiting, attempt.id))[-1].text
    assert "Pause between two tries." in text
    assert "Done" not in text
    refused = await shop.client.post(feedback, json={})
    assert refused.status_code == 409
    assert "121 comments are in threads that are resolved" in refused.json()["detail"]
    github.resolve(done[0], resolved=False)
    sent = (await shop.client.post(feedback, json={})).json()
    assert (sent["comments"], sent["resolved"]) == (1, 120)
    assert "> Done 0" in sent["queued"]["text"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "body": {"message": "Server Error"}},
        {"status": 403, "body": {"message": "Resource not accessible by personal access token"}},
        {"status": 200, "body": {"data": None, "errors": [{"type": "FORBIDDEN", "message": "No."}]}},
        {"status": 200, "body": {"data": {"repository": None}}},
        {"status": 200, "body": {"message": "What something before GitHub says"}},
    ],
)
async def test_all_is_brought_when_github_does_not_say_what_is_resolved(
    shop: Workshop, github: StandIn, fault: dict[str, Any]
) -> None:
    await shop.opened(await shop.attempt())
    github.remark(REPO, 1, "upload.py", 1, "Done")
    github.resolve(github.remarks[REPO, 1][0]["id"])
    github.fails("POST .*/graphql", **fault)
    sent = await shop.client.post(f"{shop.path}/1/feedback", json={})
    assert sent.status_code == 201, sent.text
    assert (sent.json()["comments"], sent.json()["threadsKnown"]) == (1, False)
    assert "did not say which of the threads are resolved" in sent.json()["queued"]["text"]


async def test_nobody_asks_for_threads_where_there_are_none(shop: Workshop, github: StandIn) -> None:
    await shop.opened(await shop.attempt())
    github.review(REPO, 1, "Fine.")
    assert (await shop.client.get(f"{shop.path}/1")).json()["threadsKnown"]
    assert github.calls("POST .*/graphql") == []


async def test_nobody_is_told_what_nobody_can_be_told(shop: Workshop, github: StandIn, world: World) -> None:
    github.pull(REPO, "By hand", "by-hand")
    github.review(REPO, 1, "Hm.")
    refused = await shop.client.post(f"{shop.path}/1/feedback", json={})
    assert refused.status_code == 409
    assert "No attempt of this project works on by-hand" in refused.json()["detail"]
    other = await world.project("Other")
    card = await world.card(other.id)
    strange = await world.run(attempts.queue, other.id, card, attempts.NewAttempt(agent="CODEX"))
    refused = await shop.client.post(f"{shop.path}/1/feedback", json={"attemptId": strange.id})
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "Attempt does not belong to this project",
    )
