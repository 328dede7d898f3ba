"""Agent profiles."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.tables import profiles
from kanbanai.domain.ids import ProfileId, ProjectId
from kanbanai.domain.profiles import Profile


class SqlProfiles:
    """`kanbanai.ports.Profiles`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_project(self, project_id: ProjectId | None) -> list[Profile]:
        rows = self._connection.execute(
            select(profiles)
            .where(profiles.c.project_id.is_not_distinct_from(project_id))
            .order_by(profiles.c.created_at, profiles.c.id)
        )
        return [_profile(row) for row in rows]

    def get(self, profile_id: ProfileId) -> Profile | None:
        row = self._connection.execute(select(profiles).where(profiles.c.id == profile_id)).first()
        return None if row is None else _profile(row)

    def put(self, profile: Profile) -> None:
        statement = upsert(profiles).values(
            id=profile.id,
            project_id=profile.project_id,
            agent=profile.agent,
            name=profile.name,
            config=msgspec.msgpack.encode(profile.config),
            created_at=profile.created_at,
            updated_at=profile.updated_at,
        )
        changing = {name: statement.excluded[name] for name in ("name", "config", "updated_at")}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changing))

    def remove(self, profile_id: ProfileId) -> None:
        self._connection.execute(delete(profiles).where(profiles.c.id == profile_id))


def _profile(row: Row[Any]) -> Profile:
    return Profile(
        id=row.id,
        project_id=row.project_id,
        agent=row.agent,
        name=row.name,
        config=msgspec.msgpack.decode(row.config),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
