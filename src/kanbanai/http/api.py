"""The Litestar application: the routes below `/api/v1`, what is answered at the root, the errors of both."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from litestar import Litestar, Router

from kanbanai.domain import wire
from kanbanai.http import asyncapi, openapi, problems, ui
from kanbanai.http.bodies import JsonRequest
from kanbanai.http.provide import Services, provided
from kanbanai.http.routes import (
    agents,
    attempt_git,
    attempt_lives,
    attempts,
    card_search,
    cards,
    columns,
    dashboard,
    docs,
    editors,
    enhancements,
    files,
    github,
    github_issues,
    health,
    housekeeping,
    messages,
    onboarding,
    outputs,
    permissions,
    processes,
    projects,
    pull_summaries,
    pulls,
    salvages,
    settings,
    stream,
    terminals,
    tickets,
    transfer,
)

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a body where a route sets no limit of its own: the longest description with room to spare."""

ROUTES = (
    *agents.ROUTES,
    *attempt_git.ROUTES,
    *attempts.ROUTES,
    *attempt_lives.ROUTES,
    *messages.ROUTES,
    *permissions.ROUTES,
    *outputs.ROUTES,
    *cards.ROUTES,
    *card_search.ROUTES,
    *columns.ROUTES,
    *dashboard.ROUTES,
    *enhancements.ROUTES,
    *tickets.ROUTES,
    *editors.ROUTES,
    *files.ROUTES,
    *github.ROUTES,
    *github_issues.ROUTES,
    *health.ROUTES,
    *housekeeping.ROUTES,
    *onboarding.ROUTES,
    *processes.ROUTES,
    *projects.ROUTES,
    *pull_summaries.ROUTES,
    *pulls.ROUTES,
    *salvages.ROUTES,
    *settings.ROUTES,
    *terminals.ROUTES,
    *transfer.ROUTES,
    *stream.ROUTES,
)


def api(services: Services) -> Litestar:
    """The application. Wrapped by `kanbanai.http.edge.Edge` before it meets the network."""
    return Litestar(
        [
            Router(
                "/api/v1",
                route_handlers=[*ROUTES, *terminals.SOCKETS, *docs.routes(*_described(services.version))],
            ),
            *health.AT_THE_ROOT,
            *ui.routes(services.site),
        ],
        dependencies=provided(services),
        exception_handlers=problems.HANDLERS,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )


def _described(version: str) -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    """The descriptions of the routes and of the streams, each made once, when it is asked for."""
    return (
        cache(lambda: wire.encode(openapi.document(ROUTES, version))),
        cache(lambda: wire.encode(asyncapi.document(version))),
    )
