"""What of the server's environment the programs get that it starts: never its own secrets."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kanbanai.domain.ids import AttemptId, ProjectId

MARK = "KANBANAI_RUN"
"""Names the run in the environment of every process that comes of it, so that strays can be found again."""
WRITING = "writing"
"""What the marks of agents begin with that write a text and belong to no attempt."""
STAGE = "KANBANAI_AUTOMATION_STAGE"
"""Tells a script which stage it is run for."""

SECRETS = frozenset({"DATABASE_URL", "GH_TOKEN", "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", "GITHUB_TOKEN"})
"""The server's own settings that are nobody else's business."""
KEYS = frozenset(
    {
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "CODEX_API_KEY",
        "COPILOT_PROVIDER_API_KEY",
        "FACTORY_API_KEY",
        "GEMINI_API_KEY",
        "GOOGLE_API_KEY",
        "MISTRAL_API_KEY",
        "OPENAI_API_KEY",
        "OPENROUTER_API_KEY",
    }
)
"""Keys of models. An agent gets those that it works with; scripts, terminals and git get none."""
_OWN = "KANBANAI_"


def run_mark(attempt_id: AttemptId) -> str:
    """The mark of what one run starts: its agent and its scripts.

    Below the attempt's own, as those of its dev process and its terminals are, which a run leaves as they are when it
    ends; what carries any of them ends with the attempt's worktree.
    """
    return f"{attempt_id}/run"


def writing_mark(project_id: ProjectId, number: str) -> str:
    """The mark of an agent that writes a text for a project."""
    return f"{WRITING}/{project_id}/{number}"


def child_environment(inherited: Mapping[str, str], *, keys: Collection[str] = ()) -> dict[str, str]:
    """What a program gets of the server's environment. `keys`: the keys of models that it may have."""
    return {
        name: value
        for name, value in inherited.items()
        if name not in SECRETS and not name.startswith(_OWN) and (name not in KEYS or name in keys)
    }
