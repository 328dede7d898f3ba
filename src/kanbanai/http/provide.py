"""What the routes are given. The composition root fills a `Services`; Litestar hands each route what it names."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter, SkipValidation

from kanbanai.domain.ids import BoardId, CardId, ColumnId, ProjectId
from kanbanai.http.auth import actor_of
from kanbanai.ports import Store
from kanbanai.realtime.hub import Hub

FromStore = NamedDependency[SkipValidation[Store]]
"""The store, acting as whoever makes the request."""

BoardPath = Annotated[BoardId, PathParameter(description="The board's id, which is its project's.")]
ProjectPath = Annotated[ProjectId, PathParameter(description="The project's id.")]
CardPath = Annotated[CardId, PathParameter(description="The card's id.")]
ColumnPath = Annotated[ColumnId, PathParameter(description="The column's id.")]


class Services(msgspec.Struct, frozen=True):
    """Everything that routes may need."""

    store: Store
    hub: Hub


def provided(services: Services) -> dict[str, Provide]:
    """Litestar's dependencies, by the names that routes use."""

    def store(request: Request[Any, Any, Any]) -> Store:
        return services.store.acting_as(actor_of(request))

    def hub() -> Hub:
        return services.hub

    return {"store": Provide(store, sync_to_thread=False), "hub": Provide(hub, sync_to_thread=False)}
