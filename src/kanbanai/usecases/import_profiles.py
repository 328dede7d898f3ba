"""The part of an import that is about agents: profiles of a file, and settings that choose among them."""

from __future__ import annotations

import msgspec

from kanbanai.domain.agents import checked_config
from kanbanai.domain.errors import FieldError, Invalid
from kanbanai.domain.events import AgentProfileChanged
from kanbanai.domain.ids import PROJECT_PROFILE_PREFIX, ProfileId, ProjectId
from kanbanai.domain.profiles import Profile
from kanbanai.domain.settings import (
    PROJECT_RULES,
    InlineAgentProfiles,
    ProjectSettings,
    ProjectSettingsChanges,
    checked,
)
from kanbanai.domain.texts import line as one_line
from kanbanai.domain.times import imported
from kanbanai.domain.transfer import ProfileLine
from kanbanai.ports import Transaction
from kanbanai.usecases import agents
from kanbanai.usecases.profiles import MAX_NAME
from kanbanai.usecases.settings import refuse_strangers


class ImportedProfiles:
    """The profiles of a file under their names here. `dropped` tells of settings that named one that is not here."""

    def __init__(self, tx: Transaction, project_id: ProjectId) -> None:
        self._tx = tx
        self._project_id = project_id
        self._names: dict[str, ProfileId] = {}
        self.dropped: list[FieldError] = []

    def add(self, line: ProfileLine) -> None:
        """Stores a profile of the file and tells everybody.

        Raises Invalid for a name used twice, an unknown agent or a bad name, InvalidProfile for the settings.
        """
        if line.id in self._names:
            raise Invalid.field("id", f"{line.id!r} is used twice")
        agent = agents.find(self._tx, line.agent)
        now = self._tx.now
        profile = Profile(
            id=ProfileId(self._tx.new_id(PROJECT_PROFILE_PREFIX)),
            project_id=self._project_id,
            agent=agent.key,
            name=one_line("name", line.name, MAX_NAME),
            config=checked_config(agent, line.config),
            created_at=now if line.created_at is None else imported(line.created_at, "createdAt"),
            updated_at=now if line.updated_at is None else imported(line.updated_at, "updatedAt"),
        )
        self._names[line.id] = profile.id
        self._tx.profiles.put(profile)
        self._tx.emit_everywhere(
            AgentProfileChanged(
                change="created", profile_id=profile.id, agent=profile.agent, label=profile.name
            )
        )

    def renamed(self, named: str) -> ProfileId:
        """The name here of a profile of the file; that of another stays as it is."""
        return self._names.get(named, ProfileId(named))

    def settings(self, given: ProjectSettings, number: int) -> ProjectSettings:
        """The settings of line `number`, by the rules of those that people set.

        Global profiles that are not here are left out; work that was under way is not, here. Raises Invalid.
        """
        try:
            return self._checked(given, f"line {number}: settings")
        except Invalid as error:
            fields = (FieldError(f"settings.{one.field}", one.message) for one in error.fields)
            raise Invalid(error.detail, fields=tuple(fields)) from error

    def _checked(self, given: ProjectSettings, place: str) -> ProjectSettings:
        given = checked(given, PROJECT_RULES)
        mapping = given.inline_agent_profile_mapping
        kind = InlineAgentProfiles
        helpers = zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
        after = msgspec.structs.replace(
            given,
            default_profile_id=self._known(given.default_profile_id, f"{place}.defaultProfileId"),
            inline_profile_id=self._known(given.inline_profile_id, f"{place}.inlineProfileId"),
            inline_agent_profile_mapping=kind(
                **{
                    name: self._known(
                        getattr(mapping, name), f"{place}.inlineAgentProfileMapping.{wire_name}"
                    )
                    for name, wire_name in helpers
                }
            ),
            created_at=imported(given.created_at, "createdAt"),
            updated_at=imported(given.updated_at, "updatedAt"),
            **{
                name: "idle"
                for name in ProjectSettings.__struct_fields__
                if name.endswith("_status") and getattr(given, name) == "running"
            },
        )
        chosen = {name: getattr(after, name) for name in ProjectSettingsChanges.__struct_fields__}
        refuse_strangers(self._tx, self._project_id, ProjectSettingsChanges(**chosen), after)
        return after

    def _known(self, named: str | None, place: str) -> ProfileId | None:
        if named is None:
            return None
        renamed = self.renamed(named)
        if self._tx.profiles.get(renamed) is not None:
            return renamed
        self.dropped.append(FieldError(place, f"there is no profile {named} here"))
        return None
