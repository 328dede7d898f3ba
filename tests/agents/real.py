"""The real agents of tests/agents/node_modules, each pointed at the scripted model endpoint, in a private home."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


@dataclass(frozen=True)
class Place:
    """How an agent is started: its environment, whole, and the files that it finds in its home."""

    environment: Mapping[str, str]
    files: Mapping[str, str]
    """Path below the home → content."""


@dataclass(frozen=True)
class RealAgent:
    """One agent as npm brings it."""

    key: str
    package: str
    command: tuple[str, ...]
    """The program in node_modules/.bin and its arguments."""
    place: Callable[[str, Path], Place]
    """From the endpoint's address and the home to what the agent needs to find there."""
    modes: Mapping[str, str]
    """ask · edit · full → the agent's own name of that mode of permissions; empty where the environment says it."""

    @property
    def program(self) -> Path:
        return MODULES / ".bin" / self.command[0]

    @property
    def version(self) -> str:
        """As installed."""
        described = json.loads((MODULES / self.package / "package.json").read_text(encoding="utf-8"))
        return str(described["version"])

    @property
    def argv(self) -> list[str]:
        return [str(self.program), *self.command[1:]]

    def settle(self, url: str, home: Path) -> dict[str, str]:
        """Writes the agent's files into the home; returns the whole environment to start it with."""
        place = self.place(url, home)
        for path, content in place.files.items():
            file = home / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
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
            "CLAUDE_CODE_ENABLE_TODO_TOOLS": "1",
            "CLAUDE_CODE_MAX_RETRIES": "1",
            "DISABLE_AUTOUPDATER": "1",
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
            "NO_BROWSER": "1",
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

[tools.update_plan]
enabled = true
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
        "permission": {"edit": "ask", "bash": "ask"},
        "autoupdate": False,
        "share": "disabled",
    }
    return Place(
        environment={
            "OPENCODE_CONFIG_CONTENT": json.dumps(settings),
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
        },
        files={},
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
    "CLAUDE_CODE",
    "@agentclientprotocol/claude-agent-acp",
    ("claude-agent-acp",),
    _claude,
    {"ask": "default", "edit": "acceptEdits", "full": "bypassPermissions"},
)
CODEX = RealAgent(
    "CODEX",
    "@agentclientprotocol/codex-acp",
    ("codex-acp",),
    _codex,
    {"ask": "read-only", "edit": "agent", "full": "agent-full-access"},
)
OPENCODE = RealAgent("OPENCODE", "opencode-ai", ("opencode", "acp"), _opencode, {})
GEMINI = RealAgent(
    "GEMINI",
    "@google/gemini-cli",
    ("gemini", "--acp", "-m", "gemini-2.5-pro"),
    _gemini,
    {"ask": "default", "edit": "autoEdit", "full": "yolo"},
)
AGENTS = (CLAUDE, CODEX, OPENCODE, GEMINI)
