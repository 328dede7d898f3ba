"""What goes on without a request, wired: runs with all that they need, reactions, expiry, and their metrics.

start: listen ► recover ► (requests are served) ► runs and reactions begin
stop:  runs end ► reactions and chores end
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import structlog

from kanbanai.adapters.agents.driver import AcpDriver
from kanbanai.adapters.files.transcripts import FileTranscripts
from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.git.branch_work import GitBranches
from kanbanai.adapters.git.copies import GitCopies
from kanbanai.adapters.git.places import Places
from kanbanai.adapters.git.program import GitProgram
from kanbanai.adapters.outputs.files import FileOutputs
from kanbanai.adapters.processes.children import LocalProcesses
from kanbanai.adapters.processes.ptys import PtyShells
from kanbanai.adapters.processes.scripts import ShellScripts
from kanbanai.config import Settings
from kanbanai.http.metrics import Metrics
from kanbanai.ports import AttemptGit, Broker, Clock, Drafts, Ids, Lender, Report, Store, WorktreeRules
from kanbanai.runtime import reactions, recovery
from kanbanai.runtime.devserver import DevServers
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.housekeeping import Housekeeping
from kanbanai.runtime.lapsing import Lapsing
from kanbanai.runtime.putting_away import put_away
from kanbanai.runtime.reactor import Reactor
from kanbanai.runtime.scouting import Scouting
from kanbanai.runtime.supervisor import Supervisor
from kanbanai.runtime.terminals import SharedTerminals
from kanbanai.runtime.watching import Watching
from kanbanai.runtime.worktree_upkeep import Upkeep
from kanbanai.runtime.writers import AgentWriters

log = structlog.get_logger("kanbanai")

BREATH = 5.0
"""Seconds until a job that broke off by a mistake of ours begins again."""
Job = Callable[[], Awaitable[None]]


class Work(NamedTuple):
    """What was wired."""

    equipment: Equipment
    git: AttemptGit
    supervisor: Supervisor
    reactor: Reactor
    scouting: Scouting
    lapsing: Lapsing
    housekeeping: Housekeeping
    watching: Watching
    upkeep: Upkeep
    writers: AgentWriters

    @asynccontextmanager
    async def going_on(self) -> AsyncGenerator[None]:
        """Puts right what the last server left, then lets all of it go on for as long as this is entered."""
        found = await recovery.recover(self.equipment)
        if found.reconciled or found.processes:
            log.warning(
                "the last server did not end in order",
                attempts=[f"{one.id} {one.status}" for one in found.reconciled],
                processes=found.processes,
                half_made=list(found.half_made),
            )
        unwritten = await self.writers.recover()
        if unwritten:
            log.warning("texts were being written when the last server ended", proposals=unwritten)
        jobs: dict[str, Job] = {
            "supervisor": self.supervisor.run,
            "reactor": self.reactor.run,
            "scouting": self.scouting.run,
            "lapsing": self.lapsing.run,
            "housekeeping": self.housekeeping.run,
            "watching": self.watching.run,
            "upkeep": self.upkeep.run,
        }
        report = self.equipment.report
        try:
            # Runs end first: reactions to their ends are stored, and done at the next start if not now.
            async with kept_up(jobs, report):
                yield
        finally:
            await self.writers.close()


def wired(
    settings: Settings,
    *,
    store: Store,
    broker: Broker,
    clock: Clock,
    ids: Ids,
    drafts: Drafts,
    lend: Lender,
    report: Report,
) -> Work:
    """All of it, listening already, so that nothing that is committed from here on is missed.

    `lend`: lends git a login where it is not let in otherwise.
    """
    processes = LocalProcesses()
    environment = dict(os.environ)
    git = attempt_git(environment, clock, lend=lend)
    places = Places(GitProgram(environment))
    scripts = ShellScripts(processes, environment)
    driver = AcpDriver(
        processes, clock=clock, environment=environment, folders=[Path(one) for one in settings.agents_path]
    )
    equipment = Equipment(
        store=store,
        driver=driver,
        worktrees=git.worktrees,
        salvages=git.salvages,
        scripts=scripts,
        processes=processes,
        outputs=FileOutputs(settings.data_dir / "outputs"),
        dev_processes=DevServers(store, scripts, clock, ids, report=report),
        terminals=SharedTerminals(store, PtyShells(environment), clock, report=report),
        drafts=drafts,
        clock=clock,
        ids=ids,
        worktrees_dir=settings.worktrees_dir,
        transcripts_dir=transcripts_dir(settings),
        report=report,
    )
    work = Work(
        equipment=equipment,
        git=git,
        supervisor=Supervisor(equipment, limit=settings.max_attempts),
        reactor=Reactor(store, reactions.table(equipment), report=report),
        scouting=Scouting(store, driver, report=report),
        lapsing=Lapsing(store, clock, report=report),
        housekeeping=Housekeeping(
            store,
            report=report,
            keepsakes=(equipment.outputs, FileTranscripts(transcripts_dir(settings))),
        ),
        watching=Watching(store, git.worktrees, report=report),
        upkeep=Upkeep(
            store,
            git.premises,
            partial(put_away, equipment),
            _worktree_rules(settings),
            folder=str(settings.worktrees_dir),
            report=report,
        ),
        writers=AgentWriters(
            equipment, GitCopies(places, settings.data_dir / "writing"), GitBranches(places)
        ),
    )
    for listener in (work.supervisor, work.reactor, work.lapsing, work.watching, work.writers):
        listener.listen_to(broker)
    return work


def count(metrics: Metrics, work: Work) -> None:
    """Adds what goes on to the metrics."""
    runs, reactor = work.supervisor.statistics, work.reactor.statistics
    metrics.gauge("kanbanai_attempts_running", "Attempts at work.", lambda: runs().running)
    metrics.gauge("kanbanai_attempts_queued", "Attempts that wait for room.", lambda: runs().queued)
    metrics.counter("kanbanai_runs", "Runs that began.", lambda: runs().started)
    metrics.counter(
        "kanbanai_run_faults", "Runs that broke off by a mistake of the server.", lambda: runs().faults
    )
    metrics.counter("kanbanai_agent_updates", "What agents said.", lambda: runs().updates)
    metrics.counter("kanbanai_agent_batches", "Transactions that recorded it.", lambda: runs().batches)
    metrics.gauge(
        "kanbanai_agent_lag_seconds",
        "Longest time from hearing an agent to having recorded it.",
        lambda: runs().lag,
    )
    metrics.counter("kanbanai_reactions", "Reactions done.", lambda: reactor().done, label="reaction")
    metrics.counter(
        "kanbanai_reaction_failures",
        "Tries of reactions that failed.",
        lambda: reactor().failed,
        label="reaction",
    )
    metrics.counter(
        "kanbanai_reactions_given_up", "Reactions given up.", lambda: reactor().given_up, label="reaction"
    )


@asynccontextmanager
async def kept_up(jobs: Mapping[str, Job], report: Report) -> AsyncGenerator[None]:
    """Keeps the jobs going for as long as this is entered; they end in the order in which they are named."""
    tasks = [asyncio.create_task(_kept_up(job, report), name=name) for name, job in jobs.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _kept_up(job: Job, report: Report) -> None:
    """Runs a job to its end; one that breaks off is reported and begins again."""
    while True:
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - reported; the rest of the server goes on
            report(error)
            await asyncio.sleep(BREATH)
        else:
            return


def _worktree_rules(settings: Settings) -> WorktreeRules:
    return WorktreeRules(max_age_days=settings.worktrees_max_age_days, quota_mb=settings.worktrees_quota_mb)


def transcripts_dir(settings: Settings) -> Path:
    """Where the raw messages of agents are kept."""
    return settings.data_dir / "transcripts"
