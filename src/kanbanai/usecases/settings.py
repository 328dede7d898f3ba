"""What can be done with settings. None of them is part of what a board shows, so that no viewer is told.

One has an effect at once that is: without the writing back to issues, cards stop waiting for it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kanbanai.domain.changes import changed, given
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import ProfileId, ProjectId
from kanbanai.domain.profiles import Profile
from kanbanai.domain.settings import (
    APP_RULES,
    PROJECT_RULES,
    AppSettings,
    AppSettingsChanges,
    ProjectSettings,
    ProjectSettingsChanges,
    as_set,
    checked,
)
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import agents, issue_outbox, queries

AppGuard = Callable[[AppSettings], None]
ProjectGuard = Callable[[ProjectSettings], None]
"""Look at the settings before a change and raise PreconditionFailed when the caller meant another version."""

_DOCUMENT = "settings"


def stored_app(tx: Reading) -> AppSettings | None:
    """The application's settings; None: nobody has asked for them yet (`app` makes them)."""
    return tx.documents.read(_DOCUMENT, AppSettings)


def app(tx: Transaction) -> AppSettings:
    """The application's settings, made of the defaults at the first time: `createdAt` says when."""
    found = stored_app(tx)
    if found is None:
        found = AppSettings(created_at=tx.now, updated_at=tx.now)
        tx.documents.write(_DOCUMENT, found)
    return found


def edit_app(tx: Transaction, changes: AppSettingsChanges, guard: AppGuard | None = None) -> AppSettings:
    """Changes the application's settings. Raises Invalid for a value out of its limits, and what `guard` raises."""
    before = app(tx)
    if guard is not None:
        guard(before)
    after = changed(before, checked(changes, APP_RULES))
    if after != before:
        after = msgspec.structs.replace(after, updated_at=tx.now)
        tx.documents.write(_DOCUMENT, after)
    return after


def project(tx: Reading, project_id: ProjectId) -> tuple[ProjectSettings, int]:
    """A project's settings and the number of its next ticket. Raises NotFound."""
    return queries.project_settings(tx, project_id), tx.projects.next_ticket_number(project_id)


def edit_project(
    tx: Transaction,
    project_id: ProjectId,
    changes: ProjectSettingsChanges,
    guard: ProjectGuard | None = None,
) -> tuple[ProjectSettings, int]:
    """Changes a project's settings; an agent and a profile must agree in what the change leads to.

    Raises NotFound, Invalid (nothing asked for, a value out of its limits, an unknown agent or profile), and what
    `guard` raises.
    """
    queries.project(tx, project_id)
    tx.boards.take(project_id)
    before = queries.project_settings(tx, project_id)
    if guard is not None:
        guard(as_set(before))
    if not given(changes):
        raise Invalid("No updates provided")
    asked = checked(changes, PROJECT_RULES)
    after = changed(before, asked)
    refuse_strangers(tx, project_id, asked, after)
    if after != before:
        after = msgspec.structs.replace(after, updated_at=tx.now)
        tx.projects.save_settings(project_id, after)
    if before.github_issue_write_back_enabled and not after.github_issue_write_back_enabled:
        issue_outbox.stop_writing_back(tx, project_id)
    return after, tx.projects.next_ticket_number(project_id)


def refuse_strangers(
    tx: Reading, project_id: ProjectId, asked: ProjectSettingsChanges, after: ProjectSettings
) -> None:
    """Raises Invalid for agents and profiles that do not exist, or not for each other.

    What the change leaves alone is not looked at.
    """
    touched = given(asked).keys()
    if touched & {"default_agent", "default_profile_id"}:
        _refuse_unknown_agent(tx, "defaultAgent", after.default_agent, "Unknown agent")
        if after.default_profile_id is not None:
            profile = _profile(tx, after.default_profile_id, None)
            _refuse_mismatch(
                "defaultProfileId",
                profile,
                after.default_agent,
                "Profile not found",
                "Profile does not match selected agent",
            )
    if touched & {"inline_agent", "inline_profile_id", "inline_agent_profile_mapping"}:
        _refuse_unknown_agent(tx, "inlineAgent", after.inline_agent, "Unknown inline agent")
        for field, profile_id in _inline_profiles(after):
            _refuse_mismatch(
                field,
                _profile(tx, profile_id, project_id),
                after.inline_agent,
                "Inline profile not found",
                "Inline profile does not match selected inline agent",
            )


def _inline_profiles(settings: ProjectSettings) -> list[tuple[str, ProfileId]]:
    mapping = settings.inline_agent_profile_mapping
    spelled = zip(mapping.__struct_fields__, mapping.__struct_encode_fields__, strict=True)
    chosen: list[tuple[str, str | None]] = [("inlineProfileId", settings.inline_profile_id)]
    chosen += [
        (f"inlineAgentProfileMapping.{wire_name}", getattr(mapping, name)) for name, wire_name in spelled
    ]
    return [(field, ProfileId(profile_id)) for field, profile_id in chosen if profile_id is not None]


def _refuse_unknown_agent(tx: Reading, field: str, key: str | None, detail: str) -> None:
    if key is not None:
        agents.find(tx, key, field=field, detail=detail)


def _profile(tx: Reading, profile_id: ProfileId, project_id: ProjectId | None) -> Profile | None:
    """The profile, if it is a global one or the project's own (`project_id` None: a global one only)."""
    found = tx.profiles.get(profile_id)
    return found if found is not None and found.project_id in {None, project_id} else None


def _refuse_mismatch(
    field: str, profile: Profile | None, agent: str | None, missing: str, mismatch: str
) -> None:
    if profile is None:
        raise Invalid.coded(field, missing, "names no profile that this project can use")
    if agent is not None and profile.agent != agent:
        raise Invalid.coded(field, mismatch, f"is a profile of {profile.agent}, the agent is {agent}")
