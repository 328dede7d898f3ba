"""A project whose repository is on the stand-in, and what speaks to it: for tests of issues."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.adapters.github.forge import GithubForge
from kanbanai.adapters.secrets.key_file import KeyFile
from kanbanai.domain.actors import LOCAL_USER
from kanbanai.domain.boards import BoardState
from kanbanai.domain.cards import Card, CardChanges, Placement
from kanbanai.domain.events import GithubSync
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.issues import IssueCounts, IssueQuestion, LinkedIssue
from kanbanai.domain.settings import ProjectSettingsChanges
from kanbanai.runtime.github.accounts import GithubAccounts
from kanbanai.runtime.github.exporting import GithubIssueExports
from kanbanai.runtime.github.importing import GithubIssueImports
from kanbanai.runtime.github.places import Places
from kanbanai.usecases import cards, issues, projects, queries, settings
from tests.forge.standin import StandIn
from tests.world import World

REPO = "acme/wire"
LIST = f"GET /repos/{REPO}/issues"
QUESTION = IssueQuestion(repository=REPO)


class Seconds:
    """A clock of seconds that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """The board, the stand-in's repository, and both directions."""

    def __init__(self, world: World, github: StandIn, forge: GithubForge, folder: Path) -> None:
        self.world = world
        self.github = github
        self.token = github.user("ada")
        self.faults: list[Exception] = []
        self.seconds = Seconds()
        accounts = GithubAccounts(world.store, forge, KeyFile(folder), given_token=self.token)
        self.accounts = accounts
        places = Places(
            world.store, GitRepositories({"PATH": "/usr/bin:/bin", "HOME": str(folder)}), github.base
        )
        self.imports = GithubIssueImports(world.store, forge, accounts, places, report=self.faults.append)
        self.exports = GithubIssueExports(
            world.store, forge, accounts, places, report=self.faults.append, clock=self.seconds
        )
        self.board = BoardId("")
        self.checkout = folder / "checkout"

    @classmethod
    async def laid(cls, world: World, github: StandIn, forge: GithubForge, folder: Path) -> Desk:
        desk = cls(world, github, forge, folder)
        github.repo(REPO)
        desk.set_origin(f"{github.base}/{REPO}.git")
        new = projects.NewProject(name="Wire Capture", repository_path=str(desk.checkout))
        desk.board = (await world.run(projects.create, new)).board_id
        return desk

    def set_origin(self, url: str) -> None:
        """Makes the project's repository one that came from there."""
        subprocess.run(["git", "init", "--quiet", self.checkout], check=True)
        subprocess.run(["git", "config", "remote.origin.url", url], cwd=self.checkout, check=True)

    def catch_up(self) -> None:
        """It is as late at GitHub as here: what happened there before is long ago."""
        self.github.catch_up(self.world.clock.now())

    async def set(self, **changes: Any) -> None:
        await self.world.run(settings.edit_project, self.board, ProjectSettingsChanges(**changes))

    async def bring_in(self, question: IssueQuestion = QUESTION, **options: Any) -> IssueCounts:
        return await self.imports.bring_in(self.board, question, **options)

    async def sync(self) -> IssueCounts:
        return await self.imports.sync(self.board)

    async def state(self) -> BoardState:
        return (await self.world.read(queries.board_state, self.board))[0]

    async def column(self, number: int) -> list[str]:
        """The titles of a column's cards."""
        state = await self.state()
        column = state.columns[state.column_order[number]]
        return [state.cards[one].title for one in column.card_ids]

    async def card(self, number: int) -> Card:
        """The card that stands for the issue of that number."""
        [found] = [
            one
            for one in (await self.state()).cards.values()
            if one.github_issue is not None and one.github_issue.issue_number == number
        ]
        return found

    async def edit(self, card_id: CardId, **changes: Any) -> None:
        """What a person does to a card."""
        edit = cards.CardEdit(changes=CardChanges(**changes))
        await self.world.store.acting_as(LOCAL_USER).run(cards.edit, self.board, card_id, edit)

    async def move(self, card_id: CardId, column: int) -> None:
        """What a person does with a card."""
        to = Placement((await self.world.columns(self.board))[column], 0)
        await self.world.store.acting_as(LOCAL_USER).run(cards.move, self.board, card_id, to)

    async def link(self, card_id: CardId) -> LinkedIssue:
        return (await self.world.read(issues.link_of, self.board, card_id))[1]

    def told(self) -> Sequence[GithubSync]:
        """What viewers heard of issues coming in."""
        return [one.event for one in self.world.committed if isinstance(one.event, GithubSync)]
