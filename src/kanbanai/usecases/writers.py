"""Who writes what: the agent and the profile by the project's settings, and what they are to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kanbanai.domain import cards as rules
from kanbanai.domain.agents import Agent
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import Card
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import CardId, ProfileId, ProjectId
from kanbanai.domain.profiles import Profile
from kanbanai.domain.projects import Project
from kanbanai.domain.repositories import branch_name
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.writing import Choice, Kind, PullRequested, TicketDraft, read_only
from kanbanai.ports import Reading
from kanbanai.usecases import agents, queries
from kanbanai.usecases.attempts.refusals import refuse_strange_profile

FALLBACK = "DEMO"
"""Who writes where nobody was chosen: the one agent that every machine has, that costs nothing, and that says so."""


class Commission(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to write, and by which words of the project's own; `config` lets the agent do nothing but read."""

    project: Project
    settings: ProjectSettings
    agent: Agent
    config: dict[str, Any]
    guidance: str | None
    appended: str | None


class TicketCommission(msgspec.Struct, frozen=True):
    """A ticket's text to be written better, and by whom."""

    who: Commission
    draft: TicketDraft


class PullCommission(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request's text to be drafted. `branch` None: the one that is checked out in the project's folder."""

    who: Commission
    base: str
    branch: str | None
    card: Card | None


def ticket(tx: Reading, project_id: ProjectId, draft: TicketDraft, choice: Choice) -> TicketCommission:
    """A ticket as it was given. Raises NotFound; Invalid for a text that no card could have, or for who is to write."""
    who = _commission(tx, project_id, "ticket", choice)
    checked = msgspec.structs.replace(
        draft,
        title=rules.card_title(draft.title),
        description=rules.card_description(draft.description),
        images=rules.images(draft.images),
    )
    return TicketCommission(who, checked)


def card(tx: Reading, project_id: ProjectId, card_id: CardId, choice: Choice) -> TicketCommission:
    """A card as it stands now, with its images. Raises NotFound, and Invalid for who is to write."""
    who = _commission(tx, project_id, "ticket", choice)
    found = queries.card(tx, project_id, card_id).card
    draft = TicketDraft(
        title=found.title,
        description=found.description,
        ticket_type=found.ticket_type,
        images=tx.cards.images(card_id),
    )
    return TicketCommission(who, draft)


def pull_request(tx: Reading, project_id: ProjectId, asked: PullRequested, choice: Choice) -> PullCommission:
    """A branch, by its name, its attempt or its card.

    Raises NotFound; Invalid for an attempt or a card of another project, for a name that no branch has, and for who is
    to write.
    """
    who = _commission(tx, project_id, "pull_request", choice)
    attempt = _attempt(tx, project_id, asked)
    card_id = asked.card_id or (attempt.card_id if attempt else None)
    named = asked.branch and branch_name("branch", asked.branch)
    base = asked.base and branch_name("base", asked.base)
    return PullCommission(
        who=who,
        base=base or (attempt.base_branch if attempt else None) or who.settings.base_branch,
        branch=named or (attempt.branch_name if attempt else None),
        card=queries.card(tx, project_id, card_id).card if card_id else None,
    )


def _attempt(tx: Reading, project_id: ProjectId, asked: PullRequested) -> Attempt | None:
    """The attempt that was named, else the latest of the card that was."""
    if asked.card_id is not None:
        queries.card(tx, project_id, asked.card_id)
    if asked.attempt_id is None:
        return tx.attempts.latest(asked.card_id) if asked.card_id is not None else None
    found = queries.attempt(tx, asked.attempt_id)
    if found.board_id != project_id:
        raise Invalid.coded(
            "attemptId", "Attempt does not belong to this project", "is one of another project"
        )
    if asked.card_id is not None and found.card_id != asked.card_id:
        raise Invalid.field("attemptId", "is an attempt of another card")
    return found


def _commission(tx: Reading, project_id: ProjectId, kind: Kind, choice: Choice) -> Commission:
    project = queries.project(tx, project_id)
    settings = queries.project_settings(tx, project_id)
    agent = agents.find(tx, _agent_key(tx, project_id, settings, choice))
    profile = _profile(tx, project_id, settings, kind, choice, agent)
    config = profile.config if profile else {}
    appended = config.get("inlineProfile")
    return Commission(
        project=project,
        settings=settings,
        agent=agent,
        config=read_only({**agent.default_profile, **config}),
        guidance=settings.enhance_prompt if kind == "ticket" else settings.pr_summary_prompt,
        appended=appended if isinstance(appended, str) else None,
    )


def _agent_key(tx: Reading, project_id: ProjectId, settings: ProjectSettings, choice: Choice) -> str:
    """The agent that was named, that of the profile that was, else by the settings."""
    if choice.agent is not None:
        return choice.agent
    if choice.profile_id is not None and (named := _usable(tx, project_id, choice.profile_id)) is not None:
        return named.agent
    return settings.inline_agent or settings.default_agent or FALLBACK


def _profile(
    tx: Reading,
    project_id: ProjectId,
    settings: ProjectSettings,
    kind: Kind,
    choice: Choice,
    agent: Agent,
) -> Profile | None:
    """The profile that was named, else the first of the settings that is one of this agent's.

    Raises Invalid when the one that was named is not there for this project, or not this agent's.
    """
    if choice.profile_id is not None:
        refuse_strange_profile(tx, project_id, agent.key, choice.profile_id)
        return tx.profiles.get(choice.profile_id)
    for profile_id in _by_settings(settings, kind, agent):
        found = _usable(tx, project_id, profile_id)
        if found is not None and found.agent == agent.key:
            return found
    return None


def _by_settings(settings: ProjectSettings, kind: Kind, agent: Agent) -> Iterator[ProfileId]:
    mapping = settings.inline_agent_profile_mapping
    mapped = mapping.ticket_enhance if kind == "ticket" else mapping.pr_summary
    if mapped is not None:
        yield ProfileId(mapped)
    if settings.inline_profile_id is not None and agent.key == settings.inline_agent:
        yield settings.inline_profile_id
    if settings.default_profile_id is not None:
        yield settings.default_profile_id


def _usable(tx: Reading, project_id: ProjectId, profile_id: ProfileId) -> Profile | None:
    found = tx.profiles.get(profile_id)
    return found if found is not None and found.project_id in {None, project_id} else None
