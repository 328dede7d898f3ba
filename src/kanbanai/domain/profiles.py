"""Profiles: named settings for an agent, for every project or for one."""

from __future__ import annotations

from typing import Any

import msgspec

from kanbanai.domain.ids import ProfileId, ProjectId
from kanbanai.domain.times import Timestamp


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A profile. `projectId` is absent from a global one; `config` holds what the agent's schema allows."""

    id: ProfileId
    project_id: ProjectId | None = None
    agent: str
    name: str
    config: dict[str, Any]
    created_at: Timestamp
    updated_at: Timestamp
