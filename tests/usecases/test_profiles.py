"""The rules of profiles; contract section 14."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from kanbanai.domain.channels import DASHBOARD, board_channel
from kanbanai.domain.errors import Invalid, InvalidProfile, KanbanError, NotFound, PreconditionFailed
from kanbanai.domain.events import AgentProfileChanged
from kanbanai.domain.ids import ProfileId, ProjectId
from kanbanai.domain.log import Entry
from kanbanai.domain.profiles import Profile
from kanbanai.domain.settings import InlineAgentProfiles, ProjectSettings, ProjectSettingsChanges
from kanbanai.usecases import profiles, projects, queries, settings
from tests.world import World

NOBODY = ProjectId("project-0")


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


async def made(
    world: World, project_id: ProjectId | None = None, agent: str = "CODEX", **more: Any
) -> Profile:
    given = {"name": "Careful", "config": {"sandbox": "read-only"}, **more}
    return await world.run(profiles.create, project_id, agent_key=agent, **given)


def told(entries: list[Entry]) -> list[tuple[str, object]]:
    return [(entry.channel, entry.event) for entry in entries]


@pytest.mark.parametrize("is_global", [True, False])
async def test_a_change_of_any_profile_is_told_in_every_channel(world: World, is_global: bool) -> None:
    one, other = await world.project("One"), await world.project("Other")
    project_id = None if is_global else one.id
    channels = {DASHBOARD, board_channel(one.board_id), board_channel(other.board_id)}
    count = len(world.committed)

    async with world.verified(one.board_id, changes_board=False):
        profile = await made(world, project_id)
    assert profile.id.startswith("apg-" if is_global else "ap-")
    async with world.verified(other.board_id, changes_board=False):
        await world.run(profiles.edit, project_id, profile.id, name="Bold")
    await world.run(profiles.delete, project_id, profile.id)

    said = told(world.committed[count:])
    for change, label in (("created", "Careful"), ("updated", "Bold"), ("deleted", "Bold")):
        event = AgentProfileChanged(change=change, profile_id=profile.id, agent="CODEX", label=label)  # type: ignore[arg-type]
        assert {channel for channel, one_said in said if one_said == event} == channels
    assert len(said) == 3 * len(channels)


async def test_each_list_holds_its_own_oldest_first(world: World) -> None:
    project_id, other_id = (await world.project()).id, (await world.project("Other")).id
    own = [await made(world, project_id, name=name) for name in ("B", "A")]
    everybodys = await made(world)
    assert await world.read(profiles.of_project, project_id) == own
    assert await world.read(profiles.of_project, None) == [everybodys]
    assert await world.read(profiles.of_project, other_id) == []


async def test_an_empty_choice_is_stored_as_none(world: World) -> None:
    profile = await made(world, config={"sandbox": "", "skipGitRepoCheck": True, "debug": False})
    stored = await world.read(profiles.one, None, profile.id)
    assert stored.config == {"skipGitRepoCheck": True, "debug": False}


async def test_an_edit_changes_what_it_names_and_the_same_again_is_told_to_nobody(world: World) -> None:
    profile = await made(world)
    edited = await world.run(profiles.edit, None, profile.id, config={"model": "small"})
    assert (edited.name, edited.config, edited.agent) == ("Careful", {"model": "small"}, "CODEX")
    assert edited.updated_at > edited.created_at == profile.created_at
    count = len(world.committed)
    assert await world.run(profiles.edit, None, profile.id, name=" Careful ") == edited
    assert len(world.committed) == count


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"agent": "NOBODY"}, Invalid, "agent"),
        ({"name": " "}, Invalid, "name"),
        ({"name": "x" * (profiles.MAX_NAME + 1)}, Invalid, "name"),
        ({"name": "two\nlines"}, Invalid, "name"),
        ({"config": {"autonomy": "ask"}}, InvalidProfile, "config.autonomy"),
    ],
)
async def test_what_is_no_profile_is_refused_by_name_and_leaves_nothing(
    world: World, given: dict[str, Any], error: type[KanbanError], field: str
) -> None:
    with pytest.raises(error) as caught:
        await made(world, **given)
    assert [one.field for one in caught.value.fields] == [field]
    assert world.committed == []
    assert await world.read(profiles.of_project, None) == []


async def test_an_edit_is_held_to_the_same_rules(world: World) -> None:
    profile = await made(world)
    with pytest.raises(Invalid, match="No updates provided"):
        await world.run(profiles.edit, None, profile.id)
    with pytest.raises(InvalidProfile):
        await world.run(profiles.edit, None, profile.id, name="Bold", config={"sandbox": "all"})

    def refuse(_: Profile) -> None:
        raise PreconditionFailed("another version")

    with pytest.raises(PreconditionFailed):
        await world.run(profiles.edit, None, profile.id, name="Bold", guard=refuse)
    with pytest.raises(PreconditionFailed):
        await world.run(profiles.delete, None, profile.id, refuse)
    assert await world.read(profiles.one, None, profile.id) == profile


async def test_a_profile_is_found_only_where_it_belongs(world: World) -> None:
    project_id, other_id = (await world.project()).id, (await world.project("Other")).id
    own, everybodys = await made(world, project_id), await made(world)
    for where, which in ((None, own), (other_id, own), (project_id, everybodys)):
        for use_case in (profiles.edit, profiles.delete):
            with pytest.raises(NotFound, match="Profile not found"):
                await world.run(use_case, where, which.id)
    with pytest.raises(NotFound, match="Profile not found"):
        await world.read(profiles.one, None, ProfileId("apg-0"))


async def test_an_unknown_project_has_no_profiles(world: World) -> None:
    with pytest.raises(NotFound, match="Project not found"):
        await world.read(profiles.of_project, NOBODY)
    with pytest.raises(NotFound, match="Project not found"):
        await made(world, NOBODY)


async def chosen(world: World, project_id: ProjectId, **changes: Any) -> ProjectSettings:
    return (await world.run(settings.edit_project, project_id, ProjectSettingsChanges(**changes)))[0]


async def test_settings_that_chose_a_deleted_profile_choose_none(world: World) -> None:
    one, other = (await world.project("One")).id, (await world.project("Other")).id
    gone, kept = await made(world), await made(world)
    await chosen(
        world,
        one,
        default_agent="CODEX",
        default_profile_id=gone.id,
        inline_agent="CODEX",
        inline_profile_id=gone.id,
        inline_agent_profile_mapping=InlineAgentProfiles(ticket_enhance=gone.id, pr_summary=kept.id),
    )
    untouched = await chosen(world, other, default_agent="CODEX", default_profile_id=kept.id)

    await world.run(profiles.delete, None, gone.id)

    after = await world.read(queries.project_settings, one)
    assert (after.default_profile_id, after.inline_profile_id, after.default_agent) == (None, None, "CODEX")
    assert after.inline_agent_profile_mapping == InlineAgentProfiles(pr_summary=kept.id)
    assert await world.read(queries.project_settings, other) == untouched


async def test_a_projects_own_profile_is_taken_out_of_its_settings_alone(world: World) -> None:
    project_id = (await world.project()).id
    profile = await made(world, project_id)
    await chosen(world, project_id, inline_agent="CODEX", inline_profile_id=profile.id)
    await world.run(profiles.delete, project_id, profile.id)
    assert (await world.read(queries.project_settings, project_id)).inline_profile_id is None


async def test_a_projects_profiles_go_with_it(world: World) -> None:
    project_id = (await world.project()).id
    profile = await made(world, project_id)
    await world.run(projects.delete, project_id)
    assert await world.read(lambda tx: tx.profiles.get(profile.id)) is None
