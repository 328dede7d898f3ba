"""The project's dev script in an attempt's worktree; contract sections 11 and 13.

Besides being run to its end it can run on, with a start and a stop of its own.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post
from litestar.params import JSONBody, PathParameter

from kanbanai.domain.conversations import Automation
from kanbanai.domain.processes import DevProcess, ProcessId
from kanbanai.http.answers import also
from kanbanai.http.provide import FromDevProcesses, FromStore
from kanbanai.http.routes.attempts import AttemptPath
from kanbanai.usecases import queries

ProcessPath = Annotated[ProcessId, PathParameter(description="The process's id.")]
NOT_NOW = "The attempt has no worktree, or its dev script runs already."
NO_SCRIPT = "The project has no dev script."


class ProcessDraft(msgspec.Struct):
    """Which of the project's scripts is to run on: only the dev script does."""

    stage: Literal["dev"] = "dev"


class ProcessAnswer(msgspec.Struct):
    """A process that runs."""

    process: DevProcess


class ProcessesAnswer(msgspec.Struct):
    """The processes that run for an attempt."""

    processes: list[DevProcess]


class ItemAnswer(msgspec.Struct):
    """The item of the conversation that tells of a script's run."""

    item: Automation


@post(
    "/attempts/{attempt_id:str}/automation/dev",
    summary="Run the dev script to its end",
    tags=["attempts"],
    status_code=200,
    opt=also({409: NOT_NOW, 422: NO_SCRIPT}),
)
async def run_dev(attempt_id: AttemptPath, dev_processes: FromDevProcesses) -> ItemAnswer:
    """Runs the project's dev script in the worktree, and answers when it has ended."""
    return ItemAnswer(await dev_processes.run(attempt_id))


@post(
    "/attempts/{attempt_id:str}/processes",
    summary="Start the dev script",
    tags=["attempts"],
    opt=also({409: NOT_NOW, 422: NO_SCRIPT}),
)
async def start_process(
    attempt_id: AttemptPath, data: JSONBody[ProcessDraft], dev_processes: FromDevProcesses
) -> ProcessAnswer:
    """Starts the project's dev script in the worktree; it runs on, and its item in the conversation tells how."""
    del data
    return ProcessAnswer(await dev_processes.start(attempt_id))


@get("/attempts/{attempt_id:str}/processes", summary="What runs for an attempt", tags=["attempts"])
async def list_processes(
    attempt_id: AttemptPath, store: FromStore, dev_processes: FromDevProcesses
) -> ProcessesAnswer:
    """The processes that run for the attempt beside its agent."""
    await store.read(queries.attempt, attempt_id)
    return ProcessesAnswer(dev_processes.of_attempt(attempt_id))


@delete(
    "/attempts/{attempt_id:str}/processes/{process_id:str}",
    summary="Stop a process",
    tags=["attempts"],
    status_code=200,
)
async def stop_process(
    attempt_id: AttemptPath, process_id: ProcessPath, dev_processes: FromDevProcesses
) -> ItemAnswer:
    """Ends the process with all that it started; answers with its item when nothing of it is left."""
    return ItemAnswer(await dev_processes.stop(attempt_id, process_id))


ROUTES = (run_dev, start_process, list_processes, stop_process)
"""Their order is that of docs/api.md."""
