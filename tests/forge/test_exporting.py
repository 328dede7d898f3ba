"""Cards become issues, and what a person changes of such a card comes to GitHub: once, and however long that takes."""

from pathlib import Path

import pytest

from kanbanai.adapters.github.forge import GithubForge
from kanbanai.domain.ids import CardId
from kanbanai.domain.issues import IssueCounts, IssueStats
from kanbanai.usecases import cards, issue_outbox, issues
from tests.forge.desk import REPO, Desk
from tests.forge.standin import StandIn
from tests.world import World

pytestmark = pytest.mark.anyio
MAKE = f"POST /repos/{REPO}/issues"
EDIT = rf"PATCH /repos/{REPO}/issues/\d+"
SHOW = rf"GET /repos/{REPO}/issues/\d+"


@pytest.fixture
async def desk(world: World, github: StandIn, forge: GithubForge, tmp_path: Path) -> Desk:
    return await Desk.laid(world, github, forge, tmp_path)


async def ordered(desk: Desk, title: str = "Retry uploads", **fields: str) -> CardId:
    """A card whose issue is to be made."""
    card_id = await desk.world.card(desk.board, title, **fields)
    await desk.world.run(issue_outbox.order, desk.board, card_id, REPO)
    return card_id


async def exported(desk: Desk, title: str = "Retry uploads", **fields: str) -> CardId:
    card_id = await ordered(desk, title, **fields)
    assert await desk.exports.send(card_id) is None
    return card_id


async def waits(desk: Desk) -> int:
    return (await desk.imports.status(desk.board)).waiting


async def test_an_issue_is_made_with_the_card_s_key_before_its_title(desk: Desk) -> None:
    card_id = await ordered(desk, description="Three times.")
    async with desk.world.verified(desk.board):
        assert await desk.exports.send(card_id) is None
    issue = desk.github.issues[REPO][1]
    assert (issue["title"], issue["body"]) == ("[WC-1] Retry uploads", "Three times.")
    card = await desk.card(1)
    assert (card.id, card.title, card.description) == (card_id, "Retry uploads", "Three times.")
    assert card.github_issue is not None
    assert (card.github_issue.url, card.github_issue.waiting) == (
        f"{desk.github.base}/{REPO}/issues/1",
        False,
    )
    assert await desk.world.read(issues.stats, desk.board) == IssueStats(0, 1, 1)
    assert await desk.bring_in() == IssueCounts(skipped=1)


async def test_what_waits_is_told_when_github_answers_again(desk: Desk) -> None:
    card_id = await ordered(desk)
    desk.github.fails(".*", 503, times=0)
    assert await desk.exports.send(card_id) == "GitHub answered with 503: Server Error"
    assert (await desk.imports.status(desk.board)).waiting_error == "GitHub answered with 503: Server Error"
    assert (await desk.link(card_id)).error is not None
    desk.github.faults.clear()
    await desk.exports.work_off()
    assert desk.github.issues[REPO] == {}  # not yet: it has just failed
    desk.seconds.now += 5
    await desk.exports.work_off()
    assert list(desk.github.issues[REPO]) == [1]
    assert await waits(desk) == 0


async def test_an_issue_whose_making_was_never_answered_is_not_made_twice(desk: Desk) -> None:
    desk.github.issue(REPO, "Somebody else's")
    card_id = await ordered(desk)
    asked = desk.github.answer

    def made_and_silent(request: object) -> object:
        reply = asked(request)  # type: ignore[arg-type]
        if reply.status == 201:
            reply.hangs_up = True
        return reply

    desk.github.answer = made_and_silent  # type: ignore[method-assign,assignment]
    desk.catch_up()
    assert "cannot be reached" in (await desk.exports.send(card_id) or "")
    desk.github.answer = asked  # type: ignore[method-assign]
    assert await desk.exports.send(card_id) is None
    assert [one["title"] for one in desk.github.issues[REPO].values()] == [
        "Somebody else's",
        "[WC-1] Retry uploads",
    ]
    assert (await desk.card(2)).id == card_id


async def test_a_card_s_new_texts_come_to_the_issue_that_was_made_for_it(desk: Desk) -> None:
    card_id = await exported(desk, description="Three times.")
    async with desk.world.verified(desk.board):
        await desk.edit(card_id, title="Retry all uploads")
    shown = (await desk.card(1)).github_issue
    assert shown is not None
    assert shown.waiting
    async with desk.world.verified(desk.board):
        await desk.exports.work_off()
    assert desk.github.issues[REPO][1]["title"] == "[WC-1] Retry all uploads"
    assert [one.body for one in desk.github.calls(EDIT)] == [{"title": "[WC-1] Retry all uploads"}]
    shown = (await desk.card(1)).github_issue
    assert shown is not None
    assert not shown.waiting
    await desk.edit(card_id, description=None)
    await desk.exports.work_off()
    assert desk.github.issues[REPO][1]["body"] == ""
    desk.catch_up()
    assert (await desk.bring_in()).conflicts == 0
    assert (await desk.card(1)).description is None


async def test_what_changed_there_meanwhile_is_not_overwritten(desk: Desk) -> None:
    card_id = await exported(desk, description="Three times.")
    desk.github.change_issue(REPO, 1, title="[WC-1] Their title", body="Their body")
    await desk.edit(card_id, description="My body")
    await desk.exports.work_off()
    assert desk.github.calls(EDIT) == []
    card = await desk.card(1)
    assert (card.title, card.description) == ("Their title", "My body")
    assert card.github_issue is not None
    assert (card.github_issue.conflicts, card.github_issue.waiting) == (("description",), False)
    await desk.world.run(issues.resolve, desk.board, card_id, {"description": "mine"})
    await desk.exports.work_off()
    assert desk.github.issues[REPO][1]["body"] == "My body"
    assert desk.github.issues[REPO][1]["title"] == "[WC-1] Their title"


async def test_what_github_refuses_is_told_and_tried_again_when_the_card_changes(desk: Desk) -> None:
    card_id = await exported(desk)
    await desk.edit(card_id, title="x" * 300)
    await desk.exports.work_off()
    assert (
        await desk.link(card_id)
    ).error == "The title would have 307 characters; GitHub takes 256 of an issue's"
    desk.seconds.now += 600
    asked = len(desk.github.asked)
    await desk.exports.work_off()
    assert len(desk.github.asked) == asked
    await desk.edit(card_id, title="Short")
    assert (await desk.link(card_id)).error is None
    await desk.exports.send(card_id)
    assert desk.github.issues[REPO][1]["title"] == "[WC-1] Short"


async def test_a_rate_limit_holds_all_of_it(desk: Desk) -> None:
    first, second = await ordered(desk, "First"), await ordered(desk, "Second")
    desk.github.limited(MAKE, seconds=300)
    await desk.exports.work_off()
    assert len(desk.github.calls(MAKE)) == 1
    desk.seconds.now += 301
    await desk.exports.work_off()
    titles = [one["title"] for one in desk.github.issues[REPO].values()]
    assert titles == ["[WC-1] First", "[WC-2] Second"]
    assert {(await desk.card(1)).id, (await desk.card(2)).id} == {first, second}


async def test_a_card_that_is_gone_takes_its_unmade_issue_along(desk: Desk) -> None:
    card_id = await ordered(desk)
    await desk.world.run(cards.delete, desk.board, card_id)
    await desk.exports.work_off()
    assert desk.github.asked == []
    assert await waits(desk) == 0


async def test_comments_come_from_all_pages(desk: Desk) -> None:
    card_id = await exported(desk)
    for number in range(101):
        desk.github.comment(REPO, 1, f"Comment {number}", "bob")
    found = await desk.exports.comments(desk.board, card_id)
    assert [one.body for one in found] == [f"Comment {number}" for number in range(101)]
    assert {one.author for one in found} == {"bob"}


async def test_what_waits_in_the_store_is_told_by_whoever_finds_it(desk: Desk) -> None:
    await ordered(desk)
    await desk.exports.work_off()
    assert list(desk.github.issues[REPO]) == [1]
