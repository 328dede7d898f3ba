"""The composition root: chooses every implementation, wires them, and owns the order of start and stop.

settings ─► store ─rings─► broker ─┬► hub ──────────────────────┐
              │                    └► work (runs, reactions) ───┤
              └────────────────────────────────────────────────►├─► routes ─► edge ─► server
start: the store opens ► what the last server left is put right ► requests are served, work goes on
stop:  no new connections ► streams end ► requests end ► work ends ► store closes

`work` wires what goes on without a request.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from kanbanai.adapters.brokers.local import LocalBroker
from kanbanai.adapters.files.machine import MachineFiles
from kanbanai.adapters.files.transcripts import FileTranscripts
from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.adapters.releases.silent import SilentReleases
from kanbanai.adapters.secrets.key_file import KeyFile
from kanbanai.adapters.storage.open import open_store
from kanbanai.adapters.system import RandomIds, SystemClock
from kanbanai.app.github import GithubWork, door_to_github, speaking_to_github
from kanbanai.app.work import Work, count, transcripts_dir, wired
from kanbanai.config import Settings
from kanbanai.domain.agents import AddedAgent, Program
from kanbanai.domain.github import GithubApp
from kanbanai.http import server
from kanbanai.http.api import api
from kanbanai.http.edge import Edge
from kanbanai.http.metrics import Metrics
from kanbanai.http.provide import Services
from kanbanai.http.ui import site_of
from kanbanai.ports import Clock, Releases, Store
from kanbanai.realtime.hub import Hub
from kanbanai.runtime.github.accounts import seal_what_is_plain
from kanbanai.usecases import agents, dashboard, queries

log = structlog.get_logger("kanbanai")

_COLLECT_AFTER = 10_000
"""Objects more than were freed, until the youngest are looked through (Python's own 700 comes with every request)."""


def run(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM. `on_ready` is told the server's address once it answers.

    Raises OSError when the address cannot be listened on, and what `open_store` raises.
    """
    _set_up_logging(settings.log_level)
    with asyncio.Runner(loop_factory=server.new_event_loop) as runner:
        runner.run(serve(settings, on_ready=on_ready))


async def serve(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """What `run` runs."""
    listening = server.listening_socket(settings.host, settings.port)
    address = _address(listening.getsockname())
    try:
        clock = SystemClock()
        broker = LocalBroker(_report)
        ids = RandomIds()
        store = open_store(settings.database, clock=clock, ids=ids, on_commit=broker.ring)
    except BaseException:
        listening.close()
        raise
    try:
        await store.run(agents.configure, _agents(settings))
        hub = _hub(store, clock)
        hub.listen_to(broker)
        vault = KeyFile(settings.data_dir)
        await seal_what_is_plain(store, vault)
        door = door_to_github(settings, store=store, vault=vault, app=_github_app(settings))
        work = wired(
            settings,
            store=store,
            broker=broker,
            clock=clock,
            ids=ids,
            drafts=hub,
            lend=door.lender(),
            report=_report,
        )
        github = speaking_to_github(
            settings, door, store=store, broker=broker, worktrees=work.git.worktrees, report=_report
        )
        services = _services(settings, store, clock, hub, work, github)
        count(services.metrics, work)
        app = Edge(
            api(services),
            hosts=settings.allowed_hosts,
            origins=settings.allowed_origins,
            observe=services.metrics.observe,
        )
        try:
            async with work.going_on(), github.going_on():
                _spare_the_collector()
                await server.serve(
                    app, [listening], on_ready=lambda: on_ready(address), on_drain=partial(_drain, services)
                )
        finally:
            await services.releases.close()
    finally:
        store.close()


async def _drain(services: Services) -> None:
    """Ends what outlives a request, and then the streams, which still tell of those ends.

    Terminals, dev scripts, texts that are being written.
    """
    ending = [services.terminals.close_all(), services.dev_processes.close_all()]
    if services.writers is not None:
        ending.append(services.writers.close())
    await asyncio.gather(*ending)
    await services.hub.drain()


def _spare_the_collector() -> None:
    """Keeps the garbage collector from looking again at what lives as long as the process: modules, classes, routes.

    A request makes some thousand short-lived objects, which reference counts free by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(_COLLECT_AFTER)


def _hub(store: Store, clock: Clock) -> Hub:
    async def overview() -> bytes:
        return await store.read(dashboard.encoded)

    return Hub(store, clock, board_view=queries.board_view, overview=overview, report=_report)


def _services(
    settings: Settings, store: Store, clock: Clock, hub: Hub, work: Work, github: GithubWork
) -> Services:
    return Services(
        store=store,
        hub=hub,
        git=GitRepositories(os.environ),
        attempt_git=work.git,
        files=MachineFiles(Path.home(), Path.cwd(), os.environ),
        releases=_releases(settings, clock),
        dev_processes=work.equipment.dev_processes,
        terminals=work.equipment.terminals,
        scout=work.scouting,
        runs=work.supervisor,
        upkeep=work.upkeep,
        writers=work.writers,
        outputs=work.equipment.outputs,
        transcripts=FileTranscripts(transcripts_dir(settings)),
        metrics=_metrics(hub),
        sample_folder=str(settings.data_dir / "demo"),
        version=settings.version,
        github_app=_github_app(settings),
        github_url=settings.github_url,
        vault=github.vault,
        accounts=github.accounts,
        issue_imports=github.imports,
        issue_exports=github.exports,
        pulls=github.pulls,
        site=site_of(settings.static_dir),
    )


def _agents(settings: Settings) -> list[AddedAgent]:
    """The agents of config.toml. Raises Invalid for one that cannot be."""
    return [
        agents.declared(one.key, one.label, Program(command=one.command, args=one.args, env=dict(one.env)))
        for one in settings.agents
    ]


def _releases(settings: Settings, clock: Clock) -> Releases:
    if settings.update_repo is None:
        return SilentReleases(clock)
    # It brings an HTTP client, which takes a tenth of a second to load: only for those who named a repository.
    from kanbanai.adapters.releases.github import GithubReleases

    token = settings.update_token
    return GithubReleases(
        settings.update_repo,
        token=token.value if token else None,
        ttl=settings.update_ttl_ms / 1000,
        clock=clock,
    )


def _github_app(settings: Settings) -> GithubApp | None:
    if not settings.github_client_id:
        return None
    secret = settings.github_client_secret
    return GithubApp(client_id=settings.github_client_id, client_secret=secret.value if secret else None)


def _metrics(hub: Hub) -> Metrics:
    metrics = Metrics()
    metrics.gauge("kanbanai_channels", "Channels somebody watches.", lambda: hub.statistics().channels)
    metrics.gauge(
        "kanbanai_subscribers",
        "Open streams, by what they are doing.",
        lambda: hub.statistics().subscribers,
        label="condition",
    )
    metrics.counter("kanbanai_stream_frames", "Frames told to readers.", lambda: hub.statistics().frames)
    metrics.counter("kanbanai_stream_bytes", "Bytes given to connections.", lambda: hub.statistics().bytes)
    metrics.counter("kanbanai_stream_flushes", "Batches made up.", lambda: hub.statistics().flushes)
    metrics.counter("kanbanai_faults", "Faults in the background.", lambda: hub.statistics().faults)
    metrics.counter(
        "kanbanai_streams_ended",
        "Streams that the server ended, by reason.",
        lambda: hub.statistics().ended,
        label="reason",
    )
    return metrics


def _report(error: Exception) -> None:
    log.error("a fault in the background", exc_info=error)


def _address(name: Any) -> str:
    host, port = name[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _set_up_logging(level: str) -> None:
    """One line an event on stderr, for people; what is below the level costs next to nothing."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=os.fdopen(os.dup(2), "w", buffering=1)),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=os.isatty(2)),
        ],
        cache_logger_on_first_use=True,
    )
