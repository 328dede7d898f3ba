"""Which agent writes, with which profile, and what it is told; contract sections 10, 14 and 15."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from kanbanai.domain.cards import Image
from kanbanai.domain.errors import Invalid, NotFound, OverLimit
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ProfileId, ProjectId
from kanbanai.domain.settings import InlineAgentProfiles, ProjectSettingsChanges
from kanbanai.domain.writing import Choice, PullRequested, TicketDraft
from kanbanai.usecases import attempts, profiles, settings, writers
from kanbanai.usecases.attempts import NewAttempt
from tests.world import World

DRAFT = TicketDraft(title=" Retry uploads ", description=" ")
BY_SETTINGS = Choice()


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


@pytest.fixture
async def board(world: World) -> BoardId:
    return (await world.project()).board_id


async def setting(world: World, board: BoardId, **changes: Any) -> None:
    await world.run(settings.edit_project, board, ProjectSettingsChanges(**changes))


async def profile(world: World, agent: str, *, project: BoardId | None = None, **config: Any) -> ProfileId:
    name = f"{agent} {len(config)}"
    return (await world.run(profiles.create, project, agent_key=agent, name=name, config=config)).id


async def chosen(
    world: World, board: BoardId, choice: Choice = BY_SETTINGS, *, pull: bool = False
) -> writers.Commission:
    if pull:
        return (await world.read(writers.pull_request, board, PullRequested(), choice)).who
    return (await world.read(writers.ticket, board, DRAFT, choice)).who


async def test_the_agent_is_the_one_named_then_the_settings_then_the_one_that_is_always_there(
    world: World, board: BoardId
) -> None:
    assert (await chosen(world, board)).agent.key == "DEMO"
    await setting(world, board, default_agent="CODEX")
    assert (await chosen(world, board)).agent.key == "CODEX"
    await setting(world, board, inline_agent="GEMINI")
    assert (await chosen(world, board)).agent.key == "GEMINI"
    assert (await chosen(world, board, Choice("CLAUDE_CODE"))).agent.key == "CLAUDE_CODE"
    with pytest.raises(Invalid, match="Unknown agent"):
        await chosen(world, board, Choice("NOBODY"))


async def test_the_profile_is_the_one_named_then_the_mapping_then_the_inline_then_the_default_one(
    world: World, board: BoardId
) -> None:
    models = {
        name: await profile(world, "CLAUDE_CODE", model=name)
        for name in ("named", "ticket", "pulls", "inline", "default")
    }

    async def model(choice: Choice = BY_SETTINGS, *, pull: bool = False) -> Any:
        return (await chosen(world, board, choice, pull=pull)).config.get("model")

    assert await model() is None
    await setting(world, board, default_agent="CLAUDE_CODE", default_profile_id=models["default"])
    assert await model() == "default"
    await setting(world, board, inline_agent="CLAUDE_CODE", inline_profile_id=models["inline"])
    assert await model() == "inline"
    mapping = InlineAgentProfiles(ticket_enhance=models["ticket"], pr_summary=models["pulls"])
    await setting(world, board, inline_agent_profile_mapping=mapping)
    assert (await model(), await model(pull=True)) == ("ticket", "pulls")
    assert await model(Choice(profile_id=models["named"])) == "named"
    assert await model(Choice("DEMO")) is None, "profiles of another agent are passed over"


async def test_a_profile_that_is_named_brings_its_agent_along_and_must_be_its_agents(
    world: World, board: BoardId
) -> None:
    own = await profile(world, "GEMINI", project=board)
    assert (await chosen(world, board, Choice(profile_id=own))).agent.key == "GEMINI"
    with pytest.raises(Invalid, match="Profile does not match selected agent"):
        await chosen(world, board, Choice("CODEX", own))
    other = (await world.project("Another")).board_id
    with pytest.raises(Invalid, match="Profile not found"):
        await chosen(world, other, Choice(profile_id=own))


async def test_the_projects_prompts_and_the_profiles_go_to_the_agent_which_may_only_read(
    world: World, board: BoardId
) -> None:
    own = await profile(world, "CLAUDE_CODE", mode="full", inlineProfile="Be brief.")
    await setting(world, board, enhance_prompt="For tickets", pr_summary_prompt="For pulls")
    ticket = await chosen(world, board, Choice(profile_id=own))
    assert (ticket.guidance, ticket.appended, ticket.config["mode"]) == ("For tickets", "Be brief.", "plan")
    pull = await chosen(world, board, pull=True)
    assert (pull.guidance, pull.appended, pull.config["mode"]) == ("For pulls", None, "plan")


async def test_a_ticket_must_be_one_that_a_card_could_be(world: World, board: BoardId) -> None:
    found = await world.read(writers.ticket, board, DRAFT, BY_SETTINGS)
    assert (found.draft.title, found.draft.description) == ("Retry uploads", None)
    for draft, refusal in (
        (TicketDraft(title=" "), Invalid),
        (TicketDraft(title="x" * 501), OverLimit),
        (TicketDraft(title="x", images=(Image("AAAA", "image/gif"),)), Invalid),
        (TicketDraft(title="x", images=(Image("AAAA", "image/png"),) * 6), OverLimit),
    ):
        with pytest.raises(refusal):
            await world.read(writers.ticket, board, draft, BY_SETTINGS)
    with pytest.raises(NotFound, match="Project not found"):
        await world.read(writers.ticket, ProjectId("nowhere"), DRAFT, BY_SETTINGS)


async def test_a_card_is_told_with_its_images(world: World, board: BoardId) -> None:
    picture = Image("aGVsbG8=", "image/png")
    card_id = await world.card(board, "Retry", description="Thrice", ticket_type="fix", images=(picture,))
    found = await world.read(writers.card, board, card_id, BY_SETTINGS)
    assert found.draft == TicketDraft(
        title="Retry", description="Thrice", ticket_type="fix", images=(picture,)
    )
    with pytest.raises(NotFound, match="Card not found"):
        await world.read(writers.card, board, CardId("card-none"), BY_SETTINGS)


async def test_a_pull_request_is_for_what_was_named_the_attempt_the_card_or_what_is_checked_out(
    world: World, board: BoardId
) -> None:
    card_id = await world.card(board, "Retry")
    new = NewAttempt(agent="CODEX", branch_name="wc/1", base_branch="trunk")
    attempt = await world.run(attempts.queue, board, card_id, new)

    async def asked(**fields: Any) -> tuple[str | None, str, str | None]:
        found = await world.read(writers.pull_request, board, PullRequested(**fields), BY_SETTINGS)
        return found.branch, found.base, found.card.id if found.card else None

    assert await asked() == (None, "main", None)
    assert await asked(branch="x", base="y") == ("x", "y", None)
    assert await asked(attempt_id=attempt.id) == ("wc/1", "trunk", card_id)
    assert await asked(card_id=card_id) == ("wc/1", "trunk", card_id)
    assert await asked(card_id=card_id, branch="x", base="y") == ("x", "y", card_id)
    untouched = await world.card(board)
    assert await asked(card_id=untouched) == (None, "main", untouched)


async def test_a_pull_request_of_another_project_is_refused(world: World, board: BoardId) -> None:
    other = (await world.project("Another")).board_id
    stranger = await world.card(other, "Retry")
    attempt = await world.run(attempts.queue, other, stranger, NewAttempt(agent="CODEX"))
    card_id = await world.card(board)
    own = await world.run(attempts.queue, board, card_id, NewAttempt(agent="CODEX"))
    elsewhere = await world.card(board)
    for fields, refusal, words in (
        ({"card_id": stranger}, Invalid, "does not belong"),
        ({"attempt_id": attempt.id}, Invalid, "does not belong"),
        ({"attempt_id": own.id, "card_id": elsewhere}, Invalid, "another card"),
        ({"attempt_id": AttemptId("att-none")}, NotFound, "Attempt not found"),
        ({"card_id": CardId("card-none")}, NotFound, "Card not found"),
        ({"branch": "--upload-pack=x"}, Invalid, "branch"),
        ({"base": "a..b"}, Invalid, "base"),
    ):
        with pytest.raises(refusal, match=words):
            await world.read(writers.pull_request, board, PullRequested(**fields), BY_SETTINGS)
