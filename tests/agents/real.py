"""The real agents of tests/agents/node_modules, each pointed at the scripted model endpoint, in a private home."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kanbanai.domain.agents import CATALOGUE

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


@dataclass(frozen=True)
class Place:
    """What points an agent at the endpoint: variables, and files in its home. No more: how an agent has to be set up is
    the product's business, and the tests are to show that it does it."""

    environment: Mapping[str, str]
    files: Mapping[str, str]
    """Path below the home → content."""


@dataclass(frozen=True)
class RealAgent:
    """One agent as npm brings it."""

    key: str
    label: str
    package: str
    command: tuple[str, ...]
    """The program in node_modules/.bin and its arguments."""
    place: Callable[[str, Path], Place]
    """From the endpoint's address and the home to what the agent needs to find there."""
    alone: Mapping[str, str]
    """What an agent needs in its environment to plan and to ask, when the product does not start it."""
    inside: str | None = None
    """The package of the agent's own program, where `package` is its adapter."""
    asking: str | None = None
    """The agent's own name of the mode in which it asks before it acts; None: it has none, or is in it already."""

    @property
    def named(self) -> str:
        """What the product calls it."""
        return CATALOGUE[self.key].label

    @property
    def missing(self) -> str | None:
        """Why it cannot be run, in words; None: it can."""
        return None if self.program.exists() else f"{self.package} is not installed (make agents)"

    @property
    def program(self) -> Path:
        return MODULES / ".bin" / self.command[0]

    @property
    def argv(self) -> list[str]:
        return [str(self.program), *self.command[1:]]

    def settle(self, url: str, home: Path) -> dict[str, str]:
        """Writes the agent's files into the home; returns the whole environment that points it at the endpoint."""
        place = self.place(url, home)
        for path, content in place.files.items():
            file = home / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return {
            "HOME": str(home),
            # Their own Node first: Claude Code's adapter asks for a newer one than Debian has.
            "PATH": f"{MODULES / '.bin'}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            **place.environment,
        }


def _claude(url: str, home: Path) -> Place:
    return Place(
        environment={
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "sk-ant-scripted",
            "CLAUDE_CONFIG_DIR": str(home / ".claude"),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "CLAUDE_CODE_MAX_RETRIES": "1",
            "DISABLE_TELEMETRY": "1",
            "IS_SANDBOX": "1",  # else it refuses to go without permissions as root, which CI's machine is
        },
        files={},
    )


def _codex(url: str, home: Path) -> Place:
    return Place(
        environment={
            "CODEX_HOME": str(home / ".codex"),
            "MODEL_PROVIDER": "scripted",
            "SCRIPTED_KEY": "sk-scripted",
        },
        files={
            ".codex/config.toml": f"""\
model_provider = "scripted"

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 0
stream_max_retries = 0
"""
        },
    )


def _opencode(url: str, home: Path) -> Place:
    provider = {
        "npm": "@ai-sdk/openai-compatible",  # inside OpenCode's program
        "options": {"baseURL": f"{url}/v1", "apiKey": "sk-scripted"},
        "models": {
            "scripted": {
                "name": "Scripted",
                "attachment": True,
                "reasoning": True,
                "tool_call": True,
                "modalities": {"input": ["text", "image"], "output": ["text"]},
                "limit": {"context": 200_000, "output": 32_000},
            }
        },
    }
    settings = {
        "provider": {"scripted": provider},
        "model": "scripted/scripted",
        "small_model": "scripted/scripted",
        "share": "disabled",
    }
    return Place(
        environment={
            "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
        },
        files={".config/opencode/opencode.json": json.dumps(settings)},
    )


def _gemini(url: str, home: Path) -> Place:
    settings = {
        "general": {
            "enableAutoUpdate": False,
            "enableAutoUpdateNotification": False,
            "maxAttempts": 2,  # of ten, with up to thirty seconds between them, before it tells of a failure
        },
        "privacy": {"usageStatisticsEnabled": False},
        "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}},
        "telemetry": {"enabled": False},
    }
    return Place(
        environment={"GEMINI_API_KEY": "scripted", "GOOGLE_GEMINI_BASE_URL": url},
        files={".gemini/settings.json": json.dumps(settings)},
    )


CLAUDE = RealAgent(
    key="CLAUDE_CODE",
    label="Claude Code",
    package="@agentclientprotocol/claude-agent-acp",
    inside="@anthropic-ai/claude-agent-sdk",
    command=("claude-agent-acp",),
    place=_claude,
    alone={"CLAUDE_CODE_ENABLE_TODO_TOOLS": "1"},
    asking="default",
)
CODEX = RealAgent(
    key="CODEX",
    label="Codex",
    package="@agentclientprotocol/codex-acp",
    inside="@openai/codex",
    command=("codex-acp",),
    place=_codex,
    alone={"CODEX_CONFIG": '{"tools": {"update_plan": {"enabled": true}}}', "NO_BROWSER": "1"},
    asking="read-only",
)
OPENCODE = RealAgent(
    key="OPENCODE",
    label="OpenCode",
    package="opencode-ai",
    command=("opencode", "acp"),
    place=_opencode,
    alone={"OPENCODE_CONFIG_CONTENT": '{"permission": {"edit": "ask", "bash": "ask"}, "autoupdate": false}'},
)
GEMINI = RealAgent(
    key="GEMINI",
    label="Gemini CLI",
    package="@google/gemini-cli",
    command=("gemini", "--acp"),
    place=_gemini,
    alone={},
)
AGENTS = (CLAUDE, CODEX, OPENCODE, GEMINI)


def settled(url: str, home: Path) -> dict[str, str]:
    """One home and one environment in which each of the agents finds what points it at the endpoint."""
    environment: dict[str, str] = {}
    for agent in AGENTS:
        environment |= agent.settle(url, home)
    return environment
