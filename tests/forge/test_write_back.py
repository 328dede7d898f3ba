"""What people edit on a card that came from an issue comes to that issue, which belongs to others: with care."""

from pathlib import Path
from typing import Any

import pytest

from kanbanai.adapters.github.forge import GithubForge
from kanbanai.domain.cards import Card, GithubIssueLink
from kanbanai.domain.issues import IssueCounts
from kanbanai.usecases import issues
from tests.forge.desk import REPO, Desk
from tests.forge.shapes import user
from tests.forge.standin import Asked, Reply, StandIn
from tests.world import World

pytestmark = pytest.mark.anyio
EDIT = rf"PATCH /repos/{REPO}/issues/\d+"


@pytest.fixture
async def desk(world: World, github: StandIn, forge: GithubForge, tmp_path: Path) -> Desk:
    return await Desk.laid(world, github, forge, tmp_path)


async def came_in(desk: Desk, title: str = "Title", body: str | None = "Body") -> Card:
    """The card of an issue that somebody wrote on GitHub."""
    desk.github.issue(REPO, title, body, user=user(desk.github.base, "bob"))
    await desk.bring_in()
    return await desk.card(1)


async def shown(desk: Desk) -> GithubIssueLink:
    found = (await desk.card(1)).github_issue
    assert found is not None
    return found


def there(desk: Desk) -> tuple[str, str | None]:
    """The issue's texts on GitHub."""
    issue = desk.github.issues[REPO][1]
    return issue["title"], issue["body"]


def edits(desk: Desk) -> list[Any]:
    return [one.body for one in desk.github.calls(EDIT)]


# ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_comes_to_the_issue_without_the_card_s_key(desk: Desk) -> None:
    card = await came_in(desk)
    async with desk.world.verified(desk.board):
        await desk.edit(card.id, title="My title")
    assert (await shown(desk)).waiting
    async with desk.world.verified(desk.board):
        await desk.exports.work_off()
    assert there(desk) == ("My title", "Body")
    assert edits(desk) == [{"title": "My title"}]
    assert not (await shown(desk)).waiting
    desk.catch_up()
    assert await desk.bring_in() == IssueCounts(skipped=1)
    await desk.exports.work_off()
    assert len(edits(desk)) == 1


async def test_what_others_changed_meanwhile_stays_and_comes_here(desk: Desk) -> None:
    card = await came_in(desk)
    await desk.edit(card.id, description="My notes")
    desk.github.change_issue(REPO, 1, title="Their title")
    await desk.exports.work_off()
    assert there(desk) == ("Their title", "My notes")
    card = await desk.card(1)
    assert (card.title, card.description) == ("Their title", "My notes")


async def test_what_both_sides_changed_waits_for_a_person_and_then_for_github(desk: Desk) -> None:
    card = await came_in(desk)
    await desk.edit(card.id, title="My title", description="My body")
    desk.github.change_issue(REPO, 1, title="Their title", body="Their body")
    await desk.exports.work_off()
    assert edits(desk) == []
    assert (await shown(desk)).conflicts == ("title", "description")
    assert not (await shown(desk)).waiting
    await desk.world.run(issues.resolve, desk.board, card.id, {"title": "mine", "description": "theirs"})
    await desk.exports.work_off()
    assert there(desk) == ("My title", "Their body")
    assert edits(desk) == [{"title": "My title"}]


async def test_a_conflict_that_ends_there_lets_the_edit_through(desk: Desk) -> None:
    card = await came_in(desk)
    await desk.edit(card.id, title="My title")
    desk.github.change_issue(REPO, 1, title="Their title")
    await desk.exports.work_off()
    desk.github.change_issue(REPO, 1, title="Title")
    await desk.bring_in()
    await desk.exports.work_off()
    assert there(desk) == ("My title", "Body")


async def test_how_lines_end_is_nobody_s_change(desk: Desk) -> None:
    card = await came_in(desk, body="One\r\ntwo\r\n")
    await desk.edit(card.id, description="One\r\ntwo")
    assert not (await shown(desk)).waiting
    await desk.edit(card.id, description="One\nthree\n")
    await desk.exports.work_off()
    desk.github.change_issue(REPO, 1, body="One\r\nthree")  # saved again by a browser
    for _ in range(2):
        desk.catch_up()
        await desk.bring_in()
        await desk.exports.work_off()
    assert edits(desk) == [{"body": "One\nthree\n"}]
    assert (await shown(desk)).conflicts == ()


def trimming(desk: Desk) -> None:
    """GitHub puts what it is told into a form of its own."""
    asked = desk.github.answer

    def trimmed(request: Asked) -> Reply:
        if request.method == "PATCH":
            request.body = {name: " ".join(text.split(" ")[:2]) for name, text in request.body.items()}
        return asked(request)

    desk.github.answer = trimmed  # type: ignore[method-assign,assignment]


async def test_github_s_own_form_of_a_text_is_taken_over_and_not_answered(desk: Desk) -> None:
    card = await came_in(desk)
    trimming(desk)
    await desk.edit(card.id, title="My long title")
    await desk.exports.work_off()
    assert (await desk.card(1)).title == "My long"
    assert not (await shown(desk)).waiting
    await desk.exports.work_off()
    assert len(edits(desk)) == 1


async def test_a_text_that_is_edited_while_github_takes_the_last_one_is_no_conflict(desk: Desk) -> None:
    card = await came_in(desk)
    trimming(desk)
    edit = desk.exports._forge.edit_issue

    async def edited_meanwhile(*given: Any) -> Any:
        answer = await edit(*given)
        desk.exports._forge.edit_issue = edit  # type: ignore[method-assign]
        await desk.edit(card.id, title="Another title altogether")
        return answer

    desk.exports._forge.edit_issue = edited_meanwhile  # type: ignore[method-assign,assignment]
    await desk.edit(card.id, title="My long title")
    await desk.exports.work_off()
    assert (await desk.card(1)).title == "Another title altogether"
    assert ((await shown(desk)).conflicts, (await shown(desk)).waiting) == ((), True)
    await desk.exports.work_off()
    assert there(desk) == ("Another title", "Body")


# ── What GitHub refuses ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [403, 404])
async def test_without_the_right_to_write_the_refusal_is_shown_once_and_the_card_stays(
    desk: Desk, status: int
) -> None:
    card = await came_in(desk)
    if status == 403:
        desk.github.only_writers(REPO, "bob")
    else:
        desk.github.fails(EDIT, 404, body={"message": "Not Found"}, times=0)
    await desk.edit(card.id, title="My title")
    before = await desk.card(1)
    async with desk.world.verified(desk.board):
        await desk.exports.work_off()
    after = await desk.card(1)
    assert (after.title, after.updated_at) == ("My title", before.updated_at)
    assert ((await shown(desk)).waiting, (await shown(desk)).refused) == (True, True)
    error = (await desk.world.read(issues.details, desk.board, card.id)).error
    assert error is not None
    assert {403: "does not allow it", 404: "does not show it"}[status] in error
    assert (await desk.imports.status(desk.board)).waiting_error == error
    for _ in range(3):
        desk.seconds.now += 7200
        await desk.exports.work_off()
    assert len(edits(desk)) == 1
    assert there(desk) == ("Title", "Body")
    assert desk.faults == []


async def test_a_refusal_is_forgotten_with_the_next_edit_and_when_a_person_asks_for_a_sync(
    desk: Desk,
) -> None:
    card = await came_in(desk)
    desk.github.only_writers(REPO, "bob")
    await desk.edit(card.id, title="My title")
    await desk.exports.work_off()
    await desk.edit(card.id, title="My other title")
    assert not (await shown(desk)).refused
    await desk.exports.work_off()
    assert len(edits(desk)) == 2
    desk.github.only_writers(REPO, "bob", "ada")
    async with desk.world.verified(desk.board):
        await desk.sync()
    await desk.exports.work_off()
    assert there(desk) == ("My other title", "Body")
    assert not (await shown(desk)).refused


async def test_an_issue_that_github_leaves_as_it_was_takes_no_text_from_the_card(desk: Desk) -> None:
    card = await came_in(desk)
    asked = desk.github.answer

    def passed_over(request: Asked) -> Reply:
        if request.method == "PATCH":
            request.body = {}
        return asked(request)

    desk.github.answer = passed_over  # type: ignore[method-assign,assignment]
    await desk.edit(card.id, title="My title")
    await desk.exports.work_off()
    assert (await desk.card(1)).title == "My title"
    assert (await shown(desk)).refused
    assert "left the issue's title as it was" in ((await desk.link(card.id)).error or "")


async def test_what_does_not_reach_github_is_told_when_it_answers_again(desk: Desk) -> None:
    card = await came_in(desk)
    await desk.edit(card.id, title="My title")
    desk.github.fails(".*", 503, times=0)
    await desk.exports.work_off()
    assert not (await shown(desk)).refused
    desk.github.faults.clear()
    desk.seconds.now += 5
    await desk.exports.work_off()
    assert there(desk) == ("My title", "Body")


async def test_a_text_that_was_too_long_is_told_when_it_is_shorter(desk: Desk) -> None:
    card = await came_in(desk)
    await desk.edit(card.id, title="x" * 300)
    await desk.exports.work_off()
    assert (await shown(desk)).refused
    await desk.edit(card.id, title="Short")
    await desk.exports.work_off()
    assert there(desk) == ("Short", "Body")


# ── What the project wants ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_project_may_leave_the_issues_of_others_alone(desk: Desk) -> None:
    await desk.set(github_issue_write_back_enabled=False)
    card = await came_in(desk)
    await desk.edit(card.id, title="My title", description="My body")
    assert not (await shown(desk)).waiting
    desk.github.change_issue(REPO, 1, title="Their title")
    await desk.bring_in()
    await desk.world.run(issues.resolve, desk.board, card.id, {"title": "mine"})
    await desk.exports.work_off()
    assert desk.github.calls("PATCH .*") == []
    assert (await shown(desk)).conflicts == ()


async def test_what_waits_stops_waiting_when_it_is_not_wanted_any_more(desk: Desk) -> None:
    card = await came_in(desk)
    await desk.edit(card.id, title="My title")
    async with desk.world.verified(desk.board):
        await desk.set(github_issue_write_back_enabled=False)
    assert not (await shown(desk)).waiting
    assert (await desk.imports.status(desk.board)).waiting == 0
    await desk.exports.work_off()
    assert there(desk) == ("Title", "Body")
    assert (await desk.card(1)).title == "My title"


async def test_what_was_edited_before_it_was_wanted_is_not_told(desk: Desk) -> None:
    await desk.set(github_issue_write_back_enabled=False)
    card = await came_in(desk)
    await desk.edit(card.id, title="My private title")
    await desk.set(github_issue_write_back_enabled=True)
    desk.github.change_issue(REPO, 1, labels=["bug"])
    await desk.bring_in()
    await desk.exports.work_off()
    await desk.edit(card.id, description="My body")
    await desk.exports.work_off()
    assert there(desk) == ("Title", "My body")
    await desk.edit(card.id, title="My public title")
    await desk.exports.work_off()
    assert there(desk) == ("My public title", "My body")


async def test_switching_it_off_holds_what_is_on_its_way(desk: Desk) -> None:
    card = await came_in(desk)
    await desk.edit(card.id, title="My title")
    ask = desk.exports._forge.issue

    async def unwanted_meanwhile(*given: Any) -> Any:
        await desk.set(github_issue_write_back_enabled=False)
        return await ask(*given)

    desk.exports._forge.issue = unwanted_meanwhile  # type: ignore[method-assign,assignment]
    await desk.exports.work_off()
    assert edits(desk) == []
