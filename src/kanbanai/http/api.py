"""The Litestar application: all routes below `/api/v1`, their description, their errors."""

from __future__ import annotations

from litestar import Litestar, Router

from kanbanai.http import problems
from kanbanai.http.bodies import JsonRequest
from kanbanai.http.provide import Services, provided
from kanbanai.http.routes import (
    agents,
    attempts,
    card_search,
    cards,
    columns,
    dashboard,
    enhancements,
    stream,
    tickets,
    transfer,
)

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a body where a route sets no limit of its own: the longest description with room to spare."""

ROUTES = (
    *agents.ROUTES,
    *attempts.ROUTES,
    *cards.ROUTES,
    *card_search.ROUTES,
    *columns.ROUTES,
    *dashboard.ROUTES,
    *enhancements.ROUTES,
    *tickets.ROUTES,
    *transfer.ROUTES,
    *stream.ROUTES,
)


def api(services: Services) -> Litestar:
    """The application. Wrapped by `kanbanai.http.edge.Edge` before it meets the network."""
    return Litestar(
        [Router("/api/v1", route_handlers=list(ROUTES))],
        dependencies=provided(services),
        exception_handlers=problems.HANDLERS,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )
