"""The agents that can work on a card, and what a profile of each may set.

An agent here is a value: who it is, what it can do, which settings it has. Whether its program is installed and how it
is run is the business of its driver.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from kanbanai.domain.errors import FieldError, Invalid, InvalidProfile
from kanbanai.domain.texts import line, within

FieldType = Literal["string", "boolean", "number", "enum", "string_array", "json"]

MAX_PROMPT = 4_000
"""Characters of a text that goes to the agent with every prompt: a page."""
MAX_SETTING = 1_000
"""Characters of any other text: the name of a model, a path, an address, a key."""
MAX_LIST = 100
"""Entries of a list."""
MAX_LABEL = 100
"""Characters of what an agent is called: one line of a menu."""
MAX_ADDED = 100
"""Agents that people add: a menu that can still be read."""
MAX_NUMBER = 1_000_000
"""A number, where a setting has no limit of its own."""
MAX_MINUTES = 7 * 24 * 60
"""Minutes that a permission request may wait: a week."""
MAX_JSON = 20_000
"""Bytes of a free-form setting, such as the schema of an answer."""

_REQUIRED_TYPE: dict[str, tuple[type, str]] = {
    "string": (str, "a text"),
    "boolean": (bool, "true or false"),
    "enum": (str, "a text"),
    "string_array": (list, "a list of texts"),
}


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One setting of a profile, as a form needs to know it.

    `options` are what an `enum` may be, `maximum` how large a `number` (none is below 0).
    """

    key: str
    label: str
    optional: bool
    nullable: bool
    description: str | None
    type: FieldType
    options: tuple[str, ...] = ()
    max_length: int | None = None
    maximum: int | None = None


class Capabilities(msgspec.Struct, frozen=True):
    """What an agent can do. `resume`: go on with a session that ended, so that a follow-up is possible."""

    resume: bool


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """The program of an agent that people added: started with these arguments, it speaks the Agent Client Protocol."""

    command: str
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}


class AddedAgent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent that people added, as it is stored."""

    key: str
    label: str
    program: Program


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent. `key` names it on the wire and in the tables, for ever.

    `program`: how one that people added is started; the driver knows how to start those of the catalogue.
    """

    key: str
    label: str
    capabilities: Capabilities
    fields: tuple[Field, ...]
    default_profile: dict[str, Any]
    program: Program | None = None


class AgentFinding(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was found of an agent on this machine.

    `version` is its program's own. `login`: whether it has what it needs to reach its model; `unknown` until its first
    prompt for agents that do not tell. `problem` says what stands in the way of using it, `hint` what to do about it.
    `modes` and `models` are the agent's own words for what it offers, empty until it was looked at deeply.
    """

    agent: str
    installed: bool
    version: str | None = None
    login: Literal["ok", "missing", "unknown"] = "unknown"
    problem: str | None = None
    hint: str | None = None
    images: bool | None = None
    resume: bool | None = None
    modes: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


def checked_key(key: str) -> str:
    """The key of an agent to be added. Raises Invalid."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,31}", key):
        raise Invalid.field("key", "must be 2 to 32 of A to Z, 0 to 9 and _, the first a letter")
    return key


def checked_label(label: str) -> str:
    """What an agent to be added is called. Raises Invalid."""
    return line("label", label, MAX_LABEL)


def checked_program(program: Program) -> Program:
    """How an agent to be added is started. Raises Invalid, naming the field that cannot be."""
    command = line("command", program.command, MAX_SETTING)
    if len(program.args) > MAX_LIST:
        raise Invalid.field("args", f"has {len(program.args)} entries; the limit is {MAX_LIST}")
    if len(program.env) > MAX_LIST:
        raise Invalid.field("env", f"has {len(program.env)} entries; the limit is {MAX_LIST}")
    for number, argument in enumerate(program.args):
        _refuse_unfit(f"args.{number}", argument)
    for name, value in program.env.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
            raise Invalid.field("env", f"{name[:100]!r} is no name of a variable")
        if name.startswith("KANBANAI_"):
            raise Invalid.field(f"env.{name}", "names that begin with KANBANAI_ are the server's own")
        _refuse_unfit(f"env.{name}", value)
    return msgspec.structs.replace(program, command=command)


def _refuse_unfit(field: str, text: str) -> None:
    """Raises Invalid for what no program can be given."""
    if "\0" in text:
        raise Invalid.field(field, "must not have a NUL character")
    within(field, text, MAX_PROMPT)


def checked_config(agent: Agent, config: dict[str, Any]) -> dict[str, Any]:
    """The settings of a profile as they are to be stored: an empty text in a choice means that it was not made.

    Raises InvalidProfile, naming every setting that is unknown or not what it should be.
    """
    known = {field.key: field for field in agent.fields}
    broken: list[FieldError] = []
    stored: dict[str, Any] = {}
    for key, value in config.items():
        field = known.get(key)
        if field is not None and field.type == "enum" and value == "":
            continue
        complaint = f"is not a setting of {agent.label}" if field is None else _complaint(field, value)
        if complaint is None:
            stored[key] = value
        else:
            broken.append(FieldError(f"config.{key}", complaint))
    if broken:
        detail = "; ".join(f"{one.field}: {one.message}" for one in broken)
        raise InvalidProfile(f"Invalid profile: {detail}", fields=tuple(broken))
    return stored


def _complaint(field: Field, value: object) -> str | None:
    """What is wrong with a setting's value; None: nothing."""
    if value is None:
        return None if field.nullable else "must not be null"
    if field.type == "json":
        size = len(msgspec.json.encode(value))
        return f"has {size} bytes; the limit is {MAX_JSON}" if size > MAX_JSON else None
    if field.type == "number":
        return _number_complaint(value, field.maximum)
    required, name = _REQUIRED_TYPE[field.type]
    if not isinstance(value, required):
        return f"must be {name}"
    if isinstance(value, str) and field.options and value not in field.options:
        return f"{value[:MAX_SETTING]!r} is not one of {', '.join(field.options)}"
    if isinstance(value, str):
        return _too_long(value, field.max_length or MAX_SETTING)
    return _list_complaint(value) if isinstance(value, list) else None


def _number_complaint(value: object, maximum: int | None) -> str | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "must be a number"
    if not 0 <= value <= (MAX_NUMBER if maximum is None else maximum):
        return f"must be from 0 to {MAX_NUMBER if maximum is None else maximum}"
    return None


def _list_complaint(values: list[Any]) -> str | None:
    if len(values) > MAX_LIST:
        return f"has {len(values)} entries; the limit is {MAX_LIST}"
    if not all(isinstance(one, str) for one in values):
        return "must be a list of texts"
    return next((found for one in values if (found := _too_long(one, MAX_SETTING))), None)


def _too_long(text: str, limit: int) -> str | None:
    return f"is {len(text)} characters long; the limit is {limit}" if len(text) > limit else None


# ── The catalogue ───────────────────────────────────────────────────────────────────────────────────────────────────


def _label(key: str) -> str:
    """`modelReasoningEffort` as a form shows it: Model Reasoning Effort."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)
    return words[0].upper() + words[1:]


def _field(key: str, kind: FieldType, description: str | None = None, **more: Any) -> Field:
    return Field(
        key=key,
        label=_label(key),
        optional=True,
        nullable=more.pop("nullable", False),
        description=description,
        type=kind,
        **more,
    )


def _text(key: str, description: str | None = None) -> Field:
    return _field(key, "string", description, max_length=MAX_SETTING)


def _prompt(key: str, description: str) -> Field:
    return _field(key, "string", description, nullable=True, max_length=MAX_PROMPT)


def _flag(key: str, description: str | None = None) -> Field:
    return _field(key, "boolean", description)


def _choice(key: str, options: tuple[str, ...], description: str | None = None) -> Field:
    return _field(key, "enum", description, options=options)


def _texts(key: str, description: str | None = None) -> Field:
    return _field(key, "string_array", description)


def _number(key: str, maximum: int, description: str) -> Field:
    return _field(key, "number", description, maximum=maximum)


_COMMON = (
    _prompt("appendPrompt", "Added to the prompt of every attempt"),
    _prompt("inlineProfile", "Added to the prompt when the agent writes a ticket's text or a pull request's"),
    _flag("resumeOnRestart", "Go on by itself after the server was restarted"),
    _number(
        "permissionMinutes",
        MAX_MINUTES,
        "How long a permission request waits for an answer; 0: until there is one",
    ),
    _flag("debug", "No effect: what the agent and its driver say to each other is always kept"),
)
_NO_PLACE = "No effect: the protocol has no place for it"
_NO_SERVER = "No effect: OpenCode is started for each attempt, and no server of it is spoken to"
"""Settings that profiles of other clients have: they are kept, and whoever fills the form is told the truth."""
_MODEL = _text("model", "The model's name as the agent spells it; empty: its own choice")
_EFFORT = _text("effort", "How hard it is to think, as the agent spells it")
_MODE = _choice(
    "mode",
    ("ask", "edit", "full", "plan"),
    "What it may do unasked: ask first, edit files, everything, or nothing but plan",
)


def _agent(
    key: str, label: str, *own: Field, resume: bool = True, program: Program | None = None, **default: Any
) -> Agent:
    return Agent(
        key=key,
        label=label,
        capabilities=Capabilities(resume=resume),
        fields=(*_COMMON[:2], *own, *_COMMON[2:]),
        default_profile={**default, "debug": False},
        program=program,
    )


def added(key: str, label: str, program: Program) -> Agent:
    """An agent that people added: whatever speaks the Agent Client Protocol."""
    own_mode = _text("agentMode", "The agent's own name of the mode it is to work in")
    return _agent(key, label, _MODEL, _EFFORT, _MODE, own_mode, program=program)


_AGENTS = (
    _agent(
        "CODEX",
        "Codex Agent",
        _choice("sandbox", ("read-only", "workspace-write", "danger-full-access", "auto")),
        _MODEL,
        _choice("modelReasoningEffort", ("minimal", "low", "medium", "high", "xhigh")),
        _flag("skipGitRepoCheck", _NO_PLACE),
        _flag("networkAccessEnabled"),
        _flag("webSearchEnabled"),
        _choice("approvalPolicy", ("never", "on-request", "on-failure", "untrusted")),
        _texts("additionalDirectories", "Folders beside the worktree that it may write to"),
        _field("outputSchema", "json", _NO_PLACE),
        _MODE,
        sandbox="workspace-write",
        skipGitRepoCheck=True,
    ),
    _agent(
        "OPENCODE",
        "OpenCode Agent",
        _text("agent", "Which of OpenCode's own agents works"),
        _MODEL,
        _text("baseUrl", _NO_SERVER),
        _text("apiKey", f"{_NO_SERVER}; whoever can read profiles can read it"),
        _MODE,
    ),
    _agent(
        "DROID",
        "Droid Agent",
        _MODEL,
        _choice("autonomyLevel", ("default", "low", "medium", "high")),
        _choice("reasoningEffort", ("off", "none", "low", "medium", "high")),
        _flag("useSpec", "Write a specification first"),
        _text("specModel"),
        _choice("specReasoningEffort", ("off", "none", "low", "medium", "high")),
        _flag("skipPermissionsUnsafe", "Never ask for a permission"),
        _text("baseCommandOverride", "The program to run instead of `droid`"),
        _texts("enabledTools"),
        _texts("disabledTools"),
        _MODE,
    ),
    _agent("CLAUDE_CODE", "Claude Code", _MODEL, _EFFORT, _MODE, mode="edit"),
    # Its sessions cannot be taken up again: what it replays, the model never gets to see.
    _agent("GEMINI", "Gemini CLI", _MODEL, _MODE, resume=False, mode="edit"),
    _agent("QWEN", "Qwen Code", _MODEL, _MODE, mode="edit"),
    _agent("COPILOT", "GitHub Copilot CLI", _MODEL, _MODE, mode="edit"),
    _agent("VIBE", "Mistral Vibe", _MODEL, _MODE, mode="edit"),
    _agent("DEMO", "Demo agent", _MODEL, _MODE, mode="ask"),
)
CATALOGUE: dict[str, Agent] = {agent.key: agent for agent in _AGENTS}
"""Every agent by its key, in the order in which they are offered."""
