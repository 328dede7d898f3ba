"""Settings of the application and of a project."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest

from kanbanai.domain.errors import Invalid, NotFound, PreconditionFailed
from kanbanai.domain.ids import ProfileId, ProjectId
from kanbanai.domain.profiles import Profile
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import (
    AppSettings,
    AppSettingsChanges,
    InlineAgentProfiles,
    ProjectSettings,
    ProjectSettingsChanges,
)
from kanbanai.domain.templates import CardTemplate
from kanbanai.ports import Transaction
from kanbanai.usecases import settings
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


@pytest.fixture
async def project(world: World) -> Project:
    return await world.project()


async def edit_app(world: World, **changes: Any) -> AppSettings:
    return await world.run(settings.edit_app, AppSettingsChanges(**changes))


async def edit(world: World, project: Project, **changes: Any) -> ProjectSettings:
    after, _ = await world.run(settings.edit_project, project.id, ProjectSettingsChanges(**changes))
    stored, _ = await world.read(settings.project, project.id)
    assert stored == after
    return after


async def refused(world: World, project: Project, **changes: Any) -> Invalid:
    """The error of a change, which must have changed nothing."""
    before = await world.read(settings.project, project.id)
    with pytest.raises(Invalid) as caught:
        await edit(world, project, **changes)
    assert await world.read(settings.project, project.id) == before
    return caught.value


def put_profile(tx: Transaction, profile_id: str, agent: str, project_id: ProjectId | None) -> ProfileId:
    profile = Profile(
        id=ProfileId(profile_id),
        project_id=project_id,
        agent=agent,
        name="A profile",
        config={},
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.profiles.put(profile)
    return profile.id


def without_times(of: msgspec.Struct) -> dict[str, Any]:
    return {k: v for k, v in msgspec.structs.asdict(of).items() if k not in {"created_at", "updated_at"}}


# ── The application's ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_settings_that_nobody_touched_keep_the_time_they_were_first_asked_for(world: World) -> None:
    assert await world.read(settings.stored_app) is None
    first = await world.run(settings.app)
    assert first.created_at == first.updated_at
    assert await world.run(settings.app) == first
    assert await world.read(settings.stored_app) == first


async def test_every_setting_that_is_sent_is_stored(world: World) -> None:
    changes = {
        "theme": "dark",
        "language": "ja",
        "telemetry_enabled": True,
        "notifications_agent_completion_sound": True,
        "notifications_desktop": True,
        "auto_start_agent_on_in_progress": True,
        "editor_type": "VS_CODE",
        "editor_command": "code --wait",
        "git_user_name": "Ada Lovelace",
        "git_user_email": "ada@example.org",
        "branch_template": "{type}/{ticketKey}/{slug}",
        "gh_pr_title_template": "[{ticketKey}] {title}",
        "gh_pr_body_template": "Closes\n\n{description}",
        "gh_autolink_tickets": False,
        "opencode_port": 5000,
        "permission_minutes": 30,
        "streamdown_assistant_enabled": False,
        "streamdown_user_enabled": False,
        "streamdown_system_enabled": False,
        "streamdown_thinking_enabled": False,
    }
    assert set(changes) == set(AppSettingsChanges.__struct_fields__), (
        "every setting has its place in this test"
    )
    await world.run(settings.app)
    await edit_app(world, **changes)
    stored = await world.read(settings.stored_app)
    assert stored is not None
    assert without_times(stored) == changes
    assert stored.updated_at > stored.created_at


async def test_what_can_be_changed_is_all_but_the_times(world: World) -> None:
    own = {"created_at", "updated_at"}
    assert set(AppSettings.__struct_fields__) - own == set(AppSettingsChanges.__struct_fields__)


async def test_an_empty_change_changes_nothing_not_even_the_time(world: World) -> None:
    before = await world.run(settings.app)
    assert await edit_app(world) == before
    assert await edit_app(world, theme="system", git_user_name="  ") == before


async def test_blank_texts_become_none_and_others_lose_their_edges(world: World) -> None:
    await edit_app(world, git_user_name=" Ada ", editor_command="  zed ", git_user_email=" a@b.c ")
    stored = await edit_app(world, git_user_email=" ", gh_pr_body_template="\n")
    assert (stored.git_user_name, stored.editor_command) == ("Ada", "zed")
    assert (stored.git_user_email, stored.gh_pr_body_template) == (None, None)


@pytest.mark.parametrize(
    ("field", "value", "spelled"),
    [
        ("git_user_email", "ada", "gitUserEmail"),
        ("git_user_email", "a b@c.d", "gitUserEmail"),
        ("git_user_name", "Ada\nBcc: x", "gitUserName"),
        ("git_user_name", "x" * 201, "gitUserName"),
        ("editor_command", "a\0b", "editorCommand"),
        ("branch_template", "", "branchTemplate"),
        ("branch_template", "   ", "branchTemplate"),
        ("branch_template", "--upload-pack={slug}", "branchTemplate"),
        ("branch_template", "a..b", "branchTemplate"),
        ("branch_template", "with space/{slug}", "branchTemplate"),
        ("branch_template", "{slug}.lock", "branchTemplate"),
        ("branch_template", "{user}/{slug}", "branchTemplate"),
        ("gh_pr_title_template", "two\nlines", "ghPrTitleTemplate"),
        ("gh_pr_body_template", "x" * 70_000, "ghPrBodyTemplate"),
    ],
)
async def test_a_value_that_cannot_be_is_refused_by_its_name_and_nothing_is_stored(
    world: World, field: str, value: str, spelled: str
) -> None:
    before = await world.run(settings.app)
    with pytest.raises(Invalid) as caught:
        await edit_app(world, theme="dark", **{field: value})
    assert [one.field for one in caught.value.fields] == [spelled]
    assert await world.read(settings.stored_app) == before


async def test_a_guard_sees_the_settings_before_the_change(world: World) -> None:
    seen: list[AppSettings] = []

    def guard(before: AppSettings) -> None:
        seen.append(before)
        raise PreconditionFailed("changed meanwhile")

    before = await world.run(settings.app)
    with pytest.raises(PreconditionFailed):
        await world.run(settings.edit_app, AppSettingsChanges(theme="dark"), guard)
    assert seen == [before]
    assert await world.read(settings.stored_app) == before


# ── A project's ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_setting_of_a_project_that_is_sent_is_stored(world: World, project: Project) -> None:
    theirs = await world.run(put_profile, "apg-1", "CODEX", None)
    ours = await world.run(put_profile, "ap-1", "DROID", project.id)
    changes = {
        "base_branch": "release/1.0",
        "preferred_remote": "upstream",
        "setup_script": "npm ci",
        "dev_script": "npm run dev\n# two lines",
        "cleanup_script": "rm -rf out",
        "copy_files": "cp ../.env .",
        "allow_scripts_to_fail": True,
        "allow_copy_files_to_fail": True,
        "allow_setup_script_to_fail": True,
        "allow_dev_script_to_fail": True,
        "allow_cleanup_script_to_fail": True,
        "default_agent": "CODEX",
        "default_profile_id": theirs,
        "inline_agent": "DROID",
        "inline_profile_id": ours,
        "inline_agent_profile_mapping": InlineAgentProfiles(ticket_enhance=ours),
        "auto_commit_on_finish": True,
        "auto_push_on_autocommit": True,
        "max_parallel_attempts": 2,
        "script_timeout_minutes": 45,
        "ticket_prefix": "ABC123",
        "github_issue_sync_enabled": True,
        "github_issue_sync_state": "all",
        "github_issue_sync_interval_minutes": 5,
        "github_issue_auto_create_enabled": True,
        "github_issue_write_back_enabled": False,
        "auto_close_ticket_on_pr_merge": True,
        "auto_close_ticket_on_issue_close": True,
        "enhance_prompt": "Be brief.",
        "pr_summary_prompt": "Be exact.",
        "card_templates": (CardTemplate(name="Spike", ticket_type=None, description="## Question"),),
    }
    assert set(changes) == set(ProjectSettingsChanges.__struct_fields__), "every setting has its place here"
    stored = await edit(world, project, **changes)
    assert {name: getattr(stored, name) for name in changes} == changes
    assert stored.updated_at > stored.created_at


async def test_what_can_be_changed_is_all_that_is_not_the_servers_own(world: World) -> None:
    own = {name for name in ProjectSettings.__struct_fields__ if name.startswith("last_")}
    own |= {"created_at", "updated_at"}
    assert set(ProjectSettings.__struct_fields__) - own == set(ProjectSettingsChanges.__struct_fields__)


async def test_the_settings_of_one_project_are_not_those_of_another(world: World, project: Project) -> None:
    other = await world.project("Other")
    before = await world.read(settings.project, other.id)
    await edit(world, project, base_branch="develop")
    assert await world.read(settings.project, other.id) == before


async def test_a_change_that_names_nothing_is_refused(world: World, project: Project) -> None:
    assert str(await refused(world, project)) == "No updates provided"


async def test_an_unknown_project_has_no_settings(world: World) -> None:
    with pytest.raises(NotFound, match="Project not found"):
        await world.read(settings.project, ProjectId("nowhere"))
    with pytest.raises(NotFound, match="Project not found"):
        await world.run(settings.edit_project, ProjectId("nowhere"), ProjectSettingsChanges())


async def test_a_change_to_what_is_already_so_leaves_the_time(world: World, project: Project) -> None:
    before, _ = await world.read(settings.project, project.id)
    assert await edit(world, project, base_branch=" main ", setup_script="  ") == before


async def test_the_prefix_is_stored_in_capitals_and_counts_for_the_next_card_only(
    world: World, project: Project
) -> None:
    first = await world.card(project.id)
    assert (await edit(world, project, ticket_prefix=" ab1 ")).ticket_prefix == "AB1"
    second = await world.card(project.id)
    snapshot = await world.read(lambda tx: tx.boards.snapshot(project.id))
    keys = [snapshot.state.cards[one].ticket_key for one in (first, second)]
    assert keys == ["WC-1", "AB1-2"]
    assert (await world.read(settings.project, project.id))[1] == 3


@pytest.mark.parametrize(
    ("field", "value", "spelled"),
    [
        ("base_branch", "", "baseBranch"),
        ("base_branch", "--exec=rm", "baseBranch"),
        ("base_branch", "a b", "baseBranch"),
        ("base_branch", "a..b", "baseBranch"),
        ("base_branch", "x" * 251, "baseBranch"),
        ("preferred_remote", "-o", "preferredRemote"),
        ("preferred_remote", "a:b", "preferredRemote"),
        ("ticket_prefix", "", "ticketPrefix"),
        ("ticket_prefix", "ABCDEFG", "ticketPrefix"),
        ("ticket_prefix", "Ä", "ticketPrefix"),
        ("setup_script", "x" * 100_001, "setupScript"),
        ("enhance_prompt", "x" * 4_001, "enhancePrompt"),
    ],
)
async def test_a_value_of_a_project_that_cannot_be_is_refused_by_its_name(
    world: World, project: Project, field: str, value: str, spelled: str
) -> None:
    error = await refused(world, project, auto_commit_on_finish=True, **{field: value})
    assert [one.field for one in error.fields] == [spelled]


# ── Templates of cards ──────────────────────────────────────────────────────────────────────────────────────────────


def template(name: str = "Spike", description: str = "## Question") -> CardTemplate:
    return CardTemplate(name=name, ticket_type="docs", description=description)


async def test_templates_are_stored_trimmed_in_their_order_and_put_back_to_the_clients_own(
    world: World, project: Project
) -> None:
    given = (template(" B ", "\n## Question\n"), template("A"))
    stored = await edit(world, project, card_templates=given)
    assert stored.card_templates == (template("B"), template("A"))
    assert (await edit(world, project, card_templates=())).card_templates == ()
    assert (await edit(world, project, card_templates=None)).card_templates is None


@pytest.mark.parametrize(
    ("templates", "spelled"),
    [
        ((template(), template(" ")), "cardTemplates[1].name"),
        ((template("x" * 41),), "cardTemplates[0].name"),
        ((template("a\nb"),), "cardTemplates[0].name"),
        ((template("Bug"), template(" bug")), "cardTemplates[1].name"),
        ((template(description=" \n"),), "cardTemplates[0].description"),
        ((template(description="x" * 10_001),), "cardTemplates[0].description"),
        (tuple(template(str(n)) for n in range(21)), "cardTemplates"),
    ],
)
async def test_a_template_that_cannot_be_is_refused_by_its_place(
    world: World, project: Project, templates: tuple[CardTemplate, ...], spelled: str
) -> None:
    error = await refused(world, project, card_templates=templates)
    assert [one.field for one in error.fields] == [spelled]


# ── Agents and profiles ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_unknown_agent_is_refused(world: World, project: Project) -> None:
    assert str(await refused(world, project, default_agent="NOBODY")) == "Unknown agent"
    assert str(await refused(world, project, inline_agent="NOBODY")) == "Unknown inline agent"


async def test_a_default_profile_is_a_global_one_that_exists(world: World, project: Project) -> None:
    ours = await world.run(put_profile, "ap-1", "CODEX", project.id)
    for profile_id in ("apg-9", ours):
        error = await refused(world, project, default_agent="CODEX", default_profile_id=profile_id)
        assert str(error) == "Profile not found"
        assert [one.field for one in error.fields] == ["defaultProfileId"]


async def test_an_inline_profile_is_a_global_one_or_the_projects_own(world: World, project: Project) -> None:
    other = await world.project("Other")
    ours = await world.run(put_profile, "ap-1", "CODEX", project.id)
    theirs = await world.run(put_profile, "ap-2", "CODEX", other.id)
    everybodys = await world.run(put_profile, "apg-1", "CODEX", None)
    for profile_id in (ours, everybodys):
        await edit(world, project, inline_agent="CODEX", inline_profile_id=profile_id)
    error = await refused(world, project, inline_profile_id=theirs)
    assert str(error) == "Inline profile not found"


async def test_a_profile_of_another_agent_is_refused_whichever_of_the_two_is_changed(
    world: World, project: Project
) -> None:
    codex = await world.run(put_profile, "apg-1", "CODEX", None)
    mismatch = "Profile does not match selected agent"
    inline = "Inline profile does not match selected inline agent"
    assert str(await refused(world, project, default_agent="DROID", default_profile_id=codex)) == mismatch
    assert str(await refused(world, project, inline_agent="DROID", inline_profile_id=codex)) == inline
    await edit(world, project, default_agent="CODEX", default_profile_id=codex)
    await edit(world, project, inline_agent="CODEX", inline_profile_id=codex)
    assert str(await refused(world, project, default_agent="DROID")) == mismatch
    assert str(await refused(world, project, inline_agent="DROID")) == inline
    changed = await edit(world, project, default_agent="DROID", default_profile_id=None)
    assert (changed.default_agent, changed.default_profile_id) == ("DROID", None)


async def test_a_profile_without_a_chosen_agent_may_be_any(world: World, project: Project) -> None:
    codex = await world.run(put_profile, "apg-1", "CODEX", None)
    assert (await edit(world, project, default_profile_id=codex)).default_profile_id == codex


async def test_each_profile_of_the_mapping_exists_and_agrees(world: World, project: Project) -> None:
    codex = await world.run(put_profile, "apg-1", "CODEX", None)
    error = await refused(
        world, project, inline_agent_profile_mapping=InlineAgentProfiles(pr_summary="apg-9")
    )
    assert str(error) == "Inline profile not found"
    assert [one.field for one in error.fields] == ["inlineAgentProfileMapping.prSummary"]
    mapping = InlineAgentProfiles(ticket_enhance=codex, pr_summary="  ")
    stored = await edit(world, project, inline_agent="CODEX", inline_agent_profile_mapping=mapping)
    assert stored.inline_agent_profile_mapping == InlineAgentProfiles(ticket_enhance=codex)
    assert "does not match" in str(await refused(world, project, inline_agent="DROID"))


async def test_a_profile_that_is_gone_does_not_stand_in_the_way_of_other_changes(
    world: World, project: Project
) -> None:
    codex = await world.run(put_profile, "apg-1", "CODEX", None)
    await edit(world, project, default_agent="CODEX", default_profile_id=codex)
    await world.run(lambda tx: tx.profiles.remove(codex))
    assert (await edit(world, project, base_branch="develop")).base_branch == "develop"
    assert str(await refused(world, project, default_agent="DROID")) == "Profile not found"
