"""What a run has to know before it begins, read from one view of the store."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import msgspec

from kanbanai.domain.agents import Agent
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import Card
from kanbanai.domain.conversations import Automation
from kanbanai.domain.errors import AgentUnusable, NotFound
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.permissions import Mode
from kanbanai.domain.profiles import Profile
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.worktrees import Identity, slug
from kanbanai.ports import Reading
from kanbanai.runtime.stages import PREPARATION
from kanbanai.usecases import agents, queries, settings

_SHORT_ID = 8
"""Characters of an id in a folder's name: one in four thousand million, and people can read it."""
_FIRST_ITEMS = 100
"""Items of a conversation in which no agent has spoken yet: some scripts, and why it did not come up."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `prepared`: the stages of preparation that are done, or were allowed to fail."""

    attempt: Attempt
    card: Card
    project: Project
    settings: ProjectSettings
    agent: Agent
    profile: Profile | None
    identity: Identity
    prepared: frozenset[str]

    @property
    def config(self) -> dict[str, Any]:
        """What the agent is set up with."""
        own = self.profile.config if self.profile else {}
        return {**self.agent.default_profile, **own}

    @property
    def mode(self) -> Mode:
        """What the agent may do unasked."""
        mode = self.config.get("mode")
        return mode if mode in {"edit", "full", "plan"} else "ask"

    def worktree_path(self, folder: PurePath) -> str:
        """Where the attempt works, when it has no worktree yet: a path like no other's, which tells whose it is."""
        ticket = f"{self.card.ticket_key or ''} {self.card.title}"
        project = f"{slug(self.project.name)}-{self.project.id[:_SHORT_ID]}"
        own = self.attempt.id.partition("-")[2] or self.attempt.id
        return str(folder / project / f"{slug(ticket)}-{own[:_SHORT_ID]}")


def order(tx: Reading, attempt_id: AttemptId) -> Order:
    """What there is to do for an attempt. Raises NotFound when it is gone, AgentUnusable without its agent."""
    attempt = queries.attempt(tx, attempt_id)
    placed = tx.cards.get(attempt.board_id, attempt.card_id)
    if placed is None:
        raise NotFound("Card not found")
    agent = agents.known(tx).get(attempt.agent)
    if agent is None:
        raise AgentUnusable(f"There is no agent {attempt.agent} any more; choose another one for this card")
    app = settings.stored_app(tx)
    waiting = tx.messages.of_attempt(attempt_id)
    # The profile that a message names is the attempt's from the moment on in which the agent is told it.
    profile_id = next((one.profile_id for one in waiting[:1]), None) or attempt.profile_id
    return Order(
        attempt=attempt,
        card=placed.card,
        project=queries.project(tx, attempt.board_id),
        settings=queries.project_settings(tx, attempt.board_id),
        agent=agent,
        profile=tx.profiles.get(profile_id) if profile_id else None,
        identity=Identity(app.git_user_name, app.git_user_email) if app else Identity(),
        prepared=_prepared(tx, attempt),
    )


def _prepared(tx: Reading, attempt: Attempt) -> frozenset[str]:
    if attempt.session_id is not None:
        return frozenset(PREPARATION)  # an agent has worked there: all was done before
    items = tx.attempts.conversation(attempt.id, limit=_FIRST_ITEMS) or []
    return frozenset(
        item.stage
        for item in items
        if isinstance(item, Automation) and (item.status == "succeeded" or item.allowed_failure)
    )
