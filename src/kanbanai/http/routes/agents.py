"""The catalogue of agents, and profiles for them; contract section 14."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from kanbanai.domain.agents import Agent, AgentFinding, Capabilities, Field, Program
from kanbanai.domain.ids import ProfileId, ProjectId
from kanbanai.domain.profiles import Profile
from kanbanai.domain.times import Timestamp
from kanbanai.http.answers import also
from kanbanai.http.conditions import (
    IdempotencyKey,
    IfMatch,
    etag,
    guard,
    json_reply,
    named,
    once,
)
from kanbanai.http.provide import FromScout, FromStore, ProjectPath
from kanbanai.ports import Reply, Store, Transaction
from kanbanai.usecases import agents, profiles

AgentPath = Annotated[str, PathParameter(description="The agent's key, such as `CODEX`.")]
ProfilePath = Annotated[ProfileId, PathParameter(description="The profile's id.")]

TAKEN = "There is an agent of that key already, or there are as many as there can be."
OURS = "It belongs to the catalogue and cannot be changed."
IN_USE = "Or it is in use."

Name = Annotated[
    str, Meta(min_length=1, description="One line of 1 to 100 characters.", examples=["Careful"])
]
Config = Annotated[
    dict[str, Any],
    Meta(
        description="The settings that the agent's schema knows; an empty text in a choice means that none was made.",
        examples=[{"sandbox": "workspace-write", "debug": False}],
    ),
]


class AgentEntry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An agent and what was found of it on this machine.

    `installed` is absent until it was looked for. `login`: whether it has what it needs to reach its model; `unknown`
    until its first prompt where it does not tell before. `problem` says what stands in the way of using it, `hint` what
    to do. `images`, `resume`, `modes` and `models` are there once it was looked at deeply. `program` is how an agent
    that people added is started.
    """

    key: str
    label: str
    capabilities: Capabilities
    installed: bool | None = None
    version: str | None = None
    login: Literal["ok", "missing", "unknown"] | None = None
    problem: str | None = None
    hint: str | None = None
    images: bool | None = None
    resume: bool | None = None
    modes: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    program: Program | None = None


class AgentsAnswer(msgspec.Struct):
    """The catalogue."""

    agents: list[AgentEntry]


class SchemaAnswer(msgspec.Struct, rename="camel"):
    """What a profile of an agent may set, for a form to be built from."""

    agent: str
    label: str
    default_profile: dict[str, Any]
    fields: list[Field]


class ProfileRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A profile; `configJson` holds its settings as JSON text, `projectId` is absent from a global one."""

    id: ProfileId
    project_id: ProjectId | None = None
    agent: str
    name: str
    config_json: str
    created_at: Timestamp
    updated_at: Timestamp


class ProfilesAnswer(msgspec.Struct):
    """Profiles, the oldest first."""

    profiles: list[ProfileRow]


class ProfileDraft(msgspec.Struct, kw_only=True):
    """A new profile."""

    agent: Annotated[str, Meta(min_length=1, description="The agent's key.", examples=["CODEX"])]
    name: Name
    config: Config


class ProfilePatch(msgspec.Struct, kw_only=True):
    """What to change of a profile; `config` replaces all of its settings."""

    name: Name | None = None
    config: Config | None = None


class AgentDraft(msgspec.Struct, kw_only=True):
    """A new agent: a program that speaks the Agent Client Protocol. It is run without a shell."""

    key: Annotated[str, Meta(description="2 to 32 of A to Z, 0 to 9 and _.", examples=["GOOSE"])]
    label: Annotated[str, Meta(min_length=1, examples=["Goose"])]
    command: Annotated[
        str, Meta(min_length=1, description="A program on the PATH, or its path.", examples=["goose"])
    ]
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}


class AgentPatch(msgspec.Struct, kw_only=True):
    """What to change of an agent that people added; `args` and `env` replace all that there were."""

    label: str | None = None
    command: str | None = None
    args: tuple[str, ...] | None = None
    env: dict[str, str] | None = None


@get("/agents", summary="The catalogue of agents", tags=["agents"])
async def read_agents(store: FromStore, scout: FromScout) -> AgentsAnswer:
    """Every agent that can be chosen, with what was found of it; nothing is looked at anew."""
    found = scout.findings() if scout else {}
    known = await store.read(agents.known)
    return AgentsAnswer([_entry(one, found.get(one.key)) for one in known.values()])


@post("/agents", summary="Add an agent", tags=["agents"], opt=also({409: TAKEN}))
async def add_agent(
    data: JSONBody[AgentDraft], store: FromStore, idempotency_key: IdempotencyKey = None
) -> Response[AgentEntry]:
    """Adds an agent by the command that starts it, which is run as the user who runs the server."""
    program = Program(command=data.command, args=data.args, env=data.env)

    def add(tx: Transaction) -> Reply:
        return json_reply(_entry(agents.add(tx, key=data.key, label=data.label, program=program), None), 201)

    return await once(store, idempotency_key, named(call="POST agents", project=None, body=data), add)


@patch("/agents/{agent_key:str}", summary="Change an added agent", tags=["agents"], opt=also({409: OURS}))
async def edit_agent(agent_key: AgentPath, data: JSONBody[AgentPatch], store: FromStore) -> AgentEntry:
    """Changes an agent that people added; its next run is started so. One of the catalogue cannot be changed."""
    change = partial(
        agents.edit, key=agent_key, label=data.label, command=data.command, args=data.args, env=data.env
    )
    return _entry(await store.run(change), None)


@delete(
    "/agents/{agent_key:str}",
    summary="Remove an added agent",
    tags=["agents"],
    opt=also({409: f"{OURS} {IN_USE}"}),
)
async def remove_agent(agent_key: AgentPath, store: FromStore) -> None:
    """Removes an agent that people added, unless it is at work, chosen by a project, or there are profiles for it."""
    await store.run(agents.remove, agent_key)


@post("/agents/{agent_key:str}/check", summary="Look at an agent", tags=["agents"], status_code=200)
async def check_agent(agent_key: AgentPath, store: FromStore, scout: FromScout) -> AgentEntry:
    """Starts the agent in an empty folder to see whether it is installed and logged in, and what it offers.

    No prompt is sent. Takes some seconds, a minute at most.
    """
    agent = await store.read(agents.one, agent_key)
    return _entry(agent, await scout.look(agent) if scout else None)


@get("/agents/{agent_key:str}/schema", summary="An agent's settings", tags=["agents"])
async def read_schema(agent_key: AgentPath, store: FromStore) -> SchemaAnswer:
    """The settings that a profile of the agent may have. Free-form ones, which no form can show, are not listed."""
    agent = await store.read(agents.one, agent_key)
    listed = [field for field in agent.fields if field.type != "json"]
    return SchemaAnswer(agent.key, agent.label, agent.default_profile, listed)


@get("/agents/profiles", summary="Global profiles", tags=["profiles"])
async def read_profiles(store: FromStore) -> ProfilesAnswer:
    """The profiles that every project can use."""
    return await _list(store, None)


@post("/agents/profiles", summary="Make a global profile", tags=["profiles"])
async def create_profile(
    data: JSONBody[ProfileDraft], store: FromStore, idempotency_key: IdempotencyKey = None
) -> Response[ProfileRow]:
    """Makes a profile that every project can use. A setting that the agent does not know, or not so, is named."""
    return await _create(store, None, data, idempotency_key)


@get("/agents/profiles/{profile_id:str}", summary="One global profile", tags=["profiles"])
async def read_profile(profile_id: ProfilePath, store: FromStore) -> Response[ProfileRow]:
    """One profile that every project can use."""
    return _answer(await store.read(profiles.one, None, profile_id))


@patch("/agents/profiles/{profile_id:str}", summary="Change a global profile", tags=["profiles"])
async def edit_profile(
    profile_id: ProfilePath, data: JSONBody[ProfilePatch], store: FromStore, if_match: IfMatch = None
) -> Response[ProfileRow]:
    """Gives a profile another name or other settings."""
    return await _edit(store, None, profile_id, data, if_match)


@delete("/agents/profiles/{profile_id:str}", summary="Delete a global profile", tags=["profiles"])
async def delete_profile(profile_id: ProfilePath, store: FromStore, if_match: IfMatch = None) -> None:
    """Deletes a profile; settings that chose it choose none from then on."""
    await store.run(profiles.delete, None, profile_id, _guard(if_match))


@get("/projects/{project_id:str}/agents/profiles", summary="A project's profiles", tags=["profiles"])
async def read_project_profiles(project_id: ProjectPath, store: FromStore) -> ProfilesAnswer:
    """The project's own profiles; the global ones are not among them."""
    return await _list(store, project_id)


@post("/projects/{project_id:str}/agents/profiles", summary="Make a profile of a project", tags=["profiles"])
async def create_project_profile(
    project_id: ProjectPath,
    data: JSONBody[ProfileDraft],
    store: FromStore,
    idempotency_key: IdempotencyKey = None,
) -> Response[ProfileRow]:
    """Makes a profile that this project alone can use."""
    return await _create(store, project_id, data, idempotency_key)


@get(
    "/projects/{project_id:str}/agents/profiles/{profile_id:str}",
    summary="One profile of a project",
    tags=["profiles"],
)
async def read_project_profile(
    project_id: ProjectPath, profile_id: ProfilePath, store: FromStore
) -> Response[ProfileRow]:
    """One of the project's own profiles."""
    return _answer(await store.read(profiles.one, project_id, profile_id))


@patch(
    "/projects/{project_id:str}/agents/profiles/{profile_id:str}",
    summary="Change a profile of a project",
    tags=["profiles"],
)
async def edit_project_profile(
    project_id: ProjectPath,
    profile_id: ProfilePath,
    data: JSONBody[ProfilePatch],
    store: FromStore,
    if_match: IfMatch = None,
) -> Response[ProfileRow]:
    """Gives a profile of the project another name or other settings."""
    return await _edit(store, project_id, profile_id, data, if_match)


@delete(
    "/projects/{project_id:str}/agents/profiles/{profile_id:str}",
    summary="Delete a profile of a project",
    tags=["profiles"],
)
async def delete_project_profile(
    project_id: ProjectPath, profile_id: ProfilePath, store: FromStore, if_match: IfMatch = None
) -> None:
    """Deletes a profile of the project; its settings, if they chose it, choose none from then on."""
    await store.run(profiles.delete, project_id, profile_id, _guard(if_match))


def _entry(agent: Agent, found: AgentFinding | None) -> AgentEntry:
    entry = AgentEntry(
        key=agent.key, label=agent.label, capabilities=agent.capabilities, program=agent.program
    )
    if found is None:
        return entry
    shown = {name: getattr(found, name) for name in AgentFinding.__struct_fields__ if name != "agent"}
    return msgspec.structs.replace(entry, **shown)


def _row(profile: Profile) -> ProfileRow:
    return ProfileRow(
        id=profile.id,
        project_id=profile.project_id,
        agent=profile.agent,
        name=profile.name,
        config_json=msgspec.json.encode(profile.config).decode(),
        created_at=profile.created_at,
        updated_at=profile.updated_at,
    )


def _answer(profile: Profile) -> Response[ProfileRow]:
    row = _row(profile)
    return Response(row, headers={"ETag": etag(row)})


def _guard(if_match: str | None) -> profiles.Guard | None:
    """A check of the version that the wire shows."""
    check = guard(if_match)
    return None if check is None else lambda profile: check(_row(profile))


async def _list(store: Store, project_id: ProjectId | None) -> ProfilesAnswer:
    return ProfilesAnswer([_row(one) for one in await store.read(profiles.of_project, project_id)])


async def _create(
    store: Store, project_id: ProjectId | None, data: ProfileDraft, key: str | None
) -> Response[ProfileRow]:
    def create(tx: Transaction) -> Reply:
        row = _row(profiles.create(tx, project_id, agent_key=data.agent, name=data.name, config=data.config))
        return json_reply(row, 201, {"ETag": etag(row)})

    request = named(call="POST profiles", project=project_id, body=data)
    return await once(store, key, request, create)


async def _edit(
    store: Store,
    project_id: ProjectId | None,
    profile_id: ProfileId,
    data: ProfilePatch,
    if_match: str | None,
) -> Response[ProfileRow]:
    change = partial(
        profiles.edit,
        project_id=project_id,
        profile_id=profile_id,
        name=data.name,
        config=data.config,
        guard=_guard(if_match),
    )
    return _answer(await store.run(change))


ROUTES = (
    read_agents,
    add_agent,
    edit_agent,
    remove_agent,
    check_agent,
    read_schema,
    read_profiles,
    create_profile,
    read_profile,
    edit_profile,
    delete_profile,
    read_project_profiles,
    create_project_profile,
    read_project_profile,
    edit_project_profile,
    delete_project_profile,
)
