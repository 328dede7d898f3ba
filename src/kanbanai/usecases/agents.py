"""What can be done with agents: find one, add, change and remove those that people bring, note which are installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kanbanai.domain.agents import (
    CATALOGUE,
    MAX_ADDED,
    AddedAgent,
    Agent,
    AgentFinding,
    Program,
    added,
    checked_key,
    checked_label,
    checked_program,
)
from kanbanai.domain.errors import Conflict, Invalid, NotFound
from kanbanai.domain.events import AgentRegistered
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries

_ADDED = "agents"
_CONFIGURED = "agents_configured"
_INSTALLED = "agents_installed"


class _Added(msgspec.Struct, frozen=True):
    agents: tuple[AddedAgent, ...] = ()


class _Installed(msgspec.Struct, frozen=True):
    keys: tuple[str, ...] = ()


def known(tx: Reading) -> dict[str, Agent]:
    """Every agent by its key: those of the catalogue, those that people added, the oldest first, and the configured.

    A configured one takes the place of an added one with its key.
    """
    own = (*_stored(tx), *_configured(tx))
    return CATALOGUE | {one.key: added(one.key, one.label, one.program) for one in own}


def find(tx: Reading, key: str, *, field: str = "agent", detail: str = "Unknown agent") -> Agent:
    """The agent that somebody chose. Raises Invalid, with that detail, naming those that there are."""
    agents = known(tx)
    if key not in agents:
        raise Invalid.coded(field, detail, f"{key!r} is not one of {', '.join(agents)}")
    return agents[key]


def one(tx: Reading, key: str) -> Agent:
    """The agent of that key. Raises NotFound."""
    found = known(tx).get(key)
    if found is None:
        raise NotFound("Unknown agent")
    return found


def add(tx: Transaction, *, key: str, label: str, program: Program) -> Agent:
    """Adds an agent by the command that starts it. Raises Invalid, Conflict for a key that is taken."""
    agent = AddedAgent(key=checked_key(key), label=checked_label(label), program=checked_program(program))
    stored = _stored(tx)
    if agent.key in known(tx):
        raise Conflict(f"There is an agent {agent.key} already")
    if len(stored) >= MAX_ADDED:
        raise Conflict(f"There are {len(stored)} added agents already, which is the most there can be")
    _store(tx, (*stored, agent))
    tx.emit_everywhere(AgentRegistered(agent=agent.key, label=agent.label))
    return one(tx, agent.key)


def edit(
    tx: Transaction,
    key: str,
    *,
    label: str | None = None,
    command: str | None = None,
    args: tuple[str, ...] | None = None,
    env: Mapping[str, str] | None = None,
) -> Agent:
    """Changes an added agent; None: leave it. Attempts at work are not touched, their next run is.

    Raises NotFound, Conflict for one of the catalogue, Invalid when nothing is asked for or something cannot be.
    """
    before = _own(tx, key)
    if all(given is None for given in (label, command, args, env)):
        raise Invalid("No updates provided")
    program = Program(
        command=before.program.command if command is None else command,
        args=before.program.args if args is None else args,
        env=before.program.env if env is None else dict(env),
    )
    after = AddedAgent(
        key=key,
        label=before.label if label is None else checked_label(label),
        program=checked_program(program),
    )
    if after != before:
        _store(tx, (after if one.key == key else one for one in _stored(tx)))
        tx.emit_everywhere(AgentRegistered(agent=key, label=after.label))
    return one(tx, key)


def remove(tx: Transaction, key: str) -> None:
    """Removes an added agent. Attempts that it worked on stay, and cannot be followed up on.

    Raises NotFound, Conflict for one of the catalogue, and for one that is in use: it is at work, a project has chosen
    it, or there are profiles for it.
    """
    _own(tx, key)
    if any(attempt.agent == key for attempt in tx.attempts.active()):
        raise Conflict(f"{key} is at work; stop its attempts first")
    projects = tx.projects.all()
    for project in projects:
        settings = queries.project_settings(tx, project.id)
        if key in {settings.default_agent, settings.inline_agent}:
            raise Conflict(f"The project {project.name} has chosen {key}; choose another agent there first")
    for holder in (None, *(project.id for project in projects)):
        if any(profile.agent == key for profile in tx.profiles.of_project(holder)):
            raise Conflict(f"There are profiles for {key}; delete them first")
    _store(tx, (one for one in _stored(tx) if one.key != key))


def declared(key: str, label: str, program: Program) -> AddedAgent:
    """An agent that the server's configuration names. Raises Invalid, naming `agents.<key>` and what is wrong."""
    try:
        agent = AddedAgent(key=checked_key(key), label=checked_label(label), program=checked_program(program))
    except Invalid as error:
        raise Invalid(f"agents.{key}: {error.detail}", fields=error.fields) from error
    if key in CATALOGUE:
        raise Invalid(f"agents.{key}: key: is that of {CATALOGUE[key].label}; choose another one")
    return agent


def configure(tx: Transaction, agents: Iterable[AddedAgent]) -> None:
    """These and no others are the agents of the configuration. Everybody hears of those that are new or changed."""
    before, after = _configured(tx), tuple(agents)
    if after == before:
        return
    tx.documents.write(_CONFIGURED, _Added(after))
    for one in after:
        if one not in before:
            tx.emit_everywhere(AgentRegistered(agent=one.key, label=one.label))


def note_findings(tx: Transaction, findings: Iterable[AgentFinding]) -> list[str]:
    """Remembers which agents are installed, and tells everybody of those that were not before; their keys."""
    before = set((tx.documents.read(_INSTALLED, _Installed) or _Installed()).keys)
    after = set(before)
    agents = known(tx)
    fresh: list[str] = []
    for finding in findings:
        if finding.agent not in agents:
            continue
        if not finding.installed:
            after.discard(finding.agent)
        elif finding.agent not in after:
            after.add(finding.agent)
            fresh.append(finding.agent)
            tx.emit_everywhere(AgentRegistered(agent=finding.agent, label=agents[finding.agent].label))
    if after != before:
        tx.documents.write(_INSTALLED, _Installed(tuple(sorted(after))))
    return fresh


def _own(tx: Reading, key: str) -> AddedAgent:
    if any(one.key == key for one in _configured(tx)):
        raise Conflict(f"{key} comes from the server's config.toml; change it there")
    found = next((one for one in _stored(tx) if one.key == key), None)
    if found is None and key in CATALOGUE:
        raise Conflict(
            f"{CATALOGUE[key].label} belongs to KanbanAI and cannot be changed; add one of your own"
        )
    if found is None:
        raise NotFound("Unknown agent")
    return found


def _stored(tx: Reading) -> tuple[AddedAgent, ...]:
    return (tx.documents.read(_ADDED, _Added) or _Added()).agents


def _configured(tx: Reading) -> tuple[AddedAgent, ...]:
    return (tx.documents.read(_CONFIGURED, _Added) or _Added()).agents


def _store(tx: Transaction, agents: Iterable[AddedAgent]) -> None:
    tx.documents.write(_ADDED, _Added(tuple(agents)))
