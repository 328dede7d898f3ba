"""Issues become cards: all of them, once each, nothing half, nobody's text lost."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from kanbanai.adapters.github.forge import GithubForge
from kanbanai.domain.errors import Conflict, GithubFailed, GithubLimited, GithubLoginNeeded, Invalid, NotFound
from kanbanai.domain.ids import BoardId
from kanbanai.domain.issues import IssueCounts, IssueQuestion, IssueStats
from kanbanai.domain.times import moment
from kanbanai.usecases import cards, issues
from kanbanai.usecases.imports import read_project
from kanbanai.usecases.issue_incoming import Run
from tests.forge.desk import LIST, QUESTION, REPO, Desk
from tests.forge.standin import StandIn
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(world: World, github: StandIn, forge: GithubForge, tmp_path: Path) -> Desk:
    return await Desk.laid(world, github, forge, tmp_path)


def pull_request(github: StandIn, title: str) -> None:
    links = dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), f"{github.base}/{REPO}/pull/9")
    github.issue(REPO, title, pull_request=links)


# ── Import ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_issues_become_cards_with_what_is_shown_of_them(desk: Desk) -> None:
    desk.github.issue(REPO, "Retry uploads", "On slow\r\nnetworks.", labels=["bug"], assignees=["bob"])
    desk.github.comment(REPO, 1, "Three times would do.")
    pull_request(desk.github, "Retry them")
    async with desk.world.verified(desk.board):
        counts = await desk.bring_in()
    assert counts == IssueCounts(imported=1)
    card = await desk.card(1)
    assert (card.title, card.description, card.ticket_key) == ("Retry uploads", "On slow\nnetworks.", "WC-1")
    shown = card.github_issue
    assert shown is not None
    assert (shown.url, shown.state) == (f"{desk.github.base}/{REPO}/issues/1", "open")
    assert (shown.labels, shown.assignees, shown.comments) == (("bug",), ("bob",), 1)
    assert await desk.world.read(issues.stats, desk.board) == IssueStats(1, 0, 1)


async def test_every_page_comes_and_the_stream_tells_how_far_it_is(desk: Desk) -> None:
    for number in range(250):
        desk.github.issue(REPO, f"Issue {number}")
    async with desk.world.verified(desk.board):
        assert await desk.bring_in() == IssueCounts(imported=250)
    assert len(await desk.column(0)) == 250
    assert [(one.status, one.page, one.pages, one.counts.imported) for one in desk.told()] == [
        ("running", 1, 3, 100),
        ("running", 2, 3, 200),
        ("running", 3, None, 250),
        ("succeeded", 0, None, 250),
    ]
    assert await desk.bring_in() == IssueCounts(skipped=250)


async def test_closed_issues_go_where_done_cards_are(desk: Desk) -> None:
    desk.github.issue(REPO, "Open")
    desk.github.issue(REPO, "Closed")
    desk.github.change_issue(REPO, 2, state="closed")
    await desk.bring_in(IssueQuestion(repository=REPO, state="all"))
    assert (await desk.column(0), await desk.column(3)) == (["Open"], ["Closed"])


async def test_only_the_issues_that_are_meant_come(desk: Desk) -> None:
    for number, labels in enumerate((["bug"], ["bug", "big"], []), 1):
        desk.github.issue(REPO, f"Issue {number}", labels=labels)
    await desk.bring_in(IssueQuestion(repository=REPO, labels=("bug", "big")))
    assert await desk.column(0) == ["Issue 2"]
    await desk.bring_in(IssueQuestion(repository=REPO, numbers=frozenset({3})))
    assert await desk.column(0) == ["Issue 2", "Issue 3"]


async def test_a_preview_says_what_an_import_then_does(desk: Desk) -> None:
    for title in ("New", "Known", "Changed"):
        desk.github.issue(REPO, title)
    pull_request(desk.github, "A pull request")
    await desk.bring_in(IssueQuestion(repository=REPO, numbers=frozenset({2, 3})))
    desk.github.change_issue(REPO, 3, title="Changed since")
    async with desk.world.unchanged(desk.board):
        seen = await desk.imports.preview(desk.board, QUESTION)
    assert (seen.new, seen.updated, seen.skipped) == (1, 1, 1)
    assert [(one.number, one.fate) for one in seen.issues] == [(1, "new"), (3, "updated"), (2, "skipped")]
    assert await desk.bring_in() == IssueCounts(imported=1, updated=1, skipped=1)


async def test_what_breaks_off_leaves_whole_pages_and_goes_on_from_there(desk: Desk) -> None:
    for number in range(250):
        desk.github.issue(REPO, f"Issue {number}")
    desk.github.fails(LIST, 502, after=2, times=3)
    async with desk.world.verified(desk.board):
        with pytest.raises(GithubFailed):
            await desk.bring_in()
    assert len(await desk.column(0)) == 200
    assert desk.told()[-1].status == "failed"
    assert desk.told()[-1].error == "GitHub answered with 502: Server Error"
    before = len(desk.github.calls(LIST))
    counts = await desk.bring_in()
    assert counts == IssueCounts(imported=50, skipped=1)
    assert len(desk.github.calls(LIST)) == before + 1
    assert sorted(await desk.column(0)) == sorted(f"Issue {number}" for number in range(250))


async def test_a_connection_that_breaks_in_the_middle_of_a_page_stores_nothing_of_it(desk: Desk) -> None:
    for number in range(120):
        desk.github.issue(REPO, f"Issue {number}")
    desk.github.fails(LIST, 200, after=1, times=0, hangs_up=True)
    with pytest.raises(GithubFailed, match="cannot be reached"):
        await desk.bring_in()
    assert len(await desk.column(0)) == 100
    desk.github.faults.clear()
    await desk.bring_in()
    assert len(await desk.column(0)) == 120


async def test_two_imports_at_a_time_are_refused(desk: Desk) -> None:
    run = Run(question=QUESTION, slot="imports")
    await desk.world.run(issues.begin, desk.board, run)
    with pytest.raises(Conflict, match="coming in already"):
        await desk.bring_in()
    desk.world.clock.moment += timedelta(minutes=61)
    assert await desk.bring_in() == IssueCounts()


async def test_a_server_that_ended_meanwhile_does_not_keep_the_next_one_out(desk: Desk) -> None:
    await desk.world.run(issues.begin, desk.board, Run(question=QUESTION, slot="imports"))
    await desk.world.run(issues.recover)
    assert (await desk.imports.status(desk.board)).error == "The server ended meanwhile"
    assert await desk.bring_in() == IssueCounts()


async def test_the_card_of_an_issue_that_a_person_deleted_does_not_come_back_by_itself(desk: Desk) -> None:
    desk.github.issue(REPO, "Unwanted")
    await desk.bring_in()
    await desk.world.run(cards.delete, desk.board, (await desk.card(1)).id)
    desk.github.change_issue(REPO, 1, title="Still unwanted")
    assert await desk.bring_in() == IssueCounts(skipped=1)
    assert await desk.column(0) == []
    assert await desk.world.read(issues.stats, desk.board) == IssueStats(0, 0, 0)
    assert await desk.bring_in(with_deleted=True) == IssueCounts(imported=1)
    assert await desk.column(0) == ["Still unwanted"]


async def test_an_import_without_an_account_or_of_what_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.bring_in(IssueQuestion(repository="acme/secret"))
    desk.accounts._given_token = None
    with pytest.raises(GithubLoginNeeded):
        await desk.bring_in()
    assert desk.told()[-1].status == "failed"
    with pytest.raises(NotFound, match="Board not found"):
        await desk.imports.bring_in(BoardId("nowhere"), QUESTION)


async def test_a_card_that_came_from_a_file_with_its_issue_is_linked_not_doubled(desk: Desk) -> None:
    desk.github.issue(REPO, "Title", labels=["bug"])
    shown = {"issueNumber": 1, "url": f"{desk.github.base}/{REPO}/issues/1", "waiting": True}
    lines: list[dict[str, object]] = [
        {"type": "project", "version": 1, "name": "Moved", "repositoryPath": str(desk.checkout)},
        {"type": "column", "id": "todo", "title": "Backlog", "key": "backlog"},
        {"type": "card", "id": "a", "columnId": "todo", "title": "My title", "githubIssue": shown},
    ]
    read = await desk.world.run(read_project, [json.dumps(line).encode() for line in lines])
    desk.board = read.project.board_id
    assert await desk.bring_in() == IssueCounts(updated=1)
    card = await desk.card(1)
    assert card.title == "My title"
    assert card.github_issue is not None
    assert (card.github_issue.labels, card.github_issue.waiting) == (("bug",), False)


# ── Three-way ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_changed_on_one_side_comes_to_the_other(desk: Desk) -> None:
    await desk.set(github_issue_write_back_enabled=False)
    desk.github.issue(REPO, "Title", "Body")
    await desk.bring_in()
    card = await desk.card(1)
    await desk.edit(card.id, description="My notes")
    desk.github.change_issue(REPO, 1, title="Their title")
    async with desk.world.verified(desk.board):
        assert await desk.bring_in() == IssueCounts(updated=1)
    card = await desk.card(1)
    assert (card.title, card.description) == ("Their title", "My notes")
    assert card.github_issue is not None
    assert card.github_issue.conflicts == ()
    assert not card.github_issue.waiting  # the project does not want that somebody else's issue is written to
    assert desk.github.issues[REPO][1]["body"] == "Body"


async def test_what_changed_on_both_sides_stays_on_both_until_a_person_chooses(desk: Desk) -> None:
    desk.github.issue(REPO, "Title", "Body")
    await desk.bring_in()
    card = await desk.card(1)
    await desk.edit(card.id, title="My title", description="My body")
    desk.github.change_issue(REPO, 1, title="Their title", body="Their body")
    async with desk.world.verified(desk.board):
        assert await desk.bring_in() == IssueCounts(updated=1, conflicts=1)
    card = await desk.card(1)
    assert (card.title, card.description) == ("My title", "My body")
    assert card.github_issue is not None
    assert card.github_issue.conflicts == ("title", "description")
    seen = await desk.world.read(issues.details, desk.board, card.id)
    assert [(one.field, one.base, one.mine, one.theirs) for one in seen.conflicts] == [
        ("title", "Title", "My title", "Their title"),
        ("description", "Body", "My body", "Their body"),
    ]
    async with desk.world.verified(desk.board):
        await desk.world.run(issues.resolve, desk.board, card.id, {"title": "theirs", "description": "mine"})
    card = await desk.card(1)
    assert (card.title, card.description) == ("Their title", "My body")
    assert card.github_issue is not None
    assert card.github_issue.conflicts == ()
    with pytest.raises(Conflict, match="not any more"):
        await desk.world.run(issues.resolve, desk.board, card.id, {"title": "mine"})
    with pytest.raises(Invalid, match="No text is chosen"):
        await desk.world.run(issues.resolve, desk.board, card.id, {})
    assert await desk.bring_in() == IssueCounts(skipped=1)


async def test_a_conflict_ends_when_both_sides_say_the_same(desk: Desk) -> None:
    desk.github.issue(REPO, "Title")
    await desk.bring_in()
    card = await desk.card(1)
    await desk.edit(card.id, title="Mine")
    desk.github.change_issue(REPO, 1, title="Theirs")
    await desk.bring_in()
    async with desk.world.verified(desk.board):
        await desk.edit(card.id, title="Theirs")
    shown = (await desk.card(1)).github_issue
    assert shown is not None
    assert shown.conflicts == ()


# ── Sync ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_sync_with_nothing_new_costs_one_conditional_request(desk: Desk) -> None:
    for number in range(150):
        desk.github.issue(REPO, f"Issue {number}")
    desk.catch_up()
    assert await desk.sync() == IssueCounts(imported=150)
    for _ in range(2):
        asked, remaining = len(desk.github.asked), desk.github.remaining
        assert await desk.sync() == IssueCounts()
        assert [one.status for one in desk.github.asked[asked:]] == [304]
        assert desk.github.remaining == remaining
    desk.catch_up()
    desk.github.change_issue(REPO, 7, title="News")
    assert await desk.sync() == IssueCounts(updated=1)
    asked = len(desk.github.asked)
    assert await desk.sync() == IssueCounts()
    assert [one.status for one in desk.github.asked[asked:]] == [304]


async def test_a_sync_hears_of_what_is_closed_though_it_brings_in_open_ones_only(desk: Desk) -> None:
    desk.github.issue(REPO, "Open")
    desk.catch_up()
    await desk.sync()
    desk.github.change_issue(REPO, 1, state="closed")
    desk.github.issue(REPO, "Closed at once", state="closed")
    assert await desk.sync() == IssueCounts(updated=1, skipped=1)
    shown = (await desk.card(1)).github_issue
    assert shown is not None
    assert shown.state == "closed"
    assert await desk.column(0) == ["Open"]


async def test_a_first_sync_that_broke_off_goes_on_from_there(desk: Desk) -> None:
    for number in range(250):
        desk.github.issue(REPO, f"Issue {number}")
    desk.catch_up()
    desk.github.fails(LIST, 500, after=2, times=3)
    with pytest.raises(GithubFailed):
        await desk.sync()
    assert len(await desk.column(0)) == 200
    assert await desk.sync() == IssueCounts(imported=50, skipped=1)


async def test_projects_are_synced_when_they_are_due_and_not_before(desk: Desk) -> None:
    desk.github.issue(REPO, "One")
    desk.catch_up()
    await desk.imports.look()
    assert desk.github.asked == []
    await desk.set(github_issue_sync_enabled=True, github_issue_sync_interval_minutes=5)
    await desk.imports.look()
    assert await desk.column(0) == ["One"]
    status = await desk.imports.status(desk.board)
    assert (status.enabled, status.repository, status.status) == (True, REPO, "succeeded")
    assert status.rate_limit is not None
    assert status.rate_limit.limit == 5_000
    asked = len(desk.github.asked)
    await desk.imports.look()
    assert len(desk.github.asked) == asked
    desk.world.clock.moment += timedelta(minutes=5)
    await desk.imports.look()
    assert len(desk.github.asked) == asked + 1
    found = await desk.world.read(lambda tx: tx.projects.settings(desk.board))
    assert found is not None
    assert found.last_github_issue_sync_status == "succeeded"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_of_the_account_is_shown_and_tried_at_the_next_interval(
    desk: Desk, status: int
) -> None:
    await desk.set(github_issue_sync_enabled=True)
    desk.github.fails(LIST, status, body={"message": "Not you"})
    await desk.imports.look()
    shown = await desk.imports.status(desk.board)
    assert (shown.status, shown.error_code) == (
        "failed",
        {401: "github_login_needed", 403: "forbidden"}[status],
    )
    assert shown.error
    assert desk.faults == []
    asked = len(desk.github.asked)
    await desk.imports.look()
    assert len(desk.github.asked) == asked


@pytest.mark.parametrize("secondary", [True, False])
async def test_a_rate_limit_is_waited_out(desk: Desk, secondary: bool) -> None:
    await desk.set(github_issue_sync_enabled=True, github_issue_sync_interval_minutes=5)
    desk.github.limited(LIST, seconds=1800, secondary=secondary)
    await desk.imports.look()
    shown = await desk.imports.status(desk.board)
    assert shown.error_code == GithubLimited.code
    desk.world.clock.moment += timedelta(minutes=25)
    asked = len(desk.github.asked)
    await desk.imports.look()
    assert len(desk.github.asked) == asked
    desk.world.clock.moment += timedelta(minutes=6)
    await desk.imports.look()
    assert (await desk.imports.status(desk.board)).status == "succeeded"


async def test_a_project_that_came_from_elsewhere_says_so(desk: Desk) -> None:
    desk.set_origin("https://elsewhere.example/acme/wire.git")
    await desk.set(github_issue_sync_enabled=True)
    with pytest.raises(Invalid, match="no repository of GitHub"):
        await desk.sync()
    await desk.imports.look()
    shown = await desk.imports.status(desk.board)
    assert (shown.repository, shown.status, shown.error) == (
        None,
        "failed",
        "The project's remote `origin` is no repository of GitHub",
    )


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def closing(desk: Desk, **changes: bool) -> None:
    desk.github.issue(REPO, "Fix it")
    desk.catch_up()
    await desk.set(**{"auto_close_ticket_on_issue_close": True, "github_issue_sync_enabled": True} | changes)
    await desk.sync()


async def test_the_card_of_a_closed_issue_goes_to_the_end_of_done_once(desk: Desk) -> None:
    await closing(desk)
    await desk.world.card(desk.board, "Done before", column=3)
    card = await desk.card(1)
    await desk.move(card.id, 1)
    desk.catch_up()
    desk.github.change_issue(REPO, 1, state="closed")
    async with desk.world.verified(desk.board):
        assert await desk.sync() == IssueCounts(updated=1, closed=1)
    assert await desk.column(3) == ["Done before", "Fix it"]
    await desk.move(card.id, 0)
    desk.github.change_issue(REPO, 1, labels=["late"])
    await desk.sync()
    assert await desk.column(0) == ["Fix it"]


async def test_a_card_that_a_person_moved_since_stays(desk: Desk) -> None:
    await closing(desk)
    desk.catch_up()
    closed = desk.github.change_issue(REPO, 1, state="closed")
    desk.world.clock.moment = moment(closed["updated_at"])
    await desk.move((await desk.card(1)).id, 2)
    assert await desk.sync() == IssueCounts(updated=1)
    assert await desk.column(2) == ["Fix it"]


async def test_a_card_may_be_kept_out_of_it(desk: Desk) -> None:
    await closing(desk)
    await desk.edit((await desk.card(1)).id, disable_auto_close_on_issue_close=True)
    desk.catch_up()
    desk.github.change_issue(REPO, 1, state="closed")
    assert await desk.sync() == IssueCounts(updated=1)
    assert await desk.column(0) == ["Fix it"]


async def test_closed_issues_are_heard_of_without_a_sync_of_texts(desk: Desk) -> None:
    desk.github.issue(REPO, "Fix it", "Body")
    await desk.bring_in()
    desk.catch_up()
    await desk.set(auto_close_ticket_on_issue_close=True)
    await desk.imports.look()
    desk.github.issue(REPO, "Another")
    desk.github.change_issue(REPO, 1, state="closed", body="New body")
    desk.world.clock.moment += timedelta(minutes=15)
    await desk.imports.look()
    assert (await desk.column(0), await desk.column(3)) == ([], ["Fix it"])
    assert (await desk.card(1)).description == "Body"
