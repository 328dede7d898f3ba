"""What the routes need, on a store in memory and a home folder that ends with the test."""

import os
from collections.abc import Sequence
from pathlib import Path

import httpx
import msgspec
from litestar.types import ASGIApp

from kanbanai.adapters.files.machine import MachineFiles
from kanbanai.adapters.files.transcripts import FileTranscripts
from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.adapters.github.calls import Calls
from kanbanai.adapters.github.forge import GithubForge
from kanbanai.adapters.github.pulls import GithubPulls
from kanbanai.adapters.processes.children import LocalProcesses
from kanbanai.adapters.processes.ptys import PtyShells
from kanbanai.adapters.processes.scripts import ShellScripts
from kanbanai.adapters.releases.silent import SilentReleases
from kanbanai.adapters.secrets.key_file import KeyFile
from kanbanai.domain.ids import AttemptId, CardId, ItemId, ProjectId
from kanbanai.domain.times import Timestamp
from kanbanai.http.metrics import Metrics
from kanbanai.http.provide import Services
from kanbanai.ports import Slice, WorktreePlan, WorktreeRules, WorktreeUse
from kanbanai.realtime.hub import Hub
from kanbanai.runtime.devserver import DevServers
from kanbanai.runtime.github.accounts import GithubAccounts
from kanbanai.runtime.github.exporting import GithubIssueExports
from kanbanai.runtime.github.importing import GithubIssueImports
from kanbanai.runtime.github.lending import lender
from kanbanai.runtime.github.places import Places
from kanbanai.runtime.github.pulls import GithubPullRequests
from kanbanai.runtime.terminals import SharedTerminals
from kanbanai.usecases import dashboard, queries
from tests.http.standins import OneWriter
from tests.world import World

ADDRESS = "http://127.0.0.1:3000"
NOWHERE = "http://127.0.0.1:1"
"""Where no GitHub is."""


class KeptOutputs:
    """`Outputs` in a dictionary."""

    def __init__(self) -> None:
        self._texts: dict[tuple[AttemptId, ItemId], bytes] = {}

    async def keep(self, attempt_id: AttemptId, item_id: ItemId, text: str) -> None:
        self._texts[attempt_id, item_id] = text.encode()

    async def read(self, attempt_id: AttemptId, item_id: ItemId, *, offset: int, limit: int) -> Slice | None:
        whole = self._texts.get((attempt_id, item_id))
        return None if whole is None else Slice(whole[offset : offset + limit], offset, len(whole))

    async def kept(self) -> list[AttemptId]:
        return list({attempt_id for attempt_id, _ in self._texts})

    async def forget(self, attempt_ids: Sequence[AttemptId]) -> None:
        self._texts = {key: text for key, text in self._texts.items() if key[0] not in attempt_ids}


class PaperUpkeep:
    """`WorktreeUpkeep` of a server with one worktree, which is old."""

    async def plan(self, rules: WorktreeRules | None = None) -> WorktreePlan:
        chosen = rules or WorktreeRules()
        goes = chosen.max_age_days is not None
        use = WorktreeUse(
            attempt_id=AttemptId("att-1"),
            board_id=ProjectId("project-1"),
            card_id=CardId("card-3"),
            status="succeeded",
            path="/home/me/.local/share/kanbanai/worktrees/wire-capture-project-/wc-1-retry-uploads-1",
            branch="AB1/WC-1-retry-uploads",
            bytes=73_400_320,
            touched_at=Timestamp("2026-11-02T09:00:00.000Z"),
            goes=goes,
            why=f"untouched for more than {chosen.max_age_days} days" if goes else None,
        )
        freed = use.bytes if goes else 0
        return WorktreePlan(
            rules=chosen, worktrees=[use], strays=[], total=use.bytes, freed=freed, applied=False
        )

    async def apply(self, rules: WorktreeRules | None = None) -> WorktreePlan:
        return msgspec.structs.replace(await self.plan(rules), applied=True)


def services_on(world: World, home: Path, github: str = NOWHERE) -> Services:
    """The services of a server whose user has that home folder, with a GitHub at that address."""
    vault = KeyFile(home / "data")
    calls = Calls(github, backoff=0.001)
    forge = GithubForge(calls, environment={"PATH": str(home / "bin")})
    faults: list[Exception] = []
    accounts = GithubAccounts(world.store, forge, vault)
    git = GitRepositories(os.environ | {"HOME": str(home)})
    places = Places(world.store, git, github)
    at_work = attempt_git(os.environ | {"HOME": str(home)}, world.clock, lend=lender(accounts, calls.base))

    async def overview() -> bytes:
        return await world.read(dashboard.encoded)

    hub = Hub(
        world.store, world.clock, board_view=queries.board_view, overview=overview, report=faults.append
    )
    machine = {"PATH": os.environ["PATH"], "HOME": str(home), "SHELL": "sh"}
    return Services(
        store=world.store,
        hub=hub,
        git=git,
        attempt_git=at_work,
        files=MachineFiles(home, home, {"PATH": str(home / "bin")}),
        releases=SilentReleases(world.clock),
        terminals=SharedTerminals(
            world.store,
            PtyShells(machine),
            world.clock,
            report=faults.append,
        ),
        dev_processes=DevServers(
            world.store,
            ShellScripts(LocalProcesses(), machine),
            world.clock,
            world.ids,
            report=faults.append,
        ),
        metrics=Metrics(),
        sample_folder=str(home / "demo"),
        version="1.2.3",
        vault=vault,
        accounts=accounts,
        issue_imports=GithubIssueImports(world.store, forge, accounts, places, report=faults.append),
        pulls=GithubPullRequests(GithubPulls(calls), accounts, git, at_work.worktrees, base=calls.base),
        issue_exports=GithubIssueExports(world.store, forge, accounts, places, report=faults.append),
        upkeep=PaperUpkeep(),
        writers=OneWriter(world.store),
        outputs=KeptOutputs(),
        transcripts=FileTranscripts(home / "transcripts"),
    )


def speaking_to(app: ASGIApp, address: str = ADDRESS) -> httpx.AsyncClient:
    """A client of that application, to be closed by whoever asks for it."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # the same protocol, typed by two libraries
    return httpx.AsyncClient(transport=transport, base_url=address)
