"""What differs from agent to agent: how each is started, what it may know, what its modes are called, its oddities.

A new agent is one entry here and one in `kanbanai.domain.agents`; docs/guides/add-an-agent.md goes through them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from kanbanai.domain.agents import Agent

Mode = Literal["ask", "edit", "full", "plan"]

AIR = {
    "terminal_output": True,
    "jetbrains": {"air": {"version": 1, "capabilities": ["sessionFailure"]}},
}
"""Makes Claude's and Codex's adapters tell what a command prints as it prints it, and why a turn failed."""


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's ways.

    `env` is set in any case, `keys` are the keys of models (`environments.KEYS`) and `passed` the server's own
    variables that it gets of the server's environment. `install` and `login` end in a command that a person can type.
    `modes` are the agent's own words for ours; None where it has none. `env_by_mode` sets variables by mode where the
    agent knows no modes. `model`: how the model is chosen. `resumes`: whether its own claim that it can take up a
    session again is to be believed. `meta`: what the client says it understands.
    """

    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    keys: frozenset[str] = frozenset()
    passed: tuple[str, ...] = ()
    install: str
    login: str
    modes: Mapping[Mode, str] = {}
    env_by_mode: Mapping[Mode, Mapping[str, str]] = {}
    model: Literal["option", "argument"] = "option"
    resumes: bool = True
    meta: Mapping[str, Any] = {}
    version: bool = True
    """Whether the program knows `--version`."""
    needs_login: bool = True
    """Whether it reaches a model, which asks for a login or a key."""


_OWN_WORDS: Mapping[Mode, str] = {"ask": "ask", "edit": "edit", "full": "full", "plan": "plan"}

PRESETS: Mapping[str, Preset] = {
    "DEMO": Preset(
        command=sys.executable,
        args=("-m", "kanbanai.demo"),
        passed=("KANBANAI_DEMO_SPEED",),
        install="It comes with KanbanAI; install KanbanAI again",
        login="It needs no login",
        needs_login=False,
        modes=_OWN_WORDS,
    ),
    "CLAUDE_CODE": Preset(
        command="claude-agent-acp",
        env={
            # Its list of what is to be done is off by default.
            "CLAUDE_CODE_ENABLE_TODO_TOOLS": "1",
            "DISABLE_AUTOUPDATER": "1",
        },
        keys=frozenset({"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"}),
        install="Install it with: npm install -g @agentclientprotocol/claude-agent-acp",
        login="Set ANTHROPIC_API_KEY, or log in with: claude /login",
        # Its own default, `auto`, has a model decide what is safe.
        modes={"ask": "default", "edit": "acceptEdits", "full": "bypassPermissions", "plan": "plan"},
        meta=AIR,
    ),
    "CODEX": Preset(
        command="codex-acp",
        env={"NO_BROWSER": "1"},
        keys=frozenset({"CODEX_API_KEY", "OPENAI_API_KEY"}),
        install="Install it with: npm install -g @agentclientprotocol/codex-acp",
        login="Set OPENAI_API_KEY, or log in with: codex-acp login",
        modes={
            "ask": "read-only",
            "edit": "workspace-write",
            "full": "agent-full-access",
            "plan": "read-only",
        },
        meta=AIR,
    ),
    "OPENCODE": Preset(
        command="opencode",
        args=("acp",),
        env={"OPENCODE_DISABLE_AUTOUPDATE": "1"},
        keys=frozenset(
            {
                "ANTHROPIC_API_KEY",
                "GEMINI_API_KEY",
                "GOOGLE_API_KEY",
                "MISTRAL_API_KEY",
                "OPENAI_API_KEY",
                "OPENROUTER_API_KEY",
            }
        ),
        install="Install it with: npm install -g opencode-ai",
        login="Log in with: opencode auth login",
        # `build` and `plan` are agents of its own; what `build` may do unasked is in its configuration (setups.py).
        modes={"ask": "build", "edit": "build", "full": "build", "plan": "plan"},
    ),
    "GEMINI": Preset(
        command="gemini",
        args=("--acp",),
        keys=frozenset({"GEMINI_API_KEY", "GOOGLE_API_KEY"}),
        install="Install it with: npm install -g @google/gemini-cli",
        login="Set GEMINI_API_KEY, or log in by running once: gemini",
        modes={"ask": "default", "edit": "autoEdit", "full": "yolo", "plan": "plan"},
        model="argument",
        # It names a session's file by the minute: taken up within the minute in which it was written last, the session
        # is overwritten and lost for good. And what it plays back comes after its reply, among what is new.
        resumes=False,
    ),
    "QWEN": Preset(
        command="qwen",
        args=("--acp",),
        keys=frozenset({"OPENAI_API_KEY"}),
        install="Install it with: npm install -g @qwen-code/qwen-code",
        login="Set OPENAI_API_KEY (and OPENAI_BASE_URL, OPENAI_MODEL), or log in by running once: qwen",
        modes={"ask": "default", "edit": "auto-edit", "full": "yolo", "plan": "plan"},
    ),
    "COPILOT": Preset(
        command="copilot",
        args=("--acp",),
        keys=frozenset({"COPILOT_PROVIDER_API_KEY"}),
        install="Install it with: npm install -g @github/copilot",
        login="Log in by running once: copilot, and there: /login",
    ),
    "DROID": Preset(
        command="droid",
        args=("exec", "--output-format", "acp"),
        env={"DROID_DISABLE_AUTO_UPDATE": "1"},
        keys=frozenset({"FACTORY_API_KEY"}),
        install="Install it with: npm install -g droid",
        login="Set FACTORY_API_KEY, or log in by running once: droid",
    ),
    "VIBE": Preset(
        command="vibe-acp",
        keys=frozenset({"MISTRAL_API_KEY"}),
        install="Install it with: uv tool install mistral-vibe",
        login="Set MISTRAL_API_KEY, or set it up by running once: vibe --setup",
        modes={"ask": "default", "edit": "accept-edits", "full": "auto-approve", "plan": "plan"},
    ),
}
"""How the agents of the catalogue are run, by their keys."""


def preset_of(agent: Agent) -> Preset:
    """The preset of an agent; of one that people added, what they said of its program."""
    if agent.program is None:
        return PRESETS[agent.key]
    return Preset(
        command=agent.program.command,
        args=agent.program.args,
        env=agent.program.env,
        install=f"Install it, or change the agent {agent.key}: its command is {agent.program.command}",
        login=f"Log in with {agent.label}'s own program, or give it its key by the agent's environment",
        version=False,
    )
