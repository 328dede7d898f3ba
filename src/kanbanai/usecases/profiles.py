"""What can be done with profiles: named settings for an agent, global ones and those of a project.

A global profile is told everywhere, as one of a project is: whoever fills a form may be choosing from both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from kanbanai.domain.agents import checked_config
from kanbanai.domain.errors import Invalid, NotFound
from kanbanai.domain.events import AgentProfileChanged
from kanbanai.domain.ids import GLOBAL_PROFILE_PREFIX, PROJECT_PROFILE_PREFIX, ProfileId, ProjectId
from kanbanai.domain.profiles import Profile
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.texts import line
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import agents, queries

MAX_NAME = 100
"""Characters of a profile's name: one line of a menu."""

Guard = Callable[[Profile], None]
"""Raises PreconditionFailed when the caller meant another version of the profile."""


def of_project(tx: Reading, project_id: ProjectId | None) -> list[Profile]:
    """A project's own profiles, oldest first; None: the global ones. Raises NotFound for an unknown project."""
    _refuse_unknown_project(tx, project_id)
    return tx.profiles.of_project(project_id)


def one(tx: Reading, project_id: ProjectId | None, profile_id: ProfileId) -> Profile:
    """A project's own profile; None: a global one. Raises NotFound for an unknown project or profile."""
    _refuse_unknown_project(tx, project_id)
    found = tx.profiles.get(profile_id)
    if found is None or found.project_id != project_id:
        raise NotFound("Profile not found")
    return found


def create(
    tx: Transaction, project_id: ProjectId | None, *, agent_key: str, name: str, config: dict[str, Any]
) -> Profile:
    """Makes a profile, of a project or (None) of all.

    Raises NotFound for an unknown project, Invalid for an unknown agent or a bad name, InvalidProfile for the settings.
    """
    _refuse_unknown_project(tx, project_id)
    chosen = agents.find(tx, agent_key)
    prefix = GLOBAL_PROFILE_PREFIX if project_id is None else PROJECT_PROFILE_PREFIX
    profile = Profile(
        id=ProfileId(tx.new_id(prefix)),
        project_id=project_id,
        agent=agent_key,
        name=line("name", name, MAX_NAME),
        config=checked_config(chosen, config),
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.profiles.put(profile)
    _say(tx, "created", profile)
    return profile


def edit(
    tx: Transaction,
    project_id: ProjectId | None,
    profile_id: ProfileId,
    *,
    name: str | None = None,
    config: dict[str, Any] | None = None,
    guard: Guard | None = None,
) -> Profile:
    """Gives a profile another name or other settings (the whole of them); None: leave it.

    Raises NotFound, Invalid when nothing is asked for or the name is bad, InvalidProfile for the settings, and what
    `guard` raises.
    """
    before = one(tx, project_id, profile_id)
    if guard is not None:
        guard(before)
    if name is None and config is None:
        raise Invalid("No updates provided")
    after = before
    if name is not None:
        after = msgspec.structs.replace(after, name=line("name", name, MAX_NAME))
    if config is not None:
        after = msgspec.structs.replace(after, config=checked_config(agents.one(tx, before.agent), config))
    if after != before:
        after = msgspec.structs.replace(after, updated_at=tx.now)
        tx.profiles.put(after)
        _say(tx, "updated", after)
    return after


def delete(
    tx: Transaction, project_id: ProjectId | None, profile_id: ProfileId, guard: Guard | None = None
) -> None:
    """Removes a profile; settings that chose it choose none from then on. Raises NotFound, and what `guard` raises."""
    profile = one(tx, project_id, profile_id)
    if guard is not None:
        guard(profile)
    holders = [project_id] if project_id is not None else [project.id for project in tx.projects.all()]
    for holder in holders:
        before = queries.project_settings(tx, holder)
        after = _without(before, profile_id)
        if after != before:
            tx.projects.save_settings(holder, msgspec.structs.replace(after, updated_at=tx.now))
    tx.profiles.remove(profile_id)
    _say(tx, "deleted", profile)


def _without(settings: ProjectSettings, profile_id: ProfileId) -> ProjectSettings:
    mapping = settings.inline_agent_profile_mapping
    chosen = {name: None for name in mapping.__struct_fields__ if getattr(mapping, name) == profile_id}
    changes: dict[str, Any] = {
        name: None
        for name in ("default_profile_id", "inline_profile_id")
        if getattr(settings, name) == profile_id
    }
    if chosen:
        changes["inline_agent_profile_mapping"] = msgspec.structs.replace(mapping, **chosen)
    return msgspec.structs.replace(settings, **changes)


def _refuse_unknown_project(tx: Reading, project_id: ProjectId | None) -> None:
    if project_id is not None:
        queries.project(tx, project_id)


def _say(tx: Transaction, change: Literal["created", "updated", "deleted"], profile: Profile) -> None:
    tx.emit_everywhere(
        AgentProfileChanged(change=change, profile_id=profile.id, agent=profile.agent, label=profile.name)
    )
