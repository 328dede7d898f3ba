"""What a profile means to its agent: arguments, environment, and what is chosen once the session is open. Pure."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import msgspec

from kanbanai.adapters.agents.presets import Mode, preset_of
from kanbanai.domain.agents import Agent
from kanbanai.domain.environments import KEYS, child_environment

_CODEX_MODES: Mapping[str, str] = {
    "read-only": "read-only",
    "workspace-write": "workspace-write",
    "danger-full-access": "agent-full-access",
    "auto": "agent",
}
"""Codex's sandboxes → the modes that its adapter has for them."""
_OPENCODE_PERMISSIONS: Mapping[Mode, Mapping[str, str]] = {
    "ask": {"edit": "ask", "bash": "ask", "webfetch": "ask"},
    "edit": {"edit": "allow", "bash": "ask", "webfetch": "ask"},
    "full": {"edit": "allow", "bash": "allow", "webfetch": "allow"},
    "plan": {"edit": "deny", "bash": "ask", "webfetch": "ask"},
}
_COPILOT_ARGUMENTS: Mapping[Mode, tuple[str, ...]] = {
    "ask": (),
    "edit": ("--allow-tool", "write"),
    "full": ("--allow-all-tools",),
    "plan": ("--deny-tool", "write"),
}
_CONFIGURATIONS = frozenset({"CODEX_CONFIG", "OPENCODE_CONFIG_CONTENT"})
"""Variables that hold a configuration."""
_DROID_LEVELS: Mapping[str, str] = {"low": "low", "medium": "medium", "high": "high"}


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How one agent is started with one profile.

    `argv[0]` is the program's name, still to be found. `own_env` is what is set beside what it inherits. `mode`,
    `model` and `effort` are the agent's own words for what is chosen once the session is open; None: nothing.
    """

    argv: tuple[str, ...]
    own_env: Mapping[str, str]
    mode: str | None = None
    model: str | None = None
    effort: str | None = None
    directories: tuple[str, ...] = ()


def setup_of(agent: Agent, config: Mapping[str, Any]) -> Setup:
    """The setup of an agent by a profile's settings."""
    preset = preset_of(agent)
    chosen = mode_of(agent, config)
    plain = Setup(
        argv=(preset.command, *preset.args),
        own_env=dict(preset.env),
        mode=_text(config, "agentMode") or (preset.modes.get(chosen) if chosen else None),
        model=_text(config, "model"),
        effort=_text(config, "effort"),
    )
    match agent.key:
        case "CODEX":
            return _codex(plain, config)
        case "OPENCODE":
            return _opencode(plain, config, chosen)
        case "DROID":
            return _droid(plain, config)
        case "COPILOT":
            return _with_arguments(plain, *_COPILOT_ARGUMENTS[chosen or "ask"])
        case "GEMINI" if plain.model:
            return msgspec.structs.replace(_with_arguments(plain, "-m", plain.model), model=None)
        case _:
            return plain


def environment_of(agent: Agent, setup: Setup, inherited: Mapping[str, str]) -> dict[str, str]:
    """The agent's environment: the server's without its secrets and without other agents' keys, and its own.

    A name that begins with KANBANAI_ cannot be set by anybody's settings: those are ours.
    """
    preset = preset_of(agent)
    passed = {name: inherited[name] for name in preset.passed if name in inherited}
    own = {name: _merged(name, value, inherited) for name, value in setup.own_env.items()}
    return {**child_environment(inherited, keys=preset.keys & KEYS), **passed, **own}


def _merged(name: str, value: str, inherited: Mapping[str, str]) -> str:
    """A variable of ours; what people set in one that is a configuration in JSON stays, where ours says nothing."""
    if name not in _CONFIGURATIONS or name not in inherited:
        return value
    try:
        theirs = json.loads(inherited[name])
    except (ValueError, RecursionError):
        return value
    return json.dumps(_over(theirs, json.loads(value)))


def _over(below: Any, above: Any) -> Any:
    """Two values of JSON, one laid over the other: objects are joined, of anything else the upper one counts."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: _over(below.get(key), value) for key, value in above.items()}}


def mode_of(agent: Agent, config: Mapping[str, Any]) -> Mode | None:
    """The mode that the profile chose, else that of the agent's default profile."""
    chosen = _text(config, "mode") or _text(agent.default_profile, "mode")
    match chosen:
        case "ask" | "edit" | "full" | "plan":
            return chosen
        case _:
            return None


def _codex(plain: Setup, config: Mapping[str, Any]) -> Setup:
    """Our mode goes before its own sandbox, which older profiles have and which means the same."""
    policy = _text(config, "approvalPolicy")
    chosen = plain.mode
    if chosen is None:
        sandbox = "read-only" if policy == "untrusted" else _text(config, "sandbox")
        chosen = _CODEX_MODES.get(sandbox or "workspace-write", "read-only")
    workspace: dict[str, Any] = {}
    directories = _texts(config, "additionalDirectories")
    if directories:
        workspace["writable_roots"] = [os.path.expanduser(path) for path in directories]  # noqa: PTH111  (stays a text)
    if config.get("networkAccessEnabled") is not None:
        workspace["network_access"] = bool(config["networkAccessEnabled"])
    settings: dict[str, Any] = {"tools": {"update_plan": {"enabled": True}}}
    if config.get("webSearchEnabled") is not None:
        settings["web_search"] = "live" if config["webSearchEnabled"] else "disabled"
    if workspace:
        settings["sandbox_workspace_write"] = workspace
    if policy is not None:
        settings["approval_policy"] = policy
    return msgspec.structs.replace(
        plain,
        own_env={
            **plain.own_env,
            "CODEX_CONFIG": json.dumps(settings),
            "INITIAL_AGENT_MODE": chosen,
        },
        mode=chosen,
        effort=_text(config, "modelReasoningEffort"),
        directories=tuple(directories),
    )


def _opencode(plain: Setup, config: Mapping[str, Any], mode: Mode | None) -> Setup:
    """What it may do unasked is a matter of its configuration, which it merges with the user's own."""
    settings: dict[str, Any] = {"permission": _OPENCODE_PERMISSIONS[mode or "edit"], "autoupdate": False}
    if plain.model:
        settings["model"] = plain.model
    own_agent = _text(config, "agent")
    return msgspec.structs.replace(
        plain,
        own_env={**plain.own_env, "OPENCODE_CONFIG_CONTENT": json.dumps(settings)},
        mode=own_agent or plain.mode,
        model=None,
    )


def _droid(plain: Setup, config: Mapping[str, Any]) -> Setup:
    more: list[str] = []
    level = _DROID_LEVELS.get(_text(config, "autonomyLevel") or "")
    if config.get("skipPermissionsUnsafe") or _text(config, "mode") == "full":
        more.append("--skip-permissions-unsafe")
    elif level or _text(config, "mode") == "edit":
        more += ["--auto", level or "low"]
    for key, option in (
        ("reasoningEffort", "--reasoning-effort"),
        ("specModel", "--spec-model"),
        ("specReasoningEffort", "--spec-reasoning-effort"),
    ):
        chosen = _text(config, key)
        if chosen:
            more += [option, chosen]
    if config.get("useSpec"):
        more.append("--use-spec")
    for key, option in (("enabledTools", "--enabled-tools"), ("disabledTools", "--disabled-tools")):
        if _texts(config, key):
            more += [option, ",".join(_texts(config, key))]
    program = _text(config, "baseCommandOverride")
    changed = _with_arguments(plain, *more)
    return changed if program is None else msgspec.structs.replace(changed, argv=(program, *changed.argv[1:]))


def _with_arguments(setup: Setup, *more: str) -> Setup:
    return msgspec.structs.replace(setup, argv=(*setup.argv, *more))


def _text(config: Mapping[str, Any], key: str) -> str | None:
    value = config.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _texts(config: Mapping[str, Any], key: str) -> list[str]:
    value = config.get(key)
    return [one for one in value if isinstance(one, str) and one.strip()] if isinstance(value, list) else []
