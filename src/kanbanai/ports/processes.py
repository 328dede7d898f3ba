"""What the edge asks of the dev processes."""

from __future__ import annotations

from typing import Protocol

from kanbanai.domain.conversations import Automation
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.processes import DevProcess, ProcessId


class DevProcesses(Protocol):
    """The projects' dev scripts at work in attempts' worktrees, one an attempt.

    Starting raises NotFound for an unknown attempt; Unprocessable when its project has no dev script; NoWorktree;
    Conflict when it runs already.
    """

    async def start(self, attempt_id: AttemptId) -> DevProcess:
        """Starts the script, which then runs on; an item of the conversation tells how it goes and how it ended."""
        ...

    async def run(self, attempt_id: AttemptId) -> Automation:
        """Runs the script to its end and answers with its item. It can be stopped meanwhile like a started one."""
        ...

    def of_attempt(self, attempt_id: AttemptId) -> list[DevProcess]:
        """Those that run."""
        ...

    async def stop(self, attempt_id: AttemptId, process_id: ProcessId) -> Automation:
        """Ends a process with all that it started, and answers with its item. Raises NotFound."""
        ...

    async def end_for(self, attempt_id: AttemptId) -> None:
        """Ends what runs for the attempt: its worktree goes, or the attempt itself."""
        ...

    async def close_all(self) -> None:
        """Ends them all, since the server stops. None is started from now on."""
        ...
