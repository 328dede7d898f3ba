"""What the routes are given. The composition root fills a `Services`; Litestar hands each route what it names."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.di import Provide
from litestar.params import Dependency, Parameter

from kanbanai.domain.ids import BoardId, CardId, ColumnId, ProjectId
from kanbanai.http.auth import actor_of
from kanbanai.ports import Store

FromStore = Annotated[Store, Dependency(skip_validation=True)]
"""The store, acting as whoever makes the request."""

BoardPath = Annotated[BoardId, Parameter(description="The board's id, which is its project's.")]
ProjectPath = Annotated[ProjectId, Parameter(description="The project's id.")]
CardPath = Annotated[CardId, Parameter(description="The card's id.")]
ColumnPath = Annotated[ColumnId, Parameter(description="The column's id.")]


class Services(msgspec.Struct, frozen=True):
    """Everything that routes may need."""

    store: Store


def provided(services: Services) -> dict[str, Provide]:
    """Litestar's dependencies, by the names that routes use."""

    def store(request: Request[Any, Any, Any]) -> Store:
        return services.store.acting_as(actor_of(request))

    return {"store": Provide(store, sync_to_thread=False)}
