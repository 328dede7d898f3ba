"""Whether the server lives, can work, what it counts, which version it is."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import Response, get

from kanbanai.domain.channels import DASHBOARD
from kanbanai.domain.errors import Unavailable
from kanbanai.domain.times import Timestamp
from kanbanai.domain.versions import is_newer, plain
from kanbanai.http.answers import also
from kanbanai.http.metrics import MEDIA_TYPE
from kanbanai.http.provide import FromMetrics, FromReleases, FromStore, FromVersion
from kanbanai.ports import Reading, Store

PATIENCE = 2.0
"""Seconds the store has to answer before the server is called not ready; probes give up after a few."""


class Liveness(msgspec.Struct):
    """Whether all is well."""

    ok: bool


class VersionAnswer(msgspec.Struct, kw_only=True, rename="camel"):
    """The version that runs and the latest that is known; `checkedAt` is when it was looked for."""

    current_version: str
    latest_version: str
    update_available: bool
    checked_at: Timestamp


class Greeting(msgspec.Struct):
    """A friendly word."""

    message: str
    success: bool


@get("/healthz", summary="Whether the server lives", tags=["health"])
async def is_alive() -> Liveness:
    """Answers as long as the process does."""
    return Liveness(ok=True)


@get("/readyz", summary="Whether the server can work", tags=["health"], opt=also({503: Liveness}))
async def is_ready(store: FromStore) -> Response[Liveness]:
    """200 when the store answers, 503 otherwise."""
    ready = await _answers(store)
    return Response(Liveness(ok=ready), status_code=200 if ready else 503)


async def _answers(store: Store) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await store.read(_look)
    except (TimeoutError, Unavailable):
        return False
    return True


def _look(tx: Reading) -> int:
    return tx.head(DASHBOARD)


@get(
    "/metrics", summary="What the server counts", tags=["health"], media_type=MEDIA_TYPE, sync_to_thread=False
)
def show_metrics(metrics: FromMetrics) -> bytes:
    """Counts and durations in Prometheus' text format."""
    return metrics.exposition()


@get("/version", summary="Which version this is", tags=["health"])
async def show_version(version: FromVersion, releases: FromReleases) -> VersionAnswer:
    """The version that runs, and whether there is a newer one; unless told where to ask, the server asks nobody."""
    release = await releases.latest()
    current = plain(version)
    return VersionAnswer(
        current_version=current,
        latest_version=release.version or current,
        update_available=release.version is not None and is_newer(release.version, current),
        checked_at=release.checked_at,
    )


@get("/hello", summary="A friendly word", tags=["health"], include_in_schema=False)
async def say_hello() -> Greeting:
    """For those who want to see that something answers."""
    return Greeting(message="Hello KanbanAI!", success=True)


ROUTES = (is_alive, is_ready, show_metrics, show_version)
AT_THE_ROOT = (is_alive, is_ready, show_metrics, say_hello)
"""What is answered without the API's prefix: probes and scrapers are set up for these addresses."""
